import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as faults from '../../../dist/net/faults/index.js';

/**
 * Makes every way once, each on a port of its own, with a client that asks and then goes on; prints a
 * line for each: cause, moment, port. To be run where somebody captures.
 */

const REQUEST = 'POST /a HTTP/1.1\r\nHost: app.test\r\nContent-Length: 4\r\n\r\nbody';
const CLIENT_HELLO = Buffer.from(`1603010005010000010000`.padEnd(20, '0'), 'hex');
const IDLE_MS = 60;

const LOOK_MS = 5;

/** In pieces, so that a standstill of this process takes no turn from the server within it. */
const pass = async (ms) => {
  for (let leftMs = ms; leftMs > 0; leftMs -= LOOK_MS) await sleep(LOOK_MS);
};

const until = async (isSo) => {
  for (let looks = 0; looks < 1000 && !isSo(); looks += 1) await sleep(LOOK_MS);
};

const client = async ({ cause, moment }, server) => {
  const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  let bytes = 0;
  let isOver = false;
  const over = () => (isOver = true);
  socket.on('data', (piece) => (bytes += piece.length)).on('end', over);
  socket.on('error', () => undefined).on('close', over);
  socket.write(cause === 'tls-rejected' ? CLIENT_HELLO : REQUEST);
  const isAnsweredFirst = moment === 'on-reuse' || cause === 'keepalive-race';
  if (cause !== 'connect-timeout') await until(() => (isAnsweredFirst ? bytes > 0 : isOver));
  // A reset may follow the end, and a connection is idle after a while only.
  await pass(IDLE_MS * 2);
  if (cause === 'keepalive-race') server.breakNow();
  // Data after a FIN would be another cause.
  const isEnough = cause === 'closed-before-response' && moment !== 'on-reuse';
  if (!isEnough && !socket.destroyed) socket.write(REQUEST);
  if (moment === 'on-reuse') await until(() => isOver);
  await pass(IDLE_MS * 2);
  socket.destroy();
};

const play = async (way) => {
  const { cause, moment } = way;
  const afterMs = cause === 'keepalive-race' ? 10_000 : IDLE_MS;
  const isTimed = moment === 'on-idle' || moment === 'on-reuse';
  const afterBytes = moment === 'mid-response' ? 10 : undefined;
  const server = await faults.server({ cause, moment, afterBytes, ...(isTimed && { afterMs }) });
  await client(way, server);
  process.stdout.write(`${cause} ${moment} ${server.port}\n`);
  await server.close();
};

for (const way of faults.WAYS) {
  if (way.making === 'sockets' || way.making === 'listener') await play(way);
}
