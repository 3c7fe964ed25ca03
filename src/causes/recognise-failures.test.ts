import { expect, it } from 'vitest';
import { at, failure, thoseOfFailure } from '../../test/evidence.ts';

/** Connections that broke with no reset on the wire. */

it('no answer to any SYN: timed out, or an ICMP error that a capture of TCP alone cannot show', () => {
  const e = failure({ kind: 'syn-unanswered', attempts: 3, silentMs: 3000 });
  expect(thoseOfFailure('expected', e)).toEqual(['connect-timeout']);
  expect(thoseOfFailure('possible', e)).toEqual(['connect-unreachable']);
});

it('an ICMP error', () => {
  const e = failure({ kind: 'unreachable', icmp: 'port unreachable' });
  expect(thoseOfFailure('expected', e)).toEqual(['connect-unreachable']);
  expect(thoseOfFailure('possible', e)).toEqual([]);
});

it('a FIN in the place of the response', () => {
  const e = failure({ kind: 'closed-before-response', frame: 8 });
  expect(thoseOfFailure('expected', e)).toEqual(['closed-before-response']);
  expect(thoseOfFailure('possible', e)).toEqual([]);
});

it('silence in the middle of a conversation: retransmitted in vain', () => {
  const e = failure();
  expect(thoseOfFailure('expected', e)).toEqual(['retransmission-timeout']);
  expect(thoseOfFailure('possible', e)).toEqual(['user-timeout']);
});

it('silence for the first segment after minutes: as likely a middlebox that forgot', () => {
  const e = failure({
    idleMs: 400_000,
    frame: 30,
    receiver: { ...failure().receiver, last: at(30, 0) },
  });
  expect(thoseOfFailure('expected', e)).toEqual([
    'retransmission-timeout',
    'middlebox-idle-timeout',
  ]);
});
