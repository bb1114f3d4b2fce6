// A client of release 1 that plays the scenario of `tests/tests/clients.rs`: node client_v1.mjs URL.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as types from '@modelcontextprotocol/sdk/types.js';
import { answers, play } from './scenario.mjs';

const [url] = process.argv.slice(2);
const capabilities = { elicitation: {}, sampling: {}, roots: { listChanged: true } };
const client = new Client({ name: 'client', version: '1' }, { capabilities });
client.setRequestHandler(types.ElicitRequestSchema, answers.elicit);
client.setRequestHandler(types.CreateMessageRequestSchema, answers.sample);
client.setRequestHandler(types.ListRootsRequestSchema, answers.roots);
const transport = new StreamableHTTPClientTransport(new URL(url));

await play('legacy', {
    connect: async () => {
        await client.connect(transport);
        return transport.protocolVersion;
    },
    names: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args, options) => {
        const result = await client.callTool({ name, arguments: args }, types.CallToolResultSchema, options);
        return result.content[0].text;
    },
    notify: () => client.sendRootsListChanged(),
});
await client.close();
