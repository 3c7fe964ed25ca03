import { ACK, FIN, RST, SYN } from '../wire/packet.ts';
import { IpAddress } from '../wire/ip-address.ts';
import { CWR, ECE, PSH, Segment, URG } from '../wire/segment.ts';
import { add, distance } from '../wire/sequence.ts';
import { newCongestionControl } from './congestion/algorithms.ts';
import type { Connection } from './connection.ts';
import type { FourTuple } from './four-tuple.ts';
import { assertInvariants } from './invariants.ts';
import type { Outlet } from './outlet.ts';
import { ReceiveBuffer } from './receive-buffer.ts';
import type { Reset } from './reset.ts';
import type { ResetEvent } from './reset-event.ts';
import { segmentArrives } from './segment-arrives/segment-arrives.ts';
import { SendBuffer } from './send-buffer.ts';
import { defaultSettings } from './sysctl.ts';
import { open } from './user-calls.ts';
import { receiveWindow } from './window.ts';

/** Where this end's and the peer's sequence numbers begin: near the wrap, where mistakes show. */
export const ISS = -3;
export const IRS = 0x7fff_fffd;

export const PATH: FourTuple = {
  local: { address: new IpAddress(4, 0x0a00_0002), port: 80 },
  remote: { address: new IpAddress(4, 0x0a00_0001), port: 40_000 },
};

const LETTERS: readonly (readonly [string, number])[] = [
  ['S', SYN],
  ['F', FIN],
  ['R', RST],
  ['P', PSH],
  ['U', URG],
  ['E', ECE],
  ['W', CWR],
  ['.', ACK],
];

const lettersOf = (flags: number): string =>
  LETTERS.filter(([, bit]) => (flags & bit) !== 0)
    .map(([letter]) => letter)
    .join('');

const flagsOf = (letters: string): number =>
  LETTERS.filter(([letter]) => letters.includes(letter)).reduce((all, [, bit]) => all | bit, 0);

/**
 * One connection (or what stands for it) with a peer written by hand. Segments are written as
 * `flags seq(length) ack n`, sequence numbers counted from the SYN of whose they are: `R. 1(0) ack 1`.
 * For `seq`, `edge` is the right edge of our window, `nxt` our RCV.NXT; `edge+1` one beyond.
 */
export class Bench implements Outlet {
  readonly settings = defaultSettings();
  readonly events: ResetEvent[] = [];
  readonly resets: Reset[] = [];
  now = 1_000_000;
  /** Bytes of text that the link takes to be cut; 0: segments leave one by one. */
  segmentation = 0;
  /** What was sent since it was last asked for. */
  private sent: string[] = [];
  /** The device takes nothing. */
  congested = false;
  /** Fields of the last segment sent without RST. */
  last = new Segment();

  transmit(segment: Segment): void {
    const { flags, payloadLength } = segment;
    const ack = (flags & ACK) === 0 ? '' : ` ack ${distance(segment.ack, IRS)}`;
    const seq = distance(segment.seq, ISS);
    this.sent.push(`${lettersOf(flags)} ${seq}(${payloadLength})${ack}`);
    this.last = Object.assign(new Segment(), segment);
  }

  isCongested(): boolean {
    return this.congested;
  }

  transmitReset(reset: Reset): void {
    const ack = (reset.flags & ACK) === 0 ? '' : ` ack ${distance(reset.ack, IRS)}`;
    // A reset in answer to a segment without ACK has sequence number 0, whatever ours are.
    const seq = reset.seq === 0 && ack !== '' ? 'zero' : `${distance(reset.seq, ISS)}`;
    const window = reset.window > 0 ? ' live' : '';
    this.sent.push(`${lettersOf(reset.flags)} ${seq}(0)${ack}${window}`);
    this.resets.push(reset);
  }

  report(event: ResetEvent): void {
    this.events.push(event);
  }

  /** All that was sent since the last call. */
  replies(): string[] {
    const { sent } = this;
    this.sent = [];
    return sent;
  }

  open(settle: (c: Connection) => void = () => {}): Connection {
    const parts = {
      iss: ISS,
      tsOffset: 0,
      pathMtu: 1500,
      sendBuffer: new SendBuffer(65_536),
      receiveBuffer: new ReceiveBuffer(131_072),
      congestion: newCongestionControl('reno'),
      configure: (c: Connection): void => {
        // A buffer of a known size: it does not tune itself.
        c.sendBufferLocked = true;
        settle(c);
      },
    };
    return open(PATH, this.settings, this, parts, this.now);
  }

  /** Lets a segment arrive, and looks at the connection's invariants after it. */
  arrive(c: Connection, text: string, more: Partial<Segment> = {}): string[] {
    segmentArrives(c, segment(text, c, more), this.now);
    assertInvariants(c);
    return this.replies();
  }

  later(ms: number): void {
    this.now += ms;
  }
}

/** A segment of the peer; `c` is asked where `seq` is `edge` or `nxt`. */
export const segment = (text: string, c?: Connection, more: Partial<Segment> = {}): Segment => {
  const parts = /^([A-Z.-]+) ([a-z0-9+-]+)\((\d+)\)(?: ack (-?\d+))?$/.exec(text);
  if (parts === null) throw new Error(`no segment: ${text}`);
  const [, letters = '', seq = '', length = '0', ack] = parts;
  const made = new Segment();
  made.flags = flagsOf(letters);
  made.seq = sequenceOf(seq, c);
  made.ack = ack === undefined ? 0 : add(ISS, Number(ack));
  made.window = 10_000;
  made.payload = new Uint8Array(Number(length)).fill(7);
  made.payloadLength = Number(length);
  return Object.assign(made, more);
};

const sequenceOf = (text: string, c: Connection | undefined): number => {
  const named = /^(edge|nxt)([+-]\d+)?$/.exec(text);
  if (named === null) return add(IRS, Number(text));
  if (c === undefined) throw new Error(`whose ${text}?`);
  const base = named[1] === 'edge' ? add(c.rcvNxt, receiveWindow(c)) : c.rcvNxt;
  return add(base, Number(named[2] ?? 0));
};
