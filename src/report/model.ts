import type { CauseFacts } from '../causes/cause.ts';
import type { CauseId } from '../causes/ids.ts';
import type { Ladder, Summary, Verdict } from '../forensics/verdict.ts';

/** What a report needs of the catalogue: every cause's facts. */
export type FactsOf = Readonly<Record<CauseId, { readonly facts: CauseFacts }>>;

/** What was found in one capture, as far as it could be read. */
export interface Findings {
  /** As the person called it; `-` for standard input. */
  readonly file: string;
  readonly verdicts: readonly Verdict[];
  readonly summary: Summary;
  /** Somebody stopped the reading before the end. */
  readonly interrupted: boolean;
  /** The connection that was asked for, if one was. */
  readonly ladder: Ladder | undefined;
}

/** The end that sent the reset, or failed the other. */
export const roleOfSender = (verdict: Verdict): 'client' | 'server' =>
  verdict.sender === verdict.connection.client ? 'client' : 'server';

/** `10.0.0.1` of `10.0.0.1:80`, `fd00::1` of `[fd00::1]:80`. */
export const hostOf = (endpoint: string): string =>
  endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');

/** `80` of `10.0.0.1:80`. */
export const portOf = (endpoint: string): string => endpoint.slice(endpoint.lastIndexOf(':') + 1);

/** A client's port says nothing, a server's does: the name under which an end is counted. */
export const nameInCounts = (endpoint: string, role: 'client' | 'server'): string =>
  role === 'server' ? endpoint : hostOf(endpoint);

/** How often each value occurs, the most frequent first, else in the order met. */
export const tallied = <T>(values: Iterable<T>): [value: T, count: number][] => {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1]);
};

/** Connections of this capture that had at least one reset. */
export const connectionsReset = (verdicts: readonly Verdict[]): number =>
  new Set(verdicts.filter((v) => v.type === 'reset').map((v) => v.connection.id)).size;
