/** Namespaces with a TUN device each, somebody's TCP on it, and the kernel as its peer. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** @typedef {{ readonly space: string, readonly address: string }} Peer where the kernel is, and whom it meets there */

const run = promisify(execFile);
const DEVICE = 'rl0';
const HTTP_PEER = fileURLToPath(new URL('http-peer.mjs', import.meta.url));
const KERNEL = '10.99.0.1';
const PEER = '10.99.0.2';

/** @param {readonly string[]} words */
const ip = (...words) => execFileSync('ip', words, { encoding: 'utf8' });

export class Stage {
  /** @type {string[]} */
  spaces = [];
  /** @type {import('node:child_process').ChildProcess[]} */
  children = [];

  /** Our TCP. @param {'offload' | 'plain'} kind @returns {Promise<Peer>} */
  async ours(kind) {
    const space = this.space();
    const script = fileURLToPath(new URL('peer.mjs', import.meta.url));
    await this.start(space, process.execPath, script, DEVICE, PEER, kind);
    this.address(space, KERNEL);
    return { space, address: PEER };
  }

  /** @param {string} program @returns {Promise<Peer>} */
  async lwip(program) {
    const space = this.space();
    await this.start(space, program, DEVICE, PEER, '255.255.255.0');
    this.address(space, KERNEL);
    return { space, address: PEER };
  }

  /** Another kernel, beyond two TUN devices and what carries between them. @param {string} relay @returns {Promise<Peer>} */
  async relayed(relay) {
    const space = this.space();
    const other = this.space();
    await this.start(space, relay, space, DEVICE, other, DEVICE);
    this.address(space, KERNEL);
    this.address(other, PEER);
    return { space, address: PEER };
  }

  /** An HTTP server on our TCP. @returns {Promise<Peer>} */
  async ourHttp() {
    const space = this.space();
    await this.start(space, process.execPath, HTTP_PEER, 'tun', DEVICE, PEER);
    this.address(space, KERNEL);
    return { space, address: PEER };
  }

  /** The same on `node:net`, beyond a relay. @param {string} relay @returns {Promise<Peer>} */
  async kernelHttp(relay) {
    const peer = await this.relayed(relay);
    await this.start(
      /** @type {string} */ (this.spaces.at(-1)),
      process.execPath,
      HTTP_PEER,
      'kernel',
    );
    return peer;
  }

  /** Requests a second over 64 connections that are kept alive. @param {Peer} peer @param {number} seconds */
  async requests({ space, address }, seconds) {
    const load = ['wrk', '-t1', '-c64', `-d${Math.max(1, Math.round(seconds))}s`];
    const words = ['netns', 'exec', space, ...load, `http://${address}/`];
    const { stdout } = await run('ip', words);
    const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
    const isWhole = !/Socket errors|Non-2xx/.test(stdout);
    if (rate === undefined || !isWhole) throw new Error(`wrk: ${stdout}`);
    return Number(rate);
  }

  /** Gbit/s of the kernel's end. @param {string} bulk @param {Peer} peer @param {'send' | 'receive'} what @param {number} seconds */
  async transfer(bulk, { space, address }, what, seconds) {
    const port = what === 'send' ? '9' : '19';
    const words = ['netns', 'exec', space, bulk, what, address, port, String(seconds)];
    const { stdout } = await run('ip', words);
    const { bytes, seconds: took } = JSON.parse(stdout);
    return (bytes * 8) / took / 1e9;
  }

  /** Average of 500 round trips in ms. @param {Peer} peer */
  async ping({ space, address }) {
    const words = ['netns', 'exec', space, 'ping', '-q', '-c', '500', '-i', '0.002', address];
    const { stdout } = await run('ip', words);
    const [, average] = /= [\d.]+\/([\d.]+)\//.exec(stdout) ?? [];
    if (average === undefined) throw new Error(`no answer to ping: ${stdout}`);
    return Number(average);
  }

  /** Gbit/s from kernel to kernel over a veth pair with all its offloads. @param {number} seconds */
  async veth(seconds) {
    const space = this.space();
    const other = this.space();
    ip('-n', space, 'link', 'add', 've0', 'type', 'veth', 'peer', 'name', 've0', 'netns', other);
    this.address(space, KERNEL, 've0');
    this.address(other, PEER, 've0');
    await this.start(other, 'iperf3', '-s', '-1', '--forceflush');
    const words = ['netns', 'exec', space, 'iperf3', '-c', PEER, '-t', String(seconds), '-J'];
    const { stdout } = await run('ip', words, { maxBuffer: 1 << 24 });
    return JSON.parse(stdout).end.sum_received.bits_per_second / 1e9;
  }

  async clear() {
    for (const child of this.children) child.kill();
    for (const child of this.children) {
      if (child.exitCode === null && child.signalCode === null) await once(child);
    }
    for (const space of this.spaces) ip('netns', 'del', space);
  }

  /** A new namespace. */
  space() {
    const space = `resetlab-${process.pid}-${this.spaces.length}-bench`;
    ip('netns', 'add', space);
    this.spaces.push(space);
    return space;
  }

  /** @param {string} space @param {string} address */
  address(space, address, device = DEVICE) {
    ip('-n', space, 'address', 'add', `${address}/24`, 'dev', device);
    ip('-n', space, 'link', 'set', device, 'up');
  }

  /**
   * Starts a program inside, and waits for its first words.
   * @param {string} space
   * @param {readonly string[]} words
   */
  async start(space, ...words) {
    const child = spawn('ip', ['netns', 'exec', space, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.children.push(child);
    await new Promise((resolve, reject) => {
      child.stdout.once('data', resolve);
      child.once('exit', (code) => reject(new Error(`${words[0]} ended with ${code}`)));
    });
  }
}

/** @param {import('node:child_process').ChildProcess} child */
const once = (child) => new Promise((resolve) => void child.once('exit', resolve));
