import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { showTo } from '../forensics/whole-capture.ts';
import { loadLibc } from '../live/libc.ts';
import { joinSpaces, Namespace } from '../live/namespaces.ts';
import { sendRaw } from '../live/raw-packet.ts';
import { whatIsMissing } from '../live/requirements.ts';
import { refused } from '../reading/tiny-capture.fixture.ts';
import { parseAddress } from '../wire/ip-address.ts';
import { ACK, type Packet, RST } from '../wire/packet.ts';
import { Segment } from '../wire/segment.ts';
import { writeSegment } from '../wire/segment-out.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'resetlab-two-'));
const at = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const explain = (...words: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, 'explain', ...words], {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, RESETLAB_LANG: '' },
  });
const rows = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A scenario of the laboratory, as captured at both ends. */
const play = (id: string, variant: string): void => {
  for (const end of ['client', 'server']) {
    const words = ['lab', 'run', id, '--variant', variant, '--at', end, '--pcap', `${id}-${end}`];
    expect(spawnSync(process.execPath, [MAIN, ...words], { cwd: folder }).status).toBe(0);
  }
};

describe('explain --client --server', () => {
  beforeAll(() => play('injected', 'to-client'));
  const both = ['--client', 'injected-client', '--server', 'injected-server'];

  it('is certain of who forged, says why, and what it rests on', () => {
    const { stdout, status } = explain(...both);
    expect(stdout).toMatch(/forged the reset .* certain/);
    expect(stdout).toContain("the capture at the sender's end does not have it");
    expect(stdout).toMatch(/The server's clock is [\d.]+ ms (?:ahead of|behind) the client's/);
    expect(stdout).toContain('injected-server has all');
    expect(status).toBe(0);
  });

  it('draws the connection as both saw it', () => {
    const { stdout } = explain(...both, '--connection', '1');
    const reset = stdout.split('\n').find((line) => line.includes('(never sent)'));
    expect(reset).toMatch(/^ +9 +[\d.]+ │◀─+ \[RST, ACK\] .*\(never sent\) +│ *$/);
    expect(stdout).toMatch(/^ +1 +0\.000000 │─+ \[SYN\] Seq=0 ─+▶│ +1 +[\d.]+$/m);
  });

  it('gives rows that say whose frames they mean, and where the reset is in both', () => {
    const told = rows(explain(...both, '--json').stdout);
    expect(told[0]).toMatchObject({
      cause: 'injected',
      confidence: 'certain',
      file: 'injected-client',
      frames: { client: 9, server: null },
    });
    expect(told.at(-1)).toMatchObject({ type: 'two-ends', connections: 1 });
  });

  it.each([
    [['--client', 'injected-client'], 'two captures of one path'],
    [['--client', 'none.pcap', '--server', 'injected-server'], 'none.pcap: no such file'],
    [['--client', 'photo', '--server', 'injected-server'], 'JPEG'],
    [[...both, '--connection', '77'], 'connection 77'],
    [[], 'name captures'],
  ])('%j: one clear line', (words, message) => {
    writeFileSync(at('photo'), Buffer.from('ffd8ffe000104a464946000101010048', 'hex'));
    const { stderr, status } = explain(...words);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(status).toBe(2);
  });

  it('ends with 2, and says so in the summary, where a compressed capture breaks off', () => {
    const packed = gzipSync(readFileSync(at('injected-server')));
    // Without its last words, the length and the checksum, all packets are there nevertheless.
    writeFileSync(at('cut.gz'), packed.subarray(0, -8));
    const files = ['--client', 'injected-client', '--server', 'cut.gz'];
    const { stdout, stderr, status } = explain(...files, '--json');
    expect(stderr).toContain('cut.gz: ');
    expect(status).toBe(2);
    const [client, server] = rows(stdout).filter(({ type }) => type === 'summary');
    expect(client.problems).toEqual([]);
    expect(server.problems).toMatchObject([{ fatal: true }]);
    expect(rows(stdout)[0]).toMatchObject({ cause: 'injected' });
  });

  it('says of two captures that have nothing in common just that', () => {
    writeFileSync(at('other'), refused(2));
    const { stdout, status } = explain('--client', 'injected-client', '--server', 'other');
    expect(stdout).toContain('Connections in both captures: 0');
    expect(status).toBe(0);
  });
});

const libc = await loadLibc();
const dumpcap = spawnSync('dumpcap', ['--version']).error && 'dumpcap is not installed';
const missing = whatIsMissing() ?? dumpcap ?? (typeof libc === 'string' ? libc : undefined);
if (missing !== undefined) console.warn(`skipped: ${missing}`);

/** A program in a namespace, and what it has printed. */
const start = (space: Namespace, ...words: readonly string[]) => {
  const child = spawn('ip', space.inside(...words), { stdio: ['pipe', 'pipe', 'pipe'] });
  const heard = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      heard.text += piece;
    });
  }
  return { child, heard };
};
const until = async (holds: () => boolean, what: string): Promise<void> => {
  for (let waited = 0; waited < 45_000 && !holds(); waited += 20) await sleep(20);
  expect(holds(), what).toBe(true);
};

describe.skipIf(missing !== undefined)('on this kernel, through address translation', () => {
  const WORD = 'hello';
  const spaces: Namespace[] = [];
  const children: ChildProcess[] = [];
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const space of spaces.splice(0)) await space.remove();
  });

  /** Two hosts, and between them a router that translates the addresses of the first. */
  const pathWithTranslation = async (
    from: Exclude<typeof libc, string>,
    number: number,
  ): Promise<[Namespace, Namespace, Namespace]> => {
    const path = ['twoc', 'twor', 'twos'].map((part) => new Namespace(from, number, part));
    const [client, router, server] = path as [Namespace, Namespace, Namespace];
    spaces.push(...path);
    for (const space of path) await space.make();
    await joinSpaces(client, 'c0', router, 'r0');
    await joinSpaces(router, 'r1', server, 's0');
    await client.ip('address add 192.168.7.2/24 dev c0', 'route add default via 192.168.7.1');
    await router.ip('address add 192.168.7.1/24 dev r0', 'address add 10.251.0.1/24 dev r1');
    await server.ip('address add 10.251.0.2/24 dev s0');
    router.sysctl('net.ipv4.ip_forward', 1);
    const rules =
      'add table ip t; add chain ip t p { type nat hook postrouting priority 100; }; add rule ip t p oifname r1 masquerade';
    spawnSync('ip', router.inside('nft', rules));
    return [client, router, server];
  };

  /** A reset without more, as the router sends it in somebody's name; `seq`: where it must hit. */
  const forge = (router: Namespace, [from, fromPort]: Place, [to, toPort]: Place, seq: number) => {
    if (typeof libc === 'string') throw new Error(libc);
    const forged = new Segment();
    forged.clear();
    forged.seq = seq;
    forged.flags = RST;
    const bytes = new Uint8Array(40);
    const ip = { ttl: 61, id: 0, dontFragment: true };
    const end = (address: string, port: number) => ({ address: parseAddress(address)!, port });
    writeSegment(forged, end(from, fromPort), end(to, toPort), ip, bytes, 0, true);
    sendRaw(libc, router, bytes, to);
  };

  /** What was captured until now. */
  const segmentsIn = (file: string): readonly Numbers[] => {
    const seen: Numbers[] = [];
    const see = ({ targetPort, sourcePort, seq, ack, flags }: Packet): void => {
      seen.push({ targetPort, sourcePort, seq, ack, flags });
    };
    showTo({ segment: see, icmpError: () => {} }, readFileSync(file));
    return seen;
  };
  const resetsIn = (file: string): number =>
    segmentsIn(file).filter(({ flags }) => (flags & RST) !== 0).length;

  /** Where both stand once the client has acknowledged the answer, as its own capture has it. */
  const standing = async (file: string): Promise<Numbers> => {
    const acknowledging = () =>
      segmentsIn(file).filter(({ targetPort, flags }) => targetPort === 80 && (flags & ACK) !== 0);
    const last = (): Numbers | undefined => {
      const [first, ...more] = acknowledging();
      return more.find(({ ack }) => first !== undefined && ((ack - first.ack) | 0) === WORD.length);
    };
    await until(() => last() !== undefined, 'captured');
    return last()!;
  };

  it.each([
    ['client', '10.251.0.2:80'],
    ['server', '10.251.0.1:'],
    ['both', '10.251.0.2:80'],
  ])('is certain of a reset that the router forged, towards: %s', async (towards, sender) => {
    if (typeof libc === 'string') throw new Error(libc);
    const [client, router, server] = await pathWithTranslation(libc, 251);
    const captures = [client, server].map((space, index) => {
      const file = at(`${towards}-${index === 0 ? 'client' : 'server'}.pcapng`);
      return { file, ...start(space, 'dumpcap', '-i', index === 0 ? 'c0' : 's0', '-w', file) };
    });
    const serve = `require('net').createServer(s=>{s.on('data',d=>s.write('x'.repeat(d.length))).on('error',e=>console.log(e.code));process.stdin.once('data',()=>s.write('more'))}).listen(80,()=>console.log('up'))`;
    const served = start(server, process.execPath, '-e', serve);
    children.push(served.child, ...captures.map(({ child }) => child));
    await until(() => captures.every(({ heard }) => heard.text.includes('File:')), 'dumpcap');
    await until(() => served.heard.text.includes('up'), 'server');
    const speak = `const s=require('net').connect(80,'10.251.0.2',()=>s.write('${WORD}'));s.on('error',e=>console.log(e.code));process.stdin.once('data',()=>s.write('again'))`;
    const speaker = start(client, process.execPath, '-e', speak);
    children.push(speaker.child);
    const [one = '', other = ''] = captures.map(({ file }) => file);
    const { sourcePort: port, seq, ack } = await standing(one);
    const isBoth = towards === 'both';
    const serverEnd: Place = ['10.251.0.2', 80];
    if (towards !== 'server') forge(router, serverEnd, ['192.168.7.2', port], ack);
    if (towards !== 'client') forge(router, ['10.251.0.1', port], serverEnd, seq);
    const isReset = ({ heard }: typeof served) => heard.text.includes('ECONNRESET');
    const hit = towards === 'server' ? served : speaker;
    await until(() => isReset(hit), 'reset');
    // Whoever knows nothing of it goes on, and is reset for that by who does.
    const unknowing = towards === 'server' ? speaker : served;
    if (!isBoth) unknowing.child.stdin.write('go on');
    await until(() => isReset(unknowing), 'reset there');
    // The forged ones stand at one end alone, the true one at both.
    await until(() => resetsIn(one) === (towards === 'client' ? 2 : 1), 'captured at the client');
    await until(() => resetsIn(other) === (towards === 'server' ? 2 : 1), 'and at the server');
    for (const { child } of captures) {
      child.kill('SIGINT');
      await once(child, 'close');
    }
    const told = rows(explain('--client', one, '--server', other, '--json').stdout);
    const certain = told.filter(({ cause }) => cause === 'injected');
    for (const reset of certain) {
      expect(reset).toMatchObject({ confidence: 'certain', origin: 'middlebox', settle: null });
    }
    expect(certain.length).toBe(isBoth ? 2 : 1);
    expect(certain[0].sender.startsWith(sender)).toBe(true);
    expect(told.at(-1)).toMatchObject({ type: 'two-ends', connections: 1 });
    expect(told.at(-1).losses.client.missing + told.at(-1).losses.server.missing).toBe(0);
  });
});

type Place = readonly [address: string, port: number];
type Numbers = Pick<Packet, 'sourcePort' | 'targetPort' | 'seq' | 'ack' | 'flags'>;
