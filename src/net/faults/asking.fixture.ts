import { pass } from '../../../test/waiting.ts';
import type { Outcome } from '../../causes/scenario.ts';
import type { Machine } from '../../device/machine.ts';
import type { Call, Outcome as CallOutcome } from '../../host/call.ts';
import { SocketError } from '../../host/socket-error.ts';
import type { Socket as HostSocket } from '../../host/socket.ts';
import type { Libc } from '../../live/libc.ts';
import { RealSocket } from '../../live/sockets.ts';
import type { FaultOptions, Sees, Way } from './index.ts';

/** A client that writes a request, reads until there is no more, and writes again, call by call. */

export const RESPONSE = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const REQUEST = 'POST / HTTP/1.1\r\nHost: app.test\r\nContent-Length: 4\r\n\r\nbody';
const TOO_LARGE = 'HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n';
/** Type, version and length of a record, and the type of a ClientHello in it (RFC 8446 §4, §5.1). */
const CLIENT_HELLO = '\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00';
const PART = 10;
const IDLE_MS = 60;
const SOON_MS = 30;
const READ_LENGTH = 65_536;
/** Ways that only time makes, in whole seconds of keepalive or a handshake. */
const SLOW = new Set(['keepalive-timeout', 'handshake-timeout']);

/** Pieces in which patience is counted: the server is in this process, and stands still with it. */
const PIECE_MS = 10;

/** The calls of one socket. */
export interface Caller {
  connect(address: string, port: number, withinMs: number): Promise<Outcome>;
  /** connect() whose outcome nobody waits for. */
  beginConnect(address: string, port: number): void;
  read(length: number, withinMs: number): Promise<Outcome>;
  write(bytes: Uint8Array, withinMs: number): Promise<Outcome>;
  close(): Promise<unknown>;
}

/** A socket of the kernel, by the C library. */
export const kernelCaller = (libc: Libc): Caller => {
  const socket = RealSocket.make(libc, 4);
  return {
    connect: async (address, port, withinMs) => {
      const first = await socket.connect(address, port, PIECE_MS);
      if (first !== 'nothing') return first;
      return inPieces(withinMs, () => socket.connected(PIECE_MS));
    },
    beginConnect: (address, port) => void socket.beginConnect(address, port),
    read: (length, withinMs) => inPieces(withinMs, () => socket.read(length, PIECE_MS)),
    write: (bytes, withinMs) => inPieces(withinMs, () => socket.write(bytes, PIECE_MS)),
    close: () => socket.close(),
  };
};

const inPieces = async (ms: number, attempt: () => Promise<Outcome>): Promise<Outcome> => {
  let outcome = await attempt();
  for (let leftMs = ms; outcome === 'nothing' && leftMs > 0; leftMs -= PIECE_MS) {
    outcome = await attempt();
  }
  return outcome;
};

/** A socket of a host of ours. */
export const ourCaller = (machine: Machine): Caller => {
  const socket: HostSocket = machine.act(() => machine.host.process('client').socket('inet'));
  const within = async <T>(
    ms: number,
    begin: () => Call<T>,
  ): Promise<CallOutcome<T> | 'nothing'> => {
    let outcome: CallOutcome<T> | 'nothing' = 'nothing';
    const call = machine.act(begin);
    call.whenSettled((settled) => (outcome = settled));
    const isWaiting = (): boolean => outcome === 'nothing';
    for (let leftMs = ms; isWaiting() && leftMs > 0; leftMs -= PIECE_MS) {
      await pass(PIECE_MS);
    }
    if (outcome === 'nothing') call.cancel();
    return outcome;
  };
  const codeOf = (outcome: unknown): Outcome =>
    outcome instanceof SocketError ? outcome.code : (outcome as Outcome);
  return {
    connect: async (address, port, withinMs) => {
      const outcome = await within(withinMs, () => socket.connect({ address, port }));
      return outcome === 0 ? 'ok' : codeOf(outcome);
    },
    beginConnect: (address, port) => void machine.act(() => socket.connect({ address, port })),
    read: async (length, withinMs) => {
      const outcome = await within(withinMs, () => socket.read(new Uint8Array(length)));
      return outcome === 0 ? 'EOF' : codeOf(outcome);
    },
    write: async (bytes, withinMs) => {
      const flags = { noSignal: true };
      return codeOf(await within(withinMs, () => socket.write(bytes, flags)));
    },
    close: () => Promise.resolve(machine.act(() => socket.close())),
  };
};

export const optionsFor = ({ cause, moment }: Way): FaultOptions => ({
  cause,
  moment,
  response: TOO_LARGE,
  ...(moment === 'mid-response' && { afterBytes: PART }),
  ...((moment === 'on-idle' || moment === 'on-reuse') && { afterMs: IDLE_MS }),
});

/** What such a client sees, in the words of the table. */
export const seen = async (
  way: Way,
  caller: Caller,
  address: string,
  port: number,
): Promise<Sees> => {
  try {
    if (way.sees.connect === 'ok or ECONNRESET') return await seenAtOnce(caller, address, port);
    const connect = await caller.connect(address, port, 300);
    if (connect === 'ok') return { connect, ...(await seenConnected(way, caller)) } as Sees;
    return { connect, response: 'none', read: 'never', write: 'never' } as Sees;
  } finally {
    await caller.close();
  }
};

/** The reset may come before the outcome of connect() is looked at: so nobody looks. */
const seenAtOnce = async (caller: Caller, address: string, port: number): Promise<Sees> => {
  caller.beginConnect(address, port);
  const read = await caller.read(1, 1000);
  const write = await caller.write(Buffer.from('more'), 1000);
  return { connect: 'ok or ECONNRESET', response: 'none', read, write } as Sees;
};

const seenConnected = async (way: Way, caller: Caller): Promise<object> => {
  const write = (text: string): Promise<Outcome> => caller.write(Buffer.from(text, 'latin1'), 1000);
  await write(way.cause === 'tls-rejected' ? CLIENT_HELLO : REQUEST);
  let bytes = 0;
  if (way.moment === 'on-reuse') {
    bytes = (await caller.read(RESPONSE.length, 1000)) as number;
    await pass(IDLE_MS + SOON_MS);
    await write(REQUEST);
  } else if (way.cause === 'close-with-unread-data' && way.moment === 'after-bytes') {
    await pass(SOON_MS);
    await write('more');
  }
  const withinMs = SLOW.has(way.cause) ? 5000 : 500;
  let read = await caller.read(READ_LENGTH, withinMs);
  for (; typeof read === 'number'; read = await caller.read(READ_LENGTH, withinMs)) bytes += read;
  await pass(SOON_MS);
  const first = await write('again');
  await pass(SOON_MS);
  const second = await write('again');
  const writes = typeof first === 'number' ? `ok, then ${second}` : first;
  return { response: amountOf(way, bytes), read, write: writes };
};

const amountOf = ({ cause }: Way, bytes: number): string | number => {
  const whole = cause === 'early-response' ? TOO_LARGE : RESPONSE;
  return { 0: 'none', [PART]: 'part', [whole.length]: 'whole' }[bytes] ?? bytes;
};
