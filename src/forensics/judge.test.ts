import { describe, expect, it } from 'vitest';
import {
  answering,
  at,
  byClient,
  CLIENT,
  evidence,
  failure,
  refusing,
} from '../../test/evidence.ts';
import type { Changes } from '../../test/evidence.ts';
import { judge, judgeFailure } from './judge.ts';

const word = (...changes: readonly Changes[]) => {
  const { cause, confidence, alternatives } = judge(evidence(...changes), undefined);
  return { cause, confidence, others: alternatives.map((each) => each.cause) };
};

const closed: Changes = {
  sender: {
    state: 'FIN-WAIT-2',
    fin: { ...at(9, 90), count: 1, acknowledgedIn: 10, afterQuietMs: 1 },
  },
  receiver: { state: 'CLOSE-WAIT' },
};

describe('certain', () => {
  it('is what all else is ruled out for, but its own special forms', () => {
    expect(word(answering(), closed)).toEqual({
      cause: 'data-after-close',
      confidence: 'certain',
      others: ['linger-timeout', 'read-shutdown'],
    });
  });

  it('is nothing in a capture with a part missing', () => {
    const { confidence } = word(answering(), closed, { capture: { whole: false } });
    expect(confidence).toBe('likely');
  });

  it('is nothing that a firewall would do just so', () => {
    expect(word(refusing())).toEqual({
      cause: 'closed-port',
      confidence: 'likely',
      others: ['firewall-reject'],
    });
  });

  it('is no abort by an application: which call it was is not on the wire', () => {
    expect(word().confidence).toBe('likely');
    expect(word().others).toEqual(['destroyed', 'disconnect', 'close-with-unread-data']);
  });

  it('is a reset without effect, whoever sent it', () => {
    const aftermath = {
      senderSentNew: true,
      senderWentOn: 4,
      senderWentOnIn: at(22, -20),
      receiverWentOn: 3,
      receiverWentOnIn: at(23, -40),
    };
    const ignored = { exact: false, effect: 'ignored', sequence: 'outside', aftermath } as const;
    expect(word(ignored)).toEqual({
      cause: 'reset-ignored',
      confidence: 'certain',
      others: ['injected'],
    });
  });
});

describe('the order', () => {
  it('has the special form before the general one, which is then left out', () => {
    const crossing: Changes = {
      sender: { fin: { ...at(9, 15), count: 1, acknowledgedIn: 10, afterQuietMs: 5000 } },
    };
    const { cause, others } = word(answering({ frame: 8, beforeMs: 20 }), crossing);
    expect(cause).toBe('keepalive-race');
    expect(others).not.toContain('data-after-close');
  });

  it('has expected before possible, and less doubted before more doubted', () => {
    const { cause, others } = word(answering(), { sender: { last: at(7, 5000) }, idleMs: 5000 });
    expect(cause).toBe('half-open-restart');
    // One doubt against it, and two against those whose own trace would have to be lost.
    const [, ...mostDoubted] = others.slice(others.indexOf('data-after-close'));
    expect(mostDoubted).toEqual(['repeated-reset', 'user-timeout', 'retransmission-timeout']);
  });
});

describe('a repetition', () => {
  const again = evidence(answering(), { earlier: { bySender: at(12, 50) } });

  it('has the causes of the first reset', () => {
    const first = judge(evidence(byClient()), undefined);
    const { cause, alternatives } = judge(again, first);
    expect(cause).toBe('repeated-reset');
    expect(alternatives[0]).toEqual({ cause: first.cause, confidence: 'likely' });
  });

  it('of one who goes on is forged like the first', () => {
    const aftermath = { senderSentNew: true, senderWentOn: 4, senderWentOnIn: at(22, -20) };
    expect(judge(evidence({ earlier: { bySender: at(12, 50) }, aftermath }), undefined).cause).toBe(
      'injected',
    );
  });
});

describe('a failure', () => {
  it('is concluded in the same way', () => {
    const fin = judgeFailure(failure({ kind: 'closed-before-response' }));
    expect(fin).toMatchObject({ cause: 'closed-before-response', confidence: 'certain' });
  });

  it('is not certain where giving up cannot be seen', () => {
    const silence = judgeFailure(
      failure({ receiver: { ...CLIENT, unansweredRetransmissions: 5 } }),
    );
    expect(silence).toMatchObject({ cause: 'retransmission-timeout', confidence: 'likely' });
  });
});
