import { ACK, FIN, type Offer, PSH, segment, SYN } from './segments.ts';
import type { Step } from './sequence.ts';

/** Where a connection stands when chance takes over, and what leads there. */
export interface Situation {
  readonly name: string;
  readonly lead: (offer: Offer, opening: Opening) => readonly Step[];
}

/** Who opens the connection. */
export type Opening = 'active' | 'passive';

const opened = (offer: Offer, opening: Opening): readonly Step[] =>
  opening === 'active'
    ? [{ do: 'connect' }, segment(offer, SYN | ACK)]
    : [...unaccepted(offer), { do: 'accept' }];

const unaccepted = (offer: Offer): readonly Step[] => [
  { do: 'listen' },
  segment(offer, SYN),
  segment(offer, ACK),
];

const CLOSE: Step = { do: 'close' };
const SHUT_WR: Step = { do: 'shutdown', how: 'SHUT_WR' };
const SHUT_RDWR: Step = { do: 'shutdown', how: 'SHUT_RDWR' };

/** After `opened`. */
const then =
  (...more: readonly ((offer: Offer) => Step)[]): Situation['lead'] =>
  (offer, opening) => [...opened(offer, opening), ...more.map((step) => step(offer))];

const data = (offer: Offer): Step => segment(offer, PSH | ACK, { length: 100 });
const ack = (offer: Offer): Step => segment(offer, ACK);
const fin = (offer: Offer): Step => segment(offer, FIN | ACK);
/** A FIN that does not acknowledge ours. */
const crossingFin = (offer: Offer): Step =>
  segment(offer, FIN | ACK, { ack: { from: 'una', plus: 0 } });
const closes = (): Step => CLOSE;
const shutsWriting = (): Step => SHUT_WR;
const shutsBoth = (): Step => SHUT_RDWR;
const closesListener = (): Step => ({ do: 'close listener' });

export const SITUATIONS: readonly [Situation, ...Situation[]] = [
  { name: 'CLOSED', lead: () => [] },
  { name: 'LISTEN', lead: () => [{ do: 'listen' }] },
  { name: 'SYN-SENT', lead: () => [{ do: 'connect' }] },
  { name: 'SYN-RECEIVED', lead: (offer) => [{ do: 'listen' }, segment(offer, SYN)] },
  {
    name: 'SYN-RECEIVED, both opened',
    lead: (offer) => [{ do: 'connect' }, segment(offer, SYN)],
  },
  { name: 'ESTABLISHED', lead: opened },
  { name: 'ESTABLISHED, not accepted', lead: unaccepted },
  { name: 'ESTABLISHED, unread data', lead: then(data) },
  {
    name: 'ESTABLISHED, data in flight',
    lead: then(() => ({ do: 'write', length: 3000 })),
  },
  {
    name: 'ESTABLISHED, a gap',
    lead: then((offer) => segment(offer, ACK, { seq: { from: 'next', plus: 500 }, length: 500 })),
  },
  {
    name: 'ESTABLISHED, SHUT_RD',
    lead: then(() => ({ do: 'shutdown', how: 'SHUT_RD' })),
  },
  { name: 'FIN-WAIT-1', lead: then(shutsWriting) },
  { name: 'FIN-WAIT-1, SHUT_RDWR', lead: then(shutsBoth) },
  { name: 'FIN-WAIT-1, orphan', lead: then(closes) },
  { name: 'FIN-WAIT-2', lead: then(shutsWriting, ack) },
  { name: 'FIN-WAIT-2, SHUT_RDWR', lead: then(shutsBoth, ack) },
  { name: 'FIN-WAIT-2, unread data', lead: then(data, shutsWriting, ack) },
  { name: 'FIN-WAIT-2, orphan', lead: then(closes, ack) },
  { name: 'CLOSE-WAIT', lead: then(fin) },
  { name: 'CLOSE-WAIT, unread data', lead: then(data, fin) },
  { name: 'CLOSING', lead: then(shutsWriting, crossingFin) },
  { name: 'CLOSING, orphan', lead: then(closes, crossingFin) },
  { name: 'LAST-ACK', lead: then(fin, shutsWriting) },
  { name: 'LAST-ACK, orphan', lead: then(fin, closes) },
  { name: 'TIME-WAIT', lead: then(shutsWriting, ack, fin) },
  { name: 'TIME-WAIT, orphan', lead: then(closes, ack, fin) },
  { name: 'TIME-WAIT, no listener', lead: then(closesListener, closes, ack, fin) },
];
