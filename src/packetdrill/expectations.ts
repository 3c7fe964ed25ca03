import type { Bench } from './bench.ts';
import { differences } from './compare.ts';
import type { Configuration } from './configuration.ts';
import type { Conversation } from './conversation.ts';
import type { Departure } from './departure.ts';
import { packetText } from './packet-text.ts';
import type { PacketAction, When } from './script.ts';
import { failure, PASS, type Verdict } from './verdict.ts';

const PSH = 8;
const FIN_OR_PSH = 9;

/** How long a packet at `*` is waited for. */
const PATIENCE_MS = 3_600_000;

/** Times far off may be missed by this part of them. */
const TOLERANCE_SHARE = 0.01;

/** TCP_DELACK_MAX, and its timer's grain. */
const LONGEST_DELAY_MS = 210;

interface Times {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Holds what leaves the host against what the script says is to leave. */
export class Expectations {
  private readonly bench: Bench;
  private readonly conversation: Conversation;
  private readonly configuration: Configuration;
  private readonly acksAtWill: boolean;
  /** The highest acknowledgement so far, in the numbers of the script. */
  private acknowledged = 0;

  constructor(
    bench: Bench,
    conversation: Conversation,
    configuration: Configuration,
    acksAtWill: boolean,
  ) {
    this.acksAtWill = acksAtWill;
    this.bench = bench;
    this.conversation = conversation;
    this.configuration = configuration;
  }

  /** The next packet that leaves must be this one, at that time. */
  expect(expected: PacketAction, when: When, line: number): Verdict {
    const times = this.timesOf(when, expected);
    const packet = this.gather(expected, times);
    if (packet === undefined) return failure(line, 'nothing left', packetText(expected));
    const actual = this.conversation.departure(expected, packet);
    const { timestampTickMs, toleranceMs } = this.configuration;
    const wrong = differences(expected, actual, timestampTickMs, toleranceMs);
    const text = packetText(actual);
    if (wrong.length > 0) {
      if (this.mayPassOver(expected, actual)) return this.expect(expected, when, line);
      return failure(line, `another packet left: ${wrong.join(', ')}`, packetText(expected), text);
    }
    this.acknowledged = actual.ack ?? this.acknowledged;
    if (packet.atMs >= times.fromMs && packet.atMs <= times.untilMs) return PASS;
    return failure(
      line,
      'it left at another time',
      timesText(times),
      `${secondsText(packet.atMs)} s`,
    );
  }

  /** An acknowledgement of text that came, before the one that the script waits for. */
  private mayPassOver(expected: PacketAction, actual: PacketAction): boolean {
    const { ack } = actual;
    if (!this.acksAtWill || !isPlainAck(actual) || ack === undefined) return false;
    if (ack <= this.acknowledged || ack > (expected.ack ?? 0)) return false;
    this.acknowledged = ack;
    return true;
  }

  /**
   * At the end: no packet may have left that no line of the script speaks of, but for what its own
   * last calls sent (a FIN of close(), as a rule).
   */
  nothingLeft(line: number): Verdict {
    const { left } = this.bench;
    const stray = left.find(
      (packet) => packet.drawnBy !== 'call' && this.conversation.isOurs(packet),
    );
    if (stray === undefined) return PASS;
    const text = packetText(this.conversation.departure(UNEXPECTED, stray));
    const why = 'a packet left that the script does not expect';
    return { ...failure(line, why, 'nothing', text), beyond: true };
  }

  private timesOf(when: When, expected: PacketAction): Times {
    const { now } = this.bench;
    if (this.acksAtWill && isPlainAck(expected))
      return { fromMs: 0, untilMs: now + LONGEST_DELAY_MS };
    if (when.kind === 'any') return { fromMs: 0, untilMs: now + PATIENCE_MS };
    const isRelative = when.kind === 'relative' || (when.kind === 'range' && when.relative);
    const base = isRelative ? now : 0;
    const fromMs = base + (when.kind === 'range' ? when.fromMs : when.atMs);
    const untilMs = base + (when.kind === 'range' ? when.untilMs : when.atMs);
    const share = Math.max(0, fromMs - now) * TOLERANCE_SHARE;
    const tolerance = Math.max(this.configuration.toleranceMs, share);
    return { fromMs: fromMs - tolerance, untilMs: untilMs + tolerance };
  }

  /** As many packets in a row as make up the text that is expected, as one. */
  private gather(expected: PacketAction, { fromMs, untilMs }: Times): Departure | undefined {
    let whole = this.next(untilMs);
    if (this.configuration.strictSegments || (whole?.atMs ?? 0) < fromMs) return whole;
    while (whole !== undefined && whole.length > 0 && whole.length < expected.length) {
      const more = this.next(untilMs);
      if (more === undefined) return whole;
      if (!follows(whole, more)) {
        this.bench.left.unshift(more);
        return whole;
      }
      whole = joined(whole, more, expected);
    }
    return whole;
  }

  private next(untilMs: number): Departure | undefined {
    const { bench } = this;
    for (;;) {
      while (bench.left.length === 0 && bench.step(untilMs));
      const packet = bench.left.shift();
      if (packet === undefined || this.conversation.isOurs(packet)) return packet;
    }
  }
}

const UNEXPECTED: PacketAction = {
  kind: 'packet',
  direction: 'out',
  flags: 0,
  seq: undefined,
  absolute: false,
  length: 0,
  ack: undefined,
  window: undefined,
  urgent: 0,
  options: 'any',
  ip: {},
  sourcePort: undefined,
  targetPort: undefined,
};

const ACK = 16;

const isPlainAck = ({ flags, length, options }: PacketAction): boolean =>
  flags === ACK &&
  length === 0 &&
  options !== 'any' &&
  !options.some(({ kind }) => kind === 'sack');

const follows = (first: Departure, second: Departure): boolean =>
  second.length > 0 &&
  second.seq === (first.seq + first.length) >>> 0 &&
  second.ack === first.ack &&
  (first.flags | FIN_OR_PSH) === (second.flags | FIN_OR_PSH);

/**
 * As a network card's driver would have been handed it. Where Linux ends one packet and begins another,
 * and so puts PSH (__tcp_transmit_skb), changes from version to version: so it is as the script has it.
 */
const joined = (first: Departure, last: Departure, expected: PacketAction): Departure => ({
  ...first,
  atMs: last.atMs,
  flags: (last.flags & ~PSH) | (expected.flags & PSH),
  length: first.length + last.length,
});

const secondsText = (ms: number): string => (ms / 1000).toFixed(6);

const timesText = ({ fromMs, untilMs }: Times): string =>
  `${secondsText(fromMs)} s to ${secondsText(untilMs)} s`;
