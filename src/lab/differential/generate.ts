import type { Random } from '../../sim/prng.ts';
import { ACK, FIN, type Offer, PSH, RST, segment, SYN } from './segments.ts';
import type {
  AckPoint,
  Arrival,
  ArrivalOption,
  Call,
  SeqPoint,
  Sequence,
  Step,
} from './sequence.ts';
import { type Opening, SITUATIONS } from './situations.ts';

const MOST_ARRIVALS = 6;

/** What an application does at the end: how much is there, what went wrong, does it still send? */
const LAST_CALLS: readonly Call[] = [
  { do: 'read', length: 10_000 },
  { do: 'error' },
  { do: 'write', length: 1 },
];

const USUAL = {
  tcp_timestamps: 1,
  tcp_sack: 1,
  tcp_window_scaling: 1,
  tcp_rfc1337: 0,
  tcp_ecn: 2,
} as const;

/** Settings under which sequences are played, so many in a row. */
const WEATHERS: readonly Sequence['sysctls'][] = [
  {},
  { tcp_timestamps: 0 },
  {},
  { tcp_sack: 0 },
  {},
  { tcp_window_scaling: 0 },
  {},
  { tcp_rfc1337: 1, tcp_ecn: 1 },
].map((other) =>
  Object.entries({ ...USUAL, ...other }).map(
    ([name, value]) => [`net.ipv4.${name}`, value] as const,
  ),
);
const IN_A_ROW = 50;

/** The sequence of that number; `random` is of the run's seed, and stays as it is. */
export const sequenceOf = (number: number, random: Random): Sequence => ({
  ...randomSequence(random.fork(`sequence ${number}`)),
  sysctls: WEATHERS[Math.floor(number / IN_A_ROW) % WEATHERS.length] ?? [],
});

const randomSequence = (random: Random): Omit<Sequence, 'sysctls'> => {
  const offer = offerBy(random);
  const opening: Opening = random.chance(0.5) ? 'active' : 'passive';
  const { name, lead } = random.pick(SITUATIONS);
  const prelude = lead(offer, opening);
  return {
    family: random.chance(0.25) ? 6 : 4,
    irs: random.pick([0, 0x7fff_fff0, -200, random.next() | 0]),
    tsval: random.pick([1, 0x7fff_ffff, -3, random.next() | 0]),
    situation: name,
    prelude: prelude.length,
    steps: [...prelude, ...chanceSteps(random, offer)],
  };
};

const offerBy = (random: Random): Offer => ({
  mss: random.pick([1460, 1460, 1460, 536, 88, undefined]),
  scale: random.pick([7, 7, 0, 3, undefined]),
  sack: random.chance(0.7),
  timestamps: random.chance(0.6),
});

const chanceSteps = (random: Random, offer: Offer): readonly Step[] => {
  const steps: Step[] = [];
  const arrivals = random.between(1, MOST_ARRIVALS);
  for (let made = 0; made < arrivals; made += 1) {
    if (random.chance(0.3)) steps.push(callBy(random));
    steps.push(arrivalBy(random, offer));
  }
  return [...steps, ...LAST_CALLS];
};

const callBy = (random: Random): Call => {
  const length = random.pick([1, 50, 1460, 4000]);
  return random.pick<Call>([
    { do: 'accept' },
    { do: 'read', length: random.pick([1, 60, 10_000]) },
    { do: 'read', length: 10_000 },
    { do: 'write', length },
    { do: 'write', length },
    { do: 'shutdown', how: random.pick(['SHUT_RD', 'SHUT_WR', 'SHUT_RDWR']) },
    { do: 'close' },
    { do: 'abort' },
    { do: 'disconnect' },
    { do: 'error' },
    { do: 'close listener' },
    { do: 'set', name: random.pick(['TCP_NODELAY', 'TCP_QUICKACK']), value: random.below(2) },
  ]);
};

const arrivalBy = (random: Random, offer: Offer): Arrival => {
  const flags = flagsBy(random);
  const length = random.pick([0, 0, 0, 1, 100, 536, 1400]);
  return segment(offer, flags, {
    seq: seqBy(random),
    ack: ackBy(random),
    length,
    window: (flags & SYN) === 0 ? random.pick([8000, 8000, 65_535, 0, 1, 300]) : 8000,
    urgent: random.chance(0.05) ? random.pick([0, 1, length, 2000]) : 0,
    ecn: random.chance(0.05) ? random.between(1, 3) : 0,
    spoilt: random.chance(0.02),
    ...(random.chance(0.25) && { options: oddOptions(random) }),
  });
};

const flagsBy = (random: Random): number => {
  const common = [ACK, ACK, ACK, PSH | ACK, PSH | ACK, FIN | ACK, RST, RST | ACK, SYN, SYN | ACK];
  return random.chance(0.75) ? random.pick([ACK, ...common]) : random.below(256);
};

const seqBy = (random: Random): SeqPoint =>
  random.pick<SeqPoint>([
    { from: 'next', plus: 0 },
    { from: 'next', plus: 0 },
    { from: 'next', plus: 0 },
    { from: 'next', plus: 0 },
    { from: 'next', plus: random.pick([-1, 1, -2, 2]) },
    { from: 'next', plus: random.between(-1600, 3000) },
    { from: 'acknowledged', plus: random.pick([-1, 0, 0, 1]) },
    { from: 'edge', plus: random.between(-2, 2) },
    { from: 'irs', plus: random.between(-1, 2) },
    { from: 'next', plus: farBy(random) },
  ]);

/** As far away as numbers get, or anywhere. */
const farBy = (random: Random): number =>
  random.pick([0x7fff_ffff, -0x8000_0000, random.next() | 0]);

const ackBy = (random: Random): AckPoint =>
  random.pick<AckPoint>([
    { from: 'sent', plus: 0 },
    { from: 'sent', plus: 0 },
    { from: 'sent', plus: 0 },
    { from: 'sent', plus: 0 },
    { from: 'sent', plus: random.pick([-1, 1, 2]) },
    { from: 'una', plus: random.pick([-1, 0, 0, 1]) },
    { from: 'iss', plus: random.between(-1, 2) },
    { from: 'una', plus: random.between(-70_000, 5000) },
    { from: 'sent', plus: farBy(random) },
  ]);

const oddOptions = (random: Random): readonly ArrivalOption[] =>
  random.pick<readonly ArrivalOption[]>([
    [],
    [],
    [stamps(0, 0)],
    [stamps(random.pick([-1, -2, -100_000, 0x7fff_ffff, 100_000, 3]), 0)],
    [stamps(0, random.pick<number | 'none'>(['none', -100_000, 100_000]))],
    [{ kind: 'SACK', blocks: blocksBy(random) }],
    [stamps(0, 0), { kind: 'SACK', blocks: blocksBy(random) }],
    [
      { kind: 'mss', value: random.pick([0, 1, 48, 9000]) },
      { kind: 'window scale', value: random.pick([15, 255, 3]) },
    ],
    [raw(1, 1, 253, 4, 1, 2), stamps(0, 0)],
    [raw(random.below(256), random.below(12)), stamps(0, 0)],
    [stamps(0, 0), raw(0, 8, 10, 0)],
  ]);

const stamps = (val: number, ecr: number | 'none'): ArrivalOption => ({
  kind: 'timestamps',
  val,
  ecr,
});

const raw = (...bytes: readonly number[]): ArrivalOption => ({ kind: 'raw', bytes });

const blocksBy = (random: Random): readonly (readonly [number, number])[] =>
  Array.from({ length: random.between(1, 3) }, () => {
    const start = random.between(-200, 4000);
    return [start, start + random.pick([1, 100, 1448, -5])] as const;
  });
