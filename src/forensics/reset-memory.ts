import type { Packet } from '../wire/packet.ts';
import { NEVER } from './end.ts';
import type { Side } from './story.ts';

/** Copies of one packet, as `-i any` or a mirror port makes them, come within this time. */
export const DUPLICATE_SECONDS = 0.002;

/** Where a packet was captured, as one small number. */
export const placeOf = (packet: Packet): number => (packet.interfaceId << 4) | (packet.slType & 15);

/** What is remembered of a connection's resets, for each side. */
export class ResetMemory {
  count = 0;
  /** The newest reset of each side. */
  lowerFrame = NEVER;
  lowerAt = 0;
  upperFrame = NEVER;
  upperAt = 0;
  /** The newest segment that a reset of each side was taken to answer. */
  lowerAnswered = NEVER;
  upperAnswered = NEVER;

  frame(side: Side): number {
    return side === 0 ? this.lowerFrame : this.upperFrame;
  }

  at(side: Side): number {
    return side === 0 ? this.lowerAt : this.upperAt;
  }

  answered(side: Side): number {
    return side === 0 ? this.lowerAnswered : this.upperAnswered;
  }

  /** The newest reset, to know its copies. */
  private seq = 0;
  private ack = 0;
  private capturedAt = 0;

  /** The same reset once more, captured on another interface. */
  isCopy(packet: Packet, at: number, side: Side): boolean {
    return (
      at - this.at(side) <= DUPLICATE_SECONDS &&
      packet.seq === this.seq &&
      packet.ack === this.ack &&
      placeOf(packet) !== this.capturedAt
    );
  }

  /** `answered`: the segment it answers, if any. */
  note(packet: Packet, side: Side, at: number, answered: number): void {
    const { frame } = packet;
    this.count++;
    this.seq = packet.seq;
    this.ack = packet.ack;
    this.capturedAt = placeOf(packet);
    if (side === 0) {
      this.lowerFrame = frame;
      this.lowerAt = at;
      this.lowerAnswered = Math.max(this.lowerAnswered, answered);
    } else {
      this.upperFrame = frame;
      this.upperAt = at;
      this.upperAnswered = Math.max(this.upperAnswered, answered);
    }
  }
}
