import type { Connection } from '../connection.ts';
import { type CongestionControl, slowStart, widen } from './congestion-control.ts';
import { HyStart } from './hystart.ts';

/** RFC 9438 §5: C, in segments per second cubed, and the multiplicative decrease. */
const C = 0.4;
const BETA = 0.7;
/** RFC 9438 §4.3: additive increase that is as fast as Reno's with this decrease. */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);

/** What is known of the path once the window was reduced, or left slow start. */
class Course {
  /** W_max of §4.1.1, and cwnd before the last reduction; in segments. */
  plateau = 0;
  priorWindow = 0;
  /** When this congestion avoidance began, -1: not yet. */
  epochAtMs = -1;
  /** K of §4.2, in seconds, and W_est of §4.3, in segments. */
  plateauAfterS = 0;
  renoWindow = 0;
  /** Fractions of a byte that the window is still to grow by. */
  saved = 0;
}

/** CUBIC (RFC 9438), in segments and seconds inside, as the RFC counts. */
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
    const window = c.cwnd / c.sndMss;
    if (course.epochAtMs < 0) begin(course, window, now);
    const acked = left / c.sndMss;
    const goal = Math.max(cubicGoal(course, c, window, now), renoGoal(course, window, acked));
    course.saved += ((goal - window) / window) * left;
    const growth = Math.floor(course.saved);
    course.saved -= growth;
    widen(c, growth);
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

  /** §4.8: the time-out is followed by slow start, and by a new epoch. */
  timedOut(): void {
    this.hystart = undefined;
    if (this.course === undefined) return;
    this.course.epochAtMs = -1;
    this.course.saved = 0;
  }

  /** §5.8: time without sending is no time to grow in. */
  resumed(idleMs: number): void {
    if (this.course !== undefined && this.course.epochAtMs >= 0) this.course.epochAtMs += idleMs;
  }
}

const begin = (course: Course, window: number, now: number): void => {
  course.epochAtMs = now;
  course.saved = 0;
  course.renoWindow = window;
  if (window >= course.plateau) {
    course.plateau = window;
    course.plateauAfterS = 0;
  } else course.plateauAfterS = Math.cbrt((course.plateau - window) / C);
};

/** Where the window should be one round trip from now (§4.2, §4.4 and §4.5). */
const cubicGoal = (course: Course, c: Connection, window: number, now: number): number => {
  const roundTripMs = c.minRttMs === Number.POSITIVE_INFINITY ? 0 : c.minRttMs;
  const t = (now - course.epochAtMs + roundTripMs) / 1000 - course.plateauAfterS;
  const goal = C * t * t * t + course.plateau;
  return Math.min(Math.max(goal, window), 1.5 * window);
};

/**
 * What Reno would have by now (§4.3). The window is set to it at once where it is the larger: the
 * goal is such that the growth of this acknowledgement gets there.
 */
const renoGoal = (course: Course, window: number, acked: number): number => {
  const alpha = course.renoWindow >= course.priorWindow ? 1 : ALPHA;
  course.renoWindow += (alpha * acked) / window;
  if (course.renoWindow <= window) return 0;
  return window + ((course.renoWindow - window) * window) / acked;
};
