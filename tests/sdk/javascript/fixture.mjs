// What the fixture servers share: a port of the system's choice, a report of what ran, an end with the parent.

import { writeSync } from 'node:fs';
import { createServer } from 'node:http';

/** One line of JSON for the test that started this program; written at once, so that it comes before the answer. */
export function report(event) {
    writeSync(1, JSON.stringify(event) + '\n');
}

/** Reports a call of `tool` that came in the HTTP request with `headers`. */
export function executed(headers, tool, args) {
    // As text: a call may hold what JavaScript writes and strict readers refuse, such as half a surrogate pair.
    const call = JSON.stringify({ tool, arguments: args ?? null });
    report({ executed: call, case: headers?.get('x-case') ?? null });
}

/** Serves on a loopback port until standard input ends, which it does when the test does, however it ends. */
export function serve(handler) {
    const server = createServer(handler);
    server.listen(0, '127.0.0.1', () => report({ port: server.address().port }));
    process.stdin.on('end', () => process.exit(0)).resume();
}
