import type { Connection } from '../tcp/connection.ts';
import { abort } from '../tcp/ending.ts';
import type { State } from '../tcp/state.ts';
import { close as closeConnection, shutdown as shutdownConnection } from '../tcp/user-calls.ts';
import { Alarm } from './alarm.ts';
import type { Attachment } from './attachment.ts';
import { type Call, SettledCall, WaitingCall } from './call.ts';
import { releaseBinding, stopListening } from './listening.ts';
import { SocketError } from './socket-error.ts';
import type { Socket } from './socket.ts';
import type { Stack } from './stack.ts';

/** inet_shutdown. */
export const shutdown = (socket: Socket, how: 'read' | 'write' | 'both'): Call<0> => {
  if (socket.phase === 'closed') return socket.fails('shutdown', 'EBADF');
  return socket.perform((now) => {
    const { connection } = socket;
    if (socket.phase === 'listening') {
      if (how !== 'write') stopListening(socket, now);
      return 0;
    }
    if (connection === undefined) return new SocketError('shutdown', 'ENOTCONN');
    const errno = shutdownConnection(connection, how, now);
    return errno === undefined ? 0 : new SocketError('shutdown', errno);
  });
};

/** inet_release: with SO_LINGER of some seconds it waits until all is sent and acknowledged. */
export const close = (socket: Socket): Call<0> => {
  if (socket.phase === 'closed') return socket.fails('close', 'EBADF');
  const { stack, attachment, options } = socket;
  const { now } = stack;
  const { linger } = options;
  letGo(socket, now);
  const mustWait = attachment !== undefined && linger.onoff && isClosing(attachment);
  const call = mustWait
    ? lingerOn(socket, attachment, now + linger.seconds * 1000)
    : new SettledCall<0>(0);
  stack.tell();
  return call;
};

/** What close(2) does at once, and the end of a process for each of its sockets. */
export const letGo = (socket: Socket, now: number): void => {
  const { stack, attachment } = socket;
  socket.process.drop(socket);
  socket.abandonCalls();
  if (socket.phase === 'listening') stopListening(socket, now);
  releaseBinding(socket);
  socket.phase = 'closed';
  if (attachment === undefined) return;
  attachment.waiter = undefined;
  stack.egress.forgetReport();
  endConnection(stack, attachment, now);
  stack.settle(attachment, now);
};

const endConnection = (stack: Stack, attachment: Attachment, now: number): void => {
  const { connection } = attachment;
  if (connection === undefined || !attachment.isHeld) return;
  const { tcp_max_orphans: most, resetlab_orphan_limit: action } = stack.settings;
  const isBeyond = stack.orphans + 1 > most;
  if (isBeyond && action === 'reset') {
    connection.orphan = true;
    abort(connection, 'orphan-limit', now);
    return;
  }
  closeConnection(connection, now);
  // tcp_check_oom: the FIN is out already, or waits behind data, and the reset follows at once.
  const isLeft = connection.state !== 'CLOSED' && !connection.becomesTimeWait;
  if (!isLeft) return;
  if (isBeyond) abort(connection, 'orphan-limit', now);
  else if (isOutOfMemory(stack, connection)) abort(connection, 'out-of-memory', now);
};

/** SOCK_MIN_SNDBUF: what Linux grants every socket, whatever the others hold. */
const ALWAYS_GRANTED = 4608;
const PAGE = 4096;

/** tcp_out_of_memory, which counts the kernel's own bookkeeping as well; here it is text alone. */
const isOutOfMemory = ({ settings, heldBytes }: Stack, { sendBuffer }: Connection): boolean =>
  sendBuffer.length > ALWAYS_GRANTED && Math.ceil(heldBytes / PAGE) > settings.tcp_mem[2];

/** sk_stream_closing. */
const CLOSING_STATES: ReadonlySet<State> = new Set(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK']);

const isClosing = ({ connection }: Attachment): boolean =>
  connection !== undefined && CLOSING_STATES.has(connection.state);

/** close(2) returns when the peer has everything, or the time is up, and 0 in either case. */
const lingerOn = (socket: Socket, attachment: Attachment, until: number): Call<0> => {
  const { stack } = socket;
  const alarm = new Alarm(stack, until, (now) => lingerTimeUp(stack, attachment, now));
  attachment.waiter = socket;
  const attempt = (): 0 | undefined => {
    if (isClosing(attachment) && alarm.isOn) return undefined;
    alarm.callOff();
    attachment.waiter = undefined;
    return 0;
  };
  return socket.waitFor(new WaitingCall<0>(attempt));
};

/** Linux goes on in the background; with resetlab.linger_timeout = reset the rest is discarded. */
const lingerTimeUp = (stack: Stack, attachment: Attachment, now: number): void => {
  const { connection } = attachment;
  if (connection === undefined) return;
  connection.lingerExpired = true;
  stack.egress.forgetReport();
  if (stack.settings.resetlab_linger_timeout === 'reset') {
    abort(connection, 'linger-timeout', now);
  }
  if (attachment.isHeld) stack.settle(attachment, now);
};
