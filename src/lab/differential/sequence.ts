/**
 * A sequence as plain data: how a connection comes into its situation, and what then happens to it.
 * Numbers are told by what both ends know, so that the same sequence can be played to any TCP.
 */
export interface Sequence {
  /** IPv4 or IPv6. */
  readonly family: 4 | 6;
  /** Settings of the subject, by their public names. */
  readonly sysctls: readonly (readonly [name: string, value: number])[];
  /** Initial sequence number and first timestamp of the end that is played. */
  readonly irs: number;
  readonly tsval: number;
  /** Where the connection stands when chance takes over, as `FIN-WAIT-2, orphan`. */
  readonly situation: string;
  /** The first so many steps lead there. */
  readonly prelude: number;
  readonly steps: readonly Step[];
}

export type Step = Arrival | Call;

/** A segment that comes to the subject. */
export interface Arrival {
  readonly do: 'segment';
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  readonly flags: number;
  readonly seq: SeqPoint;
  readonly ack: AckPoint;
  /** Bytes of text. */
  readonly length: number;
  /** As in the header. */
  readonly window: number;
  readonly urgent: number;
  readonly options: readonly ArrivalOption[];
  /** The IP header's ECN field. */
  readonly ecn: number;
  /** Its checksum is wrong. */
  readonly spoilt: boolean;
}

/**
 * A number in the sequence space of the end that is played: `next` is what it would send next,
 * `acknowledged` what the subject last asked for, `edge` the right edge of its window. Once text has
 * come, how wide that is hangs on the memory that packets take, and `edge` is `acknowledged` too.
 */
export interface SeqPoint {
  readonly from: 'irs' | 'next' | 'acknowledged' | 'edge';
  readonly plus: number;
}

/** In the subject's: `iss`, the end of all that it sent, or what was last acknowledged to it. */
export interface AckPoint {
  readonly from: 'iss' | 'sent' | 'una';
  readonly plus: number;
}

export type ArrivalOption =
  | { readonly kind: 'mss'; readonly value: number }
  | { readonly kind: 'window scale'; readonly value: number }
  | { readonly kind: 'SACK permitted' }
  | {
      readonly kind: 'timestamps';
      /** Added to the clock of the end that is played. */
      readonly val: number;
      /** Added to the timestamp of the subject's SYN; `none`: the field is zero. */
      readonly ecr: number | 'none';
    }
  /** Blocks in the subject's sequence space, from what was last acknowledged to it. */
  | { readonly kind: 'SACK'; readonly blocks: readonly (readonly [number, number])[] }
  | { readonly kind: 'raw'; readonly bytes: readonly number[] };

export type Call =
  | { readonly do: 'listen' }
  | { readonly do: 'connect' }
  | { readonly do: 'accept' }
  | { readonly do: 'read'; readonly length: number }
  | { readonly do: 'write'; readonly length: number }
  | { readonly do: 'shutdown'; readonly how: 'SHUT_RD' | 'SHUT_WR' | 'SHUT_RDWR' }
  | { readonly do: 'disconnect' }
  | { readonly do: 'close' }
  | { readonly do: 'close listener' }
  | { readonly do: 'abort' }
  | { readonly do: 'set'; readonly name: 'TCP_NODELAY' | 'TCP_QUICKACK'; readonly value: number }
  | { readonly do: 'error' };
