import { describe, expect, it } from 'vitest';
import { answering, at, byClient, CLIENT, evidence, SERVER, those } from '../../test/evidence.ts';
import type { Changes } from '../../test/evidence.ts';

/** Resets in another's name, and resets that end nothing. */

const wentOn: Changes = {
  aftermath: { senderSentNew: true, senderWentOn: 4, senderWentOnIn: at(22, -20) },
};

describe('a forged reset', () => {
  it('is told by a sender that goes on, and nothing else can be', () => {
    const e = evidence(wentOn);
    expect(those('expected', e)).toEqual(['injected']);
    expect(those('possible', e)).toEqual([]);
  });

  it('is not told by one packet that the reset overtook', () => {
    const aftermath = { senderSentNew: true, senderWentOn: 1, senderWentOnIn: at(21, -0.4) };
    const e = evidence({ aftermath });
    expect(those('expected', e)).toEqual(['linger-zero']);
    expect(those('impossible', e)).toContain('injected');
  });

  it('is not told by the next connection on the same ports', () => {
    const next = evidence(wentOn, { aftermath: { newSynIn: at(21, -10) } });
    expect(those('expected', next)).toEqual(['linger-zero']);
  });

  it('is told by a TTL far from that of all other packets', () => {
    expect(those('expected', evidence({ identity: { ttlDelta: -20 } }))).toContain('injected');
    expect(those('impossible', evidence({ identity: { ttlDelta: 1 } }))).not.toContain('injected');
  });

  it('is told by two lesser signs, hinted at by one', () => {
    const one = { timestampsMissing: true, windowKept: false, ipId: 'zero' } as const;
    expect(those('possible', evidence({ identity: one }))).toContain('injected');
    const two = { ...one, ipId: 'jumps' } as const;
    expect(those('expected', evidence({ identity: two }))).toContain('injected');
  });

  it('is told by a train whose sequence numbers run ahead (Weaver, Sommer, Paxson 2009)', () => {
    expect(those('expected', evidence({ aftermath: { risingSequence: true } }))).toContain(
      'injected',
    );
  });

  it('is told by a bare RST that answers nothing, in a capture without gaps', () => {
    const e = evidence(answering(), { trigger: undefined });
    expect(those('expected', e)).toContain('injected');
    const gaps = evidence(answering(), { trigger: undefined, capture: { gapless: false } });
    expect(those('possible', gaps)).toContain('injected');
  });

  it('is ruled out where an abort has the timestamps, TTL and window of its host', () => {
    expect(those('impossible', evidence())).toContain('injected');
  });

  it('without timestamps, by the count of its IP identifications', () => {
    const plain = { reset: { hasTimestamps: false } };
    expect(those('impossible', evidence(plain))).toContain('injected');
    expect(those('possible', evidence(plain, { identity: { ipId: 'zero' } }))).toContain(
      'injected',
    );
  });
});

describe('a reject on the way', () => {
  const e = evidence(answering(), { identity: { ttlDelta: 12 } });

  it('answers a segment, with the marks of another machine', () => {
    expect(those('expected', e)).toEqual(['firewall-reject', 'injected']);
  });

  it('looks, at best, like the host itself', () => {
    expect(those('possible', evidence(answering()))).toContain('firewall-reject');
  });

  it('answers something: a bare RST that answers nothing is none, if nothing is missing', () => {
    const nothing = evidence(answering(), { trigger: undefined });
    expect(those('impossible', nothing)).toContain('firewall-reject');
    const gaps = evidence(answering(), { trigger: undefined, capture: { gapless: false } });
    expect(those('possible', gaps)).toContain('firewall-reject');
  });

  it('aborts no socket', () => {
    expect(those('impossible', evidence({ identity: { ttlDelta: 12 } }))).toContain(
      'firewall-reject',
    );
  });
});

describe('a reset that ends nothing', () => {
  const missed: Changes = {
    ...wentOn,
    exact: false,
    effect: 'ignored',
    sequence: 'outside',
    aftermath: { ...wentOn.aftermath, receiverWentOn: 3, receiverWentOnIn: at(23, -40) },
  };

  it('is outside the window, and both ends go on (RFC 5961 §3.2)', () => {
    const e = evidence(missed);
    expect(those('expected', e)).toEqual(['reset-ignored']);
    expect(those('possible', e)).toEqual(['injected']);
  });

  it('is inside, and challenged', () => {
    const challenge = { challengeAckIn: at(21, -1) };
    const e = evidence(missed, { effect: 'challenged', aftermath: challenge });
    expect(those('expected', e)).toEqual(['reset-ignored']);
  });

  it('has no effect for certain only if somebody is seen going on', () => {
    const e = evidence({ exact: false, effect: 'ignored', sequence: 'outside' });
    expect(those('expected', e)).toContain('reset-ignored');
    expect(those('expected', e)).toContain('linger-zero');
  });

  it('is none that the receiver obeyed, or that answers a segment', () => {
    expect(those('impossible', evidence())).toContain('reset-ignored');
    expect(those('impossible', evidence(missed, answering()))).toContain('reset-ignored');
  });

  it('is none that met an end which had itself reset before', () => {
    const e = evidence(missed, { earlier: { byReceiver: at(19, 1) } });
    expect(those('impossible', e)).toContain('reset-ignored');
  });
});

describe('a reset upon a ClientHello', () => {
  const hello: Changes = {
    sender: { ...SERVER, bytesSent: 0, firstDataFrame: undefined, lastData: undefined },
    receiver: { ...CLIENT, bytesSent: 517, lastData: at(8, 15) },
    application: { protocol: 'tls', clientHelloLast: true },
  };

  it('rejects it, by whomever', () => {
    expect(those('expected', evidence(hello))).toEqual(['close-with-unread-data', 'tls-rejected']);
  });

  it('is no verdict of the server, if the server goes on', () => {
    const e = evidence(hello, wentOn);
    expect(those('expected', e)).toEqual(['injected']);
    expect(those('impossible', e)).toContain('tls-rejected');
  });

  it('by a client whose own socket is suddenly gone: it was reset from the other side', () => {
    const e = evidence(
      answering({ kind: 'pure-ack', length: 0 }),
      byClient({ bytesSent: 517, lastData: at(8, 15), last: at(8, 15) }, { bytesSent: 0 }),
      { application: { protocol: 'tls', clientHelloLast: true } },
    );
    expect(those('expected', e)).toContain('tls-rejected');
  });

  it('needs a ClientHello, and no ServerHello', () => {
    expect(those('impossible', evidence())).toContain('tls-rejected');
    const answered = evidence(hello, { application: { serverHelloSeen: true } });
    expect(those('impossible', answered)).toContain('tls-rejected');
  });
});
