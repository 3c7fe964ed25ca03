import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOGUE } from '../../causes/catalogue.ts';
import { PacketRing } from '../../capture/packet-ring.ts';
import { PcapngWriter } from '../../capture/pcapng-writer.ts';
import { sourceName, targetName } from '../../forensics/addresses.ts';
import type { Verdict } from '../../forensics/verdict.ts';
import { commentOn } from '../../report/comment.ts';
import { rfc3339 } from '../../report/numbers.ts';
import type { Words } from '../../report/words.ts';
import type { Packet } from '../../wire/packet.ts';

export interface SaverOptions {
  readonly folder: string;
  /** Bytes of packets that are remembered. */
  readonly ringBytes: number;
  /** Packets of one connection in a file, and files in all. */
  readonly mostPackets: number;
  readonly mostFiles: number;
}

/** Keeps the last packets, and writes those before a reset to a small capture of its own. */
export class Saver {
  /** Files written, and those that there was no leave for. */
  files = 0;
  left = 0;
  private readonly options: SaverOptions;
  private readonly words: Words;
  private readonly ring: PacketRing;

  /** Throws what the machine says if the folder cannot be made. */
  constructor(options: SaverOptions, words: Words) {
    this.options = options;
    this.words = words;
    this.ring = new PacketRing(options.ringBytes);
    mkdirSync(options.folder, { recursive: true });
  }

  keep(packet: Packet, offset: number, captured: number, original: number, linkType: number): void {
    const name = nameOf(sourceName(packet), targetName(packet));
    this.ring.add(name, packet, offset, captured, original, linkType);
  }

  /** The verdict's packets, the reset's with it as a comment. Throws what the machine says. */
  save(verdict: Verdict): void {
    const { folder, mostPackets, mostFiles } = this.options;
    const { client, server } = verdict.connection;
    const packets = this.ring.packetsOf(nameOf(client, server), mostPackets);
    const [first] = packets;
    if (first === undefined) return;
    if (this.files >= mostFiles) {
      this.left += 1;
      return;
    }
    const writer = new PcapngWriter('watch', first.linkType);
    const places = new Map(packets.map(({ frame }, index) => [frame, index + 1]));
    for (const { frame, seconds, nanos, bytes, original } of packets) {
      const comment =
        frame === verdict.frame
          ? commentOn(verdict, CATALOGUE, this.words, (one) => places.get(one))
          : undefined;
      writer.frame(seconds, nanos, bytes, original, comment);
    }
    writeFileSync(join(folder, fileName(verdict)), writer.whole());
    this.files += 1;
  }
}

/** The same in both directions. */
const nameOf = (one: string, other: string): string =>
  one < other ? `${one} ${other}` : `${other} ${one}`;

/** Time, frame and cause: nothing that a packet could choose. */
const fileName = ({ seconds, nanos, frame, cause }: Verdict): string =>
  `${rfc3339(seconds, nanos).replaceAll(':', '-')}-${frame}-${cause}.pcapng`;
