import { describe, expect, it } from 'vitest';
import type { KernelReset, KernelResets } from '../../live/kernel-resets.ts';
import { verdict } from '../../report/verdicts.fixture.ts';
import { KernelMatch } from './kernel-match.ts';

const AT = { seconds: Math.floor(Date.now() / 1000), nanos: 0 };
const sent = (change: Partial<KernelReset> = {}): KernelReset => ({
  kind: 'sent',
  epochMs: AT.seconds * 1000 + 5,
  sender: '10.0.0.2:80',
  receiver: '10.0.0.1:40000',
  state: 'TCP_CLOSE',
  reason: 'TCP_ABORT_ON_CLOSE',
  process: { name: 'node', pid: 7 },
  ...change,
});
const of = (cause: Parameters<typeof verdict>[0]) =>
  verdict({ ...AT, sender: '10.0.0.2:80', receiver: '10.0.0.1:40000', alternatives: [], ...cause });

const matching = (...resets: readonly KernelReset[]) => {
  const kernel = { take: () => [...resets] } as unknown as KernelResets;
  const match = new KernelMatch(kernel, (host) => host === '10.0.0.2');
  match.listen();
  return match;
};

describe("the kernel's word beside a verdict", () => {
  it('agrees with the cause, with an alternative, or with neither', () => {
    const word = (cause: Parameters<typeof verdict>[0]) =>
      matching(sent()).wordOn(of(cause))?.agrees;
    expect(word({ cause: 'close-with-unread-data' })).toBe('cause');
    const alternatives = [{ cause: 'close-with-unread-data', confidence: 'possible' }] as const;
    expect(word({ cause: 'linger-zero', alternatives })).toBe('alternative');
    expect(word({ cause: 'linger-zero' })).toBe('no');
  });

  it('says of a reset in its own name that it did not send it', () => {
    const forged = matching().wordOn(of({ cause: 'linger-zero', origin: 'endpoint' }));
    expect(forged).toMatchObject({ kind: 'not-sent', agrees: 'no' });
    const known = matching().wordOn(of({ cause: 'injected', origin: 'middlebox' }));
    expect(known).toMatchObject({ kind: 'not-sent', agrees: 'cause' });
  });

  it('says nothing of a reset between others', () => {
    expect(matching().wordOn(of({ sender: '10.0.0.9:80' }))).toBeUndefined();
  });

  it('knows every loopback address as its own', () => {
    const match = new KernelMatch({ take: () => [] } as unknown as KernelResets);
    expect(match.wordOn(of({ sender: '127.0.0.2:80' }))).toMatchObject({ kind: 'not-sent' });
    expect(match.wordOn(of({ sender: '192.0.2.1:80' }))).toBeUndefined();
  });

  it('has taken one that came from elsewhere', () => {
    const received = sent({ kind: 'received', sender: '10.0.0.9:80', process: undefined });
    const word = matching(received).wordOn(of({ sender: '10.0.0.9:80' }));
    expect(word).toMatchObject({ kind: 'received', agrees: undefined });
  });

  it('knows the answer of a listener, which names no peer', () => {
    const word = matching(sent({ receiver: '0.0.0.0:0', reason: 'NO_SOCKET', state: 'UNKNOWN' }));
    expect(word.wordOn(of({ cause: 'closed-port' }))).toMatchObject({ reason: 'NO_SOCKET' });
  });

  it('uses each of its words once, and none of another moment', () => {
    const match = matching(sent());
    expect(match.wordOn(of({}))?.kind).toBe('sent');
    expect(match.wordOn(of({}))?.kind).toBe('not-sent');
    const later = matching(sent({ epochMs: AT.seconds * 1000 + 900 }));
    expect(later.wordOn(of({}))?.kind).toBe('not-sent');
  });

  it('has no word on a connection that broke without a reset', () => {
    expect(matching(sent()).wordOn(of({ type: 'failure' }))).toBeUndefined();
  });
});
