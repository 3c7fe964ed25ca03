import { Host } from '../host/host.ts';
import type { Obituaries } from '../host/obituaries.ts';
import type { Process, Signal } from '../host/process.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import { defaultSettings, type Settings } from '../tcp/sysctl.ts';
import { type IpAddress, parseAddress } from '../wire/ip-address.ts';
import { RST } from '../wire/packet.ts';
import type { Checker, Complain } from './checkers/checker.ts';
import type { Alarm, Clock } from './clock.ts';
import { Dissection, InFlight } from './in-flight.ts';
import type { LinkConditions } from './link.ts';
import type { Side } from './middlebox.ts';
import type { Attachment, Network, Station } from './network.ts';
import type { Random } from './prng.ts';
import { type Ending, type Program, Run } from './program.ts';
import type { Recorder } from './recorder.ts';

export interface HostSetup {
  readonly name: string;
  /** Without: left. */
  readonly side?: Side;
  /** As text, IPv4 or IPv6. */
  readonly addresses: readonly [string, ...string[]];
  /** Where it differs from Linux's defaults. */
  readonly settings?: Partial<Settings>;
  readonly link?: Partial<LinkConditions>;
}

/** What a host's world gives it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly network: Network;
  readonly checkers: readonly Checker[];
  readonly onEvent: (event: ResetEvent, host: SimHost) => void;
  readonly onEnding: (host: SimHost, program: string, ending: Ending) => void;
  readonly onSignal: (host: SimHost, process: string, signal: Signal) => void;
  readonly complain: (checker: Checker) => Complain;
}

/** A machine: a host that can lose its power and come back with an empty memory, and its programs. */
export class SimHost implements Station {
  readonly name: string;
  readonly addresses: readonly IpAddress[];
  /** Kept while the power is off, like a file of sysctls. */
  readonly settings: Settings;
  readonly attachment: Attachment;
  private readonly surroundings: Surroundings;
  private readonly recorders: Recorder[] = [];
  private readonly look = new Dissection();
  private readonly runs = new Set<Run>();
  private current: Host | undefined;
  /** What is remembered of its last life, for the causes of its answers to segments of then. */
  private obituaries: Obituaries | undefined = undefined;
  private readonly mtu: number;
  private alarm: Alarm | undefined = undefined;
  /** Resets on their way out whose account is still to come. */
  private untold: InFlight[] = [];

  constructor(setup: HostSetup, surroundings: Surroundings) {
    this.name = setup.name;
    this.surroundings = surroundings;
    this.addresses = setup.addresses.map(addressOf);
    this.mtu = setup.link?.mtu ?? 1500;
    this.settings = { ...defaultSettings(), ...setup.settings };
    this.attachment = surroundings.network.join(this, setup.side ?? 'left', setup.link);
    this.current = this.boot();
  }

  /** Throws while the power is off. */
  get host(): Host {
    if (this.current === undefined) throw new Error(`${this.name} is without power`);
    return this.current;
  }

  get isOn(): boolean {
    return this.current !== undefined;
  }

  /** All is gone in a moment: connections, programs, what was about to be sent. Nobody is told. */
  powerOff(): void {
    this.obituaries = this.host.obituaries();
    this.current = undefined;
    this.alarm?.cancel();
    for (const run of this.runs) run.stop();
    this.runs.clear();
  }

  /** Comes back with an empty memory and another secret. */
  powerOn(): void {
    if (this.current !== undefined) throw new Error(`${this.name} is on`);
    this.current = this.boot();
  }

  process(name: string): Process {
    return this.host.process(name);
  }

  /** Starts a program. It ends with an error of a call that it does not catch, or with its process. */
  run(name: string, program: Program, whenOver?: (ending: Ending) => void): Run {
    const { clock, onEnding } = this.surroundings;
    const run: Run = new Run(
      clock,
      program,
      () => this.settle(),
      (ending) => {
        this.runs.delete(run);
        onEnding(this, name, ending);
        whenOver?.(ending);
      },
    );
    this.runs.add(run);
    return run;
  }

  /** Captures at its interface, from now on. */
  record(recorder: Recorder): void {
    this.recorders.push(recorder);
  }

  arrives(packet: InFlight): void {
    const { current } = this;
    if (current === undefined) return;
    const { clock } = this.surroundings;
    for (const recorder of this.recorders) recorder.see(packet, clock.now);
    this.check((checker, complain) => checker.arrives?.(this, packet, complain));
    current.packetArrives(packet.bytes, 0, packet.bytes.length, clock.now);
    this.settle();
  }

  /** To be called when something was done to the host from outside: its timers are set anew. */
  settle(): void {
    this.check((checker, complain) => checker.settled?.(this, complain));
    this.untold = [];
    const { current, alarm } = this;
    if (current === undefined) return;
    const deadline = current.deadline();
    if (alarm?.atMs === deadline && !alarm.isCancelled) return;
    alarm?.cancel();
    this.alarm = this.surroundings.clock.at(deadline, () => {
      this.current?.timeout(this.surroundings.clock.now);
      this.settle();
    });
  }

  private boot(): Host {
    const { clock, random } = this.surroundings;
    return new Host({
      addresses: this.addresses,
      settings: this.settings,
      secret: [random.next() | 0, random.next() | 0],
      mtu: this.mtu,
      clock,
      egress: (bytes, length) => this.depart(new InFlight(bytes.slice(0, length))),
      onReset: (event) => this.told(event),
      onSignal: (process, signal) => this.surroundings.onSignal(this, process.name, signal),
      ...(this.obituaries === undefined ? {} : { remembers: this.obituaries }),
    });
  }

  private depart(packet: InFlight): void {
    const { clock } = this.surroundings;
    const { look } = this;
    if (look.read(packet) && (look.segment.flags & RST) !== 0) this.untold.push(packet);
    for (const recorder of this.recorders) recorder.see(packet, clock.now);
    this.check((checker, complain) => checker.departs?.(this, packet, complain));
    this.attachment.send(packet);
  }

  private told(event: ResetEvent): void {
    if (event.kind === 'sent') {
      const { seq } = event.reset;
      const at = this.untold.findIndex(
        (packet) => this.look.read(packet) && this.look.segment.seq === seq,
      );
      if (at >= 0) this.untold.splice(at, 1)[0]?.tell(event);
    }
    this.surroundings.onEvent(event, this);
    this.check((checker, complain) => checker.tells?.(this, event, complain));
  }

  private check(ask: (checker: Checker, complain: Complain) => void): void {
    const { checkers, complain } = this.surroundings;
    for (const checker of checkers) ask(checker, complain(checker));
  }
}

const addressOf = (text: string): IpAddress => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no IP address: ${text}`);
  return address;
};
