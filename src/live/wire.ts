import type { Role } from '../causes/scenario.ts';
import { openDevice } from './device.ts';
import { type Passing, readFrame } from './frame.ts';
import type { Forged } from './forgery.ts';
import type { Libc } from './libc.ts';
import type { Fits } from '../causes/scenario-match.ts';
import type { Namespace } from './namespaces.ts';

const LONGEST = 65_535;
const MSG_DONTWAIT = 0x40;

interface Rule {
  readonly fits: Fits;
  readonly keeps: boolean;
  /** Segments that it still takes. */
  left: number;
}

interface End {
  readonly descriptor: number;
  readonly handle: { readonly close: () => void };
}

interface Due {
  readonly frame: Uint8Array;
  readonly toward: Role;
  readonly atMs: number;
}

const OTHER: Readonly<Record<Role, Role>> = { client: 'server', server: 'client' };

/**
 * A cable that a program holds, between the devices `client` and `server` of a namespace without
 * addresses: frames pass after the delay; TCP segments may be lost, or wait, and more are put in.
 */
export class Wire {
  private readonly libc: Libc;
  private readonly space: Namespace;
  private readonly delayMs: number;
  private readonly ends = new Map<Role, End>();
  private readonly buffer = new Uint8Array(LONGEST);
  private readonly seen: Passing[] = [];
  private readonly due: Due[] = [];
  private timer: NodeJS.Timeout | undefined;
  private held: Passing[] = [];
  private rules: Rule[] = [];
  private awaited: ((passing: Passing) => void) | undefined;

  constructor(libc: Libc, space: Namespace, delayMs: number) {
    this.libc = libc;
    this.space = space;
    this.delayMs = delayMs;
  }

  /** Takes hold of one end's device, anew after the host behind it was rebuilt. */
  plug(end: Role): void {
    this.unplug(end);
    const descriptor = openDevice(this.libc, this.space, end);
    const handle = this.libc.poll(descriptor, { readable: true }, () => this.receive(end));
    this.ends.set(end, { descriptor, handle });
  }

  unplug(end: Role): void {
    const old = this.ends.get(end);
    if (old === undefined) return;
    this.ends.delete(end);
    old.handle.close();
    this.libc.close(old.descriptor);
  }

  close(): void {
    clearTimeout(this.timer);
    for (const end of this.ends.keys()) this.unplug(end);
  }

  lose(fits: Fits, times: number): void {
    this.rules.push({ fits, keeps: false, left: times });
  }

  hold(fits: Fits, times: number): void {
    this.rules.push({ fits, keeps: true, left: times });
  }

  /** What was held goes on at once, in order. */
  release(): void {
    const { held } = this;
    this.held = [];
    for (const { bytes, toward } of held) this.send(bytes, toward);
  }

  discard(): void {
    this.held = [];
  }

  heal(): void {
    this.rules = [];
  }

  inject({ frame, toward }: Forged): void {
    this.send(frame, toward);
  }

  /** The newest segment that entered and fits, whatever became of it. */
  newest(fits: Fits): Passing | undefined {
    return this.seen.findLast(({ segment, toward }) => fits(segment, toward));
  }

  /** Such a segment, as soon as one has entered; undefined if none has in so long. */
  until(fits: Fits, withinMs: number): Promise<Passing | undefined> {
    const before = this.newest(fits);
    if (before !== undefined) return Promise.resolve(before);
    return new Promise((resolve) => {
      const settle = (passing: Passing | undefined): void => {
        clearTimeout(timer);
        this.awaited = undefined;
        resolve(passing);
      };
      const timer = setTimeout(() => settle(undefined), withinMs);
      this.awaited = (passing) => {
        if (fits(passing.segment, passing.toward)) settle(passing);
      };
    });
  }

  /** Everything that waits at one end. */
  private receive(end: Role): void {
    for (;;) {
      const descriptor = this.ends.get(end)?.descriptor;
      if (descriptor === undefined) return;
      const length = this.libc.recv(descriptor, this.buffer, LONGEST, MSG_DONTWAIT);
      if (length < 0) {
        // ENETDOWN: the device has gone with the host behind it.
        if (this.libc.errno() !== 'EAGAIN') this.unplug(end);
        return;
      }
      this.arrives(this.buffer.slice(0, length), OTHER[end]);
    }
  }

  private arrives(frame: Uint8Array, toward: Role): void {
    const passing = readFrame(frame, toward);
    if (passing === undefined) {
      this.delay(frame, toward);
      return;
    }
    const rule = this.rules.find(({ fits, left }) => left > 0 && fits(passing.segment, toward));
    if (rule === undefined) this.delay(frame, toward);
    else {
      rule.left -= 1;
      if (rule.keeps) this.held.push(passing);
    }
    this.seen.push(passing);
    this.awaited?.(passing);
  }

  private delay(frame: Uint8Array, toward: Role): void {
    this.due.push({ frame, toward, atMs: performance.now() + this.delayMs });
    if (this.due.length === 1) this.schedule();
  }

  private schedule(): void {
    const [first] = this.due;
    if (first === undefined) return;
    const waitMs = Math.max(0, Math.ceil(first.atMs - performance.now()));
    this.timer = setTimeout(() => this.sendDue(), waitMs);
  }

  private sendDue(): void {
    for (;;) {
      const [first] = this.due;
      if (first === undefined || first.atMs > performance.now()) break;
      this.due.shift();
      this.send(first.frame, first.toward);
    }
    this.schedule();
  }

  private send(frame: Uint8Array, toward: Role): void {
    const end = this.ends.get(toward);
    // The host behind that end may be without power: then nobody hears it.
    if (end !== undefined) this.libc.send(end.descriptor, frame, frame.length, 0);
  }
}
