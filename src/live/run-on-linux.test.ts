import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../test/waiting.ts';
import type { Variant } from '../causes/scenario.ts';
import { SCENARIOS } from '../causes/scenarios.ts';
import { loadLibc } from './libc.ts';
import { lend } from './machine-sysctl.ts';
import { whatIsMissing } from './requirements.ts';
import { LinuxLab } from './run-on-linux.ts';

/** The kernel itself: what stands here can be read in LINUX's own words in the trace. */

const BUILT = fileURLToPath(new URL('../../dist/live/run-on-linux.js', import.meta.url));
const SCENARIOS_BUILT = fileURLToPath(new URL('../../dist/causes/scenarios.js', import.meta.url));

const libc = await loadLibc();
const missing = whatIsMissing() ?? (typeof libc === 'string' ? libc : undefined);
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const variantOf = (id: string, name: string): Variant =>
  SCENARIOS.find((one) => one.id === id)!.variants.find((one) => one.name === name)!;

/** What laboratories of a process have on this machine. */
const left = (process_: number): readonly string[] => [
  ...readdirSync('/run/netns').filter((name) => name.startsWith(`resetlab-${process_}-`)),
  ...readdirSync('/sys/kernel/tracing/instances').filter((name) =>
    name.startsWith(`resetlab-lab-${process_}-`),
  ),
];

describe.skipIf(missing !== undefined)('on this kernel', () => {
  let lab: LinuxLab;
  beforeAll(async () => {
    const opened = await LinuxLab.open();
    if (typeof opened === 'string') throw new Error(opened);
    lab = opened;
  });
  afterAll(() => lab.close());

  const play = (id: string, name: string, family: 4 | 6 = 4, timestamps = true) =>
    lab.run(variantOf(id, name), { family, timestamps, sysctls: [] }, ['client']);

  it.each([
    ['closed-port', 'nobody', ['server UNKNOWN NO_SOCKET', 'server UNKNOWN NO_SOCKET']],
    ['close-with-unread-data', 'by-server', ['server TCP_CLOSE TCP_ABORT_ON_CLOSE']],
    ['data-after-close', 'by-client', ['client TCP_TIME_WAIT TCP_TIMEWAIT_SOCKET']],
    ['connect-cancelled', 'killed', ['client UNKNOWN NO_SOCKET']],
    ['firewall-reject', 'mid', []],
    ['four-tuple-reuse', 'restart', ['client TCP_SYN_SENT TCP_INVALID_ACK_SEQUENCE']],
  ])(
    '%s, %s: every call as Linux is said to answer, and its own reason',
    async (id, name, reasons) => {
      const { calls, kernel, captures } = await play(id, name);
      const unlike = calls.filter(
        ({ outcome, expected }) => expected !== undefined && outcome !== expected,
      );
      expect(unlike).toEqual([]);
      expect(kernel.map(({ by, state, reason }) => `${by} ${state} ${reason}`)).toEqual(reasons);
      // The magic of a pcap file in this machine's byte order, and at least a SYN.
      expect([...captures.get('client')!.subarray(0, 4)]).toEqual([0xd4, 0xc3, 0xb2, 0xa1]);
      expect(captures.get('client')!.length).toBeGreaterThan(24 + 16 + 54);
    },
    30_000,
  );

  it('counts what each host did, over IPv6 and without timestamps too', async () => {
    const { counters } = await play('linger-zero', 'by-client', 6, false);
    expect(counters.client['TCPAbortOnData']).toBe(1);
    expect(counters.server['TCPAbortOnData']).toBeUndefined();
  }, 30_000);

  it('runs out of memory for one close() alone, and leaves tcp_mem as it was', async () => {
    const setting = () => readFileSync('/proc/sys/net/ipv4/tcp_mem', 'utf8');
    // Nobody else has changed it while it is lent.
    const { takeBack } = await lend('net.ipv4.tcp_mem');
    const before = setting();
    takeBack();
    const { kernel, calls } = await play('out-of-memory', 'sent');
    expect(kernel.map(({ by, reason }) => `${by} ${reason}`)).toEqual([
      'server TCP_ABORT_ON_MEMORY',
    ]);
    expect(calls.slice(-3).map(({ outcome }) => outcome)).toEqual([8000, 'EOF', 'EPIPE']);
    await until(() => setting() === before);
  }, 30_000);

  it.each([
    ['refused', ['server MPTCP_RST_EPROHIBIT', 'client MPTCP_RST_EUNSPEC']],
    ['unknown-token', ['server MPTCP_RST_EMPTCP']],
    ['stripped-data', ['server MPTCP_RST_EMIDDLEBOX']],
  ])(
    'mptcp, %s: the reason that RFC 8684 §3.6 has for it',
    async (name, reasons) => {
      const { kernel } = await play('mptcp', name, 6);
      expect(kernel.map(({ by, reason }) => `${by} ${reason}`)).toEqual(reasons);
    },
    30_000,
  );

  it('kills by SIGPIPE who heeds it', async () => {
    const { calls } = await play('linger-zero', 'sigpipe');
    expect(calls.at(-1)).toMatchObject({ call: 'write', outcome: 'killed by SIGPIPE' });
  }, 30_000);

  it('leaves nothing behind but what is still at work', async () => {
    await play('closed-port', 'nobody');
    expect(left(process.pid)).toHaveLength(1);
    expect(left(process.pid)[0]).toMatch(/^resetlab-lab-/);
  });

  it('leaves nothing behind when a step cannot be carried out', async () => {
    const broken: Variant = {
      ...variantOf('closed-port', 'nobody'),
      steps: [{ do: 'read', socket: 'nobody', expect: 'EOF' }],
    };
    await expect(lab.run(broken, { family: 4, timestamps: true, sysctls: [] }, [])).rejects.toThrow(
      'step 1 (read): no socket is called nobody',
    );
    expect(left(process.pid).filter((name) => name.includes('client'))).toEqual([]);
  }, 30_000);

  /** A laboratory in a process of its own, in the middle of a scenario. */
  const begun = async () => {
    const program = `
      const { LinuxLab } = await import('${BUILT}');
      const { SCENARIOS } = await import('${SCENARIOS_BUILT}');
      // Asked for how long it waits, it is in the middle.
      const step = { do: 'wait', get ms() { console.log('playing'); return 60000; } };
      const variant = { ...SCENARIOS[0].variants[0], steps: [step] };
      const lab = await LinuxLab.open();
      await lab.run(variant, { family: 4, timestamps: true, sysctls: [] }, ['client']);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    await once(child.stdout, 'data');
    expect(left(child.pid!).length).toBeGreaterThan(2);
    return child;
  };

  it('removes everything at Ctrl-C', async () => {
    const child = await begun();
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    expect(left(child.pid!)).toEqual([]);
  }, 30_000);

  it('removes what a crashed one has left, with the processes inside, and nobody else', async () => {
    const child = await begun();
    child.kill('SIGKILL');
    // What it has left was there in `begun`; any laboratory of this machine may remove it from here on.
    await once(child, 'exit');
    const somebody = `of-somebody-else-${process.pid}`;
    spawnSync('ip', ['netns', 'add', somebody]);
    try {
      const another = await LinuxLab.open();
      if (typeof another === 'string') throw new Error(another);
      another.close();
      expect(left(child.pid!)).toEqual([]);
      expect(existsSync(`/run/netns/${somebody}`)).toBe(true);
    } finally {
      spawnSync('ip', ['netns', 'del', somebody]);
    }
  }, 30_000);
});
