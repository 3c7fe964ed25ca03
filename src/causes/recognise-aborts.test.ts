import { describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import type { Evidence } from './evidence.ts';
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

/**
 * Resets that a socket's own side sends: RST,ACK at SND.NXT (tcp_send_active_reset). What Linux
 * does in each case is told in the pages of the causes; the traces were made by hand after them.
 */

/** No application's doing leaves more than this: who called what is not on the wire. */
const SILENT_ABORTS = ['disconnect', 'destroyed'];

/** The last data was the client's, 60 ms ago, and the server never answered it. */
const unread: Changes = {
  sender: { lastData: at(6, 120) },
  receiver: { bytesSent: 300, bytesAcknowledged: 300, lastData: at(8, 60), last: at(8, 60) },
};

describe('close() with data unread', () => {
  it('is the trace of an abort after data that nobody answered', () => {
    expect(those('expected', evidence(unread))).toEqual(['close-with-unread-data']);
  });

  it('names what the kernel had not taken, and a window full of what nobody read', () => {
    const flood: Changes = {
      sender: { window: 1000, largestWindow: 64512 },
      receiver: { bytesSent: 9000, bytesAcknowledged: 8000 },
    };
    const told = (e: Evidence): number =>
      [CATALOGUE['close-with-unread-data'].recognise(e).because].flat().length;
    expect(told(evidence(unread, flood))).toBe(told(evidence(unread)) + 2);
  });

  it('is no more than possible once the sender had answered the last it got', () => {
    const e = evidence();
    expect(those('expected', e)).toEqual(['linger-zero']);
    expect(those('possible', e)).toEqual(['close-with-unread-data', ...SILENT_ABORTS]);
  });

  it('is impossible where the other end never sent a byte', () => {
    const e = evidence({ sender: { ...SILENT, ...quietServer }, receiver: quietClient });
    expect(those('impossible', e)).toContain('close-with-unread-data');
    expect(those('expected', e)).toEqual(['linger-zero']);
  });
});

const quietServer = {
  role: 'server',
  segments: 1,
  syn: at(2, 180),
  synCount: 1,
  last: at(2, 180),
} as const;
const quietClient = { ...SILENT, segments: 2, syn: at(1, 190), synCount: 1, last: at(3, 170) };

describe('a client that got what it wanted', () => {
  const app = {
    protocol: 'http',
    request: at(4, 140),
    requestComplete: true,
    requests: 1,
    response: at(6, 120),
    responseStatus: 200,
    answered: true,
  } as const;

  it('after a complete response: linger zero, at most called a client abort', () => {
    const e = evidence(byClient(), { application: { ...app, responseComplete: true } });
    expect(those('expected', e)).toEqual(['linger-zero']);
    expect(those('possible', e)).toContain('client-abort');
  });

  it('in the middle of a response: the client went away', () => {
    const e = evidence(byClient({}, { bytesSent: 9000, lastData: at(9, 1), last: at(9, 1) }), {
      application: { ...app, responseComplete: false },
    });
    expect(those('expected', e)).toEqual(['close-with-unread-data', 'client-abort']);
  });

  it('while its request waits: the client went away', () => {
    const e = evidence(byClient({ lastData: at(8, 3000), last: at(9, 2990) }), {
      application: { ...app, request: at(8, 3000), answered: false },
    });
    expect(those('expected', e)).toContain('client-abort');
    expect(those('impossible', evidence(unread))).toContain('client-abort');
  });
});

describe('a response before the request was whole', () => {
  const early: Changes = {
    ...unread,
    application: {
      protocol: 'http',
      request: at(4, 140),
      requestComplete: false,
      requests: 1,
      response: at(6, 120),
      responseStatus: 413,
      answered: true,
    },
  };

  it('and an abort with the rest unread', () => {
    expect(those('expected', evidence(early))).toEqual([
      'close-with-unread-data',
      'early-response',
    ]);
  });

  it('or a FIN, and the rest as late data', () => {
    const fin = { fin: { ...at(7, 80), count: 1, acknowledgedIn: undefined, afterQuietMs: 1 } };
    const e = evidence(early, answering(), { sender: fin });
    expect(those('expected', e)).toEqual(['data-after-close', 'early-response']);
  });

  it('is not what a second request on the connection means', () => {
    const second = { request: at(8, 60), requestComplete: true, requests: 2, responseStatus: 200 };
    const e = evidence(early, { application: second });
    expect(those('impossible', e)).toContain('early-response');
  });

  it('is not what the client can reset', () => {
    const e = evidence(early, byClient());
    expect(those('impossible', e)).toContain('early-response');
  });
});

describe('after its own FIN', () => {
  const closed = (beforeMs: number): Changes => ({
    sender: {
      state: 'FIN-WAIT-2',
      fin: { ...at(9, beforeMs), count: 1, acknowledgedIn: 10, afterQuietMs: 1 },
    },
  });

  it('in the same instant: more orphans than tcp_max_orphans, or no memory for them', () => {
    const e = evidence(closed(0.1));
    expect(those('expected', e)).toContain('orphan-limit');
    expect(those('possible', e)).toContain('out-of-memory');
  });

  it('in the same instant, after a request whose body was refused: shutdown(), and close() with it unread', () => {
    const refused: Changes = {
      application: {
        request: at(4, 140),
        response: at(6, 120),
        responseStatus: 501,
        requestComplete: true,
      },
      receiver: { lastData: at(5, 139) },
    };
    const e = evidence(closed(0.1), refused);
    expect(those('expected', e)).toContain('close-with-unread-data');
    expect(those('possible', e)).toContain('orphan-limit');
    const granted = evidence(closed(0.1), { ...refused, application: { responseStatus: 200 } });
    expect(those('possible', granted)).toContain('close-with-unread-data');
  });

  it('later: no orphan limit, perhaps TCP_LINGER2', () => {
    const e = evidence(closed(100));
    expect(those('impossible', e)).toContain('orphan-limit');
    expect(those('possible', e)).toContain('linger2-abort');
  });

  it('memory is short only for orphans: without FIN or blocked data it is out', () => {
    expect(those('impossible', evidence())).toContain('out-of-memory');
    const blocked = evidence({ sender: { unansweredRetransmissions: 2 } });
    expect(those('possible', blocked)).toContain('out-of-memory');
  });

  it('a flight in the air may have more behind it, if it is more than Linux grants every socket', () => {
    const flight = (bytesSent: number, changes: Changes = {}): Evidence =>
      evidence({ sender: { bytesSent, bytesAcknowledged: 0, lastData: at(9, 500) } }, changes);
    expect(those('possible', flight(14_480))).toContain('out-of-memory');
    expect(those('impossible', flight(4608))).toContain('out-of-memory');
    // Seen by the receiver all is acknowledged; the sender may not have heard of it within a round trip.
    const heard = (beforeMs: number): Evidence =>
      flight(14_480, {
        sender: { bytesSent: 14_480, bytesAcknowledged: 14_480, lastData: at(9, beforeMs) },
        capture: { handshakeRttMs: 20 },
      });
    expect(those('possible', heard(19))).toContain('out-of-memory');
    expect(those('impossible', heard(21))).toContain('out-of-memory');
  });
});

describe('keepalive probes before it', () => {
  const probed = (unanswered: number, waitedMs: number, keepalives = unanswered): Changes => ({
    sender: {
      keepalives,
      unansweredKeepalives: unanswered,
      keepaliveIntervalMs: keepalives > 1 ? 10_000 : undefined,
      last: at(15, waitedMs),
    },
  });

  it('three unanswered, and the reset when the fourth was due: nothing else', () => {
    const e = evidence(probed(3, 10_050));
    expect(those('expected', e)).toEqual(['keepalive-timeout']);
    expect(those('possible', e)).toEqual(['user-timeout']);
  });

  it('off their schedule: no longer its trace', () => {
    const e = evidence(probed(3, 4000));
    expect(those('possible', e)).toContain('keepalive-timeout');
    expect(those('possible', e)).toContain('linger-zero');
  });

  it('one, answered here but perhaps not there, and the reset whole seconds later', () => {
    expect(those('expected', evidence(probed(0, 1012, 1)))).toContain('keepalive-timeout');
    expect(those('possible', evidence(probed(0, 1450, 1)))).toContain('keepalive-timeout');
  });

  it('none: impossible', () => {
    expect(those('impossible', evidence())).toContain('keepalive-timeout');
  });
});

describe('a listener that closed', () => {
  const notAccepted: Changes = {
    sender: { ...SERVER, bytesSent: 0, firstDataFrame: undefined, lastData: undefined },
    receiver: { ...CLIENT },
  };

  it('is expected where new connections are refused from then on', () => {
    const e = evidence(notAccepted, { surroundings: { refusedAfter: 2 } });
    expect(those('expected', e)).toContain('listener-closed');
  });

  it('is possible for a connection that may never have been accepted, and for no other', () => {
    expect(those('possible', evidence(notAccepted))).toContain('listener-closed');
    expect(those('impossible', evidence())).toContain('listener-closed');
    expect(those('impossible', evidence(notAccepted, byClient()))).toContain('listener-closed');
  });
});

describe('many at once', () => {
  const mass = (massCount: number, refusedAfter: number): Changes => ({
    ...unread,
    surroundings: { massCount, massWithinMs: 3, refusedAfter },
  });

  it('twenty, and then refusals: the process is gone', () => {
    expect(those('expected', evidence(mass(20, 1)))).toContain('mass-restart');
  });

  it('five may be chance', () => {
    expect(those('possible', evidence(mass(5, 1)))).toContain('mass-restart');
    expect(those('impossible', evidence(mass(0, 1)))).toContain('mass-restart');
  });

  it('one that gave up its own probes among them has a cause of its own', () => {
    const e = evidence(mass(20, 1), { sender: { keepalives: 3, unansweredKeepalives: 3 } });
    expect(those('impossible', e)).toContain('mass-restart');
  });
});

describe('an idle timer on the way that resets both ends as it runs out', () => {
  const idle: Changes = { idleMs: 240_300, sender: { last: at(7, 240_300) } };

  it('is hinted at by the silence, and told with a mark of another machine', () => {
    expect(those('possible', evidence(idle))).toContain('middlebox-idle-timeout');
    const marked = evidence(idle, {
      identity: { timestampsMissing: true, windowKept: false, ipId: 'zero' },
    });
    expect(those('expected', marked)).toContain('middlebox-idle-timeout');
  });

  it('is not what follows probes without an answer, or a short silence', () => {
    const probing = evidence(idle, { sender: { keepalives: 2, unansweredKeepalives: 2 } });
    expect(those('impossible', probing)).toContain('middlebox-idle-timeout');
    expect(those('impossible', evidence())).toContain('middlebox-idle-timeout');
  });
});

it('an MPTCP option gives the reason, and leaves no other (RFC 8684 §3.5, §3.6)', () => {
  for (const mptcp of ['fastclose', 1] as const) {
    const e = evidence({ reset: { mptcp } });
    expect(those('expected', e)).toEqual(['mptcp']);
    expect(those('possible', e)).toEqual([]);
  }
});

it('a reset may answer MP_FASTCLOSE, which came in a segment that is no reset (RFC 8684 §3.5)', () => {
  const e = evidence({ receiver: { fastclose: at(19, 1) } });
  expect(those('expected', e)).toEqual(['mptcp']);
  expect(those('impossible', e)).toContain('linger-zero');
});

it('retransmissions before an abort hint at giving up, and no more', () => {
  const e = evidence({ sender: { unansweredRetransmissions: 6, last: at(15, 3000) } });
  expect(those('possible', e)).toContain('retransmission-timeout');
  expect(those('possible', e)).toContain('user-timeout');
  expect(those('impossible', evidence())).toContain('retransmission-timeout');
});
