import { nameOf } from '../../wire/ip-address.ts';
import { ACK, FIN, RST, SYN } from '../../wire/packet.ts';
import { add, after, before, distance } from '../../wire/sequence.ts';
import type { Segment } from '../../wire/segment.ts';
import { Dissection, type InFlight } from '../in-flight.ts';
import type { SimHost } from '../sim-host.ts';
import type { Checker, Complain } from './checker.ts';

/** What is remembered of the text of a connection, for the comparison of retransmissions. */
const MOST_TEXT = 1 << 20;
/** Numbers nearer to one another than this belong to the same incarnation. */
const NEAR = 1 << 28;

/** One direction of a four-tuple since its last SYN, from the side of the host that sends. */
class Sender {
  iss = 0;
  begun = false;
  /** The last acknowledgement sent. */
  lastAck: number | undefined = undefined;
  finAt: number | undefined = undefined;
  text = new Uint8Array(4096);
  /** How much of `text` has been sent. */
  length = 0;
  /** Ends of what the other side has sent, one for each of its SYNs. */
  readonly heard: number[] = [];
  /** Right edge of the window that it was given, and the shift count that the peer's SYN named. */
  edge: number | undefined = undefined;
  peerShift = 0;
}

/**
 * What a TCP says in numbers is never absurd: it acknowledges only what reached it, never takes an
 * acknowledgement back, repeats the same bytes under the same numbers (RFC 9293 §3.7.2), sends
 * nothing beyond its FIN and no text beyond the window that it was offered (§3.8.6).
 */
export class SequenceNumbers implements Checker {
  readonly name = 'sequence numbers make sense';
  private readonly look = new Dissection();
  private readonly senders = new Map<string, Sender>();

  arrives(host: SimHost, packet: InFlight): void {
    const { look } = this;
    if (!look.read(packet, true)) return;
    const sender = this.senderOf(host, nameOf(look.target), nameOf(look.source));
    hear(sender, look.segment);
  }

  departs(host: SimHost, packet: InFlight, complain: Complain): void {
    const { look } = this;
    if (!look.read(packet)) return;
    const { segment } = look;
    if ((segment.flags & RST) !== 0) return;
    const [from, to] = [nameOf(look.source), nameOf(look.target)];
    const sender = this.senderOf(host, from, to);
    const wrong = (text: string): void =>
      complain(`${from} to ${to}: seq ${segment.seq >>> 0}, ack ${segment.ack >>> 0}: ${text}`);
    if ((segment.flags & SYN) !== 0) begin(sender, segment);
    if ((segment.flags & ACK) !== 0) checkAck(sender, segment, wrong);
    if (sender.begun) checkText(sender, segment, wrong);
  }

  private senderOf(host: SimHost, local: string, remote: string): Sender {
    const key = `${host.name} ${local} ${remote}`;
    const known = this.senders.get(key);
    if (known !== undefined) return known;
    const sender = new Sender();
    this.senders.set(key, sender);
    return sender;
  }
}

const begin = (sender: Sender, segment: Segment): void => {
  if (sender.begun && sender.iss === segment.seq) return;
  sender.begun = true;
  sender.iss = segment.seq;
  sender.lastAck = undefined;
  sender.finAt = undefined;
  sender.length = 0;
  if ((segment.flags & ACK) === 0) sender.edge = undefined;
};

const hear = (sender: Sender, segment: Segment): void => {
  const end = add(segment.seq, segment.length);
  if ((segment.flags & SYN) !== 0) {
    sender.heard.push(end);
    sender.peerShift = Math.max(0, Math.min(14, segment.windowScale));
  }
  const near = sender.heard.findIndex((heard) => Math.abs(distance(end, heard)) < NEAR);
  if (near >= 0 && after(end, sender.heard[near])) sender.heard[near] = end;
  if ((segment.flags & ACK) === 0 || (segment.flags & RST) !== 0) return;
  const shift = (segment.flags & SYN) === 0 ? sender.peerShift : 0;
  const edge = add(segment.ack, segment.window * 2 ** shift);
  if (sender.edge === undefined || (segment.flags & SYN) !== 0 || after(edge, sender.edge)) {
    sender.edge = edge;
  }
};

const checkAck = (sender: Sender, { ack, flags }: Segment, wrong: (text: string) => void): void => {
  const isHeard = sender.heard.some((end) => distance(ack, end) <= 0 && distance(ack, end) > -NEAR);
  if (sender.heard.length > 0 && !isHeard) wrong('acknowledges what never came');
  const { lastAck } = sender;
  if (lastAck !== undefined && (flags & SYN) === 0 && before(ack, lastAck)) {
    wrong(`takes back what it acknowledged, ${lastAck >>> 0}`);
  }
  sender.lastAck = ack;
};

const checkText = (sender: Sender, segment: Segment, wrong: (text: string) => void): void => {
  const from = distance(segment.seq, sender.iss) - 1;
  const { payload, payloadOffset, payloadLength, flags } = segment;
  const end = from + payloadLength;
  if (sender.finAt !== undefined && payloadLength > 0 && end > sender.finAt) {
    wrong('has text beyond its FIN');
  }
  if ((flags & FIN) !== 0) {
    if (sender.finAt !== undefined && sender.finAt !== end) wrong('moves its FIN');
    sender.finAt = end;
  }
  if (payloadLength === 0 || (flags & SYN) !== 0 || from < 0 || end > MOST_TEXT) return;
  const right = add(segment.seq, payloadLength);
  if (sender.edge !== undefined && after(right, sender.edge)) {
    wrong(`has text ${distance(right, sender.edge)} bytes beyond the window`);
  }
  if (from > sender.length) wrong('leaves out text');
  makeRoom(sender, end);
  for (let at = Math.max(0, from); at < end; at += 1) {
    const byte = payload[payloadOffset + at - from];
    if (at < sender.length && sender.text[at] !== byte) {
      wrong(`repeats byte ${at} differently`);
      return;
    }
    sender.text[at] = byte;
  }
  sender.length = Math.max(sender.length, end);
};

const makeRoom = (sender: Sender, length: number): void => {
  if (length <= sender.text.length) return;
  const larger = new Uint8Array(Math.max(length, sender.text.length * 2));
  larger.set(sender.text);
  sender.text = larger;
};
