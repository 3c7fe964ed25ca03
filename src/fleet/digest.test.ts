import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holds } from '../../test/random.ts';
import { ConnectionKey } from '../forensics/key.ts';
import { Survey, SURVEY_BUCKET_BITS } from '../forensics/survey.ts';
import { Packet } from '../wire/packet.ts';
import { Digest, retell } from './digest.ts';

const CLIENT = 0x0a000001;
const SERVER = 0x0a000002;
const SERVER_PORTS = [80, 443, 8080, 5432, 3306, 50_051, 6379, 22];

type Ends = readonly [clientPort: number, serverPort: number];

/** Four-tuples that all fall into one bucket of the survey's table, which has room for two. */
const neighbours = (): Ends[] => {
  const key = new ConnectionKey();
  const mask = (1 << SURVEY_BUCKET_BITS) - 1;
  const wanted = key.ofWords(CLIENT, SERVER, (40_000 << 16) | 80).bucket & mask;
  const found: Ends[] = [];
  for (const server of SERVER_PORTS) {
    for (let client = 1024; client < 65_536; client++) {
      const { bucket } = key.ofWords(CLIENT, SERVER, (client << 16) | server);
      if ((bucket & mask) === wanted) found.push([client, server]);
    }
  }
  return found.slice(0, 4);
};

/** Connections that crowd each other, two that do not, and one whose ports do not tell the client. */
const POOL: readonly Ends[] = [...neighbours(), [40_001, 443], [41_000, 50_051], [7000, 7000]];

const FLAGS = { syn: 2, synAck: 18, ack: 16, data: 24, fin: 17, reset: 4, refusal: 20 } as const;
const KINDS = [...Object.keys(FLAGS), 'icmp'] as (keyof typeof FLAGS | 'icmp')[];

interface Step {
  readonly connection: number;
  readonly fromServer: boolean;
  readonly kind: (typeof KINDS)[number];
  /** How many of them in a row. */
  readonly times: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  connection: fc.nat(POOL.length - 1),
  fromServer: fc.boolean(),
  kind: fc.constantFrom(...KINDS, 'ack', 'data', 'data'),
  times: fc.integer({ min: 1, max: 9 }),
});

const packetOf = ({ connection, fromServer, kind }: Step, frame: number): Packet => {
  const packet = new Packet();
  const [clientPort, serverPort] = POOL[connection]!;
  packet.frame = frame;
  packet.seconds = 1_767_000_000 + Math.floor(frame / 3);
  packet.nanos = (frame % 3) * 1000;
  packet.ipVersion = 4;
  [packet.source0, packet.target0] = fromServer ? [SERVER, CLIENT] : [CLIENT, SERVER];
  [packet.sourcePort, packet.targetPort] = fromServer
    ? [serverPort, clientPort]
    : [clientPort, serverPort];
  packet.seq = kind === 'refusal' ? 0 : 1000;
  packet.flags = kind === 'icmp' ? 0 : FLAGS[kind];
  packet.payloadLength = kind === 'data' ? 100 : 0;
  return packet;
};

const show = (visitor: Survey | Digest, packet: Packet, kind: Step['kind']): void => {
  if (kind === 'icmp') {
    visitor.icmpError(packet);
    return;
  }
  const { source0, target0, sourcePort, targetPort, flags, payloadLength } = packet;
  const ports = (sourcePort << 16) | targetPort;
  if (!visitor.glance(source0, target0, ports, flags, payloadLength)) visitor.segment(packet);
};

/** All that a survey holds: its table, whom it marked, and what it knows of their surroundings. */
const stateOf = (survey: Survey) => {
  const { slots } = survey as unknown as { slots: Int32Array };
  const used: [number, number][] = [];
  for (let at = 0; at < slots.length; at++) if (slots[at] !== 0) used.push([at, slots[at]!]);
  survey.finish();
  const { marked, surroundings, connections } = survey;
  return { used, marked, surroundings, connections };
};

describe('digests of several files, told to one survey in order', () => {
  it('leave it as the whole capture does, wherever it is cut', { timeout: 120_000 }, () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 60 });
    const cuts = fc.uniqueArray(fc.nat(200), { maxLength: 4 });
    holds(
      fc.property(steps, cuts, (all, cutAt) => {
        const whole = new Survey();
        const told = new Survey();
        let digest = new Digest();
        let frame = 0;
        for (const one of all) {
          for (let time = 0; time < one.times; time++) {
            const packet = packetOf(one, ++frame);
            show(whole, packet, one.kind);
            show(digest, packet, one.kind);
            if (!cutAt.includes(frame)) continue;
            retell(digest.words, told);
            digest = new Digest();
          }
        }
        retell(digest.words, told);
        expect(stateOf(told)).toEqual(stateOf(whole));
      }),
      150,
    );
  });

  it('hold three words for a transfer, however long it is', () => {
    const digest = new Digest();
    for (let frame = 1; frame <= 1000; frame++) {
      const fromServer = frame % 3 === 0;
      const kind = fromServer ? 'ack' : 'data';
      show(digest, packetOf({ connection: 4, fromServer, kind, times: 1 }, frame), kind);
    }
    expect(digest.words).toHaveLength(3);
  });
});
