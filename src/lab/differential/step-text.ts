import { flagsText } from './reply-text.ts';
import type { AckPoint, Arrival, ArrivalOption, SeqPoint, Step } from './sequence.ts';

/** A step in a line: `read(10000)`, or `> FIN,ACK seq next+0 ack sent+0 win 8000 <TS +0 ecr +0>`. */
export const stepText = (step: Step): string => {
  switch (step.do) {
    case 'segment':
      return `> ${arrivalText(step)}`;
    case 'read':
    case 'write':
      return `${step.do}(${step.length})`;
    case 'shutdown':
      return `shutdown(${step.how})`;
    case 'set':
      return `setsockopt(${step.name}, ${step.value})`;
    case 'listen':
    case 'connect':
    case 'accept':
    case 'disconnect':
    case 'close':
    case 'close listener':
    case 'abort':
    case 'error':
      return `${step.do}()`;
  }
};

const arrivalText = (arrival: Arrival): string => {
  const { flags, seq, ack, length, window, urgent, ecn, spoilt, options } = arrival;
  const words = [
    flagsText(flags),
    `seq ${pointText(seq)} ack ${pointText(ack)}`,
    length > 0 ? `${length} bytes` : '',
    `win ${window}`,
    urgent > 0 ? `urgent ${urgent}` : '',
    ecn > 0 ? `ecn ${ecn}` : '',
    options.length > 0 ? `<${options.map(optionText).join(', ')}>` : '',
    spoilt ? 'with a wrong checksum' : '',
  ];
  return words.filter((word) => word !== '').join(' ');
};

const pointText = ({ from, plus }: SeqPoint | AckPoint): string => `${from}${signed(plus)}`;

const signed = (n: number): string => (n < 0 ? String(n) : `+${n}`);

const optionText = (option: ArrivalOption): string => {
  switch (option.kind) {
    case 'mss':
      return `mss ${option.value}`;
    case 'window scale':
      return `wscale ${option.value}`;
    case 'SACK permitted':
      return 'sackOK';
    case 'timestamps':
      return `TS ${signed(option.val)} ecr ${option.ecr === 'none' ? '0' : signed(option.ecr)}`;
    case 'SACK':
      return `sack ${option.blocks.map(([start, end]) => `${start}:${end}`).join(' ')}`;
    case 'raw':
      return `bytes ${option.bytes.join(' ')}`;
  }
};
