import { Investigation } from '../forensics/investigation.ts';
import type { Ladder } from '../forensics/verdict.ts';
import {
  concluded,
  type Investigated,
  investigateWhole,
  showTo,
} from '../forensics/whole-capture.ts';
import { ACK, SYN } from '../wire/packet.ts';

export type { Investigated };

/** Enough for the few connections of a scenario, and quickly made. */
const BUCKET_BITS = 10;

/** Reads a capture twice, as `explain` reads a file. */
export const investigate = (capture: Uint8Array): Investigated =>
  investigateWhole(capture, BUCKET_BITS);

/** The story of one connection (the frame that it begins in), with the verdicts on it. */
export const ladderOf = (capture: Uint8Array, connection: number): Ladder | undefined => {
  const investigation = new Investigation({ keepLadderOf: connection });
  const { verdicts } = concluded(investigation, capture);
  return investigation.ladder(verdicts.filter((one) => one.connection.id === connection));
};

/** Frames in which connections may begin: SYNs, and the first of all. */
export const beginningsIn = (capture: Uint8Array): readonly number[] => {
  const frames = new Set([1]);
  const look = {
    segment: ({ frame, flags }: { readonly frame: number; readonly flags: number }) => {
      if ((flags & (SYN | ACK)) === SYN) frames.add(frame);
    },
    icmpError: () => {},
  };
  showTo(look, capture);
  return [...frames];
};
