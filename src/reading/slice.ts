import type { CaptureVisitor, Transcript } from '../capture/transcript.ts';
import { Among } from '../forensics/among.ts';
import type { Verdict } from '../forensics/verdict.ts';
import type { Packet } from '../wire/packet.ts';

const ignore = (): void => {};

/** A copy with every packet of its capture. */
export class Whole {
  keeps(_frame: number): boolean {
    return true;
  }

  placeOf(frame: number): number {
    return frame;
  }

  copying(transcript: Transcript): CaptureVisitor {
    // Nothing is wanted of the packets themselves.
    return { glance: () => true, segment: ignore, icmpError: ignore, transcript };
  }
}

/** A copy with the packets of those connections alone that have a verdict. */
export class Slice {
  private readonly among: Among;
  /** The last frame seen that is of them. */
  private member = 0;
  /** Frames that verdicts speak of, and where they stand in the copy. */
  private readonly places: Map<number, number | undefined>;

  constructor(verdicts: readonly Verdict[]) {
    this.among = new Among(verdicts.map(({ connection }) => connection));
    this.places = new Map(verdicts.flatMap(framesOf).map((frame) => [frame, undefined]));
  }

  keeps(frame: number): boolean {
    return frame === this.member;
  }

  /** After a pass of `numbering`. */
  placeOf(frame: number): number | undefined {
    return this.places.get(frame);
  }

  numbering(): CaptureVisitor {
    let kept = 0;
    const number = (frame: number): void => {
      if (frame === 0 || !this.keeps(frame)) return;
      kept += 1;
      if (this.places.has(frame)) this.places.set(frame, kept);
    };
    return this.copying({ pcap: ignore, record: number, block: number });
  }

  copying(transcript: Transcript): CaptureVisitor {
    const look = (packet: Packet): void => {
      if (this.among.has(packet)) this.member = packet.frame;
    };
    return { segment: look, icmpError: look, transcript };
  }
}

/** In their numbers and in their words. */
const framesOf = ({ evidence }: Verdict): number[] =>
  evidence.flatMap(({ frame, say }) => [
    frame,
    ...Array.from(say.en.matchAll(/\bframe (\d+)/g), ([, number]) => Number(number)),
  ]);
