import type { ResetEvent } from '../tcp/reset-event.ts';
import type { Checker, Complain, Violation } from './checkers/checker.ts';
import { ConnectionLeaks } from './checkers/leaks.ts';
import { Invariants } from './checkers/invariants.ts';
import { NoResetAnswersReset, ResetsAreAccountedFor } from './checkers/resets.ts';
import { SequenceNumbers } from './checkers/sequence-numbers.ts';
import { Clock } from './clock.ts';
import type { Middlebox, Side } from './middlebox.ts';
import { Network } from './network.ts';
import { Random } from './prng.ts';
import { Recorder } from './recorder.ts';
import { type HostSetup, SimHost, type Surroundings } from './sim-host.ts';

export interface WorldSetup {
  /** All chance comes from it: the same seed and the same calls give the same captures, byte by byte. */
  readonly seed: number;
  readonly hosts: readonly HostSetup[];
  /** In the middle, from left to right. */
  readonly middleboxes?: readonly Middlebox[];
  /** The middle counts the TTL down. */
  readonly routed?: boolean;
  readonly silentAboutMtu?: boolean;
  /** Beyond those that always watch. */
  readonly checkers?: readonly Checker[];
}

/** What somebody told of a reset. */
export interface WorldEvent {
  /** Name of the host or the middlebox. */
  readonly who: string;
  readonly event: ResetEvent;
}

/** A line of the log: what a program says of itself, or how it ended. */
export interface LogLine {
  readonly atMs: number;
  readonly host: string;
  readonly text: string;
}

/** Hosts, what lies between them, and time. Nothing moves but through `advance` and `runUntil`. */
export class World {
  readonly clock = new Clock();
  readonly random: Random;
  readonly network: Network;
  readonly events: WorldEvent[] = [];
  readonly log: LogLine[] = [];
  readonly violations: Violation[] = [];
  private readonly hosts = new Map<string, SimHost>();
  private readonly checkers: readonly Checker[];

  constructor(setup: WorldSetup) {
    this.random = new Random(setup.seed);
    this.checkers = [
      new NoResetAnswersReset(),
      new ResetsAreAccountedFor(),
      new SequenceNumbers(),
      new Invariants(),
      new ConnectionLeaks(),
      ...(setup.checkers ?? []),
    ];
    this.network = new Network(this.clock, this.random.fork('links'), {
      middleboxes: setup.middleboxes ?? [],
      routed: setup.routed ?? false,
      silentAboutMtu: setup.silentAboutMtu ?? false,
      onReset: (who, event) => this.events.push({ who, event }),
    });
    for (const host of setup.hosts) this.addHost(host);
  }

  /** Throws if there is none of that name. */
  host(name: string): SimHost {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`no host is called ${name}`);
    return host;
  }

  get everyHost(): readonly SimHost[] {
    return [...this.hosts.values()];
  }

  /** Captures from now on: at a host's interface, or at an edge of the middle. */
  record(point: string | { readonly edge: Side }): Recorder {
    if (typeof point === 'string') {
      const recorder = new Recorder(point);
      this.host(point).record(recorder);
      return recorder;
    }
    const recorder = new Recorder(`middle-${point.edge}`);
    this.network.tap(point.edge, (packet) => recorder.see(packet, this.clock.now));
    return recorder;
  }

  note(host: string, text: string): void {
    this.log.push({ atMs: this.clock.now, host, text });
  }

  advance(ms: number): void {
    this.settle();
    this.clock.runUntil(this.clock.now + ms);
  }

  /** Until the condition holds, for `limitMs` at most; whether it does. It is asked after each event. */
  runUntil(condition: () => boolean, limitMs: number): boolean {
    this.settle();
    const end = this.clock.now + limitMs;
    while (!condition()) {
      if (this.clock.step(end)) continue;
      this.clock.runUntil(end);
      return condition();
    }
    return true;
  }

  /** Asks the checkers for what only the end can show. Answers with all that was ever wrong. */
  finish(): readonly Violation[] {
    for (const checker of this.checkers) {
      checker.finish?.(this.everyHost, this.complainTo(checker));
    }
    return this.violations;
  }

  /** What was done to hosts from outside may have set timers. */
  private settle(): void {
    for (const host of this.hosts.values()) host.settle();
  }

  private addHost(setup: HostSetup): void {
    if (this.hosts.has(setup.name)) throw new Error(`two hosts are called ${setup.name}`);
    const surroundings: Surroundings = {
      clock: this.clock,
      random: this.random.fork(`host ${setup.name}`),
      network: this.network,
      checkers: this.checkers,
      onEvent: (event, { name }) => this.events.push({ who: name, event }),
      onEnding: ({ name }, program, ending) => {
        const how = ending instanceof Error ? `failed: ${ending.message}` : ending;
        this.note(name, `${program} ${how}`);
      },
      onSignal: ({ name }, process, signal) => this.note(name, `${process} gets ${signal}`),
      complain: (checker) => this.complainTo(checker),
    };
    this.hosts.set(setup.name, new SimHost(setup, surroundings));
  }

  private complainTo(checker: Checker): Complain {
    return (text) => {
      this.violations.push({ atMs: this.clock.now, checker: checker.name, text });
    };
  }
}
