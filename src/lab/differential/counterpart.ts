import { ACK, FIN, RST, SYN } from '../../wire/packet.ts';
import { URG } from '../../wire/segment.ts';
import { add, after, before, distance } from '../../wire/sequence.ts';
import { craft } from './craft.ts';
import { type Observed, observe } from './observe.ts';
import { optionBytes } from './option-bytes.ts';
import { replyText } from './reply-text.ts';
import type { AckPoint, Arrival, SeqPoint, Sequence } from './sequence.ts';
import { textAt } from './stream-text.ts';
import type { Meeting } from './subject.ts';

/** What stands for the subject's numbers while it has sent none. */
const UNKNOWN_ISS = 0x3a5c_0000;

/** What is known of the segments that came, for whoever has to explain a difference. */
export interface Facts {
  /**
   * Some text has come, an urgent pointer, an acknowledgement of less than was acknowledged before, a
   * segment that began at or before the first FIN and ended behind it.
   */
  readonly text: boolean;
  readonly urgent: boolean;
  readonly overtakenAck: boolean;
  readonly beyondFin: boolean;
}

const NOTHING_YET: Facts = {
  text: false,
  urgent: false,
  overtakenAck: false,
  beyondFin: false,
};

/** Of the numbers of both ends, what the end that is played knows. Signed 32-bit integers. */
export interface Knowledge {
  /** The subject's initial sequence number. */
  readonly iss: number | undefined;
  readonly irs: number;
  readonly firstTsval: number;
  readonly subjectTsval: number;
  /** How far the window field of the subject's segments is shifted. */
  readonly scale: number;
  /** How wide a window is means something. */
  readonly comparesWindows: boolean;
}

/**
 * The end that is played: it makes segments of what a sequence says, and learns the subject's numbers
 * from what leaves it.
 */
export class Counterpart {
  facts: Facts = NOTHING_YET;
  private readonly sequence: Sequence;
  private readonly meeting: Meeting;
  private iss: number | undefined = undefined;
  /** The end of what the subject has sent, and of what was acknowledged to it. */
  private sent = UNKNOWN_ISS;
  private una = UNKNOWN_ISS;
  /** What comes next in order if all was taken; what the subject asked for last, and how far. */
  private next: number;
  private acknowledged: number;
  private edge: number;
  /** Its first FIN. */
  private fin: number | undefined = undefined;
  private scale = 0;
  private scales = false;
  private ticks = 0;
  private subjectTsval = 0;

  constructor(sequence: Sequence, meeting: Meeting) {
    this.sequence = sequence;
    this.meeting = meeting;
    this.next = sequence.irs;
    this.acknowledged = sequence.irs;
    this.edge = sequence.irs;
  }

  packet(arrival: Arrival): Uint8Array {
    const { flags, length, window, urgent, ecn, spoilt } = arrival;
    this.ticks += 1;
    const seq = this.seqAt(arrival.seq);
    const ack = (flags & ACK) === 0 ? 0 : this.ackAt(arrival.ack);
    const options = arrival.options.flatMap((option) =>
      optionBytes(option, this.sequence.tsval + this.ticks, this.subjectTsval, this.una),
    );
    this.note(arrival, seq, ack);
    const text = textAt(distance(seq, this.sequence.irs), length);
    const header = { seq, ack, flags, window, urgent, options, text, ecn, spoilt };
    return craft(header, this.meeting.remote, this.meeting.local);
  }

  /** What left, in words that do not hang on numbers of chance. */
  saw(packet: Uint8Array): string {
    const observed = observe(packet);
    if (typeof observed === 'string') return observed;
    const birth = this.learnIss(observed);
    const text = `${replyText(observed, this.knowledge(observed))}${birth}`;
    this.learn(observed);
    return text;
  }

  private seqAt({ from, plus }: SeqPoint): number {
    if (from === 'irs') return add(this.sequence.irs, plus);
    // A window that text has gone into is as wide as the memory of packets lets it be.
    const point = from === 'edge' && this.facts.text ? 'acknowledged' : from;
    return add(this[point], plus);
  }

  private ackAt({ from, plus }: AckPoint): number {
    return add(from === 'iss' ? (this.iss ?? UNKNOWN_ISS) : this[from], plus);
  }

  private note({ flags, length, options, spoilt }: Arrival, seq: number, ack: number): void {
    if (spoilt) return;
    const end = add(seq, length + ((flags & SYN) >> 1) + (flags & FIN));
    const hasAck = (flags & ACK) !== 0;
    if ((flags & FIN) !== 0) this.fin ??= add(end, -1);
    const fin = this.fin ?? end;
    if ((flags & SYN) !== 0) this.scales = options.some(({ kind }) => kind === 'window scale');
    this.facts = {
      text: this.facts.text || length > 0,
      urgent: this.facts.urgent || (flags & URG) !== 0,
      overtakenAck: this.facts.overtakenAck || (hasAck && before(ack, this.una)),
      beyondFin: this.facts.beyondFin || (!after(seq, fin) && after(end, add(fin, 1))),
    };
    if (!after(seq, this.next) && after(end, this.next)) this.next = end;
    if (hasAck && !after(ack, this.sent) && after(ack, this.una)) this.una = ack;
  }

  /** A SYN tells where the subject's numbers begin; another one, that they begin anew. */
  private learnIss({ flags, seq }: Observed): string {
    if ((flags & SYN) === 0 || seq === this.iss) return '';
    const isFirst = this.iss === undefined;
    const beyond = distance(seq, this.sent);
    this.iss = seq;
    this.sent = seq;
    this.una = seq;
    if (isFirst) return '';
    return beyond === BEYOND_TIME_WAIT ? ', ISS beyond the old numbers' : ', another ISS';
  }

  private knowledge({ flags }: Observed): Knowledge {
    return {
      iss: this.iss,
      irs: this.sequence.irs,
      firstTsval: this.sequence.tsval,
      subjectTsval: this.subjectTsval,
      scale: this.scales && (flags & SYN) === 0 ? this.scale : 0,
      comparesWindows: !this.facts.text,
    };
  }

  private learn({ flags, seq, ack, window, length, options }: Observed): void {
    if ((flags & RST) !== 0) return;
    const end = add(seq, length + ((flags & SYN) >> 1) + (flags & FIN));
    if (this.iss !== undefined && after(end, this.sent)) this.sent = end;
    if ((flags & SYN) !== 0) {
      this.scale = options.find(({ kind }) => kind === WINDOW_SCALE)?.numbers[0] ?? 0;
      // Later ones may or may not be a tick further.
      this.subjectTsval = options.find(({ kind }) => kind === TIMESTAMPS)?.numbers[0] ?? 0;
    }
    if ((flags & ACK) === 0) return;
    this.acknowledged = ack;
    if (after(ack, this.next)) this.next = ack;
    const isScaled = this.scales && (flags & SYN) === 0;
    this.edge = add(ack, isScaled ? window * 2 ** this.scale : window);
  }
}

const WINDOW_SCALE = 3;
const TIMESTAMPS = 8;
/** From where a connection that takes TIME-WAIT over begins (tcp_timewait_state_process). */
const BEYOND_TIME_WAIT = 65_537;
