import assert from 'node:assert/strict';
import http from 'node:http';
import { after, beforeEach, test } from 'node:test';
import * as faults from 'resetlab/faults';

/**
 * To copy: "my client meets each of the ways a server can reset it". Run it by `node --test`. Put your
 * own client in place of `get` and `put`, and its own errors in place of these; a server that does not
 * speak HTTP stands behind `faults.proxy({ upstream, … })`.
 */

let agent = new http.Agent();
beforeEach(() => {
  agent.destroy();
  agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
});
after(() => agent.destroy());

/** The client under test. Resolves to status and text, rejects with its error. */
const request = ({ port }, { method = 'GET', body } = {}) =>
  new Promise((resolve, reject) => {
    const asked = http.request({ host: '127.0.0.1', port, method, agent }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode, text }));
      response.on('error', reject);
    });
    asked.on('error', reject).end(body);
  });

/** Meets one way, and always puts the server away again. */
const meet = (name, options, act) =>
  test(name, async () => {
    const server = await faults.server(options);
    try {
      await act(server);
    } finally {
      await server.close();
    }
  });

const CONTENT = 'x'.repeat(100_000);
const large = http.createServer((_, response) => response.end(CONTENT));
const serveLarge = (stream) => large.emit('connection', stream);

meet('nobody listens', { cause: 'closed-port' }, async (server) => {
  await assert.rejects(request(server), { code: 'ECONNREFUSED', syscall: 'connect' });
});

meet('the listener closes before it accepts', { cause: 'listener-closed' }, async (server) => {
  await assert.rejects(request(server), { code: 'ECONNRESET' });
});

meet('nobody accepts', { cause: 'connect-timeout' }, async (server) => {
  // Linux gives up after some two minutes: a client needs a patience of its own.
  const impatient = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('my own patience')), 200);
  });
  const waiting = request(server);
  waiting.catch(() => undefined);
  await assert.rejects(Promise.race([waiting, impatient]), /my own patience/);
  agent.destroy();
});

meet(
  'a reset as soon as it is connected',
  { cause: 'linger-zero', moment: 'after-handshake' },
  async (server) => {
    // By connect(), write() or read(), whichever is under way.
    await assert.rejects(request(server), { code: 'ECONNRESET' });
  },
);

meet(
  'the request is read, and the connection aborted',
  { cause: 'linger-zero' },
  async (server) => {
    await assert.rejects(request(server), { code: 'ECONNRESET', syscall: 'read' });
  },
);

meet('the request stays unread', { cause: 'close-with-unread-data' }, async (server) => {
  await assert.rejects(request(server), { code: 'ECONNRESET', syscall: 'read' });
});

meet('no response, no reset', { cause: 'closed-before-response' }, async (server) => {
  await assert.rejects(request(server), { code: 'ECONNRESET', message: 'socket hang up' });
});

meet(
  'a reset in the middle of the response',
  { cause: 'linger-zero', moment: 'mid-response', afterBytes: 50_000, serve: serveLarge },
  async (server) => {
    await assert.rejects(request(server), { code: 'ECONNRESET' });
    assert.equal(server.broken[0].bytesToClient, 50_000);
  },
);

meet(
  'the response ends too early',
  { cause: 'data-after-close', moment: 'mid-response', afterBytes: 50_000, serve: serveLarge },
  async (server) => {
    await assert.rejects(request(server), { code: 'ECONNRESET', message: 'aborted' });
  },
);

meet('413 before the body is read', { cause: 'early-response' }, async (server) => {
  // A client that writes on and never looks for a response sees EPIPE or ECONNRESET in its place.
  const { status } = await request(server, { method: 'PUT', body: CONTENT });
  assert.equal(status, 413);
});

meet(
  'an idle connection was reset',
  { cause: 'linger-zero', moment: 'on-idle' },
  async (server) => {
    assert.equal((await request(server)).text, 'ok');
    server.breakNow();
    // In the same turn: the pool still believes in the connection.
    await assert.rejects(request(server), { code: 'ECONNRESET' });
  },
);

meet('the race for an idle connection is lost', { cause: 'keepalive-race' }, async (server) => {
  assert.equal((await request(server)).text, 'ok');
  server.breakNow();
  await assert.rejects(request(server), { code: 'ECONNRESET', message: 'socket hang up' });
});

meet(
  'the race is not run by who looks first',
  { cause: 'keepalive-race', afterMs: 30 },
  async (server) => {
    assert.equal((await request(server)).text, 'ok');
    // The pool has seen the end of file, and takes a new connection.
    while (Object.keys(agent.freeSockets).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.equal((await request(server)).text, 'ok');
    assert.equal(server.connections, 2);
  },
);

meet(
  'a reset as the connection is used again',
  { cause: 'linger-zero', moment: 'on-reuse' },
  async (server) => {
    assert.equal((await request(server)).text, 'ok');
    await assert.rejects(request(server), { code: 'ECONNRESET', syscall: 'read' });
  },
);

meet(
  'every third connection only',
  { cause: 'closed-before-response', every: 3 },
  async (server) => {
    const outcomes = [];
    for (let at = 0; at < 6; at += 1) {
      agent.destroy();
      outcomes.push(
        await request(server).then(
          ({ text }) => text,
          ({ code }) => code,
        ),
      );
    }
    assert.deepEqual(outcomes, ['ok', 'ok', 'ECONNRESET', 'ok', 'ok', 'ECONNRESET']);
  },
);
