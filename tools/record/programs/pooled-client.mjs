// One request, then a second over the pooled connection when told `again`.
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { tell } from './tell.mjs';

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const ask = (path) =>
  new Promise((done) => {
    const asked = request(process.argv[3] + path, { agent, method: 'POST' }, (response) => {
      response.resume().on('end', () => {
        tell(`POST ${path}`, String(response.statusCode));
        done();
      });
    });
    asked.on('error', (error) => {
      tell(`POST ${path} (reusedSocket: ${asked.reusedSocket})`, error);
      done();
    });
    asked.end('order=1');
  });

// A server's `Keep-Alive: timeout` hint would make Node drop the socket in time by itself.
agent.keepSocketAlive = (socket) => socket.setKeepAlive(true, 60_000);
await ask('first');
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'again') {
    await ask('second');
    break;
  }
}
process.exit(0);
