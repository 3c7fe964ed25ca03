import { readFileSync } from 'node:fs';
import type { Namespace } from './namespaces.ts';

/** Counters of a namespace by their names, as `TCPAbortOnData`. */
export type Counters = ReadonlyMap<string, number>;

/** TcpExt of a namespace (/proc/net/netstat). */
export const readCounters = (space: Namespace): Counters => {
  const text = space.enter(() => readFileSync('/proc/thread-self/net/netstat', 'utf8'));
  const [names = [], values = []] = text
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' ').slice(1));
  return new Map(names.map((name, at) => [name, Number(values[at])]));
};

/** What has grown, and by how much. */
export const growth = (before: Counters, after: Counters): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...after]
      .map(([name, value]) => [name, value - (before.get(name) ?? 0)] as const)
      .filter(([, grown]) => grown > 0),
  );
