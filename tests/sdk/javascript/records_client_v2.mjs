// A client of release 2 that asks `records.py`: node records_client_v2.mjs URL legacy|modern.

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { play } from './records_scenario.mjs';

const [url, era] = process.argv.slice(2);
const client = new Client({ name: 'client', version: '1' }, { versionNegotiation: { mode: era === 'legacy' ? 'legacy' : 'auto' } });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
await play(client);
await client.close();
