import { parseAddress } from '../wire/ip-address.ts';
import { Packet } from '../wire/packet.ts';
import { sourceName, targetName } from './addresses.ts';
import { ConnectionKey } from './key.ts';
import type { ConnectionName } from './verdict.ts';

/**
 * Some connections of a capture, to tell which packets are theirs: by four-tuple, so that an earlier
 * and a later connection between the same ports belong to it as well.
 */
export class Among {
  private readonly names = new Map<number, string[]>();
  private readonly key = new ConnectionKey();

  constructor(connections: Iterable<ConnectionName>) {
    const packet = new Packet();
    for (const { client, server } of connections) {
      setEnds(packet, client, server);
      const { bucket } = this.key.of(packet);
      const name = `${client} ${server}`;
      const same = this.names.get(bucket);
      if (same === undefined) this.names.set(bucket, [name]);
      else if (!same.includes(name)) same.push(name);
    }
  }

  /** Whether the segment (or the one that an ICMP error quotes) is of one of them. */
  has(packet: Packet): boolean {
    const names = this.names.get(this.key.of(packet).bucket);
    if (names === undefined) return false;
    const source = sourceName(packet);
    const target = targetName(packet);
    return names.includes(`${source} ${target}`) || names.includes(`${target} ${source}`);
  }
}

const setEnds = (packet: Packet, client: string, server: string): void => {
  const [source, sourcePort] = endOf(client);
  const [target, targetPort] = endOf(server);
  packet.ipVersion = source.version;
  packet.source0 = source.word0;
  packet.source1 = source.word1;
  packet.source2 = source.word2;
  packet.source3 = source.word3;
  packet.sourcePort = sourcePort;
  packet.target0 = target.word0;
  packet.target1 = target.word1;
  packet.target2 = target.word2;
  packet.target3 = target.word3;
  packet.targetPort = targetPort;
};

const endOf = (name: string) => {
  const colon = name.lastIndexOf(':');
  const address = parseAddress(name.slice(0, colon).replace(/^\[|\]$/g, ''));
  if (address === undefined) throw new Error(`no endpoint: ${name}`);
  return [address, Number(name.slice(colon + 1))] as const;
};
