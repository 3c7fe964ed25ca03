import { EthernetDevice } from '../device/ethernet-device.ts';
import { parseMac } from '../device/mac-address.ts';
import { connectStream } from '../device/open-stream.ts';
import { parsePlace } from '../device/stream-place.ts';
import { parseSubnet } from '../device/subnet.ts';
import { parseAddress } from '../wire/ip-address.ts';

export interface StreamDeviceOptions {
  /** Of our host, with the prefix that its neighbours share: `10.99.0.2/24`, `fd00::2/64`. */
  readonly addresses: readonly string[];
  /** Where packets for other networks go, at most one of a version; without, they are unreachable. */
  readonly gateways?: readonly string[];
  /** `02:00:00:00:00:02`; made of the first address if left out. */
  readonly mac?: string;
  /** Bytes of IP packet, 68 (IPv6: 1280) to 65535; 1500 if left out. */
  readonly mtu?: number;
}

/**
 * Ethernet frames over a socket of passt or QEMU (`-netdev stream,server=on`), without root:
 *
 *     const device = await openStreamDevice('/run/passt.sock', { addresses: ['10.99.0.2/24'] });
 *     const network = openNetwork({ device, addresses: ['10.99.0.2'] });
 *
 * `place`: a path with a slash, or `host:port`. Rejects with a RangeError for what is no place, address
 * or MAC address, and with the kernel's error where nobody listens.
 */
export const openStreamDevice = async (
  place: string,
  { addresses, gateways = [], mac, mtu }: StreamDeviceOptions,
): Promise<EthernetDevice> => {
  const options = {
    subnets: addresses.map((text) => sure(text, parseSubnet, 'an address as 10.99.0.2/24')),
    gateways: gateways.map((text) => sure(text, parseAddress, 'an address')),
    ...(mac !== undefined && { mac: sure(mac, parseMac, "a machine's MAC address") }),
    ...(mtu !== undefined && { mtu }),
  };
  const where = sure(place, parsePlace, 'a path with a slash, or host:port');
  return new EthernetDevice(await connectStream(where), options);
};

const sure = <T>(text: string, parse: (text: string) => T | undefined, what: string): T => {
  const parsed = parse(text);
  if (parsed === undefined) throw new RangeError(`'${text}' is not ${what}`);
  return parsed;
};
