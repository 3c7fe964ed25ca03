import { describe, expect, it } from 'vitest';
import {
  answering,
  at,
  byClient,
  CLIENT,
  evidence,
  SERVER,
  SILENT,
  those,
} from '../../test/evidence.ts';
import type { Changes } from '../../test/evidence.ts';

/** Bare resets that answer a segment of an open connection: SEQ = SEG.ACK (tcp_v4_send_reset). */

/** The server's FIN, acknowledged in frame 10, after a silence. */
const closed = (beforeMs: number, afterQuietMs = 1): Changes => ({
  sender: {
    state: 'FIN-WAIT-2',
    fin: { ...at(9, beforeMs), count: 1, acknowledgedIn: 10, afterQuietMs },
    last: at(9, beforeMs),
  },
  receiver: { state: 'CLOSE-WAIT', bytesAfterPeerFin: 100 },
});

describe('data after a FIN', () => {
  const e = evidence(answering(), closed(90));

  it('met a closed socket', () => {
    expect(those('expected', e)).toEqual(['data-after-close']);
  });

  it('leaves its own special forms possible, and nobody else', () => {
    expect(those('possible', e)).toEqual(['linger-timeout', 'read-shutdown']);
  });

  it('needs data', () => {
    const bare = evidence(answering({ kind: 'pure-ack', length: 0 }), closed(90));
    expect(those('impossible', bare)).toContain('data-after-close');
  });

  it('is no more than possible where no FIN was seen', () => {
    const lost = evidence(answering());
    expect(those('possible', lost)).toContain('data-after-close');
    expect(those('impossible', lost)).toContain('read-shutdown');
  });

  it('is not the story of one who goes on', () => {
    const aftermath = { senderSentNew: true, senderWentOn: 5, senderWentOnIn: at(25, -30) };
    expect(those('impossible', evidence(answering(), closed(90), { aftermath }))).toContain(
      'data-after-close',
    );
  });

  it('may be a client that gave up, and the answer came later', () => {
    const app = { request: at(8, 1300), requests: 1, answered: false, protocol: 'http' } as const;
    const gaveUp = evidence(
      answering(),
      { receiver: SERVER },
      {
        sender: {
          ...CLIENT,
          fin: { ...at(9, 100), count: 1, acknowledgedIn: 10, afterQuietMs: 1 },
        },
      },
      { application: app },
    );
    expect(those('expected', gaveUp)).toEqual(['data-after-close', 'client-abort']);
  });
});

describe('an idle connection reused', () => {
  it('as the server closed it: the race', () => {
    const crossing: Changes = {
      ...closed(15, 5000),
    };
    const e = evidence(answering({ frame: 8, beforeMs: 20 }), crossing);
    expect(those('expected', e)).toEqual(['data-after-close', 'keepalive-race']);
  });

  it('long after the client acknowledged the FIN: no race, it did not look', () => {
    const e = evidence(answering(), closed(8000, 5000));
    expect(those('expected', e)).toEqual(['data-after-close']);
    expect(those('possible', e)).toContain('keepalive-race');
  });

  it('is none where the connection was busy, or the client closed', () => {
    expect(those('impossible', evidence(answering(), closed(15, 20)))).toContain('keepalive-race');
    const byTheClient = evidence(answering(), closed(15, 5000), { sender: { role: 'client' } });
    expect(those('impossible', byTheClient)).toContain('keepalive-race');
  });
});

describe('what a FIN draws', () => {
  const finTrigger = { kind: 'fin', length: 0, fin: true } as const;

  it('sent again, after an orderly close: the last ACK was lost and no TIME-WAIT was left', () => {
    const e = evidence(answering({ ...finTrigger, retransmission: true }), closed(500));
    expect(those('expected', e)).toEqual(['lost-last-ack']);
    expect(those('possible', e)).toEqual([]);
  });

  it('the ACK of the FIN draws it only where TCP_LINGER2 is negative', () => {
    // `closed` has its FIN acknowledged in frame 10.
    const e = evidence(answering({ kind: 'pure-ack', length: 0, frame: 10 }), closed(20));
    expect(those('expected', e)).toEqual(['linger2-abort']);
    expect(those('possible', e)).toEqual([]);
  });

  it('a second ACK of it draws it where the first had ended the socket, and left no TIME-WAIT', () => {
    const e = evidence(answering({ kind: 'pure-ack', length: 0, frame: 19 }), closed(20));
    expect(those('expected', e)).toEqual([]);
    expect(those('possible', e)).toEqual(['lost-last-ack', 'linger2-abort']);
  });

  it('neither without a FIN of the sender', () => {
    const e = evidence(answering(finTrigger));
    expect(those('impossible', e)).toContain('lost-last-ack');
    expect(those('impossible', e)).toContain('linger2-abort');
  });
});

describe('a connection that the sender no longer knows', () => {
  const quietFor = (ms: number): Changes => ({ sender: { last: at(7, ms) }, idleMs: ms });

  it('may have been forgotten in a restart, once it was silent', () => {
    const e = evidence(answering(), quietFor(5000));
    expect(those('expected', e)).toEqual(['half-open-restart']);
  });

  it('never surely: a firewall answers just so, and so does a forger', () => {
    const e = evidence(answering(), quietFor(5000));
    expect(those('possible', e)).toEqual(
      expect.arrayContaining(['firewall-reject', 'middlebox-idle-timeout', 'injected']),
    );
  });

  it('was not forgotten within 200 ms', () => {
    expect(those('possible', evidence(answering(), quietFor(100)))).toContain('half-open-restart');
  });

  it('after 350 s of silence: the timer of a middlebox, as likely', () => {
    const e = evidence(answering(), quietFor(352_000));
    expect(those('expected', e)).toEqual(['half-open-restart', 'middlebox-idle-timeout']);
  });

  it('was not idle: no idle timer', () => {
    expect(those('impossible', evidence(answering(), quietFor(100)))).toContain(
      'middlebox-idle-timeout',
    );
  });

  it('had closed: neither', () => {
    const out = those('impossible', evidence(answering(), closed(90)));
    expect(out).toContain('half-open-restart');
    expect(out).toContain('middlebox-idle-timeout');
    expect(out).toContain('firewall-reject');
  });
});

describe('a sender that had waited in vain', () => {
  it('retransmitting: tcp_retries2 ran out in silence, and the next segment met nothing', () => {
    const e = evidence(answering(), {
      sender: { unansweredRetransmissions: 8, last: at(15, 4000) },
    });
    expect(those('expected', e)).toContain('retransmission-timeout');
    expect(those('possible', e)).toContain('user-timeout');
  });

  const probing = (unansweredWindowProbes: number): Changes => ({
    sender: { windowProbes: 4, unansweredWindowProbes, last: at(15, 4000) },
    receiver: { zeroWindow: at(10, 9000), window: 0 },
  });

  it('probing a zero window without an answer: given up', () => {
    const opens = answering({ kind: 'pure-ack', length: 0 });
    expect(those('expected', evidence(opens, probing(4)))).toContain('zero-window-timeout');
  });

  it('probes answered, then data: closed, with the FIN held back behind the window', () => {
    const e = evidence(answering(), probing(0));
    expect(those('expected', e)).toContain('data-after-close');
    expect(those('possible', e)).toContain('zero-window-timeout');
    expect(those('possible', e)).toContain('linger-timeout');
  });

  it('none of it without probes or retransmissions', () => {
    const out = those('impossible', evidence(answering()));
    expect(out).toContain('zero-window-timeout');
    expect(out).toContain('retransmission-timeout');
    expect(out).toContain('user-timeout');
  });
});

describe('an endpoint that never took part', () => {
  const stray: Changes = {
    sender: { ...SILENT, role: 'server', state: 'unknown' },
    receiver: { ...SILENT, state: 'unknown', segments: 1, bytesSent: 0, last: at(19, 10) },
    capture: { handshakeSeen: false, whole: false },
    identity: { ttlDelta: undefined },
  };
  const e = evidence(answering({ kind: 'pure-ack', length: 0 }), stray);

  it('got an ACK of no connection', () => {
    expect(those('expected', e)).toContain('listener-got-ack');
    expect(those('possible', e)).toContain('conntrack-invalid');
  });

  it('under another address the same numbers run: it was not translated', () => {
    const surroundings = { siblingConnection: '10.0.0.9:80' };
    expect(those('expected', evidence(answering(), stray, { surroundings }))).toContain(
      'conntrack-invalid',
    );
  });

  it('is ruled out by a handshake', () => {
    const out = those('impossible', evidence(answering()));
    expect(out).toContain('listener-got-ack');
    expect(out).toContain('conntrack-invalid');
  });

  it('unless what drew it lay beyond the window', () => {
    const beyond = evidence(answering({ beyondWindow: true }));
    expect(those('possible', beyond)).toContain('conntrack-invalid');
  });
});

describe('not the first reset', () => {
  it('repeats one of the same sender', () => {
    const e = evidence(answering(), { earlier: { bySender: at(12, 50) } });
    expect(those('expected', e)).toContain('repeated-reset');
    expect(those('impossible', evidence({ shape: 'active' }))).toContain('repeated-reset');
  });

  it('may repeat one that was lost before it came to the capture, if it answers out of the blue', () => {
    expect(those('possible', evidence(answering()))).toContain('repeated-reset');
    const afterFin = evidence(answering(), {
      sender: { fin: { ...at(9, 100), count: 1, acknowledgedIn: 10, afterQuietMs: 1 } },
    });
    expect(those('impossible', afterFin)).toContain('repeated-reset');
  });

  it('may come of a giving up whose tries were lost, if there was time for that', () => {
    const silent = (ms: number) => evidence(answering(), { sender: { last: at(12, ms) } });
    expect(those('possible', silent(5000))).toContain('retransmission-timeout');
    expect(those('possible', silent(5000))).toContain('user-timeout');
    expect(those('impossible', silent(100))).toContain('retransmission-timeout');
    expect(those('impossible', silent(100))).toContain('user-timeout');
  });

  it('follows from one that closed its socket in the name of the other end, who went on', () => {
    const e = evidence(answering(), {
      earlier: { inReceiversName: at(12, 50) },
      sender: { last: at(7, 80) },
    });
    expect(those('expected', e)).toContain('repeated-reset');
  });

  it('does not, if the sender had lived on after that one', () => {
    const e = evidence(answering(), {
      earlier: { inReceiversName: at(12, 900) },
      sender: { last: at(17, 60) },
    });
    expect(those('impossible', e)).toContain('repeated-reset');
  });

  it('nor where both ends abort of their own accord, and the resets cross', () => {
    const e = evidence(byClient(), { earlier: { byReceiver: at(19, 1) } });
    expect(those('impossible', e)).toContain('repeated-reset');
    expect(those('expected', e)).toEqual(['linger-zero']);
  });
});
