import type { LadderRow } from '../../forensics/verdict.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** In the spelling of RFC 9293 §3.3.2; undefined: the capture has not shown it. */
export type State =
  | 'SYN-SENT'
  | 'SYN-RECEIVED'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT'
  | 'CLOSED'
  | undefined;

/** Both ends' states once a segment has passed. */
export interface States {
  readonly client: State;
  readonly server: State;
}

/** What became of a reset, by its frame: whose it was, and whether its receiver obeyed. */
export type Outcomes = ReadonlyMap<
  number,
  { readonly fromEndpoint: boolean; readonly obeyed: boolean }
>;

interface End {
  state: State;
  /** The relative number after its FIN. */
  finEnd: number | undefined;
  /** The other end's FIN was acknowledged by this one. */
  ackedFin: boolean;
}

/**
 * The state of both ends after each row, as far as the segments prove it: a state is entered where
 * the first segment passes that only an end in this state sends. So an end may have been there a
 * little earlier; nothing is guessed that nobody has sent.
 */
export const statesAlong = (rows: readonly LadderRow[], outcomes: Outcomes): States[] => {
  const client = newEnd();
  const server = newEnd();
  return rows.map((row) => {
    const [sender, receiver] = row.fromClient ? [client, server] : [server, client];
    if (row.icmp === undefined) passes(row, sender, receiver, outcomes);
    return { client: client.state, server: server.state };
  });
};

const newEnd = (): End => ({ state: undefined, finEnd: undefined, ackedFin: false });

const passes = (row: LadderRow, sender: End, receiver: End, outcomes: Outcomes): void => {
  if ((row.flags & RST) !== 0) reset(row, sender, receiver, outcomes);
  else if ((row.flags & SYN) !== 0) synchronises(row, sender, receiver);
  else if (sender.state !== 'CLOSED') proceeds(row, sender, receiver);
};

/** Without a verdict of its own a reset is taken for what it says. */
const reset = (row: LadderRow, sender: End, receiver: End, outcomes: Outcomes): void => {
  const { fromEndpoint, obeyed } = outcomes.get(row.frame) ?? { fromEndpoint: true, obeyed: true };
  if (fromEndpoint) sender.state = 'CLOSED';
  if (obeyed) receiver.state = 'CLOSED';
};

/** RFC 9293 §3.5: active open, its answer, and both at once. */
const synchronises = (row: LadderRow, sender: End, receiver: End): void => {
  if ((row.flags & ACK) !== 0) {
    sender.state = 'SYN-RECEIVED';
    return;
  }
  Object.assign(sender, newEnd(), { state: 'SYN-SENT' });
  if (receiver.state === 'SYN-SENT') {
    sender.state = 'SYN-RECEIVED';
    receiver.state = 'SYN-RECEIVED';
  } else Object.assign(receiver, newEnd());
};

const proceeds = (row: LadderRow, sender: End, receiver: End): void => {
  if ((row.flags & ACK) !== 0) acknowledges(row, sender, receiver);
  if ((row.flags & FIN) !== 0) finishes(row, sender);
};

/** RFC 9293 §3.10.7.4, fifth: what an acknowledgement proves of both ends. */
const acknowledges = (row: LadderRow, sender: End, receiver: End): void => {
  if (sender.state === undefined || sender.state === 'SYN-SENT' || sender.state === 'SYN-RECEIVED')
    sender.state = 'ESTABLISHED';
  if (receiver.state === 'SYN-RECEIVED' && row.ack > 0) receiver.state = 'ESTABLISHED';
  if (receiver.finEnd === undefined || row.ack < receiver.finEnd) return;
  sender.ackedFin = true;
  sender.state = AFTER_ACKNOWLEDGING_FIN[sender.state] ?? sender.state;
  if (receiver.state === undefined) return;
  receiver.state = AFTER_FIN_ACKNOWLEDGED[receiver.state] ?? receiver.state;
};

const AFTER_ACKNOWLEDGING_FIN: Partial<Record<NonNullable<State>, State>> = {
  ESTABLISHED: 'CLOSE-WAIT',
  'FIN-WAIT-1': 'CLOSING',
  'FIN-WAIT-2': 'TIME-WAIT',
};

const AFTER_FIN_ACKNOWLEDGED: Partial<Record<NonNullable<State>, State>> = {
  'FIN-WAIT-1': 'FIN-WAIT-2',
  CLOSING: 'TIME-WAIT',
  'LAST-ACK': 'CLOSED',
};

/** RFC 9293 §3.6: the first to close waits, the second has the last word. */
const finishes = (row: LadderRow, sender: End): void => {
  sender.finEnd ??= row.seq + row.length + 1;
  if (sender.state === 'CLOSE-WAIT') sender.state = 'LAST-ACK';
  else if (sender.state === 'ESTABLISHED') sender.state = 'FIN-WAIT-1';
};
