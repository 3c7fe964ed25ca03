import { type Endpoint, IpAddress } from '../../wire/ip-address.ts';
import { type Difference, firstDifference } from './difference.ts';
import { knownAs } from './known-differences.ts';
import { play } from './play.ts';
import type { Sequence, Step } from './sequence.ts';
import type { Meeting, Subject } from './subject.ts';

/** What came of one sequence. */
export type Finding =
  /** `varied`: of several plays on the kernel the first was another. */
  | { readonly kind: 'agrees'; readonly varied: boolean }
  | { readonly kind: 'explained'; readonly by: string }
  /** The fewest steps that show it. */
  | { readonly kind: 'unexplained'; readonly sequence: Sequence; readonly difference: Difference }
  /** The machine was too busy, however often it was tried. */
  | { readonly kind: 'unplayed' };

/** How often the kernel is asked again: because it was late, or because it may answer otherwise. */
const TRIES = 60;
const SECOND_OPINIONS = 9;
/** Before an unknown difference is believed it is played so often again, with a rest before each time. */
const LAST_OPINIONS = 20;

/** The two that are held against one another, and where they meet the end that is played. */
export class Differential {
  private readonly kernel: Subject;
  private readonly engine: Subject;
  private readonly locals: Readonly<Record<4 | 6, IpAddress>>;
  private meetings = 0;

  constructor(kernel: Subject, engine: Subject, locals: Readonly<Record<4 | 6, IpAddress>>) {
    this.kernel = kernel;
    this.engine = engine;
    this.locals = locals;
  }

  examine(sequence: Sequence): Finding {
    const first = this.difference(sequence);
    if (first === 'late') return { kind: 'unplayed' };
    if (first === undefined) return { kind: 'agrees', varied: false };
    if (this.isVaried(sequence)) return { kind: 'agrees', varied: true };
    const known = knownAs(first);
    if (known !== undefined) return { kind: 'explained', by: known.id };
    if (this.agreesRested(sequence)) return { kind: 'agrees', varied: true };
    return { kind: 'unexplained', ...this.shrunk(sequence, first) };
  }

  /** A kernel's clock ticks when it will: what it does in some plays of several is what it does. */
  private isVaried(sequence: Sequence): boolean {
    for (let opinion = 0; opinion < SECOND_OPINIONS; opinion += 1) {
      if (this.difference(sequence) === undefined) return true;
    }
    return false;
  }

  /** A kernel that is busy puts off what it has to send, in many plays in a row. */
  private agreesRested(sequence: Sequence): boolean {
    for (let opinion = 0; opinion < LAST_OPINIONS; opinion += 1) {
      this.kernel.rest();
      if (this.difference(sequence) === undefined) return true;
    }
    return false;
  }

  private difference(sequence: Sequence): Difference | undefined | 'late' {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const kernel = play(sequence, this.kernel, this.meet(sequence.family));
      if (kernel === undefined) continue;
      const engine = play(sequence, this.engine, this.meet(sequence.family));
      if (engine === undefined) throw new Error('virtual time does not hurry');
      return firstDifference(sequence.steps, kernel, engine);
    }
    return 'late';
  }

  /** Leaves out one step after the other as long as the last one still differs. */
  private shrunk(
    sequence: Sequence,
    difference: Difference,
  ): { readonly sequence: Sequence; readonly difference: Difference } {
    let least = {
      sequence: shortened(sequence, sequence.steps.slice(0, difference.at + 1)),
      difference,
    };
    for (let at = difference.at - 1; at >= sequence.prelude; at -= 1) {
      const steps = least.sequence.steps.filter((_, step) => step !== at);
      const shorter = shortened(sequence, steps);
      const found = this.difference(shorter);
      if (found === undefined || found === 'late' || found.at !== steps.length - 1) continue;
      if (knownAs(found) === undefined) least = { sequence: shorter, difference: found };
    }
    return least;
  }

  /** Every meeting has a four-tuple of its own, so that no sequence meets what another left. */
  private meet(family: 4 | 6): Meeting {
    this.meetings += 1;
    const { meetings } = this;
    const port = FIRST_PORT + (meetings % PORTS);
    return {
      local: { address: this.locals[family], port },
      remote: remoteOf(family, meetings),
    };
  }
}

const FIRST_PORT = 2000;
const PORTS = 60_000;
/** 198.18.0.0/15 (RFC 2544), fd00:98::/64 (RFC 4193). */
const REMOTE_4 = 0xc612_0000;
const REMOTES_4 = 2 ** 17;
const REMOTE_6 = 0xfd00_0098;

const remoteOf = (family: 4 | 6, meeting: number): Endpoint => {
  const port = FIRST_PORT + ((meeting * 7) % PORTS);
  if (family === 6) return { address: new IpAddress(6, REMOTE_6 | 0, 0, 0, meeting), port };
  return { address: new IpAddress(4, (REMOTE_4 + (meeting % REMOTES_4)) | 0), port };
};

const shortened = (sequence: Sequence, steps: readonly Step[]): Sequence => ({
  ...sequence,
  steps,
});
