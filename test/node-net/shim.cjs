'use strict';
// For `node --require`: from here on `net` and `node:net` are ours, on a loopback of their own, for
// whoever requires them. Node's own modules keep theirs. No global is added: the tests forbid it.
const Module = require('node:module');
const dns = require('node:dns');
const real = require('node:net');
const { openNetwork } = require(process.env.RESETLAB_NET_BUNDLE);

const { Socket, Server, createServer, connect, createConnection } = openNetwork();
const ours = Object.defineProperties(
  {},
  {
    ...Object.getOwnPropertyDescriptors(real),
    ...Object.getOwnPropertyDescriptors({
      Socket,
      Stream: Socket,
      Server,
      createServer,
      connect,
      createConnection,
    }),
  },
);

// `localhost` is our host, whatever the machine's own tables say of it.
const LOCALHOST = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
const { lookup } = dns;
dns.lookup = function (host, options, callback) {
  const isOurs = host === 'localhost' && typeof options === 'object' && options !== null;
  const isLawful =
    isOurs && ((options.hints ?? 0) & ~(dns.ADDRCONFIG | dns.V4MAPPED | dns.ALL)) === 0;
  if (!isLawful) {
    return lookup.apply(dns, arguments);
  }
  const { family = 0, all = false } = options;
  const found = LOCALHOST.filter((each) => family === 0 || family === each.family);
  if (all) process.nextTick(callback, null, found);
  else process.nextTick(callback, null, found[0].address, found[0].family);
};

// What `require` comes down to.
const LOAD = '_load';
const load = Module[LOAD];
Module[LOAD] = function (request, ...rest) {
  if (request === 'net' || request === 'node:net') return ours;
  return load.call(this, request, ...rest);
};
