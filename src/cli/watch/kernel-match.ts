import { networkInterfaces } from 'node:os';
import { CATALOGUE } from '../../causes/catalogue.ts';
import type { CauseId } from '../../causes/ids.ts';
import type { Verdict } from '../../forensics/verdict.ts';
import type { KernelReset, KernelResets } from '../../live/kernel-resets.ts';
import { hostOf } from '../../report/model.ts';
import type { KernelWord } from '../../report/watch/kernel-word.ts';

/** The kernel's moment and the packet's lie no further apart. */
const SAME_MOMENT_MS = 250;
/** What nobody asked about is forgotten then. */
const KEPT_MS = 30_000;

/** Holds what the kernel says of resets against verdicts. */
export class KernelMatch {
  private readonly kernel: KernelResets;
  private readonly isOurs: (host: string) => boolean;
  private recent: KernelReset[] = [];

  constructor(kernel: KernelResets, isOurs = isLocal) {
    this.kernel = kernel;
    this.isOurs = isOurs;
  }

  /** To be called now and then, and before `wordOn`. */
  listen(): void {
    const since = Date.now() - KEPT_MS;
    this.recent = [...this.recent.filter(({ epochMs }) => epochMs >= since), ...this.kernel.take()];
  }

  /** What the kernel says of the reset that a verdict is on; undefined: nothing. */
  wordOn(verdict: Verdict): KernelWord | undefined {
    if (verdict.type === 'failure') return undefined;
    const sent = this.takeOut('sent', verdict);
    const received = this.takeOut('received', verdict);
    if (sent !== undefined) return sentWord(sent, verdict);
    const nothing = { reason: undefined, state: undefined, process: undefined };
    if (this.isOurs(hostOf(verdict.sender))) {
      const agrees = verdict.origin === 'middlebox' ? 'cause' : 'no';
      return { kind: 'not-sent', ...nothing, agrees };
    }
    return received && { kind: 'received', ...nothing, agrees: undefined };
  }

  private takeOut(kind: KernelReset['kind'], verdict: Verdict): KernelReset | undefined {
    const atMs = verdict.seconds * 1000 + verdict.nanos / 1e6;
    const place = this.recent.findIndex(
      (one) =>
        one.kind === kind &&
        one.sender === verdict.sender &&
        (one.receiver === verdict.receiver || isNobody(one.receiver)) &&
        Math.abs(one.epochMs - atMs) <= SAME_MOMENT_MS,
    );
    return place < 0 ? undefined : this.recent.splice(place, 1)[0];
  }
}

const sentWord = ({ reason, state, process }: KernelReset, verdict: Verdict): KernelWord => ({
  kind: 'sent',
  reason,
  state,
  process,
  agrees: agreement(reason, verdict),
});

/** Several causes share a reason; one that a cause never has contradicts it. */
const agreement = (
  reason: string | undefined,
  { cause, alternatives }: Verdict,
): KernelWord['agrees'] => {
  if (reason === undefined || reason === 'NOT_SPECIFIED') return undefined;
  const has = (id: CauseId): boolean =>
    CATALOGUE[id].facts.linuxReasons.some((known) => known === reason);
  // A repetition has the reason of what is repeated, or of what drew it.
  if (cause === 'repeated-reset' || cause === 'unknown') return undefined;
  if (has(cause)) return 'cause';
  return alternatives.some((other) => has(other.cause)) ? 'alternative' : 'no';
};

/** `0.0.0.0:0`, `[::]:0`: a listener answered, which has no peer. */
const isNobody = (endpoint: string): boolean => /^(?:0\.0\.0\.0|\[::\]):/.test(endpoint);

/** Every address of 127/8 is this machine's (RFC 1122 §3.2.1.3), though a device names one only. */
const isLocal = (host: string): boolean =>
  host.startsWith('127.') ||
  Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ address }) => address === host),
  );
