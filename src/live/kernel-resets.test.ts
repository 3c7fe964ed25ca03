import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { pass, until } from '../../test/waiting.ts';
import { type KernelReset, kernelReset, KernelResets } from './kernel-resets.ts';

describe('lines of the trace', () => {
  it('a reset that a process sent', () => {
    const line =
      '            node-25237   [001] .....  1234.500000: tcp_send_reset: skbaddr=00000000ab skaddr=00000000cd src=10.0.0.1:80 dest=10.0.0.2:4000 state=TCP_CLOSE reason=TCP_ABORT_ON_CLOSE';
    expect(kernelReset(line, 1000)).toEqual({
      kind: 'sent',
      epochMs: 1_235_500,
      sender: '10.0.0.1:80',
      receiver: '10.0.0.2:4000',
      state: 'TCP_CLOSE',
      reason: 'TCP_ABORT_ON_CLOSE',
      process: { name: 'node', pid: 25_237 },
    });
  });

  it('one that an interrupt sent is nobody in particular', () => {
    const line =
      ' kworker/0:1-evil-77 [000] ..s1.  1.000000: tcp_send_reset: skbaddr=0 skaddr=0 src=[fd00::1]:80 dest=[::]:0 state=UNKNOWN reason=NO_SOCKET';
    expect(kernelReset(line, 0)).toMatchObject({
      sender: '[fd00::1]:80',
      process: undefined,
      reason: 'NO_SOCKET',
    });
  });

  it('one that was received: its peer sent it', () => {
    const line =
      ' <idle>-0 [000] ..s1.  2.000000: tcp_receive_reset: family=AF_INET6 sport=5000 dport=80 saddr=127.0.0.1 daddr=127.0.0.1 saddrv6=fd00::2 daddrv6=fd00::1 sock_cookie=1';
    expect(kernelReset(line, 0)).toMatchObject({
      kind: 'received',
      sender: '[fd00::1]:80',
      receiver: '[fd00::2]:5000',
    });
  });

  it('a socket for both families has the addresses that its packets have', () => {
    const sent =
      ' node-7 [000] ..... 1.000000: tcp_send_reset: skbaddr=0 skaddr=1 src=[::ffff:127.0.0.2]:80 dest=[::ffff:127.0.0.1]:4000 state=TCP_CLOSE reason=TCP_STATE';
    const ends = { sender: '127.0.0.2:80', receiver: '127.0.0.1:4000' };
    expect(kernelReset(sent, 0)).toMatchObject(ends);
    const received =
      ' node-7 [000] ..s2. 1.000000: tcp_receive_reset: family=AF_INET6 sport=4000 dport=80 saddr=127.0.0.1 daddr=127.0.0.2 saddrv6=::ffff:127.0.0.1 daddrv6=::ffff:127.0.0.2 sock_cookie=1';
    expect(kernelReset(received, 0)).toMatchObject(ends);
  });

  it.each([
    '',
    '# tracer: nop',
    'CPU:0 [LOST 12 EVENTS]',
    'x-1 [0] . 1.0: tcp_send_reset: rubbish',
  ])('nothing else: %j', (line) => expect(kernelReset(line, 0)).toBeUndefined());
});

const kernel = KernelResets.open();
if (typeof kernel === 'string') console.warn(`skipped: ${kernel}`);
else kernel.close();

describe.runIf(typeof kernel !== 'string')('on this machine', () => {
  it.each([
    ['IPv4', '127.0.0.1'],
    ['both families', '::'],
  ])('says who reset, why, and whose call it was; leaves nothing behind (%s)', async (_, host) => {
    const trace = KernelResets.open();
    if (typeof trace === 'string') throw new Error(trace);
    const server = createServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    server.listen(0, host);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const mine: KernelReset[] = [];
    const take = (): void => {
      mine.push(...trace.take().filter(({ sender }) => sender === `127.0.0.1:${port}`));
    };
    const began = Date.now();
    const client = connect(port, '127.0.0.1');
    client.write('x');
    await once(client, 'error');
    await until(() => {
      take();
      return mine.length >= 2;
    });
    const ended = Date.now();
    await pass(20);
    take();
    expect(mine.map(({ kind }) => kind).toSorted()).toEqual(['received', 'sent']);
    const sent = mine.find(({ kind }) => kind === 'sent');
    expect(sent).toMatchObject({ state: 'TCP_CLOSE', process: { pid: process.pid } });
    // By two clocks that are not quite one.
    expect(sent?.epochMs).toBeGreaterThan(began - 1000);
    expect(sent?.epochMs).toBeLessThan(ended + 1000);
    trace.close();
    server.close();
    const left = readdirSync('/sys/kernel/tracing/instances');
    expect(left).not.toContain(`resetlab-watch-${process.pid}`);
  });

  it('is removed also if the process is ended in the middle, by whoever comes next', () => {
    const place = new URL('../../dist/live/kernel-resets.js', import.meta.url).href;
    // It says itself that it was there: whoever comes next may be anybody on this machine.
    const program = `import { KernelResets } from ${JSON.stringify(place)};
      import { existsSync, writeSync } from 'node:fs';
      KernelResets.open();
      writeSync(1, String(existsSync('/sys/kernel/tracing/instances/resetlab-watch-' + process.pid)));
      process.kill(process.pid, 'SIGKILL');`;
    const words = ['--input-type=module', '-e', program];
    const { pid, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    const instance = `/sys/kernel/tracing/instances/resetlab-watch-${pid}`;
    expect(stdout).toBe('true');
    const next = KernelResets.open();
    if (typeof next !== 'string') next.close();
    expect(existsSync(instance)).toBe(false);
  });
});
