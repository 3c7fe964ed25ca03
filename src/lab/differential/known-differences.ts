import { ACK, FIN, SYN } from '../../wire/packet.ts';
import { CWR } from '../../wire/segment.ts';
import type { Difference } from './difference.ts';
import type { Outcome } from './play.ts';

/** Where engine and kernel are known to differ, how that is told, and why it is no fault of the engine. */
export interface KnownDifference {
  readonly id: string;
  readonly applies: (difference: Difference) => boolean;
  readonly why: string;
}

const repliesOf = ({ kernel, engine }: Difference): readonly [string, string] => [
  kernel.replies.join(' | '),
  engine.replies.join(' | '),
];

const isReplySame = (difference: Difference, without: RegExp): boolean => {
  const [kernel, engine] = repliesOf(difference).map((text) => text.replaceAll(without, ''));
  return kernel === engine;
};

const isStateSame = ({ kernel, engine }: Difference): boolean =>
  kernel.standing.state === engine.standing.state;

const isStandingSame = ({ kernel, engine }: Difference): boolean =>
  kernel.standing.state === engine.standing.state &&
  kernel.standing.unread === engine.standing.unread &&
  kernel.standing.unacknowledged === engine.standing.unacknowledged;

/** SACK blocks with what surrounds them, and PSH where a packet that was cut ended. */
const BLOCKS = /(, nop, nop| <nop, nop), sack [-+\d ]+>?|>/g;
const CUT = new RegExp(`PSH,|${BLOCKS.source}`, 'g');
const ACK_AND_CUT = new RegExp(` ack [-+]\\d+|${CUT.source}`, 'g');

/** Every word counts. */
const NOTHING = /(?!)/g;

const isPureAck = (text: string): boolean => /^ACK seq (?!.* bytes)[^|]*$/.test(text);

/** One of the two acknowledges at once, the other later. */
const isAckSooner = (difference: Difference): boolean =>
  repliesOf(difference).includes('') && repliesOf(difference).some(isPureAck);

const hasFlags = ({ step }: Difference, flags: number): boolean =>
  step.do === 'segment' && (step.flags & flags) === flags;

const readsMore = ({ kernel, engine }: Difference): boolean =>
  kernel.standing.unread > engine.standing.unread;

const isOnlyMoreAcknowledged = (difference: Difference): boolean =>
  isReplySame(difference, ACK_AND_CUT) || isAckSooner(difference);

const AFTER_FIN = new Set(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK']);

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    id: 'ack-of-nothing-in-syn-received',
    why: 'after a simultaneous open tcp_rcv_state_process lets SEG.ACK = SND.UNA pass, since tcp_ack only refuses what lies before it, and is ESTABLISHED, or takes the FIN of who closed meanwhile, with its SYN unacknowledged; the engine answers with a reset and waits on, as RFC 9293 §3.10.7.4 wants it (SND.UNA < SEG.ACK)',
    applies: (difference) =>
      closesOnNothing(difference) ||
      (difference.before.state === 'SYN-RECEIVED' &&
        (difference.kernel.standing.state !== 'CLOSED' ||
          repliesOf(difference)[0].endsWith('RST seq +0 win 0')) &&
        difference.engine.standing.state === 'SYN-RECEIVED' &&
        /^RST seq \+0 win 0$/.test(repliesOf(difference)[1])),
  },
  {
    id: 'syn-ack-completes-passive-open',
    why: 'a SYN,ACK with the numbers of the first SYN passes tcp_check_req, which cuts the SYN off; but the new socket, still in TCP_SYN_RECV, meets the SYN again in tcp_validate_incoming and challenges it, so it stays there; the engine is ESTABLISHED, and challenges it too',
    applies: (difference) =>
      difference.before.state === 'SYN-RECEIVED' &&
      hasFlags(difference, SYN | ACK) &&
      difference.kernel.standing.state === 'SYN-RECEIVED' &&
      difference.engine.standing.state === 'ESTABLISHED' &&
      isReplySame(difference, NOTHING),
  },
  {
    id: 'header-prediction',
    why: 'the fast path of tcp_rcv_established looks at the upper bound of SEG.ACK alone: with an acknowledgement that is too old it takes text and timestamp all the same, where the slow path, and the engine, challenge it and drop the text (RFC 5961 §5.2)',
    applies: (difference) =>
      difference.facts.overtakenAck &&
      isStateSame(difference) &&
      (readsMore(difference) || isReplySame(difference, / ack [-+]\d+|TS ecr [-+\d]+/g)),
  },
  {
    id: 'urgent-byte',
    why: 'tcp_recvmsg_locked stops at the urgent byte and leaves it out, and SIOCINQ counts up to it; the engine leaves it in the stream, as with SO_OOBINLINE (RFC 6093 §6)',
    applies: (difference) =>
      difference.facts.urgent &&
      (isReplySame(difference, CUT) || isAckSooner(difference)) &&
      isStateSame(difference) &&
      difference.kernel.standing.unread <= difference.engine.standing.unread,
  },
  {
    id: 'text-behind-fin',
    why: 'after the FIN tcp_data_queue takes the rest of a segment that begins before RCV.NXT and ends beyond the FIN; the engine takes nothing behind a FIN (RFC 9293 §3.10.7.4, CLOSE-WAIT: "ignore the segment text")',
    applies: (difference) =>
      AFTER_FIN.has(difference.before.state) &&
      difference.facts.beyondFin &&
      (difference.step.do === 'close' ||
        (isStateSame(difference) && (readsMore(difference) || isOnlyMoreAcknowledged(difference)))),
  },
  {
    id: 'delayed-ack',
    why: 'whether text of more than a segment is acknowledged at once hangs on __tcp_select_window (in __tcp_ack_snd_check), and so on the memory that the driver keeps for a packet (tcp_measure_rcv_mss, scaling_ratio)',
    applies: (difference) =>
      difference.facts.text && isStandingSame(difference) && isAckSooner(difference),
  },
  {
    id: 'one-header-for-all',
    why: 'segments that are cut from one large packet (tcp_gso_segment) have its header, so its D-SACK block is told again in each; the engine tells it once (RFC 2883 §4)',
    applies: (difference) =>
      difference.kernel.replies.length > 1 &&
      difference.kernel.replies.length === difference.engine.replies.length &&
      isStandingSame(difference) &&
      isReplySame(difference, BLOCKS),
  },
  {
    id: 'accurate-ecn',
    why: 'tcp_ecn_rcv_synack takes a SYN,ACK with CWR for one of Accurate ECN, though the SYN asked for RFC 3168 alone (tcp_ecn=1); the engine goes on without ECN (RFC 3168 §6.1.1: ECE without CWR)',
    applies: (difference) =>
      isStandingSame(difference) &&
      isReplySame(difference, /,(ECE|CWR|AE)| ecn 2/g) &&
      (/,AE /.test(repliesOf(difference)[0]) ||
        (difference.before.state === 'SYN-SENT' && hasFlags(difference, SYN | ACK | CWR))),
  },
  {
    id: 'stale-block',
    why: 'tcp_fin, called from within tcp_ofo_queue, acknowledges before tcp_sack_reset, so the range that the FIN ended is told of once more though it is acknowledged; the engine tells only of what lies beyond RCV.NXT (RFC 2018 §4)',
    applies: (difference) =>
      isStandingSame(difference) &&
      (difference.kernel.standing.state === 'TIME-WAIT' ||
        difference.kernel.standing.state === 'CLOSING') &&
      repliesOf(difference)[0].length > repliesOf(difference)[1].length &&
      isReplySame(difference, BLOCKS),
  },
  {
    id: 'packets-of-the-device',
    why: 'packets that are handed down to be cut into segments are as large as the pacing rate says (tcp_tso_autosize), which hangs on the microseconds of the round trip, and in segments as long as the MSS was when they were written (tcp_set_skb_tso_segs); each ends with PSH, and may wait for more room (tcp_tso_should_defer)',
    applies: (difference) =>
      isStandingSame(difference) &&
      ((difference.kernel.replies.length > 1 &&
        difference.kernel.replies.every(isText) &&
        textOf(difference.kernel) === textOf(difference.engine)) ||
        isDeferredAfterSack(difference)),
  },
  {
    id: 'window-of-segments',
    why: 'the congestion window of the kernel counts segments (tcp_cwnd_test), the engine bytes (RFC 5681 §2): of segments that are not full, with SACK blocks in them or short, more fit',
    applies: (difference) =>
      isStandingSame(difference) && areSmallSegments(difference) && isOneTheBeginning(difference),
  },
];

/** A FIN meets who has closed in SYN-RECEIVED, and the SYN is still not acknowledged. */
const closesOnNothing = (difference: Difference): boolean =>
  difference.before.state === 'FIN-WAIT-1' &&
  difference.kernel.standing.state === 'CLOSING' &&
  difference.kernel.standing.unacknowledged === 2 &&
  difference.engine.standing.state === 'FIN-WAIT-1' &&
  difference.engine.replies.length === 0 &&
  hasFlags(difference, FIN | ACK);

const isText = (text: string): boolean => text.includes(' bytes ');

/** SACK blocks made room for some more text, of which one side waits for a whole packet's. */
const isDeferredAfterSack = ({ step, kernel, engine }: Difference): boolean =>
  step.do === 'segment' &&
  step.options.some(({ kind }) => kind === 'SACK') &&
  [kernel, engine].some(({ replies }) => replies.every(isPureAck)) &&
  [kernel, engine].some(({ replies }) => replies.length > 0 && replies.every(isText));

/** From where on text was sent, and how much; where each segment acknowledges the same. */
const textOf = ({ replies }: Outcome): string => {
  const lengths = replies.map((text) => Number(/ (\d+) bytes /.exec(text)?.[1] ?? 0));
  const acks = new Set(replies.map((text) => / ack (\S+)/.exec(text)?.[1]));
  const [from] = replies.map((text) => / seq (\S+)/.exec(text)?.[1]);
  return `${from} ${lengths.reduce((sum, length) => sum + length, 0)} ${[...acks].join(' ')}`;
};

/** Of no others does it show in a write of some thousand bytes: ten full ones hold it all. */
const areSmallSegments = ({ kernel, engine }: Difference): boolean =>
  [...kernel.replies, ...engine.replies].every((text) => / \d{1,2} bytes /.test(text));

/** One sends what the other does, and then some more. */
const isOneTheBeginning = (difference: Difference): boolean => {
  const [kernel, engine] = repliesOf(difference).map((text) => text.replaceAll(CUT, ''));
  return kernel.startsWith(engine) || engine.startsWith(kernel);
};

/** The kept list of them, as a table in Markdown. */
export const knownDifferencesPage = (): string => {
  const rows = KNOWN_DIFFERENCES.map(({ id, why }) => `| ${id} | ${why} |`);
  return `${['| known difference | why |', '| --- | --- |', ...rows].join('\n')}\n`;
};

/** Which one it is, if it is known. */
export const knownAs = (difference: Difference): KnownDifference | undefined =>
  KNOWN_DIFFERENCES.find(({ applies }) => applies(difference));
