import { type Endpoint, nameOf } from '../../wire/ip-address.ts';
import { ACK, FIN, RST, SYN } from '../../wire/packet.ts';
import { add, after, before } from '../../wire/sequence.ts';
import type { Dissection } from '../in-flight.ts';
import { type Side, otherSide } from '../middlebox.ts';

/** What one end has said, as far as it went past here. */
export interface TrackedEnd {
  readonly endpoint: Endpoint;
  /** Whether it has said anything. */
  seen: boolean;
  /** One past the last sequence number that it sent. */
  next: number;
  /** What it acknowledged, and the right edge of the window that it offered. */
  acknowledged: number;
  edge: number;
  largestWindow: number;
  windowScale: number;
  closed: boolean;
}

/** One connection across the box. */
export interface Tracked {
  readonly left: TrackedEnd;
  readonly right: TrackedEnd;
  lastSeenMs: number;
}

/** `unknown`: it is no SYN, and of no connection that is remembered. */
export type Judgement = 'new' | 'known' | 'invalid' | 'unknown';

/** Acknowledgements this far behind are still believed (nf_conntrack's MAXACKWINDOW). */
const OLDEST_ACK = 66_000;

/**
 * Connection tracking: what a stateful firewall, a balancer or a NAT remembers, and how it judges
 * (after nf_conntrack's tcp_in_window, with nf_conntrack_tcp_loose and _be_liberal off).
 */
export class ConnectionTracking {
  readonly idleTimeoutMs: number;
  private readonly connections = new Map<string, Tracked>();

  constructor(idleTimeoutMs: number) {
    this.idleTimeoutMs = idleTimeoutMs;
  }

  /** Judges the segment, and learns from it unless it is invalid. `fromSide`: where it came from. */
  judge(look: Dissection, fromSide: Side, now: number): Judgement {
    const { segment } = look;
    const key = keyOf(look, fromSide);
    const isSyn = (segment.flags & (SYN | ACK | RST)) === SYN;
    const known = this.connections.get(key);
    if (known !== undefined && !isReopened(known, isSyn)) {
      if (known[fromSide].seen && !isInWindow(known, fromSide, look)) return 'invalid';
      learn(known, fromSide, look, now);
      return 'known';
    }
    if (!isSyn) return 'unknown';
    const tracked = newConnection(look, fromSide, now);
    this.connections.set(key, tracked);
    learn(tracked, fromSide, look, now);
    return 'new';
  }

  /** Infinity if none is remembered. */
  nextExpiryMs(): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const { lastSeenMs } of this.connections.values()) {
      earliest = Math.min(earliest, lastSeenMs + this.idleTimeoutMs);
    }
    return earliest;
  }

  /** Forgets what has been idle too long, and answers with it. */
  expire(now: number): Tracked[] {
    const expired: Tracked[] = [];
    for (const [key, tracked] of this.connections) {
      if (tracked.lastSeenMs + this.idleTimeoutMs > now) continue;
      this.connections.delete(key);
      expired.push(tracked);
    }
    return expired;
  }

  /** Forgets everything, as when the box restarts. */
  clear(): void {
    this.connections.clear();
  }
}

const keyOf = ({ source, target }: Dissection, fromSide: Side): string => {
  const [left, right] = fromSide === 'left' ? [source, target] : [target, source];
  return `${nameOf(left)} ${nameOf(right)}`;
};

/** A SYN on a connection that is over begins another one. */
const isReopened = ({ left, right }: Tracked, isSyn: boolean): boolean =>
  isSyn && (left.closed || right.closed);

const newConnection = (look: Dissection, fromSide: Side, now: number): Tracked => {
  const { source, target } = look;
  const [left, right] = fromSide === 'left' ? [source, target] : [target, source];
  return { left: silentEnd(left), right: silentEnd(right), lastSeenMs: now };
};

const silentEnd = (endpoint: Endpoint): TrackedEnd => ({
  endpoint,
  seen: false,
  next: 0,
  acknowledged: 0,
  edge: 0,
  largestWindow: 0,
  windowScale: 0,
  closed: false,
});

const learn = (tracked: Tracked, fromSide: Side, { segment }: Dissection, now: number): void => {
  const end = tracked[fromSide];
  const isSyn = (segment.flags & SYN) !== 0;
  const next = add(segment.seq, segment.length);
  if (!end.seen || after(next, end.next)) end.next = next;
  if (isSyn) end.windowScale = Math.max(0, Math.min(14, segment.windowScale));
  if ((segment.flags & ACK) !== 0) {
    const window = isSyn ? segment.window : segment.window * 2 ** end.windowScale;
    const edge = add(segment.ack, window);
    if (end.edge === 0 || after(edge, end.edge)) end.edge = edge;
    end.acknowledged = segment.ack;
    end.largestWindow = Math.max(end.largestWindow, window);
  }
  if ((segment.flags & (FIN | RST)) !== 0) end.closed = true;
  end.seen = true;
  tracked.lastSeenMs = now;
};

const isInWindow = (tracked: Tracked, fromSide: Side, { segment }: Dissection): boolean => {
  const sender = tracked[fromSide];
  const receiver = tracked[otherSide(fromSide)];
  const hasAck = (segment.flags & ACK) !== 0;
  if (receiver.edge !== 0) {
    if (after(segment.seq, receiver.edge)) return false;
    const oldest = add(sender.next, -receiver.largestWindow - 1);
    if (before(add(segment.seq, segment.length), oldest)) return false;
  }
  if (!hasAck || !receiver.seen) return true;
  if (after(segment.ack, receiver.next)) return false;
  return !before(segment.ack, add(receiver.next, -Math.max(OLDEST_ACK, sender.largestWindow)));
};
