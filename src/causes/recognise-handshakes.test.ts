import { describe, expect, it } from 'vitest';
import {
  answering,
  at,
  CLIENT,
  evidence,
  refusing,
  SERVER,
  SILENT,
  those,
} from '../../test/evidence.ts';
import type { Evidence } from './evidence.ts';
import type { Changes } from '../../test/evidence.ts';

/** Resets before a connection stood: refused, given up, or answered about another one. */

describe('a SYN answered by RST,ACK with SEQ 0', () => {
  it('met a port without listener, or a firewall that looks like one', () => {
    const e = evidence(refusing());
    expect(those('expected', e)).toEqual(['closed-port']);
    expect(those('possible', e)).toEqual(['firewall-reject']);
  });

  it('from a client that tries a dozen endpoints: a scan', () => {
    const e = evidence(refusing(), { surroundings: { endpointsProbed: 12 } });
    expect(those('expected', e)).toEqual(['closed-port', 'port-scan']);
  });

  it('is none where the port had offered SYN,ACK', () => {
    const e = evidence(refusing(), { sender: { syn: at(2, 50), synCount: 1, segments: 1 } });
    expect(those('impossible', e)).toContain('closed-port');
  });

  it('drawn by neither SYN nor ACK: a probe, for no TCP sends that', () => {
    const e = evidence(refusing(), answering({ kind: 'fin', length: 0, fin: true }), {
      shape: 'reply-to-syn',
    });
    expect(those('expected', e)).toContain('port-scan');
    expect(those('impossible', e)).toContain('closed-port');
  });
});

/** The server offered SYN,ACK in frame 2 and has said nothing since. */
const onlyOffered: Changes = {
  sender: {
    ...SERVER,
    segments: 1,
    bytesSent: 0,
    firstDataFrame: undefined,
    lastData: undefined,
    last: at(2, 180),
  },
};

describe('a server that never got beyond its SYN,ACK', () => {
  it('resets the ACK that ends the handshake: its accept queue is full', () => {
    const e = evidence(onlyOffered, answering({ kind: 'handshake-ack', length: 0 }));
    expect(those('expected', e)).toEqual(['accept-queue-overflow']);
    // A refused join of Multipath TCP looks the same, and says so (RFC 8684 §3.6).
    const joining: Evidence = { ...e, reset: { ...e.reset, mptcp: 3 } };
    expect(those('impossible', joining)).toContain('accept-queue-overflow');
    expect(those('expected', joining)).toEqual(['mptcp']);
    expect(those('impossible', e)).toContain('handshake-timeout');
  });

  it('resets later data after repeating it: the handshake was given up', () => {
    const e = evidence(onlyOffered, answering(), { sender: { synCount: 6, segments: 6 } });
    expect(those('expected', e)).toContain('handshake-timeout');
    expect(those('possible', e)).toContain('accept-queue-overflow');
  });

  it('resets an ACK for a number it never sent, at that number (RFC 9293 §3.10.7.2)', () => {
    const bad = answering({ kind: 'pure-ack', length: 0, acknowledgesUnsent: true });
    const e = evidence(onlyOffered, bad, {
      exact: false,
      sequence: 'in-window',
      effect: 'challenged',
    });
    expect(those('expected', e)).toEqual(['bad-ack-in-handshake']);
    expect(those('impossible', e)).toContain('accept-queue-overflow');
  });

  it('at a number for which no ACK was captured: perhaps that', () => {
    const e = evidence(onlyOffered, answering(), {
      trigger: undefined,
      exact: false,
      sequence: 'in-window',
      effect: 'challenged',
    });
    expect(those('possible', e)).toContain('bad-ack-in-handshake');
  });

  it('has it no more once it has taken part', () => {
    const out = those('impossible', evidence(answering()));
    expect(out).toEqual(
      expect.arrayContaining([
        'accept-queue-overflow',
        'handshake-timeout',
        'bad-ack-in-handshake',
      ]),
    );
  });

  it('resets of itself while the client is silent: flood defence, at most', () => {
    const e = evidence(onlyOffered, {
      receiver: { ...SILENT, state: 'SYN-SENT', segments: 1, syn: at(1, 190), synCount: 1 },
    });
    expect(those('possible', e)).toContain('syn-flood-defence');
    expect(those('impossible', evidence(onlyOffered))).toContain('syn-flood-defence');
  });
});

/** A client that has sent only its SYN refuses what came back. */
const refusedByClient = (waitedMs: number): Changes => ({
  sender: {
    ...SILENT,
    state: 'SYN-SENT',
    segments: 1,
    syn: at(1, waitedMs),
    synCount: 1,
    last: at(1, waitedMs),
  },
  receiver: {
    ...SERVER,
    state: 'SYN-RECEIVED',
    segments: 1,
    bytesSent: 0,
    lastData: undefined,
    syn: at(19, 10),
  },
  ...answering({ kind: 'syn-ack', length: 0 }),
  effect: 'unknown',
});

describe('an answer by somebody who was never heard, in a capture that begins too late', () => {
  const late: Changes = {
    sender: { ...SILENT, role: 'unknown' },
    receiver: { syn: undefined },
    capture: { handshakeSeen: false, whole: false },
  };

  it('may come of an opening that went wrong before', () => {
    const e = evidence(answering(), late);
    for (const cause of ['handshake-timeout', 'accept-queue-overflow', 'bad-ack-in-handshake'])
      expect(those('possible', e)).toContain(cause);
    // Nothing but an answer to its SYN draws a reset from a client that still connects.
    expect(those('impossible', e)).toContain('handshake-ack-unacceptable');
    const undrawn = evidence(answering(), late, { trigger: undefined });
    expect(those('possible', undrawn)).toContain('handshake-ack-unacceptable');
    expect(those('possible', undrawn)).toContain('paws');
  });

  it('cannot where it was heard after all', () => {
    const heard = evidence(answering(), late, { sender: { segments: 3 } });
    expect(those('impossible', heard)).toContain('handshake-timeout');
  });
});

describe('a client that resets the SYN,ACK', () => {
  it('three seconds after its SYN: nobody waited any more', () => {
    const e = evidence(refusedByClient(3000));
    expect(those('expected', e)).toEqual(['connect-cancelled']);
    expect(those('possible', e)).toEqual(['port-scan']);
  });

  it('at once, and never comes back: given up, or a scan', () => {
    const e = evidence(refusedByClient(20));
    expect(those('possible', e)).toEqual(['connect-cancelled', 'port-scan']);
    const scan = evidence(refusedByClient(20), { surroundings: { endpointsProbed: 40 } });
    expect(those('expected', scan)).toEqual(['port-scan']);
  });

  it('for acknowledging another SYN (RFC 9293 §3.10.7.3)', () => {
    const e = evidence(refusedByClient(20), { synAckForOtherSyn: at(19, 10) });
    expect(those('expected', e)).toEqual(['handshake-ack-unacceptable']);
    expect(those('impossible', e)).toContain('connect-cancelled');
  });

  it('for a timestamp echo that it never sent (RFC 7323 §3.2)', () => {
    const e = evidence(refusedByClient(20), { impossibleTimestampEcho: true });
    expect(those('expected', e)).toEqual(['paws']);
    expect(those('possible', e)).toEqual([]);
  });

  it('with the right ACK, and goes on with the same SYN: not for its ACK', () => {
    const aftermath = { newSynIn: at(24, -990), newSynIsOther: false };
    const e = evidence(refusedByClient(20), { aftermath });
    expect(those('possible', e)).toEqual(['paws']);
    expect(those('impossible', e)).toContain('handshake-ack-unacceptable');
  });
});

describe('a client that resets an answer which the capture lacks, and is connected later', () => {
  it('may have been given another one', () => {
    const e = evidence(refusedByClient(20), { trigger: undefined });
    expect(those('possible', e)).toContain('handshake-ack-unacceptable');
  });

  it('may have been given a foreign echo, if it goes on without a SYN that was captured', () => {
    const e = evidence(refusedByClient(20), { aftermath: { senderWentOnIn: at(24, -990) } });
    expect(those('possible', e)).toContain('paws');
  });
});

describe('a bare ACK in the place of the SYN,ACK', () => {
  const challenged: Changes = {
    ...refusedByClient(20),
    ...answering({ kind: 'pure-ack', length: 0 }),
    ackInsteadOfSynAck: at(19, 10),
  };
  const before = (closed: boolean, beforeMs: number): Changes => ({
    predecessor: { closed, reset: false, last: at(9, beforeMs), timeWaitAtReceiver: true },
  });

  it('from a connection still open on these ports', () => {
    const e = evidence(challenged, before(false, 5000));
    expect(those('expected', e)).toEqual(['handshake-ack-unacceptable', 'four-tuple-reuse']);
    expect(those('possible', e)).toEqual([]);
  });

  it('from TIME-WAIT, where that had been closed within the last minutes', () => {
    const e = evidence(challenged, before(true, 30_000));
    expect(those('expected', e)).toEqual(['handshake-ack-unacceptable', 'time-wait-collision']);
  });

  it('but not from a TIME-WAIT of half an hour ago', () => {
    const e = evidence(challenged, before(true, 1_800_000));
    expect(those('impossible', e)).toContain('time-wait-collision');
  });

  it('either, where what held the ports before was not captured', () => {
    expect(those('expected', evidence(challenged))).toEqual(
      expect.arrayContaining(['four-tuple-reuse', 'time-wait-collision']),
    );
  });
});

describe('opened and reset without a byte', () => {
  const unused: Changes = {
    sender: { ...SILENT, segments: 2, syn: at(1, 30), synCount: 1, last: at(19, 1) },
    receiver: { ...SERVER, segments: 1, bytesSent: 0, lastData: undefined, syn: at(2, 15) },
  };
  const periodic = { checkCount: 8, checkPeriodMs: 2000 };

  it('again and again at one period: a health check, by SO_LINGER 0', () => {
    const e = evidence(unused, { surroundings: periodic });
    expect(those('expected', e)).toEqual(['linger-zero', 'health-check']);
    expect(those('impossible', e)).toContain('port-scan');
  });

  it('once: perhaps', () => {
    expect(those('possible', evidence(unused))).toContain('health-check');
  });

  it('with the ACK of the SYN,ACK in the reset itself: an abort all the same', () => {
    const e = evidence(unused, { sender: { state: 'SYN-SENT', segments: 1 } });
    expect(those('expected', e)).toContain('linger-zero');
  });

  it('is none with data, or by the server', () => {
    const e = evidence({ surroundings: periodic, sender: CLIENT, receiver: SERVER });
    expect(those('impossible', e)).toContain('health-check');
    expect(those('impossible', evidence({ surroundings: periodic }))).toContain('health-check');
  });
});
