import { resetFor } from '../../tcp/reset.ts';
import type { Endpoint } from '../../wire/ip-address.ts';
import { ACK } from '../../wire/packet.ts';
import { PSH, Segment } from '../../wire/segment.ts';
import { add } from '../../wire/sequence.ts';
import { Dissection, type InFlight } from '../in-flight.ts';
import { type Middlebox, type Side, type Ways, otherSide } from '../middlebox.ts';
import { forge, packetOf } from './forge.ts';

/**
 * How forged resets look, seen in the field: one; a bare one and one with ACK; three with rising
 * numbers, in case more has been sent meanwhile; a guess within the window, and one outside of it
 * (RFC 5961 §3.2 challenges the first and ignores the second); or text in place of a reset.
 */
export type InjectionPattern =
  | 'rst'
  | 'rst-ack'
  | 'rst-then-rst-ack'
  | 'rising'
  | 'in-window'
  | 'out-of-window'
  | 'data';

export interface InjectorOptions {
  readonly pattern: InjectionPattern;
  /** The segment that draws it, which itself goes on. */
  readonly when: (look: Dissection, toward: Side) => boolean;
  /** Whom it is aimed at: who sent that segment, who is to receive it, or both. */
  readonly against: 'sender' | 'receiver' | 'both';
  /** How many segments draw it; without: 1. */
  readonly times?: number;
  /** How long it takes, in milliseconds; without: 0. */
  readonly reactionMs?: number;
  /** As it leaves the box; without: 64. */
  readonly ttl?: number;
  readonly name?: string;
}

interface Shot {
  readonly withAck: boolean;
  /** From the next sequence number that the victim expects. */
  readonly ahead: number;
}

const SHOTS: Record<Exclude<InjectionPattern, 'data'>, readonly Shot[]> = {
  rst: [{ withAck: false, ahead: 0 }],
  'rst-ack': [{ withAck: true, ahead: 0 }],
  'rst-then-rst-ack': [
    { withAck: false, ahead: 0 },
    { withAck: true, ahead: 0 },
  ],
  rising: [
    { withAck: true, ahead: 0 },
    { withAck: true, ahead: 1460 },
    { withAck: true, ahead: 4380 },
  ],
  'in-window': [{ withAck: false, ahead: 100 }],
  'out-of-window': [{ withAck: false, ahead: 0x4000_0000 }],
};

const TEXT = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n';

/** Somebody on the path who sees all and writes in others' names. */
export class Injector implements Middlebox {
  readonly name: string;
  private readonly options: InjectorOptions;
  private readonly look = new Dissection();
  private left: number;
  private ways: Ways | undefined = undefined;
  /** In order of time. */
  private readonly pending: { readonly atMs: number; readonly act: (now: number) => void }[] = [];

  constructor(options: InjectorOptions) {
    this.options = options;
    this.name = options.name ?? 'injector';
    this.left = options.times ?? 1;
  }

  attach(ways: Ways): void {
    this.ways = ways;
  }

  arrives(packet: InFlight, toward: Side, now: number): void {
    this.ways?.forward(packet, toward);
    const { look, options } = this;
    if (this.left === 0 || !look.read(packet) || !options.when(look, toward)) return;
    this.left -= 1;
    const { segment, source, target } = look;
    const next = add(segment.seq, segment.length);
    if (options.against !== 'receiver') {
      this.aim(target, source, segment.ack, next, otherSide(toward), now);
    }
    if (options.against !== 'sender') {
      this.aim(source, target, next, segment.ack, toward, now);
    }
    if (this.options.reactionMs === undefined) this.timeout(now);
  }

  deadline(): number {
    return this.pending[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  timeout(now: number): void {
    while (this.deadline() <= now) this.pending.shift()?.act(now);
  }

  /** `seq`: what the victim expects next from `source`; `ack`: what it sent. */
  private aim(
    source: Endpoint,
    target: Endpoint,
    seq: number,
    ack: number,
    toward: Side,
    now: number,
  ): void {
    const { pattern, reactionMs = 0 } = this.options;
    const atMs = now + reactionMs;
    if (pattern === 'data') {
      this.pending.push({ atMs, act: () => this.speak(source, target, seq, ack, toward) });
      return;
    }
    for (const { withAck, ahead } of SHOTS[pattern]) {
      const forged = withAck ? { seq: add(seq, ahead), ack } : { seq: add(seq, ahead) };
      this.pending.push({
        atMs,
        act: (then) => {
          const reset = resetFor('injected', { forged });
          const packet = forge({ reset, source, target, ttl: this.options.ttl ?? 64 }, then);
          if (packet.event !== undefined) this.ways?.report(packet.event);
          this.ways?.forward(packet, toward);
        },
      });
    }
  }

  private speak(source: Endpoint, target: Endpoint, seq: number, ack: number, toward: Side): void {
    const segment = new Segment();
    segment.seq = seq;
    segment.ack = ack;
    segment.flags = PSH | ACK;
    segment.window = 0xffff;
    segment.payload = Uint8Array.from(TEXT, (letter) => letter.charCodeAt(0));
    segment.payloadLength = segment.payload.length;
    this.ways?.forward(packetOf(segment, source, target, this.options.ttl ?? 64), toward);
  }
}
