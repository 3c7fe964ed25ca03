import type { Device } from '../device/device.ts';
import { EthernetDevice } from '../device/ethernet-device.ts';
import type { FrameStream } from '../device/frame-stream.ts';
import { macText } from '../device/mac-address.ts';
import { connectStream, listenForStreams } from '../device/open-stream.ts';
import { placeText } from '../device/stream-place.ts';
import { type Subnet, subnetText } from '../device/subnet.ts';
import { openTunDevice } from '../device/tun-device.ts';
import { run } from '../live/command.ts';
import { complain, type Complaint } from '../reading/complaint.ts';
import type { Asked, Attachment } from './stack-call.ts';

/** A device that is open, and what there is to say of it. */
export interface Opened {
  readonly device: Device;
  /** The host's on it. */
  readonly addresses: readonly string[];
  readonly mac: string | undefined;
}

/** Where devices come from: one, or with `--listen` one for each who comes. */
export interface Source {
  /** Undefined: there is no further one. */
  next(): Promise<Opened | undefined>;
  close(): void;
}

type Stream = Exclude<Attachment, { kind: 'tun' }>;

/** Another on the link says that an address of ours is theirs. */
export type OnConflict = (address: string, mac: string) => void;

export const openSource = async (
  asked: Asked,
  onConflict: OnConflict,
): Promise<Source | Complaint> => {
  const { attachment } = asked;
  if (attachment.kind === 'tun') return tunSource(asked, attachment.name, attachment.kernel);
  try {
    return await (attachment.kind === 'connect'
      ? connected(asked, attachment, onConflict)
      : listening(asked, attachment, onConflict));
  } catch (error) {
    const { kind, place } = attachment;
    return complain(`--${kind} ${placeText(place)}: ${streamTrouble(error as Error)}`);
  }
};

const streamTrouble = ({ message, code }: NodeJS.ErrnoException): string => {
  const isNobodyThere = code === 'ENOENT' || code === 'ECONNREFUSED';
  if (isNobodyThere) return `${message}; is passt or QEMU running there?`;
  return code === 'EADDRINUSE' ? `${message}; somebody listens there already` : message;
};

const only = (opened: Opened): Source => {
  let rest: Opened | undefined = opened;
  return {
    next: async () => {
      const one = rest;
      rest = undefined;
      return one;
    },
    close: () => undefined,
  };
};

const tunSource = async (
  { subnets, mtu }: Asked,
  name: string,
  kernel: readonly Subnet[],
): Promise<Source | Complaint> => {
  try {
    const device = await openTunDevice(name, { ...(mtu !== undefined && { mtu }) });
    const addresses = subnets.map(({ address }) => String(address));
    if (kernel.length > 0) {
      for (const words of kernelCommands(name, kernel)) await run('ip', ...words);
    }
    return only({ device, addresses, mac: undefined });
  } catch (error) {
    return complain(`--tun ${name}: ${tunTrouble(error as Error)}`);
  }
};

const WITHOUT_TUN = '--connect speaks to passt or QEMU without root, koffi or a device';

const HINTS = [
  [/\bE(?:PERM|ACCES)\b/, 'root is needed (CAP_NET_ADMIN)'],
  [/\bEBUSY\b/, 'another program is attached to it'],
  [/\bE(?:NOENT|NODEV)\b/, 'the kernel has no TUN (`modprobe tun`)'],
] as const;

/** What is missing, and the way on without it. */
const tunTrouble = ({ message }: Error): string => {
  const [, hint] = HINTS.find(([errno]) => errno.test(message)) ?? [];
  return [message, ...(hint === undefined ? [] : [hint]), WITHOUT_TUN].join('; ');
};

/** What gives the kernel's end of a TUN device its addresses, as words for ip(8). */
export const kernelCommands = (name: string, kernel: readonly Subnet[]): readonly string[][] => [
  ...kernel.map((subnet) => {
    const words = ['addr', 'replace', subnetText(subnet), 'dev', name];
    // Nobody else is on the link; without this the address is tentative for a second.
    return subnet.address.version === 6 ? [...words, 'nodad'] : words;
  }),
  ['link', 'set', name, 'up'],
];

const connected = async (
  asked: Asked,
  attachment: Stream,
  onConflict: OnConflict,
): Promise<Source> =>
  only(ethernet(await connectStream(attachment.place), asked, attachment, onConflict));

const listening = async (
  asked: Asked,
  attachment: Stream,
  onConflict: OnConflict,
): Promise<Source> => {
  const listener = await listenForStreams(attachment.place);
  return {
    next: async () => ethernet(await listener.next(), asked, attachment, onConflict),
    close: () => listener.close(),
  };
};

const ethernet = (
  stream: FrameStream,
  { subnets, mtu }: Asked,
  { gateways, mac }: Stream,
  onConflict: OnConflict,
): Opened => {
  const device = new EthernetDevice(stream, {
    subnets,
    gateways,
    ...(mac !== undefined && { mac }),
    ...(mtu !== undefined && { mtu }),
    onConflict: (address, theirs) => onConflict(String(address), macText(theirs)),
  });
  return { device, addresses: device.addresses.map(String), mac: macText(device.mac) };
};
