import { optionText } from './packet-text.ts';
import type { IpInfo, PacketAction, TcpOption } from './script.ts';

/**
 * Where a packet that left differs from what the script expects, in words; empty if it does not.
 * Both in the numbers of the script. Flags, sequence number, acknowledgement and length must be the
 * same; options one by one in their order; the window where the script writes one.
 */
export const differences = (
  expected: PacketAction,
  actual: PacketAction,
  timestampTickMs: number,
  toleranceMs: number,
): string[] => {
  const wrong: string[] = [];
  if (expected.flags !== actual.flags) wrong.push('flags');
  if (expected.seq !== undefined && expected.seq !== actual.seq) wrong.push('sequence number');
  if (expected.length !== actual.length) wrong.push('length');
  if (expected.ack !== undefined && expected.ack !== actual.ack) wrong.push('acknowledgement');
  if (expected.window !== undefined && expected.window !== actual.window) wrong.push('window');
  if (expected.urgent !== actual.urgent) wrong.push('urgent pointer');
  if (!fitsIp(expected.ip, actual.ip)) wrong.push('IP header');
  const option = wrongOption(expected, actual, timestampTickMs, toleranceMs);
  return option === undefined ? wrong : [...wrong, option];
};

const fitsIp = (expected: IpInfo, { ecn, ttl, tos }: IpInfo): boolean => {
  if (expected.ecn === 'ect01' ? ecn !== 1 && ecn !== 2 : (expected.ecn ?? ecn) !== ecn)
    return false;
  return (expected.ttl ?? ttl) === ttl && (expected.tos ?? tos) === tos;
};

/** The first option that is another. */
const wrongOption = (
  expected: PacketAction,
  actual: PacketAction,
  tickMs: number,
  toleranceMs: number,
): string | undefined => {
  if (expected.options === 'any' || actual.options === 'any') return undefined;
  const count = Math.max(expected.options.length, actual.options.length);
  for (let at = 0; at < count; at += 1) {
    const [wanted, found] = [expected.options[at], actual.options[at]];
    if (wanted === undefined || found === undefined) return 'number of options';
    if (!isSame(wanted, found, tickMs, toleranceMs)) return `option ${optionText(wanted)}`;
  }
  return undefined;
};

const isSame = (
  wanted: TcpOption,
  found: TcpOption,
  tickMs: number,
  toleranceMs: number,
): boolean => {
  if (wanted.kind !== 'TS' || found.kind !== 'TS') return optionText(wanted) === optionText(found);
  return wanted.ecr === found.ecr && Math.abs((wanted.val - found.val) | 0) * tickMs <= toleranceMs;
};
