import type { Socket } from '../host/socket.ts';
import {
  type Application,
  type Reply,
  type Started,
  type SystemCall,
  unsupported,
  value,
} from './application.ts';
import { expressionText, fieldOf, integerOf, textOf, wordOf, wordsOf } from './expression.ts';
import type { CallAction, Expression } from './script.ts';

const withSocket = (
  app: Application,
  { args }: CallAction,
  act: (socket: Socket) => Reply | Started,
): Reply | Started => {
  const socket = app.sockets.get(integerOf(args[0]) ?? -1);
  return socket === undefined ? { kind: 'errno', errno: 'EBADF' } : act(socket);
};

/** read(fd, ..., n), recv(fd, ..., n, flags), recvfrom. */
const read: SystemCall = (app, call) => {
  const length = integerOf(call.args[2]) ?? 0;
  return withSocket(app, call, (socket) => receive(socket, length, wordsOf(call.args[3])));
};

const receive = (socket: Socket, length: number, words: readonly string[]): Reply | Started => {
  const foreign = words.find((word) => word !== 'MSG_PEEK' && word !== 'MSG_DONTWAIT');
  if (foreign !== undefined) return unsupported(`recv with ${foreign}`);
  const flags = { peek: words.includes('MSG_PEEK'), dontWait: words.includes('MSG_DONTWAIT') };
  return {
    call: socket.read(new Uint8Array(length), flags),
    reply: (taken) => value(taken as number),
  };
};

/** readv(fd, [{..., n}, …], count). */
const readv: SystemCall = (app, call) =>
  withSocket(app, call, (socket) => receive(socket, lengthOf(call.args[1]), []));

const recvmsg: SystemCall = (app, call) =>
  withSocket(app, call, (socket) => {
    const [, message, flags] = call.args;
    const started = receive(socket, lengthOf(fieldOf(message, 'msg_iov')), wordsOf(flags));
    if (!('call' in started)) return started;
    const reply = (taken: unknown): Reply =>
      ancillaryProblem(socket, fieldOf(message, 'msg_control')) ?? value(taken as number);
    return { call: started.call, reply };
  });

/** What TCP_INQ tells beside the bytes; other messages are not made here. */
const ancillaryProblem = (socket: Socket, wanted: Expression | undefined): Reply | undefined => {
  if (wanted?.kind !== 'list') return undefined;
  for (const message of wanted.items) {
    const type = wordOf(fieldOf(message, 'cmsg_type'));
    if (type !== 'TCP_CM_INQ') return unsupported(`recvmsg with ${type ?? 'ancillary data'}`);
    const expected = integerOf(fieldOf(message, 'cmsg_data'));
    const actual = inqueueHint(socket);
    if (expected !== actual) {
      return { kind: 'differs', expected: `TCP_CM_INQ ${expected}`, actual: String(actual) };
    }
  }
  return undefined;
};

/** tcp_inq_hint: one where nothing but the end of file is left. */
const inqueueHint = (socket: Socket): number => {
  const c = socket.connection;
  if (c === undefined) return 0;
  return c.receiveBuffer.readable === 0 && c.finReceived ? 1 : c.receiveBuffer.readable;
};

/** write(fd, ..., n), send(fd, ..., n, flags), sendto. */
const write: SystemCall = (app, call) => {
  const length = integerOf(call.args[2]) ?? 0;
  const bytes = textBytes(call.args[1], length);
  return withSocket(app, call, (socket) => transmit(socket, bytes, wordsOf(call.args[3])));
};

const writev: SystemCall = (app, call) =>
  withSocket(app, call, (socket) => transmit(socket, new Uint8Array(lengthOf(call.args[1])), []));

const sendmsg: SystemCall = (app, call) =>
  withSocket(app, call, (socket) => {
    const [, message, flags] = call.args;
    if (fieldOf(message, 'msg_control')?.kind === 'list') {
      return unsupported('sendmsg with ancillary data');
    }
    const bytes = new Uint8Array(lengthOf(fieldOf(message, 'msg_iov')));
    return transmit(socket, bytes, wordsOf(flags));
  });

/** MSG_ZEROCOPY saves a copy, which nobody sees. */
const SEND_FLAGS = new Set([
  'MSG_DONTWAIT',
  'MSG_EOR',
  'MSG_MORE',
  'MSG_NOSIGNAL',
  'MSG_OOB',
  'MSG_ZEROCOPY',
]);

const transmit = (socket: Socket, bytes: Uint8Array, words: readonly string[]): Reply | Started => {
  const foreign = words.find((word) => !SEND_FLAGS.has(word));
  if (foreign !== undefined) return unsupported(`send with ${foreign}`);
  const flags = {
    dontWait: words.includes('MSG_DONTWAIT'),
    endOfRecord: words.includes('MSG_EOR'),
    more: words.includes('MSG_MORE'),
    urgent: words.includes('MSG_OOB'),
  };
  return {
    call: socket.write(bytes, flags),
    reply: (taken) => value(taken as number),
  };
};

const textBytes = (expression: Expression | undefined, length: number): Uint8Array => {
  const text = textOf(expression) ?? '';
  return Uint8Array.from({ length }, (_, at) => text.charCodeAt(at) || 0);
};

/** Of all pieces of an iovec: `[{..., 1000}, {..., 500}]`. */
const lengthOf = (vector: Expression | undefined): number => {
  if (vector?.kind !== 'list') return 0;
  return vector.items.reduce((sum, piece) => {
    if (piece.kind !== 'struct') throw new Error(`no iovec: ${expressionText(piece)}`);
    return sum + (integerOf(piece.fields[1]?.value) ?? 0);
  }, 0);
};

export const TRANSFER_CALLS: Record<string, SystemCall> = {
  read,
  recv: read,
  recvfrom: read,
  readv,
  recvmsg,
  write,
  send: write,
  sendto: write,
  writev,
  sendmsg,
};
