import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './slot.ts';
import { removeInstance } from './trace.ts';

const TRACING = '/sys/kernel/tracing';
const INSTANCES = join(TRACING, 'instances');
const NAME = /^resetlab-watch-(\d+)$/;
const EVENTS = ['tcp_send_reset', 'tcp_receive_reset'] as const;

/** What the kernel says of a reset that it sent, or took. */
export interface KernelReset {
  readonly kind: 'sent' | 'received';
  /** Milliseconds since 1970, by this machine's clock. */
  readonly epochMs: number;
  /** Who sent it, and to whom: `10.0.0.1:80`, `[fd00::1]:80`. */
  readonly sender: string;
  /** All zeros where a listener answered. */
  readonly receiver: string;
  /** Of one that was sent: the state of its socket, and why, as `TCP_ABORT_ON_CLOSE`. */
  readonly state: string | undefined;
  readonly reason: string | undefined;
  /** Whose call it was; undefined if it was an answer to a packet, in nobody's name. */
  readonly process: { readonly name: string; readonly pid: number } | undefined;
}

/**
 * The kernel's own account of resets on this machine (tracepoints tcp:tcp_send_reset and
 * tcp:tcp_receive_reset), in an instance of tracefs that goes with this process.
 */
export class KernelResets {
  private readonly place: string;
  private readonly pipe: number;
  private readonly buffer = Buffer.allocUnsafe(1 << 16);
  private rest = '';
  private isClosed = false;
  private readonly atExit = (): void => this.close();

  private constructor(place: string) {
    this.place = place;
    mkdirSync(place);
    process.once('exit', this.atExit);
    writeFileSync(join(place, 'trace_clock'), 'mono');
    for (const event of EVENTS) this.enable(event, '1');
    this.pipe = openSync(join(place, 'trace_pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** Or one line that says why the kernel cannot be asked. */
  static open(): KernelResets | string {
    if (process.platform !== 'linux') return 'the kernel is asked on Linux only';
    if (process.getuid?.() !== 0) return 'only root can ask the kernel for its reasons';
    if (!existsSync(join(TRACING, 'events/tcp', EVENTS[0]))) {
      return 'this kernel has no tracepoint tcp:tcp_send_reset, or tracefs is not mounted';
    }
    sweep();
    return new KernelResets(join(INSTANCES, `resetlab-watch-${process.pid}`));
  }

  /** What has come since the last call. */
  take(): KernelReset[] {
    const lines = (this.rest + this.readAll()).split('\n');
    this.rest = lines.pop() ?? '';
    const offset = Date.now() - Number(process.hrtime.bigint()) / 1e6;
    return lines.flatMap((line) => kernelReset(line, offset) ?? []);
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    process.off('exit', this.atExit);
    for (const event of EVENTS) this.enable(event, '0');
    closeSync(this.pipe);
    removeInstance(this.place);
  }

  private readAll(): string {
    let text = '';
    for (;;) {
      const got = this.read();
      if (got === 0) return text;
      text += this.buffer.toString('latin1', 0, got);
    }
  }

  private read(): number {
    try {
      return readSync(this.pipe, this.buffer);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }

  private enable(event: (typeof EVENTS)[number], value: '0' | '1'): void {
    writeFileSync(join(this.place, 'events/tcp', event, 'enable'), value);
  }
}

/** Task, pid, flags (their third and fourth say whether an interrupt ran), seconds, event, fields. */
const LINE = /^\s*(.+)-(\d+)\s+\[\d+\]\s+(\S+)\s+(\d+\.\d+): tcp_(send|receive)_reset: (.*)$/;
const SENT = /src=(\S+) dest=(\S+) state=(\S+) reason=(\S+)/;
const RECEIVED =
  /family=(\S+) sport=(\d+) dport=(\d+) saddr=(\S+) daddr=(\S+) saddrv6=(\S+) daddrv6=(\S+)/;

/** `offset`: milliseconds from the monotonic clock to that of the day. */
export const kernelReset = (line: string, offset: number): KernelReset | undefined => {
  const [, name = '', pid = '', flags = '', at = '', kind, fields = ''] = LINE.exec(line) ?? [];
  if (kind === undefined) return undefined;
  const inInterrupt = /[sShH]/.test(flags.slice(2, 4));
  const common = {
    epochMs: Number(at) * 1000 + offset,
    process: inInterrupt ? undefined : { name, pid: Number(pid) },
  };
  return kind === 'send' ? sent(fields, common) : received(fields, common);
};

type Common = Pick<KernelReset, 'epochMs' | 'process'>;

const sent = (fields: string, common: Common): KernelReset | undefined => {
  const [, sender, receiver, state, reason] = SENT.exec(fields) ?? [];
  if (sender === undefined || receiver === undefined) return undefined;
  return {
    kind: 'sent',
    ...common,
    sender: onTheWire(sender),
    receiver: onTheWire(receiver),
    state,
    reason,
  };
};

/** The socket that took the reset has the source fields; its peer sent it. */
const received = (fields: string, common: Common): KernelReset | undefined => {
  const [, family, sport, dport, saddr, daddr, saddr6, daddr6] = RECEIVED.exec(fields) ?? [];
  if (family === undefined) return undefined;
  const end = (v4: string | undefined, v6: string | undefined, port: string | undefined): string =>
    family === 'AF_INET' ? `${v4}:${port}` : onTheWire(`[${v6}]:${port}`);
  return {
    kind: 'received',
    epochMs: common.epochMs,
    process: undefined,
    sender: end(daddr, daddr6, dport),
    receiver: end(saddr, saddr6, sport),
    state: undefined,
    reason: undefined,
  };
};

/** A socket for both families has IPv4 addresses mapped (RFC 4291 §2.5.5.2); no packet has. */
const onTheWire = (endpoint: string): string =>
  endpoint.replace(/^\[::ffff:(\d+\.\d+\.\d+\.\d+)\]/, '$1');

/** Removes the instances of processes that are no more. */
const sweep = (): void => {
  for (const name of readdirSync(INSTANCES)) {
    const [, owner] = NAME.exec(name) ?? [];
    if (owner !== undefined && !isAlive(Number(owner))) removeInstance(join(INSTANCES, name));
  }
};
