import type { Connection } from '../connection.ts';
import { type CongestionControl, slowStart, widen } from './congestion-control.ts';
import { HyStart } from './hystart.ts';

/** RFC 9438 §5: C, in segments per second cubed, and the multiplicative decrease. */
const C = 0.4;
const BETA = 0.7;
/** RFC 9438 §4.3: additive increase that is as fast as Reno's with this decrease. */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);

/** How often, in ms, the rate of growth is worked out again while the window stands (HZ / 32). */
const EPOCH_STEP_MS = 1000 / 32;
/** The window grows by half of what is acknowledged at most (§4.4). */
const LEAST_ACKED = 2;

/** What is known of the path once the window was reduced, or left slow start; windows in segments. */
class Course {
  /** W_max of §4.1.1, and cwnd before the last reduction. */
  plateau = 0;
  priorWindow = 0;
  /** When this congestion avoidance began, -1: not yet. */
  epochAtMs = -1;
  /** K of §4.2, in seconds, and W_est of §4.3. */
  plateauAfterS = 0;
  renoWindow = 0;
  /** So many segments acknowledged let the window grow by one; since when, and for which window. */
  ackedPerSegment = 0;
  workedOutAtMs = 0;
  workedOutFor = 0;
  /** Segments acknowledged that have not yet let it grow. */
  saved = 0;
}

/**
 * CUBIC (RFC 9438), in segments and seconds inside, as the RFC counts. It grows as Linux has it: by whole
 * segments, at a rate worked out anew some 32 times a second (bictcp_update, tcp_cong_avoid_ai).
 */
export class Cubic implements CongestionControl {
  /** Most connections never leave slow start, and need none. */
  private course: Course | undefined = undefined;
  private hystart: HyStart | undefined = undefined;

  get name(): 'cubic' {
    return 'cubic';
  }

  acknowledged(c: Connection, bytes: number, now: number): void {
    const left = c.cwnd < c.ssthresh ? slowStart(c, bytes) : bytes;
    if (left === 0) return;
    const course = (this.course ??= new Course());
    const window = Math.floor(c.cwnd / c.sndMss);
    const acked = left / c.sndMss;
    if (course.epochAtMs < 0) begin(course, window, now);
    course.renoWindow += (renoIncrease(course) * acked) / window;
    if (course.workedOutFor !== window || now - course.workedOutAtMs > EPOCH_STEP_MS) {
      workOut(course, c, window, now);
    }
    widen(c, growth(course, acked) * c.sndMss);
  }

  /** §4.10: slow start ends by HyStart, while it may. */
  measured(c: Connection, rttMs: number, now: number): void {
    if (c.cwnd >= c.ssthresh) return;
    this.hystart ??= new HyStart();
    if (!this.hystart.hasEnded(c, rttMs, now)) return;
    c.ssthresh = c.cwnd;
    this.hystart = undefined;
  }

  /** §4.6, with the fast convergence of §4.7. */
  reducedThreshold(c: Connection): number {
    const course = (this.course ??= new Course());
    const window = c.cwnd / c.sndMss;
    course.plateau = window < course.plateau ? (window * (1 + BETA)) / 2 : window;
    course.priorWindow = window;
    course.epochAtMs = -1;
    return Math.max(Math.round(c.cwnd * BETA), 2 * c.sndMss);
  }

  /** §4.8: slow start follows, and then a curve that is flat where it begins, whatever was before. */
  timedOut(): void {
    this.hystart = undefined;
    if (this.course === undefined) return;
    this.course.plateau = 0;
    this.course.epochAtMs = -1;
  }

  /** §5.8: time without sending is no time to grow in. */
  resumed(idleMs: number): void {
    if (this.course !== undefined && this.course.epochAtMs >= 0) this.course.epochAtMs += idleMs;
  }
}

const begin = (course: Course, window: number, now: number): void => {
  course.epochAtMs = now;
  course.saved = 0;
  course.workedOutFor = 0;
  course.renoWindow = window;
  if (window >= course.plateau) {
    course.plateau = window;
    course.plateauAfterS = 0;
  } else course.plateauAfterS = Math.cbrt((course.plateau - window) / C);
};

/** By how much W_est grows in a round trip (§4.3). */
const renoIncrease = (course: Course): number =>
  course.renoWindow >= course.priorWindow ? 1 : ALPHA;

/** The rate that leads to the window of a round trip from now, or to Reno's where that is larger. */
const workOut = (course: Course, c: Connection, window: number, now: number): void => {
  const goal = Math.max(cubicGoal(course, c, window, now), Math.floor(course.renoWindow));
  course.ackedPerSegment = Math.max(window / (goal - window), LEAST_ACKED);
  course.workedOutAtMs = now;
  course.workedOutFor = window;
};

/** Where the window should be one round trip from now (§4.2, §4.4 and §4.5). */
const cubicGoal = (course: Course, c: Connection, window: number, now: number): number => {
  const roundTripMs = c.minRttMs === Number.POSITIVE_INFINITY ? 0 : c.minRttMs;
  const t = (now - course.epochAtMs + roundTripMs) / 1000 - course.plateauAfterS;
  return Math.max(C * t * t * t + course.plateau, window);
};

/** By how many segments the window grows; what was saved at a lower rate is worth one at most. */
const growth = (course: Course, acked: number): number => {
  const rate = course.ackedPerSegment;
  const early = course.saved >= rate ? 1 : 0;
  course.saved = early === 1 ? acked : course.saved + acked;
  const whole = Math.floor(course.saved / rate);
  course.saved -= whole * (whole === 0 ? 0 : rate);
  return early + whole;
};
