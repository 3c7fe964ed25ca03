import {
  ethernet,
  pcap,
  segment,
  START_SECONDS,
  text,
  zeros,
  type Bytes,
  type Frame,
} from './packets.ts';

/** What a segment may have besides its numbers. */
export interface Extra {
  /** As in the header, unscaled. */
  readonly window?: number;
  readonly ttl?: number;
  readonly ipId?: number;
  readonly options?: readonly number[];
}

export interface DialogueFields {
  readonly client?: string;
  readonly server?: string;
  readonly clientPort?: number;
  readonly serverPort?: number;
  /** Initial sequence numbers. */
  readonly clientIss?: number;
  readonly serverIss?: number;
}

/** One segment: when (ms), flags as letters, numbers relative to the initial ones, payload. */
type Say = (
  atMs: number,
  flags: string,
  seq: number,
  ack: number,
  payload?: number | string,
  extra?: Extra,
) => Frame;

/**
 * Two ends that talk. Numbers are relative, as Wireshark shows them: 0 is the SYN, 1 the first
 * byte. A payload is a text, or a number of bytes that mean nothing.
 */
export const dialogue = (fields: DialogueFields = {}): { c: Say; s: Say; opened: Frame[] } => {
  const client = fields.client ?? '10.0.0.1';
  const server = fields.server ?? '10.0.0.2';
  const { clientPort = 40_000, serverPort = 80, clientIss = 1000, serverIss = 5000 } = fields;
  let ipId = 100;
  const say =
    (own: number, others: number, ends: object): Say =>
    (atMs, flags, seq, ack, payload = 0, extra = {}) => ({
      seconds: START_SECONDS + Math.floor(atMs / 1000),
      nanos: Math.round((atMs % 1000) * 1e6),
      data: segment({
        ...ends,
        flags,
        seq: (own + seq) >>> 0,
        ack: flags.includes('A') ? (others + ack) >>> 0 : 0,
        // The kernel numbers its packets, but for the ones that belong to no socket.
        ipId: flags === 'R' ? 0 : (ipId += 1),
        window: flags === 'R' ? 0 : 64_000,
        payload: typeof payload === 'string' ? text(payload) : zeros(payload),
        ...extra,
      }),
    });
  const c = say(clientIss, serverIss, {
    source: client,
    target: server,
    sourcePort: clientPort,
    targetPort: serverPort,
  });
  const s = say(serverIss, clientIss, {
    source: server,
    target: client,
    sourcePort: serverPort,
    targetPort: clientPort,
  });
  return { c, s, opened: [c(0, 'S', 0, 0), s(10, 'SA', 0, 1), c(20, 'A', 1, 1)] };
};

/** A capture of such frames as a network card delivers them. */
export const captureOf = (frames: readonly Frame[]): Bytes =>
  pcap(frames.map((frame) => ({ ...frame, data: ethernet(frame.data) })));
