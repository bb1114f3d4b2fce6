// A stateless server of release 2, for both eras, that runs whatever tool it is asked to, and reports it.

import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { executed, serve } from './fixture.mjs';

const handler = createMcpHandler(({ requestInfo }) => {
    const server = new Server({ name: 'echo', version: '1' }, { capabilities: { tools: {} } });
    server.setRequestHandler('tools/call', ({ params }) => {
        executed(requestInfo?.headers, params.name, params.arguments);
        return { content: [{ type: 'text', text: 'done' }] };
    });
    return server;
});
serve(toNodeHandler(handler));
