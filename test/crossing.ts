import type { ResetSent } from '../src/tcp/reset-event.ts';
import { parseAddress } from '../src/wire/ip-address.ts';
import { segment, type TcpFields } from './packets.ts';
import { Clock } from '../src/sim/clock.ts';
import { Dissection, InFlight } from '../src/sim/in-flight.ts';
import type { Middlebox, Side } from '../src/sim/middlebox.ts';
import { Network, type NetworkOptions } from '../src/sim/network.ts';
import { Random } from '../src/sim/prng.ts';

const FLAGS = 'FSRPAUEC';

/** `RA seq 5 ack 7 len 3`, the numbers as they are. */
const told = (packet: InFlight): string => {
  const look = new Dissection();
  if (!look.read(packet, true)) return `protocol ${look.datagram.protocol}`;
  const { flags, seq, ack, payloadLength } = look.segment;
  const letters = Array.from(FLAGS)
    .filter((_letter, bit) => (flags & (1 << bit)) !== 0)
    .join('');
  return `${letters} seq ${seq >>> 0} ack ${ack >>> 0} len ${payloadLength}`;
};

/** A client 10.0.0.1 on the left, a server 10.0.0.2 on the right, without hosts behind them. */
export const crossing = (
  middleboxes: readonly Middlebox[],
  options: Partial<NetworkOptions> = {},
  mtu = 1500,
) => {
  const clock = new Clock();
  const events: ResetSent[] = [];
  const network = new Network(clock, new Random(1), {
    middleboxes,
    onReset: (_who, event) => events.push(event),
    ...options,
  });
  const arrived: Record<Side, InFlight[]> = { left: [], right: [] };
  const join = (side: Side, address: string, width: number) =>
    network.join(
      {
        name: side,
        addresses: [parseAddress(address)!],
        arrives: (packet) => arrived[side].push(packet),
      },
      side,
      { mtu: width },
    );
  const ends = { left: join('left', '10.0.0.1', 1500), right: join('right', '10.0.0.2', mtu) };
  const reverse = { source: '10.0.0.2', target: '10.0.0.1', sourcePort: 80, targetPort: 40_000 };
  const send = (side: Side, fields: TcpFields): void => {
    const whole = side === 'left' ? fields : { ...reverse, ...fields };
    ends[side].send(new InFlight(segment(whole)));
    clock.runUntil(clock.now);
  };
  /** What came out at that side since the last question. */
  const at = (side: Side): string[] => arrived[side].splice(0).map(told);
  return { clock, network, events, arrived, send, at };
};
