import { ROLES } from '../../../lab/run.ts';
import type { Role } from '../../../causes/scenario.ts';
import type { TcpState } from '../../../causes/tcp-state.ts';
import type { EndView, Moment, Passage } from '../../../lab/moment.ts';

/** What one end of a connection is at a moment; `off`: its host has no power. */
export type EndState = TcpState | 'off';

/** Every connection of a run, in the order in which they begin. */
export const connectionsIn = (moments: readonly Moment[]): readonly string[] =>
  [...new Set(moments.flatMap((moment) => passageOf(moment)?.connection ?? []))].filter(
    (name) => name !== '',
  );

export const passageOf = ({ happening }: Moment): Passage | undefined =>
  happening.kind === 'sent' || happening.kind === 'arrived' ? happening.passage : undefined;

/** The connection that the moment belongs to, or the last one before it that had a segment. */
export const movingAt = (moments: readonly Moment[], at: number): string | undefined => {
  for (let index = Math.min(at, moments.length - 1); index >= 0; index -= 1) {
    const moment = moments[index];
    const name = moment && passageOf(moment)?.connection;
    if (name !== undefined && name !== '') return name;
  }
  return connectionsIn(moments)[0];
};

/**
 * The state of one end after each moment. LISTEN is a listener's: an end is in it before it begins,
 * and again where a passive open is given up (RFC 9293 §3.10.7.4, second), but not once it was open.
 */
export const statesOf = (
  moments: readonly Moment[],
  role: Role,
  connection: string,
): readonly EndState[] => {
  const port = portOf(connection, role);
  let was: TcpState | undefined;
  return moments.map(({ hosts }): EndState => {
    const host = hosts[role];
    if (!host.isOn) {
      was = undefined;
      return 'off';
    }
    const end = host.ends[connection];
    if (end !== undefined) {
      was = end.state;
      return end.state;
    }
    const mayListen = was === undefined || was === 'SYN-RECEIVED';
    return mayListen && host.listening.includes(port) ? 'LISTEN' : 'CLOSED';
  });
};

const portOf = (connection: string, role: Role): number =>
  Number(connection.split('-')[ROLES.indexOf(role)]);

export const endAt = (moment: Moment, role: Role, connection: string): EndView | undefined =>
  moment.hosts[role].ends[connection];

/** Where an end's two number spaces begin: what is left in TIME-WAIT knows it no more itself. */
export const beginningsOf = (
  moments: readonly Moment[],
  at: number,
  role: Role,
  connection: string,
): { readonly iss: number | undefined; readonly irs: number | undefined } => {
  for (let index = at; index >= 0; index -= 1) {
    const end = moments[index] && endAt(moments[index]!, role, connection);
    if (end?.iss !== undefined) return { iss: end.iss, irs: end.irs };
  }
  return { iss: undefined, irs: undefined };
};

/** The next moment, cyclically, in which a reset is sent or received. */
export const nextReset = (moments: readonly Moment[], after: number): number | undefined => {
  const resets = moments.flatMap(({ happening }, index) =>
    happening.kind === 'told' && ['sent', 'received'].includes(happening.told.event.kind)
      ? [index]
      : [],
  );
  return resets.find((index) => index > after) ?? resets[0];
};
