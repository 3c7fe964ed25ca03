import { delayedAckTimeout } from './ack-policy.ts';
import { type Connection, NEVER } from './connection.ts';
import { closeTimeout } from './fin-wait-2.ts';
import { keepaliveTimeout } from './keepalive.ts';
import { detectLosses } from './loss-detection.ts';
import { enterRecovery } from './loss-recovery.ts';
import { output, sendProbeOfNew } from './output.ts';
import { persistTimeout } from './persist.ts';
import { resend } from './retransmission.ts';
import { armRetransmission } from './retransmission-timer.ts';
import { retransmissionTimeout } from './retransmission-timeout.ts';
import { SACKED } from './scoreboard.ts';

/** When `timeout` wants to be called next, in ms of the caller's clock; `NEVER` if no timer runs. */
export const deadline = (c: Connection): number =>
  Math.min(c.retransmitAtMs, c.delayedAckAtMs, c.keepaliveAtMs, c.closeAtMs);

/**
 * Lets every timer expire whose time has come (RFC 9293 §3.10.8). Without effect before `deadline`, so
 * a caller may come early. It may end the connection: look at its state and error afterwards.
 */
export const timeout = (c: Connection, now: number): void => {
  if (c.delayedAckAtMs <= now) delayedAckTimeout(c, now);
  if (c.retransmitAtMs <= now) sendingTimeout(c, now);
  if (c.keepaliveAtMs <= now) keepaliveTimeout(c, now);
  if (c.closeAtMs <= now && c.state !== 'TIME-WAIT') closeTimeout(c, now);
};

const sendingTimeout = (c: Connection, now: number): void => {
  switch (c.retransmitFor) {
    case 'rto':
      return retransmissionTimeout(c, now);
    case 'persist':
      return persistTimeout(c, now);
    case 'tail-loss-probe':
      return tailLossProbe(c, now);
    case 'reordering':
      return reorderingTimeout(c, now);
  }
};

/**
 * Two round trips without an answer (RFC 8985 §7.3, tcp_send_loss_probe): a new segment goes, or the
 * last one again, so that its acknowledgement shows what was lost. One probe at a time.
 */
const tailLossProbe = (c: Connection, now: number): void => {
  c.retransmitAtMs = NEVER;
  const board = c.scoreboard;
  if (board === undefined) return;
  if (!board.probeOut) {
    const isNew = sendProbeOfNew(c, now);
    const last = board.count - 1;
    if (isNew || (!board.is(last, SACKED) && resend(c, board, last, now))) {
      board.probeOut = true;
      board.probeResent = !isNew;
      board.probeEnd = c.sndNxt;
    }
  }
  armRetransmission(c, now);
};

/** The time that reordering was given is over (RFC 8985 §6.3). */
const reorderingTimeout = (c: Connection, now: number): void => {
  c.retransmitAtMs = NEVER;
  const board = c.scoreboard;
  if (board === undefined) return;
  detectLosses(c, board, now);
  if (board.lostBytes > 0 && c.recovery !== 'recovery' && c.recovery !== 'loss') {
    enterRecovery(c, board);
    // The first retransmission is not held back (RFC 6937 §3).
    c.cwnd = board.inFlight + c.sndMss;
  }
  output(c, now);
  if (c.retransmitAtMs === NEVER) armRetransmission(c, now);
};

/** Two ticks of the kernel's clock, at 250 Hz (TCP_TIMEOUT_MIN). */
const SOON_MS = 8;

/**
 * An unacceptable acknowledgement met the SYN: its retransmission need not wait for RTO, unless one
 * was sent before (tcp_rcv_synsent_state_process).
 */
export const hastenSyn = (c: Connection, now: number): void => {
  if (c.retransmits > 0) return;
  c.retransmitFor = 'rto';
  c.retransmitAtMs = now + SOON_MS;
};
