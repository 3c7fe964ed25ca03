import type { Role, Variant } from '../causes/scenario.ts';
import { MACS, type Plan, planFor } from './addresses.ts';
import { Capture } from './capture.ts';
import { type Counters, growth, readCounters } from './counters.ts';
import { withoutOffloads } from './device.ts';
import type { Libc } from './libc.ts';
import { lend, type Lent, OF_THE_MACHINE } from './machine-sysctl.ts';
import { joinSpaces, Namespace } from './namespaces.ts';
import { HostProcess } from './processes.ts';
import type { Made } from './protocol.ts';
import { addFilter, addTable, type Addresses, type Filter } from './rules.ts';
import { releaseSlot, takeSlot } from './slot.ts';
import { undoAtExit } from './tidying.ts';
import { Wire } from './wire.ts';

/** How a scenario is played this time. */
export interface LinuxOptions {
  readonly family: 4 | 6;
  readonly timestamps: boolean;
  /** Set on both hosts after the scenario's own, by public name. */
  readonly sysctls: readonly (readonly [name: string, value: string])[];
}

/** Where to capture: at an end, or on all devices of the host (or router) that sees most. */
export type Place = Role | 'any';

const ROLES: readonly Role[] = ['client', 'server'];
const DELAY_MS = 5;

/** Those settings that a namespace takes from the machine (tcp_sk_init), as Linux has them by itself. */
const LINUX_DEFAULTS = [
  ['net.ipv4.tcp_rmem', '4096 131072 33554432'],
  ['net.ipv4.tcp_wmem', '4096 16384 4194304'],
] as const;

/** Two hosts in namespaces of their own, and what lies between them. */
export class LinuxStage {
  readonly wire: Wire;
  readonly plan: Plan;
  private readonly libc: Libc;
  private readonly variant: Variant;
  private readonly options: LinuxOptions;
  private readonly slot: number;
  private readonly spaces: Readonly<Record<Role | 'router' | 'wire', Namespace>>;
  private readonly captures = new Map<Place, Capture>();
  private readonly counters = new Map<Role, Counters>();
  private readonly forget: () => void;

  private constructor(libc: Libc, variant: Variant, options: LinuxOptions) {
    this.libc = libc;
    this.variant = variant;
    this.options = options;
    this.slot = takeSlot();
    this.plan = planFor(this.slot, options.family, this.routed);
    const space = (part: string): Namespace => new Namespace(libc, this.slot, part);
    this.spaces = {
      client: space('client'),
      server: space('server'),
      router: space('router'),
      wire: space('wire'),
    };
    this.wire = new Wire(libc, this.spaces.wire, variant.delayMs ?? DELAY_MS);
    this.forget = undoAtExit(() => {
      for (const one of Object.values(this.spaces)) one.removeNow();
      releaseSlot(this.slot);
    });
  }

  /** Builds it; whoever asked must `remove` it. */
  static async build(libc: Libc, variant: Variant, options: LinuxOptions): Promise<LinuxStage> {
    const stage = new LinuxStage(libc, variant, options);
    try {
      await stage.build();
      return stage;
    } catch (error) {
      await stage.remove();
      throw error;
    }
  }

  private get routed(): boolean {
    return this.variant.between === 'router';
  }

  addressOf(who: Role | 'service'): string {
    return who === 'service' ? this.plan.service : this.plan[who].address;
  }

  startProcess(role: Role, news: (made: Made) => void): HostProcess {
    const { family } = this.options;
    const { address } = this.plan[role];
    return new HostProcess(this.spaces[role], { family, address }, news);
  }

  space(role: Role): Namespace {
    return this.spaces[role];
  }

  /** Begins to capture, and to count. */
  async record(places: readonly Place[]): Promise<void> {
    for (const place of places) this.captures.set(place, new Capture());
    await Promise.all(places.map((place) => this.capture(place)));
    for (const role of ROLES) this.counters.set(role, readCounters(this.spaces[role]));
  }

  async recordings(): Promise<ReadonlyMap<Place, Uint8Array>> {
    const ended = [...this.captures].map(
      async ([place, capture]) => [place, await capture.end()] as const,
    );
    return new Map(await Promise.all(ended));
  }

  /** What a host has counted since `record`, or since it came back. */
  counted(role: Role): Readonly<Record<string, number>> {
    if (!this.spaces[role].exists) return {};
    return growth(this.counters.get(role) ?? new Map(), readCounters(this.spaces[role]));
  }

  sysctl(role: Role, name: string, value: number | string): void {
    if (OF_THE_MACHINE.includes(name)) throw new Error(`${name} is of the whole machine`);
    this.spaces[role].sysctl(name, value);
  }

  /** A setting for the host's process to change, of those that the machine has for all. */
  lend(name: string): Promise<Lent> {
    if (!OF_THE_MACHINE.includes(name)) throw new Error(`${name} is of a namespace: set it there`);
    return lend(name);
  }

  /** A second address, from which the host's MPTCP connections open a further subflow each. */
  async addEndpoint(role: Role): Promise<void> {
    const { second, prefix } = this.plan[role];
    const space = this.spaces[role];
    await space.ip(`addr add ${second}/${prefix} dev eth0${this.nodad}`);
    await space.ip(`mptcp endpoint add ${second} dev eth0 subflow`);
  }

  async limitSubflows(role: Role, most: number): Promise<void> {
    await this.spaces[role].ip(`mptcp limits set subflows ${most}`);
  }

  async filter(filter: Filter): Promise<void> {
    await addFilter(this.spaces[filter.at], filter, this.addresses);
  }

  /** The host is gone from one instant to the next: no segment tells of it. */
  async cutPower(role: Role, process: HostProcess): Promise<void> {
    await this.spaces[role].ip('link del eth0');
    this.wire.unplug(role);
    if (process.isAlive) await process.obey({ do: 'forget all' }, '');
    await process.kill();
    await this.spaces[role].remove();
  }

  /** It is back, with its address and nothing else. */
  async boot(role: Role): Promise<void> {
    await this.spaces[role].make();
    await this.connect(role);
    this.counters.delete(role);
    if (this.captures.has(role)) await this.capture(role);
  }

  async remove(): Promise<void> {
    this.wire.close();
    await Promise.all(Object.values(this.spaces).map((space) => space.remove()));
    releaseSlot(this.slot);
    this.forget();
  }

  private async build(): Promise<void> {
    const { client, server, router, wire } = this.spaces;
    await Promise.all([client.make(), server.make(), wire.make()]);
    for (const which of ['all', 'default']) wire.sysctl(`net.ipv6.conf.${which}.disable_ipv6`, 1);
    if (this.routed) {
      await router.make();
      await joinSpaces(router, 'server', wire, 'client');
      withoutOffloads(this.libc, router, 'server');
      this.wire.plug('client');
    }
    await this.connect('client');
    await this.connect('server');
    if (this.routed) await this.route();
  }

  /** Gives a host its device, address and settings. */
  private async connect(role: Role): Promise<void> {
    const space = this.spaces[role];
    const atRouter = this.routed && role === 'client';
    await joinSpaces(space, 'eth0', atRouter ? this.spaces.router : this.spaces.wire, role);
    withoutOffloads(this.libc, space, 'eth0');
    await this.address(role);
    this.set(role);
    if (atRouter) withoutOffloads(this.libc, this.spaces.router, 'client');
    else this.wire.plug(role);
  }

  private async address(role: Role): Promise<void> {
    const { address, prefix, router } = this.plan[role];
    const other = role === 'client' ? 'server' : 'client';
    const reach = this.routed
      ? `route add default via ${router}`
      : `neigh add ${this.plan[other].address} lladdr ${MACS[other]} dev eth0 nud permanent`;
    await this.spaces[role].ip(
      `link set eth0 address ${MACS[role]}`,
      `addr add ${address}/${prefix} dev eth0${this.nodad}`,
      reach,
    );
  }

  private set(role: Role): void {
    const { timestamps, sysctls } = this.options;
    for (const [name, value] of LINUX_DEFAULTS) this.sysctl(role, name, value);
    this.sysctl(role, 'net.ipv4.tcp_timestamps', timestamps ? 1 : 0);
    for (const [name, value] of Object.entries(this.variant.sysctls?.[role] ?? {})) {
      this.sysctl(role, name, value);
    }
    for (const [name, value] of sysctls) this.sysctl(role, name, value);
  }

  private async route(): Promise<void> {
    const { router } = this.spaces;
    const lines = ROLES.map((role) => {
      const { router: address, prefix } = this.plan[role];
      return `addr add ${address}/${prefix} dev ${role}${this.nodad}`;
    });
    await router.ip(...lines);
    router.sysctl('net.ipv4.ip_forward', 1);
    router.sysctl('net.ipv6.conf.all.forwarding', 1);
    if (this.variant.table !== undefined)
      await addTable(router, this.variant.table, this.addresses);
  }

  private async capture(place: Place): Promise<void> {
    const middle = this.routed ? this.spaces.router : this.spaces.client;
    const [space, device] =
      place === 'any' ? ([middle, 'any'] as const) : ([this.spaces[place], 'eth0'] as const);
    await this.captures.get(place)?.begin(space, device);
  }

  private get nodad(): string {
    return this.options.family === 6 ? ' nodad' : '';
  }

  private get addresses(): Addresses {
    const { family, timestamps } = this.options;
    const [client, server] = [this.addressOf('client'), this.addressOf('server')];
    return { family, timestamps, client, server, service: this.plan.service };
  }
}
