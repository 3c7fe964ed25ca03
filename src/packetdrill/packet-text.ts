import type { PacketAction, TcpOption } from './script.ts';

/** What a line of a script says of a packet, as people write it. */
export type Described = Pick<
  PacketAction,
  'direction' | 'flags' | 'seq' | 'length' | 'ack' | 'window' | 'urgent' | 'options'
>;

/** In the order in which packetdrill writes them. */
const LETTERS: readonly (readonly [number, string])[] = [
  [1, 'F'],
  [2, 'S'],
  [4, 'R'],
  [8, 'P'],
  [32, 'U'],
  [64, 'E'],
  [128, 'W'],
  [256, 'A'],
  [16, '.'],
];

/** `> F. 1:1(0) ack 2 win 501 <nop,nop,TS val 100 ecr 200>`. */
export const packetText = (packet: Described): string => {
  const { direction, seq, length, ack, window, urgent, options } = packet;
  const place = seq === undefined ? '...' : `${seq}:${(seq + length) % 2 ** 32}`;
  return [
    direction === 'in' ? '<' : '>',
    flagsText(packet.flags),
    `${place}(${length})`,
    ...(ack === undefined ? [] : [`ack ${ack}`]),
    ...(window === undefined ? [] : [`win ${window}`]),
    ...(urgent === 0 ? [] : [`urg ${urgent}`]),
    ...optionsText(options),
  ].join(' ');
};

const flagsText = (flags: number): string =>
  LETTERS.map(([bit, letter]) => ((flags & bit) === 0 ? '' : letter)).join('') || '-';

const optionsText = (options: readonly TcpOption[] | 'any'): string[] => {
  if (options === 'any') return ['<...>'];
  return options.length === 0 ? [] : [`<${options.map(optionText).join(',')}>`];
};

export const optionText = (option: TcpOption): string => {
  switch (option.kind) {
    case 'mss':
    case 'wscale':
      return `${option.kind} ${option.value}`;
    case 'TS':
      return `TS val ${option.val} ecr ${option.ecr}`;
    case 'sack':
      return `sack ${option.blocks.map(([left, right]) => `${left}:${right}`).join(' ')}`;
    case 'foreign':
      return option.name;
    case 'nop':
    case 'eol':
    case 'sackOK':
      return option.kind;
  }
};
