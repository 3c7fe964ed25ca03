import { ACK } from '../../wire/packet.ts';
import { URG } from '../../wire/segment.ts';
import { distance } from '../../wire/sequence.ts';
import type { Knowledge } from './counterpart.ts';
import type { Observed } from './observe.ts';
import { textByte } from './stream-text.ts';

const FLAGS = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR', 'AE'];

export const flagsText = (flags: number): string =>
  FLAGS.filter((_, bit) => (flags & (1 << bit)) !== 0).join(',') || 'no flags';

/**
 * A segment of the subject as `ACK seq +1 ack +101 win open <nop, nop, TS ecr +3>`: sequence numbers
 * from the ISS on, acknowledgements and SACK blocks from the other end's, 0 as 0. Of timestamps the
 * echo counts, and that the clock runs forward; of a window, once text has come, whether it is shut.
 */
export const replyText = (segment: Observed, known: Knowledge): string => {
  const { flags, seq, ack, length, options, urgent, ecn } = segment;
  const words = [
    flagsText(flags),
    `seq ${seq === 0 ? '0' : seqText(seq, known)}`,
    (flags & ACK) !== 0 || ack !== 0 ? `ack ${ackText(ack, known)}` : '',
    length > 0 ? `${length} bytes${isTrueText(segment, known) ? '' : ' of other text'}` : '',
    windowText(segment, known),
    (flags & URG) !== 0 || urgent !== 0 ? `urgent ${urgent}` : '',
    ecn === 0 ? '' : `ecn ${ecn}`,
    options.length === 0 ? '' : `<${options.map((one) => optionText(one, known)).join(', ')}>`,
  ];
  return words.filter((word) => word !== '').join(' ');
};

const seqText = (seq: number, { iss }: Knowledge): string =>
  iss === undefined ? `of ${seq >>> 0}` : signed(distance(seq, iss));

const ackText = (ack: number, { irs }: Knowledge): string =>
  ack === 0 ? '0' : signed(distance(ack, irs));

const signed = (n: number): string => (n < 0 ? String(n) : `+${n}`);

const windowText = ({ window }: Observed, { scale, comparesWindows }: Knowledge): string => {
  if (window === 0) return 'win 0';
  return comparesWindows ? `win ${window * 2 ** scale}` : 'win open';
};

const isTrueText = ({ seq, text }: Observed, { iss }: Knowledge): boolean => {
  const from = distance(seq, iss ?? 0) - 1;
  return text.every((byte, at) => byte === textByte(from + at));
};

const optionText = ({ kind, numbers }: Observed['options'][number], known: Knowledge): string => {
  switch (kind) {
    case 0:
      return 'eol';
    case 1:
      return 'nop';
    case 2:
      return `mss ${numbers[0]}`;
    case 3:
      return `wscale ${numbers[0]}`;
    case 4:
      return 'sackOK';
    case 5:
      return `sack ${numbers.map((edge) => ackText(edge, known)).join(' ')}`;
    case 8:
      return timestampText(numbers[0], numbers[1], known);
    default:
      return `option ${kind} ${numbers.join(' ')}`;
  }
};

/** No sequence takes a minute. */
const MOST_TICKS = 60_000;

const timestampText = (val: number, ecr: number, known: Knowledge): string => {
  const since = distance(val, known.subjectTsval);
  const isSteady = known.subjectTsval === 0 || (since >= 0 && since < MOST_TICKS);
  const echo = ecr === 0 ? '0' : signed(distance(ecr, known.firstTsval));
  return `TS ecr ${echo}${isSteady ? '' : ', val out of order'}`;
};
