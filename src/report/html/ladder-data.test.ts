import { describe, expect, it } from 'vitest';
import type { LadderRow } from '../../forensics/verdict.ts';
import { ladder } from '../verdicts.fixture.ts';
import { ladderData, ladderEntries, type LadderEntry } from './ladder-data.ts';

const row = (change: Partial<LadderRow>): LadderRow => ({
  frame: 1,
  atSeconds: 0,
  fromClient: true,
  flags: 16,
  seq: 1,
  ack: 1,
  rawSeq: 4_294_967_290 + 1,
  rawAck: 901,
  length: 0,
  window: 1024,
  ttl: 64,
  remark: undefined,
  ...change,
});

const back = (entries: readonly LadderEntry[]): LadderEntry[] =>
  ladderEntries(JSON.parse(JSON.stringify(ladderData(entries))));

describe('a ladder in columns', () => {
  it('is the same ladder again, gaps in their places', () => {
    // The fixture's raw numbers do not fit its relative ones: they are kept as they are.
    const { rows } = ladder();
    expect(back(rows)).toEqual(rows);
    expect(ladderData(rows).gaps).toEqual({ 4: 112 });
  });

  it('counts absolute numbers over the end of the 32 bits', () => {
    // ISS of the client 2^32 - 6, of the server 900 (RFC 9293 §3.4: modulo 2^32).
    const rows = [
      row({}),
      row({ frame: 2, seq: 20, rawSeq: 14 }),
      row({ frame: 3, fromClient: false, seq: 1, rawSeq: 901, ack: 20, rawAck: 14 }),
    ];
    expect(ladderData(rows)).toMatchObject({ base: [4_294_967_290, 900], raw: {} });
    expect(back(rows)).toEqual(rows);
  });

  it("keeps the bare zeros of a reset that answers a SYN, and an ICMP error's place", () => {
    const rows = [
      row({ flags: 2, seq: 0, ack: 0, rawSeq: 7000, rawAck: 0 }),
      row({ frame: 2, fromClient: false, flags: 20, seq: 0, rawSeq: 0, ack: 1, rawAck: 7001 }),
      row({
        frame: 3,
        fromClient: false,
        flags: 0,
        rawSeq: 7000,
        seq: 0,
        ack: 0,
        rawAck: 0,
        icmp: '3/1',
      }),
    ];
    expect(back(rows)).toEqual(rows);
  });

  it('holds nothing of what was sent but its kind, unless payloads were kept', () => {
    const remarks = ['GET /token=sesame HT', 'HTTP/1.1 403 Sesame', 'SSH-2.0-Sesame', 'keep-alive'];
    const rows = remarks.map((remark, index) => row({ frame: index + 1, remark, length: 20 }));
    const data = ladderData(rows);
    expect(Object.values(data.remarks)).toEqual(['HTTP GET', 'HTTP 403', 'SSH', 'keep-alive']);
    expect(JSON.stringify(data)).not.toMatch(/sesame/i);
    const payload = Uint8Array.from([0, 15, 255]);
    expect(back([row({ payload })])).toEqual([row({ payload })]);
  });
});
