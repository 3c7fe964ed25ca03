import { CaptureReader } from '../../capture/reader.ts';
import { ACK, FIN, type Packet, type PacketVisitor, RST, SYN } from '../../wire/packet.ts';
import { after, distance } from '../../wire/sequence.ts';

/** What a number of a reset is in terms of what its connection had sent before. */
export type Relation =
  /** Zero itself, as in the answer to a SYN. */
  | 'zero'
  /** The end of what its sender (SEQ) or its receiver (ACK) has sent. */
  | 'next'
  /** What the receiver has acknowledged, now or before (SEQ). */
  | 'acknowledged'
  | 'other'
  /** The segment has no ACK. */
  | 'none';

/** A reset of a capture, by what two stacks can be compared in. */
export interface ResetSeen {
  readonly frame: number;
  /** Connections count from 0, in the order of their first segments. */
  readonly connection: number;
  /** Sent by the end that sent the connection's first segment. */
  readonly byOpener: boolean;
  readonly withAck: boolean;
  readonly seq: Relation;
  readonly ack: Relation;
  /** Counted from the initial sequence numbers; undefined where that has no sense. */
  readonly seqOffset: number | undefined;
  readonly ackOffset: number | undefined;
  readonly zeroWindow: boolean;
}

/** Every reset of a capture (pcap or pcapng), in order. Throws if it cannot be read. */
export const resetsIn = (capture: Uint8Array): readonly ResetSeen[] => {
  const collector = new Collector();
  const reader = new CaptureReader(collector);
  reader.push(capture);
  reader.end();
  if (reader.stopped) throw new Error('the capture cannot be read to its end');
  return collector.resets;
};

/** What one end of a connection has shown. */
interface End {
  initial: number | undefined;
  /** It came back with another initial sequence number. */
  restarted: boolean;
  next: number;
  /** All that it has acknowledged, and the newest of it. */
  readonly acknowledged: Set<number>;
  acknowledges: number | undefined;
}

interface Flow {
  readonly number: number;
  /** Address and port of the end that was seen first. */
  readonly opener: string;
  readonly ends: readonly [opener: End, other: End];
}

class Collector implements PacketVisitor {
  readonly resets: ResetSeen[] = [];
  private readonly flows = new Map<string, Flow>();

  segment(packet: Packet): void {
    const { source0, source1, source2, source3, target0, target1, target2, target3 } = packet;
    const source = [source0, source1, source2, source3, packet.sourcePort].join();
    const target = [target0, target1, target2, target3, packet.targetPort].join();
    const flow = this.flowOf(source, target);
    const byOpener = flow.opener === source;
    const [opener, other] = flow.ends;
    const [sender, receiver] = byOpener ? [opener, other] : [other, opener];
    if ((packet.flags & RST) === 0) see(packet, sender);
    else this.resets.push(resetSeen(packet, flow.number, byOpener, sender, receiver));
  }

  icmpError(): void {}

  private flowOf(source: string, target: string): Flow {
    const key = [source, target].toSorted().join(' ');
    const known = this.flows.get(key);
    if (known !== undefined) return known;
    const flow: Flow = { number: this.flows.size, opener: source, ends: [newEnd(), newEnd()] };
    this.flows.set(key, flow);
    return flow;
  }
}

const newEnd = (): End => ({
  initial: undefined,
  restarted: false,
  next: 0,
  acknowledged: new Set(),
  acknowledges: undefined,
});

const see = ({ flags, seq, ack, payloadLength }: Packet, end: End): void => {
  const length = payloadLength + Number((flags & SYN) !== 0) + Number((flags & FIN) !== 0);
  const next = (seq + length) | 0;
  if (end.initial === undefined || (flags & SYN) !== 0) {
    const initial = (flags & SYN) !== 0 ? seq : (seq - 1) | 0;
    end.restarted ||= end.initial !== undefined && end.initial !== initial;
    end.initial = initial;
    end.next = next;
  } else if (after(next, end.next)) end.next = next;
  if ((flags & ACK) === 0) return;
  end.acknowledged.add(ack);
  end.acknowledges = ack;
};

const resetSeen = (
  { frame, flags, seq, ack, window }: Packet,
  connection: number,
  byOpener: boolean,
  sender: End,
  receiver: End,
): ResetSeen => {
  const withAck = (flags & ACK) !== 0;
  const seqIs = seqRelation(seq, withAck, sender, receiver);
  const ackIs = withAck ? ackRelation(ack, receiver) : 'none';
  // Of a sender that was never heard, its receiver tells where it would begin.
  const initial = sender.initial ?? ((receiver.acknowledges ?? 1) - 1) | 0;
  return {
    frame,
    connection,
    byOpener,
    withAck,
    seq: seqIs,
    ack: ackIs,
    // A number of an earlier connection lies at random from those of this one.
    seqOffset:
      seqIs === 'zero' || (seqIs !== 'next' && sender.restarted)
        ? undefined
        : distance(seq, initial),
    ackOffset:
      ackIs === 'none' || receiver.initial === undefined
        ? undefined
        : distance(ack, receiver.initial),
    zeroWindow: window === 0,
  };
};

/** Where both hold: an abort goes on where it stood, an answer takes its number from the other. */
const seqRelation = (seq: number, withAck: boolean, sender: End, receiver: End): Relation => {
  if (seq === 0) return 'zero';
  const isNext = sender.initial !== undefined && seq === sender.next;
  if (isNext && withAck) return 'next';
  if (receiver.acknowledged.has(seq)) return 'acknowledged';
  return isNext ? 'next' : 'other';
};

const ackRelation = (ack: number, receiver: End): Relation => {
  if (ack === 0) return 'zero';
  return receiver.initial !== undefined && ack === receiver.next ? 'next' : 'other';
};
