import type { Arrival, ArrivalOption } from './sequence.ts';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

/** What the end that is played offers in its SYN. */
export interface Offer {
  /** Undefined: the option is absent. */
  readonly mss: number | undefined;
  readonly scale: number | undefined;
  readonly sack: boolean;
  readonly timestamps: boolean;
}

const STAMP: ArrivalOption = { kind: 'timestamps', val: 0, ecr: 0 };

/** A segment as a peer of good manners would send it at this moment, but for what is given. */
export const segment = (offer: Offer, flags: number, other: Partial<Arrival> = {}): Arrival => ({
  do: 'segment',
  flags,
  seq: { from: 'next', plus: 0 },
  ack: { from: 'sent', plus: 0 },
  length: 0,
  window: 8000,
  urgent: 0,
  options: (flags & SYN) === 0 ? stampsOf(offer) : synOptions(offer, (flags & ACK) === 0),
  ecn: 0,
  spoilt: false,
  ...other,
});

const stampsOf = ({ timestamps }: Offer): readonly ArrivalOption[] => (timestamps ? [STAMP] : []);

const synOptions = (offer: Offer, isFirst: boolean): readonly ArrivalOption[] => {
  const { mss, scale, sack, timestamps } = offer;
  const ecr = isFirst ? 'none' : 0;
  return [
    ...(mss === undefined ? [] : [{ kind: 'mss', value: mss } as const]),
    ...(sack ? [{ kind: 'SACK permitted' } as const] : []),
    ...(timestamps ? [{ kind: 'timestamps', val: 0, ecr } as const] : []),
    ...(scale === undefined ? [] : [{ kind: 'window scale', value: scale } as const]),
  ];
};
