import { Streams } from './checkers/streams.ts';
import type { Violation } from './checkers/checker.ts';
import type { Dissection } from './in-flight.ts';
import type { LinkConditions } from './link.ts';
import type { Middlebox } from './middlebox.ts';
import { Balancer } from './middleboxes/balancer.ts';
import { Firewall, type Verdict } from './middleboxes/firewall.ts';
import { Injector } from './middleboxes/injector.ts';
import { Random } from './prng.ts';
import { Conversations, runClients, runServer } from './random-programs.ts';
import type { Recorder } from './recorder.ts';
import type { HostSetup, SimHost } from './sim-host.ts';
import { World } from './world.ts';

/** What came of it. */
export interface RandomRun {
  readonly world: World;
  readonly violations: readonly Violation[];
  readonly captures: readonly Recorder[];
}

/** How long faults go on; how long everything then has to come to its end; TIME-WAIT and the rest. */
const TROUBLE_MS = 60_000;
const CALM_MS = 3 * 3_600_000;
const AFTERMATH_MS = 600_000;

/**
 * Several hosts that converse while links lose, reorder, repeat and damage packets, hosts lose their
 * power, and boxes in the middle drop, reset and forget; then the faults stop, programs come to
 * their ends, and the checkers say whether all was lawful. The same seed gives the same run.
 */
export const runRandomWorld = (seed: number): RandomRun => {
  const random = new Random(seed);
  const streams = new Streams();
  const clients = names('client', random.between(1, 3));
  const servers = names('server', random.between(1, 2));
  const over = { isOver: false };
  const world = new World({
    seed,
    hosts: [...clients, ...servers].map((name, at) => hostSetup(name, at, random)),
    middleboxes: boxes(random.fork('boxes'), over),
    routed: random.chance(0.5),
    checkers: [streams],
  });
  const captures = [...clients, ...servers].map((name) => world.record(name));
  const conversations = new Conversations(streams, random.fork('programs'));
  for (const name of servers) runServer(conversations, world.host(name));
  const serving = servers.map((name) => world.host(name));
  for (const name of clients) runClients(conversations, world.host(name), serving);
  planPowerCuts(world, random.fork('power'), conversations, serving);
  planPartitions(world, random.fork('partitions'));
  world.advance(TROUBLE_MS);
  over.isOver = true;
  heal(world);
  world.runUntil(() => conversations.areOver, CALM_MS);
  conversations.endServers();
  world.advance(AFTERMATH_MS);
  return { world, violations: world.finish(), captures };
};

const names = (kind: string, count: number): string[] =>
  Array.from({ length: count }, (_none, at) => `${kind}${at + 1}`);

const hostSetup = (name: string, at: number, random: Random): HostSetup => ({
  name,
  side: name.startsWith('client') ? 'left' : 'right',
  addresses: [`10.0.0.${at + 1}`, `fd00::${at + 1}`],
  settings: {
    tcp_timestamps: random.chance(0.7) ? 1 : 0,
    tcp_sack: random.chance(0.7) ? 1 : 0,
    tcp_window_scaling: random.chance(0.8) ? 1 : 0,
    tcp_rfc1337: random.chance(0.3) ? 1 : 0,
    tcp_abort_on_overflow: random.chance(0.3) ? 1 : 0,
    tcp_congestion_control: random.pick(['cubic', 'reno']),
  },
  link: conditions(random),
});

/** Mostly good, sometimes dreadful. */
const conditions = (random: Random): Partial<LinkConditions> => {
  const sometimes = (most: number): number => (random.chance(0.4) ? random.fraction() * most : 0);
  return {
    delayMs: random.fraction() * random.pick([1, 20, 100]),
    jitterMs: sometimes(20),
    bitsPerSecond: random.pick([0, 0, 1e6, 1e8]),
    loss: sometimes(0.1),
    duplication: sometimes(0.05),
    corruption: sometimes(0.05),
    reordering: sometimes(0.2),
    reorderingMs: 30,
    mtu: random.pick([1500, 1500, 1280, 9000]),
  };
};

/** Boxes that stop their mischief when the trouble is over. */
const boxes = (random: Random, over: { readonly isOver: boolean }): Middlebox[] => {
  const made: Middlebox[] = [];
  if (random.chance(0.3)) made.push(moodyFirewall(random.fork('firewall'), over));
  if (random.chance(0.3)) {
    made.push(
      new Balancer({
        idleTimeoutMs: random.between(200, 5000),
        atExpiry: random.pick(['nothing', 'reset-left', 'reset-right', 'reset-both']),
        afterwards: random.pick(['drop', 'reset', 'forward']),
      }),
    );
  }
  if (random.chance(0.4)) made.push(moodyInjector(random.fork('injector'), over));
  return made;
};

const moodyFirewall = (random: Random, over: { readonly isOver: boolean }): Firewall => {
  const verdict: Verdict = random.pick([
    'drop',
    'tcp-reset',
    'port-unreachable',
    'admin-prohibited',
  ]);
  const probability = random.fraction() * 0.02;
  return new Firewall([{ matches: () => !over.isOver && random.chance(probability), verdict }]);
};

const moodyInjector = (random: Random, over: { readonly isOver: boolean }): Injector => {
  const probability = random.fraction() * 0.02;
  return new Injector({
    pattern: random.pick([
      'rst',
      'rst-ack',
      'rst-then-rst-ack',
      'rising',
      'in-window',
      'out-of-window',
    ]),
    against: random.pick(['sender', 'receiver', 'both']),
    times: 20,
    reactionMs: random.fraction() * 5,
    when: ({ segment }: Dissection) =>
      !over.isOver && segment.payloadLength > 0 && random.chance(probability),
  });
};

const planPowerCuts = (
  world: World,
  random: Random,
  conversations: Conversations,
  servers: readonly SimHost[],
): void => {
  for (const host of world.everyHost) {
    if (!random.chance(0.3)) continue;
    const offAtMs = random.fraction() * TROUBLE_MS;
    const onAtMs = offAtMs + random.fraction() * 10_000;
    world.clock.at(offAtMs, () => {
      host.powerOff();
      conversations.lose(host);
    });
    world.clock.at(onAtMs, () => {
      host.powerOn();
      if (servers.includes(host)) runServer(conversations, host);
      else runClients(conversations, host, servers);
    });
  }
};

const planPartitions = (world: World, random: Random): void => {
  for (const host of world.everyHost) {
    if (!random.chance(0.2)) continue;
    const { up, down } = host.attachment;
    const link = random.pick([up, down]);
    const fromMs = random.fraction() * TROUBLE_MS;
    world.clock.at(fromMs, () => (link.conditions.partitioned = true));
    world.clock.at(fromMs + random.fraction() * 20_000, () => {
      link.conditions.partitioned = false;
    });
  }
};

const heal = (world: World): void => {
  for (const { attachment } of world.everyHost) {
    for (const { conditions: each } of [attachment.up, attachment.down]) {
      Object.assign(each, { loss: 0, corruption: 0, duplication: 0, reordering: 0 });
    }
  }
};
