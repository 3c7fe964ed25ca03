import type { Action, Direction, IcmpAction, IpInfo, PacketAction, TcpOption } from './script.ts';
import { ScriptError } from './script-error.ts';
import type { TokenReader } from './token-reader.ts';

/** Headers and protocols around or instead of TCP. */
const FOREIGN = new Set(['udp', 'ipv4', 'ipv6', 'gre', 'GREv0', 'mpls', 'encap', 'raw', 'sctp']);

/** What follows the time of a packet: `<` or `>`. */
export const parsePacket = (reader: TokenReader): Action => {
  const direction: Direction = reader.take().text === '<' ? 'in' : 'out';
  const ip = parseIpInfo(reader);
  const { next } = reader;
  if (next.kind === 'word' && FOREIGN.has(next.text)) {
    return { kind: 'unsupported', what: `packets: ${reader.restOfLine()}` };
  }
  if (reader.passesWord('icmp')) return parseIcmp(reader, direction);
  const packet = parseSegment(reader, direction, ip);
  if (reader.passes('/'))
    return { kind: 'unsupported', what: `segments in ${reader.restOfLine()}` };
  return packet;
};

const ECN_WORDS: Record<string, number | 'ect01'> = {
  noecn: 0,
  ect1: 1,
  ect0: 2,
  ce: 3,
  ect01: 'ect01',
};

/** `[ect0]`, `(ttl 3)`, `(tos 0x20)`, several apart by commas. */
const parseIpInfo = (reader: TokenReader): IpInfo => {
  const open = reader.next.text;
  const close = open === '[' ? ']' : ')';
  if (!reader.passes('[') && !reader.passes('(')) return {};
  let info: IpInfo = {};
  do info = { ...info, ...parseIpField(reader) };
  while (reader.passes(','));
  reader.expectSymbol(close);
  return info;
};

const parseIpField = (reader: TokenReader): IpInfo => {
  const { text, line } = reader.expect('word', 'something of the IP header');
  const ecn = ECN_WORDS[text];
  if (ecn !== undefined) return { ecn };
  switch (text) {
    case 'ttl':
    case 'hlim':
      return { ttl: reader.expectUnsigned(8, text) };
    case 'tos':
    case 'class':
      return { tos: reader.expectUnsigned(8, text) };
    case 'flowlabel':
      reader.expectUnsigned(20, text);
      return {};
    default:
      throw new ScriptError(line, `'${text}' is nothing that can be said of the IP header`);
  }
};

const parseSegment = (reader: TokenReader, direction: Direction, ip: IpInfo): Action => {
  const ports = parsePorts(reader);
  const flags = parseFlags(reader);
  const { seq, length, absolute } = parseSequence(reader);
  const ack = reader.passesWord('ack') ? reader.expectUnsigned(32, 'acknowledgement') : undefined;
  const window = reader.passesWord('win') ? reader.expectUnsigned(16, 'window') : undefined;
  const urgent = reader.passesWord('urg') ? reader.expectUnsigned(16, 'urgent pointer') : 0;
  const options = parseOptions(reader);
  const packet: PacketAction = {
    kind: 'packet',
    direction,
    flags,
    seq,
    absolute,
    length,
    ack,
    window,
    urgent,
    options,
    ip,
    ...ports,
  };
  return packet;
};

const parsePorts = (
  reader: TokenReader,
): { sourcePort: number | undefined; targetPort: number | undefined } => {
  if (!reader.isAt('integer')) return { sourcePort: undefined, targetPort: undefined };
  const sourcePort = reader.expectUnsigned(16, 'source port');
  reader.expectSymbol('>');
  return { sourcePort, targetPort: reader.expectUnsigned(16, 'target port') };
};

const FLAGS: Record<string, number> = {
  F: 1,
  S: 2,
  R: 4,
  P: 8,
  U: 32,
  E: 64,
  W: 128,
  C: 128,
  A: 256,
};
const ACK = 16;

/** Letters, then `.` for ACK; `-` for none. `.5` is ACK with that number in AccECN's three bits. */
const parseFlags = (reader: TokenReader): number => {
  if (reader.passes('-')) return 0;
  let flags = 0;
  if (reader.isAt('word')) {
    const { text, line } = reader.take();
    for (const letter of text) {
      const flag = FLAGS[letter];
      if (flag === undefined) throw new ScriptError(line, `'${letter}' is no flag of TCP`);
      flags |= flag;
    }
  } else if (!reader.isAt('symbol', '.') && !reader.isAt('float')) reader.fail('flags');
  if (reader.isAt('float')) return flags | ACK | aceOf(reader.take().text);
  return reader.passes('.') ? flags | ACK : flags;
};

/** AE, CWR and ECE as one number (draft-ietf-tcpm-accurate-ecn). */
const aceOf = (text: string): number => {
  const ace = Number(text.slice(text.indexOf('.') + 1));
  return ((ace & 4) << 6) | ((ace & 2) << 6) | ((ace & 1) << 6);
};

/** `seq:end(length)`, or `...(length)`; with `!` as on the wire. */
const parseSequence = (
  reader: TokenReader,
): { seq: number | undefined; length: number; absolute: boolean } => {
  const { line } = reader.next;
  if (reader.passes('...')) return { seq: undefined, length: parseLength(reader), absolute: false };
  const seq = reader.expectUnsigned(32, 'sequence number');
  reader.expectSymbol(':');
  const end = reader.expectUnsigned(32, 'sequence number');
  const length = parseLength(reader);
  if ((seq + length) % 2 ** 32 !== end) {
    throw new ScriptError(line, `${seq}:${end}(${length}): the length does not fit`);
  }
  return { seq, length, absolute: reader.passes('!') };
};

const parseLength = (reader: TokenReader): number => {
  reader.expectSymbol('(');
  const length = reader.expectUnsigned(16, 'length');
  reader.expectSymbol(')');
  return length;
};

const parseOptions = (reader: TokenReader): readonly TcpOption[] | 'any' => {
  if (!reader.passes('<')) return [];
  if (reader.passes('...')) {
    reader.expectSymbol('>');
    return 'any';
  }
  const options: TcpOption[] = [];
  do options.push(parseOption(reader));
  while (reader.passes(','));
  reader.expectSymbol('>');
  return options;
};

const parseOption = (reader: TokenReader): TcpOption => {
  const { text } = reader.expect('word', 'a TCP option');
  switch (text) {
    case 'nop':
    case 'eol':
    case 'sackOK':
      return { kind: text };
    case 'mss':
      return { kind: 'mss', value: reader.expectUnsigned(16, 'mss') };
    case 'wscale':
      return { kind: 'wscale', value: reader.expectUnsigned(8, 'window scale') };
    case 'TS':
      return parseTimestamps(reader);
    case 'sack':
      return parseSack(reader);
    default:
      while (!isAtOptionsEnd(reader)) reader.take();
      return { kind: 'foreign', name: text };
  }
};

const isAtOptionsEnd = (reader: TokenReader): boolean =>
  reader.isAt('symbol', ',') || reader.isAt('symbol', '>') || reader.isAt('end');

const parseTimestamps = (reader: TokenReader): TcpOption => {
  if (!reader.passesWord('val')) reader.fail("'val'");
  const val = reader.expectUnsigned(32, 'TS val');
  if (!reader.passesWord('ecr')) reader.fail("'ecr'");
  return { kind: 'TS', val, ecr: reader.expectUnsigned(32, 'TS ecr') };
};

const parseSack = (reader: TokenReader): TcpOption => {
  const blocks: [number, number][] = [];
  while (reader.isAt('integer')) {
    const left = reader.expectUnsigned(32, 'SACK block');
    reader.expectSymbol(':');
    blocks.push([left, reader.expectUnsigned(32, 'SACK block')]);
  }
  return { kind: 'sack', blocks };
};

/** `icmp type [code] [mtu n] [seq:end(length)]`. */
const parseIcmp = (reader: TokenReader, direction: Direction): Action => {
  const type = reader.expect('word', 'a type of ICMP').text;
  const code =
    reader.isAt('word') && reader.next.text !== 'mtu' && reader.next.text !== 'id'
      ? reader.take().text
      : undefined;
  const mtu = reader.passesWord('mtu') ? reader.expectUnsigned(16, 'MTU') : 0;
  if (reader.passesWord('id')) reader.expectUnsigned(16, 'id');
  let quotedSeq = 0;
  if (reader.passes('[')) {
    if (reader.isAt('word')) return { kind: 'unsupported', what: `icmp: ${reader.restOfLine()}` };
    const sequence = parseSequence(reader);
    if (!reader.passes(']')) return { kind: 'unsupported', what: `icmp: ${reader.restOfLine()}` };
    quotedSeq = sequence.seq ?? 0;
  }
  const icmp: IcmpAction = { kind: 'icmp', direction, type, code, mtu, quotedSeq };
  return icmp;
};
