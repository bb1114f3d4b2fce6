// Preloaded into the conformance suite: its servers listen on the loopback address, on the port that MCPGOV_PORT names.

import { Server } from 'node:net';

const { listen, address } = Server.prototype;
const chosen = { address: '127.0.0.1', family: 'IPv4', port: Number(process.env.MCPGOV_PORT) };
Server.prototype.listen = function (...given) {
    const callbacks = given.filter((one) => typeof one === 'function');
    return listen.call(this, chosen.port, chosen.address, ...callbacks);
};
// Some ask at once, which is too early where an address is given.
Server.prototype.address = function () {
    return address.call(this) ?? chosen;
};
