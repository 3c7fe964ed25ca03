import { describe, expect, it } from 'vitest';
import type { Role } from '../causes/scenario.ts';
import { SCENARIOS } from '../causes/scenarios.ts';
import { FIN, RST, SYN } from '../wire/packet.ts';
import { type Adjustments, adjusted, isAdjusted, socketsIn } from './adjust.ts';
import { Chronicle } from './chronicle.ts';
import { connectionOf, type Moment } from './moment.ts';
import type { RunOptions } from './run.ts';
import { runScenario } from './run-scenario.ts';

const NOTHING: Adjustments = { options: [], losses: [] };

const played = (
  id: string,
  name: string,
  how: Partial<RunOptions> = {},
  asked: Adjustments = NOTHING,
) => {
  const scenario = SCENARIOS.find((one) => one.id === id)!;
  const variant = scenario.variants.find((one) => one.name === name)!;
  const { family = 4, timestamps = true } = variant;
  const chronicle = new Chronicle();
  const options = { seed: 1, family, timestamps, sysctls: [], ...how } as const;
  const run = runScenario(
    scenario,
    adjusted(variant, asked),
    { ...options, ...(isAdjusted(asked) && { isAdjusted: true }) },
    chronicle,
  );
  return { run, moments: chronicle.moments };
};

const flagsOf = ({ happening }: Moment): number =>
  happening.kind === 'sent' || happening.kind === 'arrived'
    ? (happening.passage.segment?.flags ?? 0)
    : 0;

const at = (moments: readonly Moment[], kind: 'sent' | 'arrived', flag: number): Moment =>
  moments.find((one) => one.happening.kind === kind && (flagsOf(one) & flag) !== 0)!;

const statesIn = (moment: Moment, connection: string): (string | undefined)[] =>
  (['client', 'server'] as const satisfies readonly Role[]).map(
    (role) => moment.hosts[role].ends[connection]?.state,
  );

describe('a run, moment by moment', () => {
  it('has both ends in the states of RFC 9293 after each segment', () => {
    const { moments } = played('close-with-unread-data', 'by-server');
    const first = at(moments, 'sent', SYN);
    const passage = first.happening.kind === 'sent' ? first.happening.passage : undefined;
    const connection = passage!.connection;
    expect(connection.endsWith('-8080')).toBe(true);
    expect(first.hosts.server.listening).toEqual([8080]);
    expect(statesIn(first, connection)).toEqual(['SYN-SENT', undefined]);
    expect(statesIn(at(moments, 'arrived', SYN), connection)).toEqual(['SYN-SENT', 'SYN-RECEIVED']);
    const reset = moments.indexOf(at(moments, 'sent', RST));
    expect(statesIn(moments[reset - 1]!, connection)).toEqual(['ESTABLISHED', 'ESTABLISHED']);
    expect(statesIn(moments[reset]!, connection)).toEqual(['ESTABLISHED', undefined]);
    expect(statesIn(at(moments, 'arrived', RST), connection)).toEqual([undefined, undefined]);
  });

  it('has the variables of that moment: unread bytes before the close', () => {
    const { run, moments } = played('close-with-unread-data', 'by-server');
    const written = run.calls.find(({ call }) => call === 'write')!.outcome;
    const reset = moments.indexOf(at(moments, 'sent', RST));
    const [server] = Object.values(moments[reset - 1]!.hosts.server.ends);
    expect(server?.unread).toBe(written);
    // One for the SYN (RFC 9293 §3.4), and each byte.
    expect(server!.rcvNxt - server!.irs!).toBe(Number(written) + 1);
    expect(server!.sndUna).toBe(server!.iss! + 1);
  });

  it('keeps every call with its outcome, and every word of the engine, in order', () => {
    const { run, moments } = played('half-open-restart', 'idle');
    const calls = moments.flatMap(({ happening }) =>
      happening.kind === 'call' ? [happening.call] : [],
    );
    expect(calls).toEqual(run.calls);
    const told = moments.flatMap(({ happening }) =>
      happening.kind === 'told' ? [happening.told] : [],
    );
    expect(told).toEqual(run.told);
    expect(moments.map(({ atMs }) => atMs)).toEqual(
      moments.map(({ atMs }) => atMs).toSorted((a, b) => a - b),
    );
  });

  it('shows a host without power, and steps that are no calls', () => {
    const { moments } = played('half-open-restart', 'idle');
    const steps = moments.filter(({ happening }) => happening.kind === 'step');
    const cut = steps.find(
      ({ happening }) => 'step' in happening && happening.step.do === 'cut power',
    );
    const boot = steps.find(({ happening }) => 'step' in happening && happening.step.do === 'boot');
    expect(cut?.hosts.server.isOn).toBe(false);
    expect(boot?.hosts.server).toEqual({ isOn: true, listening: [], ends: {} });
  });

  it('leads from each packet that left to its arrival, one way later', () => {
    const { moments } = played('normal-close', 'client-first');
    const sent = moments.filter(({ happening }) => happening.kind === 'sent');
    expect(sent.length).toBeGreaterThan(6);
    for (const { atMs, happening } of sent) {
      const passage = happening.kind === 'sent' ? happening.passage : undefined;
      const arrival = moments[passage?.arrivedAt ?? -1];
      expect(arrival?.happening).toEqual({ kind: 'arrived', on: passage?.toward, passage });
      expect(arrival!.atMs - atMs).toBeCloseTo(5);
    }
  });

  it('tells what was lost, and what somebody on the way has made', () => {
    const lost = played('handshake-timeout', 'listening').moments.filter(
      ({ happening }) => happening.kind === 'sent' && happening.passage.arrivedAt === undefined,
    );
    expect(lost.length).toBeGreaterThan(0);
    const forged = played('injected', 'to-client').moments.find(
      ({ happening }) => happening.kind === 'arrived' && happening.passage.from === undefined,
    )!;
    expect(flagsOf(forged) & RST).toBe(RST);
  });

  it('knows TIME-WAIT, which is no connection any more', () => {
    const { moments } = played('normal-close', 'server-first');
    const last = moments.at(-1)!;
    const [server] = Object.values(last.hosts.server.ends);
    expect(server?.state).toBe('TIME-WAIT');
    const fin = at(moments, 'sent', FIN);
    // 60 s from the second FIN on (Linux, TCP_TIMEWAIT_LEN).
    expect(server?.timers.map(({ what }) => what)).toEqual(['close']);
    expect(server!.timers[0]!.atMs).toBeGreaterThan(fin.atMs + 60_000);
  });

  it('changes nothing: the same capture with and without a witness, in every scenario', () => {
    for (const scenario of SCENARIOS) {
      for (const variant of scenario.variants) {
        if (variant.beyondEngine === true) continue;
        const { family = 4, timestamps = true } = variant;
        const options = { seed: 3, family, timestamps, sysctls: [] } as const;
        const alone = runScenario(scenario, variant, options);
        const seen = runScenario(scenario, variant, options, new Chronicle());
        const name = `${scenario.id}, ${variant.name}`;
        expect(seen.recordings.client.capture, name).toEqual(alone.recordings.client.capture);
        expect(seen.calls, name).toEqual(alone.calls);
      }
    }
  });
});

describe('a scenario played otherwise', () => {
  it('is reset where tcp_abort_on_overflow is 1, and not where it is 0', () => {
    const name = 'net.ipv4.tcp_abort_on_overflow';
    const resets = (value: string) =>
      played('accept-queue-overflow', 'drained', { sysctls: [[name, value]] }).moments.filter(
        (one) => one.happening.kind === 'sent' && (flagsOf(one) & RST) !== 0,
      ).length;
    expect(resets('0')).toBe(0);
    expect(resets('1')).toBeGreaterThan(0);
  });

  it('aborts by an option of its socket where it closed in order', () => {
    const asked: Adjustments = {
      options: [{ socket: 'server', name: 'SO_LINGER', value: [1, 0] }],
      losses: [],
    };
    const { run } = played('normal-close', 'unsent', {}, asked);
    expect(run.told.map(({ event }) => 'cause' in event && event.cause)).toContain('linger-zero');
    expect(played('normal-close', 'unsent').run.told).toEqual([]);
  });

  it('takes what the scenario sets of the same name away', () => {
    const asked: Adjustments = {
      options: [{ socket: 'server', name: 'SO_LINGER', value: [0, 0] }],
      losses: [],
    };
    expect(played('linger-zero', 'by-server').run.told.length).toBeGreaterThan(0);
    const { run } = played('linger-zero', 'by-server', {}, asked);
    expect(run.told.filter(({ event }) => event.kind === 'sent')).toEqual([]);
  });

  it('loses the first so many of what it is asked to', () => {
    const asked: Adjustments = { options: [], losses: [{ what: 'SYN', times: 2 }] };
    const { moments } = played('normal-close', 'server-first', {}, asked);
    const syns = moments.filter((one) => one.happening.kind === 'sent' && flagsOf(one) === SYN);
    // RFC 6298 §2: a second, then (Linux: tcp_syn_linear_timeouts) a second again.
    expect(syns.map(({ atMs }) => Math.round(atMs))).toEqual([0, 1000, 2000]);
  });

  it('is as far away as it is asked to be', () => {
    const { moments } = played('normal-close', 'server-first', {}, { ...NOTHING, delayMs: 40 });
    expect(at(moments, 'arrived', SYN).atMs).toBe(40);
  });

  it('loses by chance, the same for the same seed', () => {
    const run = (seed: number, loss: number) =>
      played('normal-close', 'unsent', { seed, loss }).moments.map(({ atMs }) => atMs);
    expect(run(5, 0.2)).toEqual(run(5, 0.2));
    expect(run(5, 0.2)).not.toEqual(run(5, 0));
  });

  it('names the sockets that it has', () => {
    const [variant] = SCENARIOS.find(({ id }) => id === 'normal-close')!.variants;
    expect(socketsIn(variant)).toEqual(['listener', 'client', 'server']);
    expect(connectionOf(40_000, 80)).toBe('40000-80');
  });
});
