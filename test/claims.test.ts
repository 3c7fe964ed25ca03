import { describe, expect, it } from 'vitest';
import { ladderOf } from '../src/lab/detective.ts';
import type { Run } from '../src/lab/run.ts';
import { ACK, FIN, RST, SYN } from '../src/wire/packet.ts';
import { causes, has, kinds, play, resets, rowsAt, sent, told } from './played.ts';

/**
 * Each claim about TCP's reset, made true: by a run of a scenario, seen in what crosses the wire,
 * in what the applications are told, and in what the engine says of it. What is expected stands in
 * the RFCs and in measurements of Linux, where these two differ from the claim.
 */

describe('sending a reset', () => {
  it('A1: a SYN to a closed port draws RST,ACK with seq 0 and ack one past it', () => {
    const run = play('closed-port', 'nobody');
    const [syn, reset] = rowsAt(run, 'client');
    expect(syn?.flags).toBe(SYN);
    expect(reset?.flags).toBe(RST | ACK);
    expect(reset?.rawSeq).toBe(0);
    expect(reset?.rawAck).toBe((syn!.rawSeq + 1) >>> 0);
    expect(reset?.window).toBe(0);
    expect(told(run, 'client')).toEqual(['connect: ECONNREFUSED', 'write: EPIPE']);
    // Where nobody answers instead, the client waits until it gives up.
    const silent = play('closed-port', 'filtered');
    expect(told(silent, 'client')).toEqual(['connect: ETIMEDOUT']);
    expect(resets(rowsAt(silent, 'client'))).toEqual([]);
  });

  it('A2: a port that is bound and not listening answers as a closed one', () => {
    const bound = play('closed-port', 'bound');
    expect(resets(rowsAt(bound, 'client')).map(({ flags, rawSeq }) => [flags, rawSeq])).toEqual([
      [RST | ACK, 0],
    ]);
    expect(told(bound, 'client')[0]).toBe('connect: ECONNREFUSED');
  });

  it('A3: a segment of no connection draws a reset at its ACK, or one that acknowledges it', () => {
    const stray = rowsAt(play('listener-got-ack', 'data'), 'client');
    expect(stray[1]?.flags).toBe(RST);
    expect(stray[1]?.rawSeq).toBe(77_000_000);
    // A FIN without ACK counts one: seq 1000, so ack 1001.
    const fin = rowsAt(play('port-scan', 'fin'), 'client');
    expect(fin[1]?.flags).toBe(RST | ACK);
    expect([fin[1]?.rawSeq, fin[1]?.rawAck]).toEqual([0, 1001]);
  });

  it('A4: without SO_LINGER close() returns at once, and data and FIN follow', () => {
    const run = play('normal-close', 'unsent');
    const closing = run.calls.find(({ call, socket }) => call === 'close' && socket === 'server')!;
    const fin = rowsAt(run, 'server').find((row) => has(row, FIN) && !row.fromClient)!;
    expect(closing.outcome).toBe('ok');
    // The FIN rides on the last piece of data.
    expect(fin.seq + fin.length).toBe(30_001);
    expect(told(run, 'client').slice(1)).toEqual(['read: 30000', 'read: EOF', 'close: ok']);
    expect(sent(run)).toEqual([]);
  });

  it('A5: SO_LINGER with 0 seconds resets, and the peer reads ECONNRESET', () => {
    const run = play('linger-zero', 'by-server');
    const last = rowsAt(run, 'server').at(-1)!;
    expect(last.flags).toBe(RST | ACK);
    expect(last.fromClient).toBe(false);
    expect(rowsAt(run, 'server').some((row) => has(row, FIN))).toBe(false);
    expect(told(run, 'client').slice(-3)).toEqual([
      'read: ECONNRESET',
      'read: EOF',
      'write: EPIPE',
    ]);
    // What was not sent is thrown away.
    const unsent = play('linger-zero', 'unsent');
    expect(told(unsent, 'server')).toContain('write: 30000');
    const [first] = told(unsent, 'client').filter((one) => one.startsWith('read'));
    expect(Number(first?.split(' ')[1])).toBeLessThan(30_000);
  });

  it('A6: SO_LINGER with 1 second: close() blocks so long; then Linux goes on, others reset', () => {
    const closing = (run: Run) => {
      const written = run.calls.find(({ call, socket }) => call === 'write' && socket === 'server');
      const closed = run.calls.find(({ call, socket }) => call === 'close' && socket === 'server');
      return { outcome: closed?.outcome, tookMs: (closed?.atMs ?? 0) - (written?.atMs ?? 0) };
    };
    const linux = play('linger-timeout', 'delivered');
    // On a socket that does not block otherwise.
    expect(closing(linux)).toEqual({ outcome: 'ok', tookMs: 1000 });
    expect(sent(linux)).toEqual([]);
    expect(told(linux, 'client')).toContain('read: EOF');
    const claimed = play('linger-timeout', 'reset');
    expect(closing(claimed)).toEqual({ outcome: 'ok', tookMs: 1000 });
    expect(causes(claimed)).toEqual(['linger-timeout']);
    expect(told(claimed, 'client')).toContain('read: ECONNRESET');
  });

  it.each(['idle', 'listening'])('A7: data to a restarted host is reset (%s)', (name) => {
    const run = play('half-open-restart', name);
    const rows = rowsAt(run, 'client');
    const data = rows.filter((row) => row.fromClient && row.length > 0).at(-1)!;
    const [reset] = resets(rows);
    expect(reset?.flags).toBe(RST);
    expect(reset?.rawSeq).toBe(data.rawAck);
    expect(causes(run)).toEqual(['half-open-restart']);
    expect(told(run, 'client')).toContain('read: ECONNRESET');
  });

  it('A8: a keepalive probe to a restarted host is reset', () => {
    const run = play('half-open-restart', 'keepalive');
    const rows = rowsAt(run, 'client');
    const probe = rows[rows.findIndex((row) => has(row, RST)) - 1]!;
    expect(probe.fromClient).toBe(true);
    expect(probe.remark).toBe('keep-alive');
    expect(causes(run)).toEqual(['half-open-restart']);
  });

  it('A9: keepalive gives up after its probes, by a reset and ETIMEDOUT', () => {
    const run = play('keepalive-timeout', 'by-client');
    const rows = rowsAt(run, 'client');
    const probes = rows.filter((row) => row.remark === 'keep-alive');
    expect(probes.length).toBe(3);
    const [reset] = resets(rows);
    expect(reset?.fromClient).toBe(true);
    expect(reset?.flags).toBe(RST | ACK);
    expect(told(run, 'client').at(-1)).toBe('read: ETIMEDOUT');
    expect(told(run, 'server').at(-1)).toBe('read: ECONNRESET');
  });

  it('A10: close() with 5 of 10 bytes unread resets at once', () => {
    const run = play('close-with-unread-data', 'partly-read');
    expect(causes(run)).toEqual(['close-with-unread-data']);
    const [event] = sent(run);
    expect(event?.variables?.unread).toBe(5);
    expect(event?.linuxReason).toBe('TCP_ABORT_ON_CLOSE');
    expect(told(run, 'client').slice(-2)).toEqual(['read: ECONNRESET', 'write: EPIPE']);
  });

  it('A11: data after close() is reset; the peer saw the FIN first', () => {
    const run = play('data-after-close', 'by-server');
    expect(causes(run)).toEqual(['data-after-close']);
    const [reset] = resets(rowsAt(run, 'client'));
    expect(reset?.flags).toBe(RST);
    expect(told(run, 'client').slice(-2)).toEqual(['read: EOF', 'write: EPIPE']);
  });

  it('A12: the answer to an old SYN is reset, and the newer SYN connects', () => {
    const run = play('handshake-ack-unacceptable', 'old-syn');
    expect(causes(run)).toEqual(['handshake-ack-unacceptable']);
    const rows = rowsAt(run, 'client');
    const wrong = rows.find((row) => has(row, SYN | ACK))!;
    expect(resets(rows)[0]?.rawSeq).toBe(wrong.rawAck);
    expect(told(run, 'client')).toContain('connect: ok');
    expect(kinds(run, 'server')).toContain('received');
  });

  it.each(['retransmitted-fin', 'first-fin'])(
    'A13: without TIME-WAIT a FIN is reset (%s)',
    (name) => {
      const run = play('lost-last-ack', name);
      expect(causes(run)).toEqual(['lost-last-ack']);
      const rows = rowsAt(run, 'server');
      const at = rows.findIndex((row) => has(row, RST));
      expect(rows[at]?.fromClient).toBe(true);
      expect(rows.slice(0, at).findLast((row) => !row.fromClient && has(row, FIN))).toBeDefined();
    },
  );

  it('A14: the SYN of a restarted client draws a challenge ACK, and that a reset', () => {
    const run = play('four-tuple-reuse', 'restart');
    expect(kinds(run, 'server')).toEqual(['challenged', 'received']);
    expect(told(run, 'old server')).toContain('read: ECONNRESET');
    expect(told(run, 'new')).toContain('connect: ok');
  });

  it('A15: a retransmission to a restarted host is reset', () => {
    const run = play('half-open-restart', 'retransmission');
    const rows = rowsAt(run, 'client');
    const before = rows[rows.findIndex((row) => has(row, RST)) - 1]!;
    expect(before.remark).toContain('retransmission');
    expect(causes(run)).toEqual(['half-open-restart']);
  });

  it('A16: a zero window: Linux probes on, or times out in silence; others reset', () => {
    const answered = play('zero-window-timeout', 'answered');
    expect(sent(answered)).toEqual([]);
    const probes = rowsAt(answered, 'server').filter((row) => row.remark === 'window probe');
    expect(probes.length).toBeGreaterThanOrEqual(4);
    const unanswered = play('zero-window-timeout', 'window-opens');
    expect(told(unanswered, 'server').at(-1)).toBe('SO_ERROR: ETIMEDOUT');
    const claimed = play('zero-window-timeout', 'reset');
    expect(causes(claimed)).toContain('zero-window-timeout');
    expect(sent(claimed)[0]?.linuxReason).toBe('NOT_SPECIFIED');
  });

  it('A17: without the third ACK: 5 more SYN,ACKs, silence, and a reset of later data', () => {
    const run = play('handshake-timeout', 'five-retries');
    const synAcks = rowsAt(run, 'server').filter((row) => has(row, SYN | ACK));
    expect(synAcks.length).toBe(6);
    expect(causes(run)).toEqual(['handshake-timeout']);
    expect(told(run, 'client')).toEqual(['connect: ok', 'write: 6', 'read: ECONNRESET']);
  });

  it('A18: a SYN in TIME-WAIT is taken if newer in either way; else refused; or if in both', () => {
    expect(sent(play('time-wait-collision', 'reused', { timestamps: false }))).toEqual([]);
    expect(sent(play('time-wait-collision', 'newer-timestamp'))).toEqual([]);
    const refused = play('time-wait-collision', 'lower', { timestamps: false });
    expect(causes(refused)).toEqual(['time-wait-collision']);
    expect(causes(play('time-wait-collision', 'both'))).toContain('time-wait-collision');
  });

  it('A19: a full accept queue drops the last ACK, or resets it', () => {
    const drained = play('accept-queue-overflow', 'drained');
    expect(sent(drained)).toEqual([]);
    const run = play('accept-queue-overflow', 'abort');
    expect(causes(run)).toContain('accept-queue-overflow');
    expect(sent(run)[0]?.linuxReason).toBe('INVALID_SYN');
    expect(told(run, 'fourth')).toContain('SO_ERROR: ECONNRESET');
  });

  it('A20: one orphan too many: Linux sends FIN and reset in one instant, others the reset alone', () => {
    const flagsOf = (run: Run): number[] => {
      const server = run.calls.findLast(
        ({ call, socket }) => call === 'close' && socket === 'server',
      )!;
      return sent(run)
        .filter(({ atMs }) => atMs >= server.atMs)
        .map(({ reset }) => reset.flags);
    };
    const linux = play('orphan-limit', 'linux');
    expect(flagsOf(linux)).toEqual([RST | ACK]);
    expect(told(linux, 'client').slice(-2)).toEqual(['read: EOF', 'write: EPIPE']);
    const claimed = play('orphan-limit', 'reset');
    expect(told(claimed, 'client').at(-1)).toBe('read: ECONNRESET');
    expect(causes(claimed)).toContain('orphan-limit');
  });

  it('A21: data after SHUT_RD: Linux takes it, others reset', () => {
    const linux = play('read-shutdown', 'linux');
    expect(sent(linux)).toEqual([]);
    expect(told(linux, 'server')).toContain('read: 15');
    expect(causes(play('read-shutdown', 'both'))).toEqual(['read-shutdown']);
    expect(causes(play('read-shutdown', 'reset'))[0]).toBe('read-shutdown');
  });

  it('A22: a firewall rejects with a reset in the name of the server', () => {
    const run = play('firewall-reject', 'syn');
    expect(run.told.filter(({ event }) => event.kind === 'sent').map(({ who }) => who)).toEqual([
      'firewall',
    ]);
    expect(told(run, 'client')).toEqual(['connect: ECONNREFUSED']);
    expect(rowsAt(run, 'server')).toEqual([]);
  });

  it('A23: a segment outside the window: Linux acknowledges, others reset', () => {
    const linux = play('out-of-window', 'linux');
    expect(sent(linux)).toEqual([]);
    expect(told(linux, 'client').at(-1)).toBe('close: ok');
    const claimed = play('out-of-window', 'reset');
    expect(sent(claimed).length).toBeGreaterThan(0);
    expect(sent(claimed)[0]?.rule.claim).toBe('A23');
  });

  it('A24: a half-open connection times out: Linux in silence, others by a reset', () => {
    expect(sent(play('syn-flood-defence', 'linux'))).toEqual([]);
    const claimed = play('syn-flood-defence', 'reset');
    expect(causes(claimed)).toEqual(['syn-flood-defence']);
    expect(told(claimed, 'client')).toContain('read: ECONNRESET');
  });

  it('A25: a scan by SYN tells open, closed and filtered ports apart', () => {
    const run = play('port-scan', 'syn');
    const answers = new Map<string, string>();
    const answerOf = (frame: number): string => {
      const [, answer] = rowsAt(run, 'client', frame);
      if (answer === undefined) return 'filtered';
      return has(answer, RST) ? 'closed' : 'open';
    };
    for (let frame = 1; frame < 60; frame += 1) {
      const ladder = ladderOf(run.recordings.client.capture, frame);
      if (ladder !== undefined) answers.set(ladder.connection.server, answerOf(frame));
    }
    const portsThat = (state: string): number[] =>
      [...answers]
        .filter(([, found]) => found === state)
        .map(([server]) => Number(server.split(':').at(-1)));
    expect(portsThat('open')).toEqual([22, 80, 443]);
    expect(portsThat('filtered')).toEqual([445]);
    expect(portsThat('closed')).toEqual([21, 23, 25, 53, 110, 135, 139, 3306, 8080]);
  });
});
