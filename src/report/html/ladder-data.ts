import type { Ladder, LadderRow } from '../../forensics/verdict.ts';
import type { LadderData } from './data.ts';

const RST = 4;
const ACK = 16;
const FROM_CLIENT = 256;
const TWO_32 = 2 ** 32;

/** A ladder's row, or how many segments are left out at its place. */
export type LadderEntry = Ladder['rows'][number];

export const isSegment = (entry: LadderEntry): entry is LadderRow => 'frame' in entry;

/** A ladder in columns, without what applications wrote unless its payloads were kept. */
export const ladderData = (entries: readonly LadderEntry[]): LadderData => {
  const rows = entries.filter(isSegment);
  const column = (of: (row: LadderRow) => number): number[] => rows.map(of);
  const base = [baseOf(rows, true), baseOf(rows, false)] as const;
  return {
    frame: column((row) => row.frame),
    at: column((row) => Math.round(row.atSeconds * 1e9) / 1e9),
    flags: column((row) => row.flags + (row.fromClient ? FROM_CLIENT : 0)),
    seq: column((row) => row.seq),
    ack: column((row) => row.ack),
    length: column((row) => row.length),
    window: column((row) => row.window),
    ttl: column((row) => row.ttl),
    base,
    raw: byRow(rows, (row) => {
      const [seq, ack] = absolute(row, base);
      return seq === row.rawSeq && ack === row.rawAck ? undefined : [row.rawSeq, row.rawAck];
    }),
    remarks: byRow(rows, (row) => row.remark && withoutPayload(row.remark)),
    icmp: byRow(rows, (row) => row.icmp),
    payloads: byRow(rows, (row) => row.payload && hexadecimal(row.payload)),
    gaps: gapsIn(entries),
  };
};

/** The same as entries again. */
export const ladderEntries = (data: LadderData): LadderEntry[] =>
  data.frame.flatMap((frame, at) => {
    const omitted = data.gaps[at];
    const row = rowAt(data, frame, at);
    return omitted === undefined ? [row] : [{ omitted }, row];
  });

const rowAt = (data: LadderData, frame: number, at: number): LadderRow => {
  const flags = data.flags[at] ?? 0;
  const icmp = data.icmp[at];
  const payload = data.payloads[at];
  const numbers = {
    fromClient: flags >= FROM_CLIENT,
    flags: flags % FROM_CLIENT,
    seq: data.seq[at] ?? 0,
    ack: data.ack[at] ?? 0,
  };
  const [rawSeq, rawAck] = data.raw[at] ?? absolute(numbers, data.base);
  return {
    frame,
    atSeconds: data.at[at] ?? 0,
    ...numbers,
    rawSeq,
    rawAck,
    length: data.length[at] ?? 0,
    window: data.window[at] ?? 0,
    ttl: data.ttl[at] ?? 0,
    remark: data.remarks[at],
    ...(icmp !== undefined && { icmp }),
    ...(payload !== undefined && { payload: bytesOf(payload) }),
  };
};

const absolute = (
  { fromClient, flags, seq, ack }: Pick<LadderRow, 'fromClient' | 'flags' | 'seq' | 'ack'>,
  [client, server]: LadderData['base'],
): readonly [seq: number, ack: number] => [
  modulo(seq + (fromClient ? client : server)),
  (flags & ACK) === 0 ? ack : modulo(ack + (fromClient ? server : client)),
];

const modulo = (number: number): number => ((number % TWO_32) + TWO_32) % TWO_32;

/** What separates an end's absolute numbers from its relative ones, if any of its rows tells. */
const baseOf = (rows: readonly LadderRow[], client: boolean): number => {
  const own = rows.find((row) => row.fromClient === client && (row.flags & RST) === 0 && !row.icmp);
  if (own !== undefined) return modulo(own.rawSeq - own.seq);
  const acked = rows.find((row) => row.fromClient !== client && (row.flags & ACK) !== 0);
  return acked === undefined ? 0 : modulo(acked.rawAck - acked.ack);
};

const byRow = <Value>(
  rows: readonly LadderRow[],
  of: (row: LadderRow) => Value | undefined,
): Record<number, Value> => {
  const found: Record<number, Value> = {};
  rows.forEach((row, at) => {
    const value = of(row);
    if (value !== undefined) found[at] = value;
  });
  return found;
};

const gapsIn = (entries: readonly LadderEntry[]): Record<number, number> => {
  const gaps: Record<number, number> = {};
  let row = 0;
  for (const entry of entries) {
    if (isSegment(entry)) row++;
    else gaps[row] = (gaps[row] ?? 0) + entry.omitted;
  }
  return gaps;
};

/** A start line holds paths and names: what kind of message it is must do. */
const withoutPayload = (remark: string): string => {
  const status = /^HTTP\/[\d.]+ (\d{3})/.exec(remark);
  if (status !== null) return `HTTP ${status[1]}`;
  const method = /^(GET|POST|PUT|HEAD|DELETE|OPTIONS|PATCH|CONNECT)\b/.exec(remark);
  if (method !== null) return `HTTP ${method[1]}`;
  if (remark.startsWith('HTTP/')) return 'HTTP';
  return remark.startsWith('SSH-') ? 'SSH' : remark;
};

const hexadecimal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
