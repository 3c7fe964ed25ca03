import { Host } from '../host/host.ts';
import { defaultSettings } from '../tcp/sysctl.ts';
import type { Configuration } from './configuration.ts';
import { type Departure, departureOf } from './departure.ts';

/** Where scripts begin; so that nothing happens at the host's time 0. */
const BEGINNING_MS = 1_000_000;

/** So many timers at one moment are no coincidence but a loop. */
const STANDSTILL = 10_000;

/** The host under test in virtual time, and what has left it and no line of the script has taken yet. */
export class Bench {
  readonly host: Host;
  readonly left: Departure[] = [];
  /** A queueing discipline has been set that takes no packet. */
  refuses = false;
  private readonly clock = { now: BEGINNING_MS };
  private drawnBy: Departure['drawnBy'] = 'call';
  private standing = 0;

  constructor({ local, mtu }: Configuration) {
    this.host = new Host({
      addresses: [local],
      settings: defaultSettings(),
      secret: [0x5eed, 0x0dd5],
      clock: this.clock,
      egress: (bytes, length) => this.leaves(bytes.slice(0, length)),
      isCongested: () => this.refuses,
      mtu,
    });
  }

  /** Milliseconds since the script began. */
  get now(): number {
    return this.clock.now - BEGINNING_MS;
  }

  /** As the host itself counts. */
  get hostNow(): number {
    return this.clock.now;
  }

  arrives(packet: Uint8Array): void {
    this.drawnBy = 'packet';
    this.host.packetArrives(packet, 0, packet.length, this.clock.now);
    this.drawnBy = 'call';
  }

  /**
   * Lets all timers before that moment run, which is then now; it may be past already. A timer of just
   * that moment runs after what the script does then: a kernel's timers are never early.
   */
  advance(toMs: number): void {
    while (this.host.deadline() < toMs + BEGINNING_MS && this.step(toMs));
    this.clock.now = Math.max(this.clock.now, toMs + BEGINNING_MS);
  }

  /** Goes to the next timer and lets it run; false if there is none until then. */
  step(untilMs: number): boolean {
    const deadline = this.host.deadline();
    if (deadline > untilMs + BEGINNING_MS) return false;
    this.standing = deadline > this.clock.now ? 0 : this.standing + 1;
    if (this.standing > STANDSTILL) throw new Error(`time stands still at ${this.now} ms`);
    this.clock.now = Math.max(this.clock.now, deadline);
    this.drawnBy = 'timer';
    this.host.timeout(this.clock.now);
    this.drawnBy = 'call';
    return true;
  }

  private leaves(packet: Uint8Array): void {
    if (this.refuses) return;
    const departure = departureOf(packet, this.now, this.drawnBy);
    if (departure !== undefined) this.left.push(departure);
  }
}
