import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../causes/scenarios.ts';
import { runScenario } from './run-scenario.ts';

/** Settings that send scenarios another way than they were written for. */
const KNOBS = [
  ['net.core.somaxconn', '1'],
  ['net.ipv4.tcp_abort_on_overflow', '1'],
  ['net.ipv4.tcp_congestion_control', 'reno'],
  ['net.ipv4.tcp_fin_timeout', '1'],
  ['net.ipv4.tcp_max_orphans', '0'],
  ['net.ipv4.tcp_max_syn_backlog', '1'],
  ['net.ipv4.tcp_max_tw_buckets', '0'],
  ['net.ipv4.tcp_retries2', '3'],
  ['net.ipv4.tcp_rfc1337', '1'],
  ['net.ipv4.tcp_sack', '0'],
  ['net.ipv4.tcp_syn_retries', '1'],
  ['net.ipv4.tcp_synack_retries', '1'],
  ['net.ipv4.tcp_syncookies', '0'],
  ['net.ipv4.tcp_syncookies', '2'],
  ['net.ipv4.tcp_timestamps', '0'],
  ['net.ipv4.tcp_tw_reuse', '0'],
  ['net.ipv4.tcp_window_scaling', '0'],
  ['resetlab.half_open_timeout', 'reset'],
  ['resetlab.linger_timeout', 'reset'],
  ['resetlab.orphan_limit', 'reset'],
  ['resetlab.out_of_window', 'reset'],
  ['resetlab.read_shutdown', 'reset'],
  ['resetlab.reset_acceptance', 'rfc793'],
  ['resetlab.time_wait_syn', 'both'],
  ['resetlab.zero_window_probes', '3'],
] as const;

describe('a scenario under other settings', () => {
  it.each(KNOBS)('%s = %s: goes its way to the end, and breaks no rule', (...knob) => {
    for (const scenario of SCENARIOS) {
      for (const variant of scenario.variants) {
        if (variant.beyondEngine) continue;
        const options = { seed: 1, family: 4, timestamps: true, sysctls: [knob] } as const;
        expect(() => runScenario(scenario, variant, options)).not.toThrow();
      }
    }
  });

  it('says what it could not do: no socket where nobody was accepted', () => {
    const scenario = SCENARIOS.find(({ id }) => id === 'time-wait-collision')!;
    const variant = scenario.variants.find(({ name }) => name === 'lower')!;
    const sysctls = [['net.ipv4.tcp_rfc1337', '1']] as const;
    const { calls } = runScenario(scenario, variant, {
      seed: 1,
      family: 4,
      timestamps: false,
      sysctls,
    });
    const ofAgain = calls.filter(({ socket }) => socket === 'again').map(({ outcome }) => outcome);
    expect(ofAgain).toEqual(['nothing', 'no socket', 'no socket']);
  });
});
