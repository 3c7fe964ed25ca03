import { describe, expect, it } from 'vitest';
import type { LadderRow } from '../../forensics/verdict.ts';
import { statesAlong, type Outcomes } from './states.ts';

const FLAGS = { F: 1, S: 2, R: 4, P: 8, A: 16 } as const;

let frame = 0;

/** `> SA 0 1`: from the client, flags, relative SEQ, ACK, and payload bytes. */
const row = (line: string): LadderRow => {
  const [direction, flags = '', seq = 0, ack = 0, length = 0] = line.split(' ');
  return {
    frame: ++frame,
    atSeconds: 0,
    fromClient: direction === '>',
    flags: Array.from(flags).reduce((sum, flag) => sum + FLAGS[flag as keyof typeof FLAGS], 0),
    seq: Number(seq),
    ack: Number(ack),
    rawSeq: Number(seq),
    rawAck: Number(ack),
    length: Number(length),
    window: 1000,
    ttl: 64,
    remark: undefined,
  };
};

const along = (lines: readonly string[], outcomes: Outcomes = new Map()): string[] => {
  frame = 0;
  return statesAlong(lines.map(row), outcomes).map(
    ({ client = '?', server = '?' }) => `${client} ${server}`,
  );
};

const HANDSHAKE = ['> S 0', '< SA 0 1', '> A 1 1'];

describe('the state of both ends', () => {
  it('follows the handshake of RFC 9293 figure 6', () => {
    expect(along(HANDSHAKE)).toEqual([
      'SYN-SENT ?',
      'SYN-SENT SYN-RECEIVED',
      'ESTABLISHED ESTABLISHED',
    ]);
  });

  it('follows the simultaneous open of RFC 9293 figure 7', () => {
    expect(along(['> S 0', '< S 0', '> SA 0 1', '< SA 0 1', '> A 1 1', '< A 1 1'])).toEqual([
      'SYN-SENT ?',
      'SYN-RECEIVED SYN-RECEIVED',
      'SYN-RECEIVED SYN-RECEIVED',
      'SYN-RECEIVED SYN-RECEIVED',
      'ESTABLISHED ESTABLISHED',
      'ESTABLISHED ESTABLISHED',
    ]);
  });

  it('follows the normal close of RFC 9293 figure 12', () => {
    const close = ['> FA 1 1', '< A 1 2', '< FA 1 2', '> A 2 2'];
    expect(along([...HANDSHAKE, ...close]).slice(3)).toEqual([
      'FIN-WAIT-1 ESTABLISHED',
      'FIN-WAIT-2 CLOSE-WAIT',
      'FIN-WAIT-2 LAST-ACK',
      'TIME-WAIT CLOSED',
    ]);
  });

  it('follows the simultaneous close of RFC 9293 figure 13', () => {
    const close = ['> FA 1 1', '< FA 1 1', '> A 2 2', '< A 2 2'];
    expect(along([...HANDSHAKE, ...close]).slice(3)).toEqual([
      'FIN-WAIT-1 ESTABLISHED',
      'FIN-WAIT-1 FIN-WAIT-1',
      'CLOSING FIN-WAIT-2',
      'TIME-WAIT TIME-WAIT',
    ]);
  });

  it('takes a FIN that acknowledges the other for both steps at once', () => {
    const close = ['> FA 1 1', '< FA 1 2', '> A 2 2'];
    expect(along([...HANDSHAKE, ...close]).slice(3)).toEqual([
      'FIN-WAIT-1 ESTABLISHED',
      'FIN-WAIT-2 LAST-ACK',
      'TIME-WAIT CLOSED',
    ]);
  });

  it('begins in the middle where the capture does', () => {
    expect(along(['> PA 100 200 10', '< A 200 110'])).toEqual([
      'ESTABLISHED ?',
      'ESTABLISHED ESTABLISHED',
    ]);
  });

  it('ends both with a reset that was obeyed, and only its sender with one that was not', () => {
    expect(along([...HANDSHAKE, '< RA 1 1']).at(-1)).toBe('CLOSED CLOSED');
    const ignored = new Map([[4, { fromEndpoint: true, obeyed: false }]]);
    expect(along([...HANDSHAKE, '< RA 1 1'], ignored).at(-1)).toBe('ESTABLISHED CLOSED');
    const forged = new Map([[4, { fromEndpoint: false, obeyed: true }]]);
    expect(along([...HANDSHAKE, '< RA 1 1'], forged).at(-1)).toBe('CLOSED ESTABLISHED');
  });

  it('lets nothing that was still under way wake the dead', () => {
    expect(along([...HANDSHAKE, '> RA 1 1', '> A 1 1', '< A 1 1']).slice(4)).toEqual([
      'CLOSED CLOSED',
      'CLOSED CLOSED',
    ]);
  });

  it('begins again with a SYN after the end', () => {
    expect(along([...HANDSHAKE, '< RA 1 1', '> S 0', '< SA 0 1']).slice(4)).toEqual([
      'SYN-SENT ?',
      'SYN-SENT SYN-RECEIVED',
    ]);
  });
});
