import { after, before, distance } from '../wire/sequence.ts';
import { type Connection, NEVER } from './connection.ts';
import { fail } from './ending.ts';
import type { Errno } from './errno.ts';
import { output } from './output.ts';
import { lowerPathMtu } from './path-mtu.ts';
import { armRetransmission } from './retransmission-timer.ts';
import { SACKED } from './scoreboard.ts';

/** What a connection needs of an ICMP or ICMPv6 error about one of its segments. */
interface IcmpReport {
  readonly type: number;
  readonly code: number;
  /** Of the next hop in bytes, 0 if not told. */
  readonly mtu: number;
  /** SEQ of the quoted segment. */
  readonly seq: number;
}

const UNREACHABLE = 3;
const FRAGMENTATION_NEEDED = 4;
const PARAMETER_PROBLEM = 12;
const TIME_EXCEEDED = 11;

/** Linux's icmp_err_convert, by the code of "unreachable". */
const UNREACHABLE_ERRNOS: readonly Errno[] = [
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOPROTOOPT',
  'ECONNREFUSED',
  'EMSGSIZE',
  'EOPNOTSUPP',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
];

const UNREACHABLE_V6 = 1;
const TOO_BIG_V6 = 2;
const TIME_EXCEEDED_V6 = 3;
const PARAMETER_PROBLEM_V6 = 4;

/** Linux's icmpv6_err_convert, by the code of "unreachable". */
const UNREACHABLE_ERRNOS_V6: readonly Errno[] = [
  'ENETUNREACH',
  'EACCES',
  'EHOSTUNREACH',
  'EHOSTUNREACH',
  'ECONNREFUSED',
  'EACCES',
  'EACCES',
];

/**
 * An ICMP error about a segment that is on the way (tcp_v4_err, tcp_v6_err); about any other it is a
 * forgery or too old, and ignored (RFC 5927 §4.1). A handshake fails at once. An established connection
 * goes on and only remembers: if it times out, the application is told this error (RFC 1122 §4.2.3.9).
 */
export const icmpArrives = (c: Connection, report: IcmpReport, now: number): void => {
  if (c.state === 'CLOSED' || c.state === 'TIME-WAIT') return;
  if (before(report.seq, c.sndUna) || after(report.seq, c.sndNxt)) return;
  if (isTooBig(c, report)) return tooBig(c, report.mtu, now);
  const errno = errnoOf(c, report);
  if (errno === undefined) return;
  if (c.state === 'SYN-SENT' || c.state === 'SYN-RECEIVED') return fail(c, errno);
  if (errno === 'ENETUNREACH' || errno === 'EHOSTUNREACH') takeBackBackOff(c, report.seq, now);
  c.softError = errno;
};

const isVersion4 = (c: Connection): boolean => c.path.local.address.version === 4;

const isTooBig = (c: Connection, { type, code }: IcmpReport): boolean =>
  isVersion4(c) ? type === UNREACHABLE && code === FRAGMENTATION_NEEDED : type === TOO_BIG_V6;

const errnoOf = (c: Connection, { type, code }: IcmpReport): Errno | undefined => {
  if (isVersion4(c)) {
    if (type === UNREACHABLE) return UNREACHABLE_ERRNOS[code];
    if (type === PARAMETER_PROBLEM) return 'EPROTO';
    return type === TIME_EXCEEDED ? 'EHOSTUNREACH' : undefined;
  }
  if (type === UNREACHABLE_V6) return UNREACHABLE_ERRNOS_V6[code] ?? 'EPROTO';
  if (type === PARAMETER_PROBLEM_V6) return 'EPROTO';
  return type === TIME_EXCEEDED_V6 ? 'EHOSTUNREACH' : undefined;
};

/**
 * Path MTU discovery (RFC 1191, RFC 8201): what is larger than the path carries was dropped, and goes
 * again in smaller segments, without a reduction for congestion (tcp_simple_retransmit).
 */
const tooBig = (c: Connection, mtu: number, now: number): void => {
  const board = c.scoreboard;
  if (!lowerPathMtu(c, mtu) || board === undefined) return;
  for (let entry = 0; entry < board.count; entry += 1) {
    const size = distance(board.endOf(entry), board.startOf(entry));
    if (size > c.sndMss && !board.is(entry, SACKED)) board.markLost(entry);
  }
  if (board.lostBytes === 0) return;
  board.mayUndo = false;
  if (c.recovery !== 'loss') {
    c.recovery = 'loss';
    c.recoveryPoint = c.sndNxt;
  }
  output(c, now);
};

/** A router says why nothing came back: no congestion, so one doubling of RTO is undone (RFC 6069). */
const takeBackBackOff = (c: Connection, seq: number, now: number): void => {
  if (c.retransmits === 0 || c.backoff === 0 || seq !== c.sndUna) return;
  if (c.retransmitFor !== 'rto' || c.retransmitAtMs === NEVER) return;
  const setAtMs = c.retransmitAtMs - c.rtoMs;
  c.backoff -= 1;
  c.rtoMs /= 2;
  armRetransmission(c, Math.max(setAtMs, now - c.rtoMs));
};
