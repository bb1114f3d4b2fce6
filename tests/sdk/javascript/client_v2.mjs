// A client of release 2 that plays the scenario of `tests/tests/clients.rs`: node client_v2.mjs URL legacy|modern.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { answers, play } from './scenario.mjs';

const [url, era] = process.argv.slice(2);
const capabilities = { elicitation: { form: {} }, sampling: {}, roots: { listChanged: true } };
const versionNegotiation = { mode: era === 'legacy' ? 'legacy' : 'auto' };
const client = new Client({ name: 'client', version: '1' }, { capabilities, versionNegotiation });
client.setRequestHandler('elicitation/create', answers.elicit);
client.setRequestHandler('sampling/createMessage', answers.sample);
client.setRequestHandler('roots/list', answers.roots);

await play(era, {
    connect: async () => {
        await client.connect(new StreamableHTTPClientTransport(new URL(url)));
        return client.getNegotiatedProtocolVersion();
    },
    names: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args, options) => (await client.callTool({ name, arguments: args }, options)).content[0].text,
    notify: () => client.sendRootsListChanged(),
});
await client.close();
