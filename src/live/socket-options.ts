import type { SocketOption } from '../causes/scenario.ts';

export const SOL_SOCKET = 1;
const IPPROTO_TCP = 6;

const SO_REUSEADDR = 2;
export const SO_ERROR = 4;

const TCP_CONGESTION = 13;

/** TCP_REPAIR and what belongs to it (linux/tcp.h). */
const TCP_REPAIR = 19;
const TCP_REPAIR_QUEUE = 20;
const TCP_QUEUE_SEQ = 21;
const TCP_SEND_QUEUE = 2;

/** Level and number of an option (asm-generic/socket.h, linux/tcp.h). */
const OPTIONS: Readonly<Record<string, readonly [level: number, name: number]>> = {
  SO_REUSEADDR: [SOL_SOCKET, SO_REUSEADDR],
  SO_SNDBUF: [SOL_SOCKET, 7],
  SO_RCVBUF: [SOL_SOCKET, 8],
  SO_KEEPALIVE: [SOL_SOCKET, 9],
  SO_LINGER: [SOL_SOCKET, 13],
  TCP_NODELAY: [IPPROTO_TCP, 1],
  TCP_MAXSEG: [IPPROTO_TCP, 2],
  TCP_CORK: [IPPROTO_TCP, 3],
  TCP_KEEPIDLE: [IPPROTO_TCP, 4],
  TCP_KEEPINTVL: [IPPROTO_TCP, 5],
  TCP_KEEPCNT: [IPPROTO_TCP, 6],
  TCP_LINGER2: [IPPROTO_TCP, 8],
  TCP_DEFER_ACCEPT: [IPPROTO_TCP, 9],
  TCP_QUICKACK: [IPPROTO_TCP, 12],
  TCP_USER_TIMEOUT: [IPPROTO_TCP, 18],
  TCP_NOTSENT_LOWAT: [IPPROTO_TCP, 25],
};

/** What setsockopt(2) is to be called with. */
export interface PackedOption {
  readonly level: number;
  readonly name: number;
  readonly value: Uint8Array;
}

/** Numbers become an int, lists a structure of them; throws for a name that is not known. */
export const packOption = ({ name, value }: SocketOption): PackedOption => {
  const known = OPTIONS[name];
  if (known === undefined) throw new Error(`no socket option is known as ${name}`);
  const [level, number] = known;
  const numbers = typeof value === 'number' ? [value] : value;
  return { level, name: number, value: ints(...numbers) };
};

/**
 * Linux's own default, and the engine's. A machine may have another, and a namespace may not choose one
 * that is restricted there (tcp_allowed_congestion_control), but a socket of root may.
 */
export const TO_RUN_CUBIC: PackedOption = {
  level: IPPROTO_TCP,
  name: TCP_CONGESTION,
  value: new TextEncoder().encode('cubic'),
};

/** The socket may from now on disappear without a segment. */
export const TO_VANISH: readonly PackedOption[] = [tcp(TCP_REPAIR, 1)];

/** The initial sequence number of the connect() to come. */
export const toBeginWith = (sequence: number): readonly PackedOption[] => [
  tcp(TCP_REPAIR, 1),
  tcp(TCP_REPAIR_QUEUE, TCP_SEND_QUEUE),
  tcp(TCP_QUEUE_SEQ, sequence),
  tcp(TCP_REPAIR, 0),
];

function tcp(name: number, value: number): PackedOption {
  return { level: IPPROTO_TCP, name, value: ints(value) };
}

/** As this machine orders its bytes; every platform of Linux that koffi knows and we test is little-endian. */
function ints(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}
