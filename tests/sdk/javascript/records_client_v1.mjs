// A client of release 1 that asks `records.py`: node records_client_v1.mjs URL.

import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { play } from './records_scenario.mjs';

const client = new Client({ name: 'client', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(process.argv[2])));
await play(client);
await client.close();
