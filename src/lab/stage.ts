import type { CauseId } from '../causes/ids.ts';
import type { Role, Step, UnderSysctl, Variant } from '../causes/scenario.ts';
import type { Checker } from '../sim/checkers/checker.ts';
import type { Dissection, InFlight } from '../sim/in-flight.ts';
import { Balancer } from '../sim/middleboxes/balancer.ts';
import { Firewall } from '../sim/middleboxes/firewall.ts';
import { Nat } from '../sim/middleboxes/nat.ts';
import type { Middlebox, Side, Ways } from '../sim/middlebox.ts';
import { Recorder } from '../sim/recorder.ts';
import type { SimHost } from '../sim/sim-host.ts';
import { World } from '../sim/world.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import { readSysctl, setSysctl } from '../tcp/sysctl.ts';
import { type IpAddress, parseAddress } from '../wire/ip-address.ts';
import type { Fits } from '../causes/scenario-match.ts';
import { ROLES, type RunOptions } from './run.ts';
import { roleToward, Wire } from './wire.ts';

const ADDRESSES = {
  client: { 4: '10.0.0.1', 6: 'fd00::1' },
  server: { 4: '10.0.0.2', 6: 'fd00::2' },
  service: { 4: '10.0.0.77', 6: 'fd00::77' },
} as const;

const DELAY_MS = 5;

export type FilterAction = Extract<Step, { readonly do: 'filter' }>['action'];

const VERDICTS = {
  drop: 'drop',
  reset: 'tcp-reset',
  'port-unreachable': 'port-unreachable',
  'admin-prohibited': 'admin-prohibited',
} as const;

/** Two hosts, a cable that can be tampered with, and what stands before and behind it. */
export class Stage {
  readonly world: World;
  readonly family: 4 | 6;
  /** It is played with other settings than it was written for. */
  readonly isChanged: boolean;
  readonly wire = new Wire();
  private readonly routerFilter = new Firewall([], 'firewall');
  private readonly serverFilter = new Firewall([], 'packet filter of the server');
  private readonly recorders: Readonly<Record<Role, Recorder>>;

  /** `watching`: beyond the checkers that watch every world. */
  constructor(variant: Variant, options: RunOptions, watching: readonly Checker[] = []) {
    const { loss = 0 } = options;
    this.family = options.family;
    this.isChanged = options.sysctls.length > 0 || loss > 0 || options.isAdjusted === true;
    const ownFilter = filtersAtServer(variant);
    const doorstep = new Doorstep(() => this.world.clock.now);
    const table = tableOf(variant, this.family);
    const delayMs = variant.delayMs ?? DELAY_MS;
    // What the server's own filter sees must be captured where it stands: at the end of the path.
    const [near, far] = ownFilter ? [delayMs, 0] : [delayMs / 2, delayMs / 2];
    this.world = new World({
      seed: options.seed,
      routed: variant.between === 'router',
      middleboxes: [
        this.routerFilter,
        ...(table === undefined ? [] : [table]),
        this.wire,
        ...(ownFilter ? [doorstep, this.serverFilter] : []),
      ],
      // Each packet crosses the client's link once.
      hosts: [
        {
          name: 'client',
          side: 'left',
          addresses: addressesOf('client'),
          link: { delayMs: near, loss },
        },
        { name: 'server', side: 'right', addresses: addressesOf('server'), link: { delayMs: far } },
      ],
      checkers: watching,
    });
    this.recorders = {
      client: this.world.record('client'),
      server: ownFilter ? doorstep.recorder : this.world.record('server'),
    };
    this.setUp(variant, options);
  }

  get now(): number {
    return this.world.clock.now;
  }

  advance(ms: number): void {
    this.world.advance(ms);
  }

  runUntil(condition: () => boolean, limitMs: number): boolean {
    return this.world.runUntil(condition, limitMs);
  }

  machine(role: Role): SimHost {
    return this.world.host(role);
  }

  recorder(role: Role): Recorder {
    return this.recorders[role];
  }

  addressOf(who: Role | 'service'): IpAddress {
    return addressNamed(ADDRESSES[who][this.family]);
  }

  /** Why a reset that arrived was sent: by its sender's own word. */
  causeOf(event: ResetEvent): CauseId | undefined {
    if (event.kind !== 'received') return;
    const { seq, ack } = event.reset;
    for (const { event: one } of this.world.events.toReversed()) {
      if (one.kind === 'sent' && one.reset.seq === seq && one.reset.ack === ack) return one.cause;
    }
    return;
  }

  /** By a raw socket: past the host's own TCP, and seen by a capture there. */
  sendFrom(role: Role, packet: InFlight): void {
    this.recorders[role].see(packet, this.now);
    this.machine(role).attachment.send(packet);
  }

  /** Throws for an unknown name or a value out of bounds: a mistake of the scenario. */
  sysctl(role: Role, name: string, value: string): void {
    const wrong = setSysctl(this.machine(role).settings, name, value);
    if (wrong !== undefined) throw new Error(wrong);
  }

  /** Makes a call while the last number of a host's setting is another. */
  whileSysctl<T>(role: Role, { name, last }: UnderSysctl, call: () => T): T {
    const before = readSysctl(this.machine(role).settings, name);
    if (before === undefined) throw new Error(`unknown sysctl ${name}`);
    this.sysctl(role, name, [...before.split(' ').slice(0, -1), last].join(' '));
    const result = call();
    this.sysctl(role, name, before);
    return result;
  }

  filter(
    at: 'router' | 'server',
    fits: Fits,
    port: number | undefined,
    action: FilterAction,
  ): void {
    const filter = at === 'router' ? this.routerFilter : this.serverFilter;
    const ofPort = ({ segment }: Dissection): boolean =>
      port === undefined || segment.sourcePort === port || segment.targetPort === port;
    filter.rules.push({
      matches: (look, toward) => ofPort(look) && fits(look.segment, roleToward(toward)),
      verdict: VERDICTS[action],
    });
  }

  private setUp(variant: Variant, options: RunOptions): void {
    for (const role of ROLES) {
      this.sysctl(role, 'net.ipv4.tcp_timestamps', options.timestamps ? '1' : '0');
      for (const [name, value] of Object.entries(variant.sysctls?.[role] ?? {})) {
        this.sysctl(role, name, String(value));
      }
      for (const [name, value] of options.sysctls) this.sysctl(role, name, value);
    }
  }
}

/** Before the server's door: sees what comes and goes before the server's own filter does. */
class Doorstep implements Middlebox {
  readonly name = 'doorstep';
  readonly recorder = new Recorder('server');
  private readonly now: () => number;
  private ways: Ways | undefined;

  constructor(now: () => number) {
    this.now = now;
  }

  attach(ways: Ways): void {
    this.ways = ways;
  }

  arrives(packet: InFlight, toward: Side): void {
    this.recorder.see(packet, this.now());
    this.ways?.forward(packet, toward);
  }

  deadline(): number {
    return Number.POSITIVE_INFINITY;
  }

  timeout(): void {}
}

const filtersAtServer = ({ steps }: Variant): boolean =>
  steps.some((step) => step.do === 'filter' && step.at === 'server');

const tableOf = ({ table }: Variant, family: 4 | 6): Middlebox | undefined => {
  if (table === undefined) return;
  const { idleMs } = table;
  if (table.kind === 'firewall') {
    return new Balancer({
      idleTimeoutMs: idleMs,
      atExpiry: 'nothing',
      afterwards: table.unknown,
      name: 'firewall',
    });
  }
  return new Nat({
    service: { address: addressNamed(ADDRESSES.service[family]), port: table.port },
    server: { address: addressNamed(ADDRESSES.server[family]), port: table.port },
    idleTimeoutMs: idleMs,
  });
};

const addressesOf = (role: Role): [string, string] => [ADDRESSES[role][4], ADDRESSES[role][6]];

const addressNamed = (text: string): IpAddress => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no IP address: ${text}`);
  return address;
};
