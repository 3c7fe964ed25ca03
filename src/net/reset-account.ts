import type { CauseId } from '../causes/ids.ts';
import type { ResetEvent, Rule, SegmentRecord } from '../tcp/reset-event.ts';
import { nameOf } from '../wire/ip-address.ts';

/** The reset behind an error: `err.reset`. */
export interface ResetAccount {
  /**
   * Why it was sent. Known of this network's own resets; undefined of one that came from elsewhere,
   * since the segment alone does not tell.
   */
  readonly cause: CauseId | undefined;
  /** Who sent it, as `10.0.0.7:443` or `[fd00::1]:443`; that of the connection's ends which did. */
  readonly by: string;
  /** Whether that was this end. */
  readonly isOurs: boolean;
  /** The RST itself. */
  readonly segment: SegmentRecord;
  /** What ruled: for a reset of ours why it was sent, for another why it was obeyed. */
  readonly rule: Rule;
  /** All that the engine told of it; not enumerable, so that printing an error stays short. */
  readonly event: ResetEvent;
}

/** Undefined for an event that is no reset of this connection's (a challenge, a reset withheld). */
export const accountOf = (event: ResetEvent, sent: SentResets): ResetAccount | undefined => {
  if (event.kind !== 'sent' && event.kind !== 'received') return undefined;
  const { path, reset: segment, rule } = event;
  const isOurs = event.kind === 'sent';
  const by = nameOf(isOurs ? path.local : path.remote);
  const cause = isOurs ? event.cause : sent.causeOf(event);
  const account = { cause, by, isOurs, segment, rule };
  return Object.defineProperty(account, 'event', { value: event }) as ResetAccount;
};

/** How many are remembered. */
const MOST = 256;

/**
 * The resets that this network sent lately. Where one comes back to it (both ends of the connection are
 * its own), the account of who received it has the cause too.
 */
export class SentResets {
  private readonly causes = new Map<string, CauseId>();

  note(event: ResetEvent): void {
    if (event.kind !== 'sent') return;
    const key = keyOf(nameOf(event.path.local), nameOf(event.path.remote), event.reset);
    // Of several that are alike the first arrives first.
    if (this.causes.has(key)) return;
    this.causes.set(key, event.cause);
    if (this.causes.size <= MOST) return;
    for (const oldest of this.causes.keys()) return void this.causes.delete(oldest);
  }

  causeOf(event: Extract<ResetEvent, { kind: 'received' }>): CauseId | undefined {
    const { path, reset } = event;
    return this.causes.get(keyOf(nameOf(path.remote), nameOf(path.local), reset));
  }
}

const keyOf = (from: string, to: string, { seq, ack, flags }: SegmentRecord): string =>
  `${from} ${to} ${seq} ${ack} ${flags}`;
