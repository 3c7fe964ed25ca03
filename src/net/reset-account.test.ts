import { describe, expect, it } from 'vitest';
import type { ResetReceived, ResetSent } from '../tcp/reset-event.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { accountOf, SentResets } from './reset-account.ts';

const near = { address: parseAddress('10.0.0.1')!, port: 40_000 };
const far = { address: parseAddress('fd00::2')!, port: 80 };
const segment = (seq: number): ResetSent['reset'] => ({
  seq,
  ack: 0,
  flags: 4,
  window: 0,
  length: 0,
});
const rule = { source: 'RFC 9293 §3.10.7.1', says: 'it is so' };

const sent = (seq: number, cause: ResetSent['cause']): ResetSent => ({
  kind: 'sent',
  cause,
  linuxReason: 'NO_SOCKET',
  atMs: 0,
  path: { local: far, remote: near },
  state: 'CLOSED',
  rule,
  reset: segment(seq),
});

const received = (seq: number): ResetReceived => ({
  kind: 'received',
  atMs: 1,
  path: { local: near, remote: far },
  state: 'ESTABLISHED',
  rule,
  reset: segment(seq),
});

describe('accountOf', () => {
  it('says who sent it: this end, or the other', () => {
    const none = new SentResets();
    expect(accountOf(sent(1, 'closed-port'), none)).toMatchObject({
      cause: 'closed-port',
      by: '[fd00::2]:80',
      isOurs: true,
    });
    expect(accountOf(received(1), none)).toMatchObject({ by: '[fd00::2]:80', isOurs: false });
  });

  it('knows the cause of one that came back to its own network, and of no other', () => {
    const memory = new SentResets();
    memory.note(sent(7, 'linger-zero'));
    expect(accountOf(received(7), memory)?.cause).toBe('linger-zero');
    expect(accountOf(received(8), memory)?.cause).toBeUndefined();
  });

  it('takes the first of several that are alike: it arrives first', () => {
    const memory = new SentResets();
    memory.note(sent(7, 'data-after-close'));
    memory.note(sent(7, 'repeated-reset'));
    expect(accountOf(received(7), memory)?.cause).toBe('data-after-close');
  });

  it('forgets the oldest', () => {
    const memory = new SentResets();
    for (let seq = 0; seq < 300; seq += 1) memory.note(sent(seq, 'closed-port'));
    expect(accountOf(received(0), memory)?.cause).toBeUndefined();
    expect(accountOf(received(299), memory)?.cause).toBe('closed-port');
  });

  it('has nothing to tell of what is no reset of this connection', () => {
    const { atMs, path, state } = received(1);
    const ignored = { kind: 'ignored', atMs, path, state, rule, reset: segment(1) } as const;
    expect(accountOf(ignored, new SentResets())).toBeUndefined();
  });

  it('prints short', () => {
    const account = accountOf(received(1), new SentResets());
    expect(Object.keys(account ?? {})).toEqual(['cause', 'by', 'isOurs', 'segment', 'rule']);
    expect(account?.event.kind).toBe('received');
  });
});
