import type { Device, Offload, Receiver } from '../../device/device.ts';
import type { FourTuple } from '../../tcp/four-tuple.ts';
import { Datagram, PROTOCOL_TCP, readDatagram } from '../../wire/datagram.ts';
import { readSegment } from '../../wire/segment-in.ts';
import { Segment } from '../../wire/segment.ts';

/** Looks at a segment before it goes on; false: it is lost. Both are reused, so nothing may keep them. */
export type Look = (segment: Segment, datagram: Datagram) => boolean;

/**
 * A device between a host and its device, where segments can be lost, or something done just before
 * they are seen: what ordinary sockets have no means for.
 */
export class Tap implements Device {
  readonly name: string;
  readonly mtu: number;
  readonly offload: Offload;
  readonly incoming = new Set<Look>();
  readonly outgoing = new Set<Look>();
  private readonly device: Device;
  private readonly datagram = new Datagram();
  private readonly segment = new Segment();

  constructor(device: Device) {
    this.device = device;
    this.name = `tapped ${device.name}`;
    this.mtu = device.mtu;
    this.offload = device.offload;
  }

  start(receiver: Receiver): void {
    this.device.start({
      packet: (bytes, offset, length, segmentSize) => {
        if (!this.passes(this.incoming, bytes, offset, length)) return;
        receiver.packet(bytes, offset, length, segmentSize);
      },
      batchEnds: () => receiver.batchEnds(),
      lost: (why) => receiver.lost(why),
    });
  }

  send(bytes: Uint8Array, offset: number, length: number, segmentSize: number): void {
    if (!this.passes(this.outgoing, bytes, offset, length)) return;
    this.device.send(bytes, offset, length, segmentSize);
  }

  ref(): void {
    this.device.ref();
  }

  unref(): void {
    this.device.unref();
  }

  close(): Promise<void> {
    return this.device.close();
  }

  private passes(looks: Set<Look>, bytes: Uint8Array, offset: number, length: number): boolean {
    if (looks.size === 0) return true;
    const { datagram, segment } = this;
    if (!readDatagram(bytes, offset, length, datagram) || datagram.fragment) return true;
    if (datagram.protocol !== PROTOCOL_TCP || !readSegment(datagram, segment, false)) return true;
    for (const look of looks) if (!look(segment, datagram)) return false;
    return true;
  }
}

/** Whether a segment came from the remote end of a connection. */
export const comesFrom = (
  { local, remote }: FourTuple,
  { sourcePort, targetPort }: Segment,
  { version, source0, source1, source2, source3 }: Datagram,
): boolean => {
  const { address } = remote;
  if (sourcePort !== remote.port || targetPort !== local.port || version !== address.version) {
    return false;
  }
  if (source0 !== address.word0) return false;
  return (
    version === 4 ||
    (source1 === address.word1 && source2 === address.word2 && source3 === address.word3)
  );
};

/** Whether a segment goes to the remote end of a connection; by its ports alone, which suffice here. */
export const goesTo = (
  { local, remote }: FourTuple,
  { sourcePort, targetPort }: Segment,
): boolean => sourcePort === local.port && targetPort === remote.port;
