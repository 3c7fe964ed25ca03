import type { Connection } from './connection.ts';
import type { State } from './state.ts';

/**
 * The arrows of RFC 9293 §3.3.2, figure 5, as far as a connection takes them, with those that the
 * text adds: a passive open begins here in ESTABLISHED, since its SYN-RECEIVED is a request; a FIN
 * that is acknowledged together with the peer's FIN leads from FIN-WAIT-1 to TIME-WAIT; and any
 * state but TIME-WAIT's successor may end in CLOSED by a reset, an abort or a time-out.
 */
const ARROWS: Record<State, readonly State[]> = {
  CLOSED: ['SYN-SENT', 'ESTABLISHED'],
  LISTEN: [],
  'SYN-SENT': ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSED'],
  'SYN-RECEIVED': ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSED'],
  ESTABLISHED: ['FIN-WAIT-1', 'CLOSE-WAIT', 'CLOSED'],
  'FIN-WAIT-1': ['FIN-WAIT-2', 'CLOSING', 'TIME-WAIT', 'CLOSED'],
  'FIN-WAIT-2': ['TIME-WAIT', 'CLOSED'],
  'CLOSE-WAIT': ['LAST-ACK', 'CLOSED'],
  CLOSING: ['TIME-WAIT', 'CLOSED'],
  'LAST-ACK': ['CLOSED'],
  'TIME-WAIT': ['CLOSED'],
};

/** The only place that changes a connection's state. Throws where no arrow leads there. */
export const enter = (c: Connection, state: State): void => {
  if (!ARROWS[c.state].includes(state)) throw new Error(`no way from ${c.state} to ${state}`);
  c.state = state;
};
