import { ACK } from '../wire/packet.ts';
import { CWR, ECE, type Segment } from '../wire/segment.ts';
import type { Connection } from './connection.ts';
import type { FourTuple } from './four-tuple.ts';
import type { Settings } from './sysctl.ts';

/** Largest shift of a window (RFC 7323 §2.3). */
const MAX_WINDOW_SCALE = 14;
/** Bytes of the timestamp option with its padding. */
const TIMESTAMPS_LENGTH = 12;

/** Bytes of an IP header and a TCP header, both without options. */
const headersOf = ({ local }: FourTuple): number => (local.address.version === 4 ? 40 : 60);

/** The MSS that our SYN tells of, from the path MTU (RFC 9293 §3.7.1) and TCP_MAXSEG. */
export const mssToAdvertise = (path: FourTuple, pathMtu: number, maxSegment: number): number => {
  const mss = Math.min(pathMtu - headersOf(path), 65_535);
  return maxSegment > 0 ? Math.min(mss, maxSegment) : mss;
};

/** What a SYN without the option means (RFC 9293 §3.7.1). */
export const defaultMss = ({ local }: FourTuple): number =>
  local.address.version === 4 ? 536 : 1220;

/** The window of a SYN: the buffer in whole segments, as far as the header holds it unscaled. */
export const initialWindow = (space: number, mss: number, hasTimestamps: boolean): number => {
  const segment = hasTimestamps ? mss - TIMESTAMPS_LENGTH : mss;
  const whole = space > segment ? space - (space % segment) : space;
  return Math.min(whole, 0xffff);
};

/**
 * The shift that lets the window grow to the largest buffer allowed (tcp_select_initial_window); of a
 * buffer whose size was set by SO_RCVBUF, to that size, as it will not grow.
 */
export const windowScaleFor = (space: number, isLocked: boolean, settings: Settings): number => {
  if (settings.tcp_window_scaling === 0) return 0;
  const most = isLocked ? space : Math.max(space, settings.tcp_rmem[2], settings.rmem_max);
  return Math.min(Math.max(31 - Math.clz32(most) - 15, 0), MAX_WINDOW_SCALE);
};

/** Options that both ends' SYNs have are in force (RFC 7323 §2.2, §3.2; RFC 2018 §2; RFC 3168 §6.1.1). */
export const agreeOnOptions = (c: Connection, syn: Segment, now: number): void => {
  const { settings } = c;
  c.peerMss = syn.mss > 0 ? syn.mss : defaultMss(c.path);
  c.sackPermitted = settings.tcp_sack !== 0 && syn.sackPermitted;
  c.timestamps = settings.tcp_timestamps !== 0 && syn.hasTimestamps;
  if (c.timestamps) {
    c.tsRecent = syn.tsval;
    c.tsRecentAtMs = now;
  }
  const hasAck = (syn.flags & ACK) !== 0;
  c.windowScaling = settings.tcp_window_scaling !== 0 && syn.windowScale >= 0;
  c.sndWndScale = c.windowScaling ? Math.min(syn.windowScale, MAX_WINDOW_SCALE) : 0;
  // Our SYN,ACK of a simultaneous open offers the scale once more, so it stays in force (Linux).
  if (!c.windowScaling && hasAck) c.rcvWndScale = 0;
  c.ecn = settings.tcp_ecn === 1 && (hasAck ? acceptsEcn(syn) : asksForEcn(syn));
};

/** ECN-setup SYN: ECE and CWR. */
export const asksForEcn = ({ flags }: Segment): boolean => (flags & (ECE | CWR)) === (ECE | CWR);

/** ECN-setup SYN,ACK: ECE without CWR. */
const acceptsEcn = ({ flags }: Segment): boolean => (flags & (ECE | CWR)) === ECE;
