import type { Role, Variant } from '../../causes/scenario.ts';
import type { Recording, Run } from '../run.ts';
import { type Judgement, judgeExhibit, type KnownReset } from '../truth.ts';
import type { Compared } from './compared.ts';
import { joinLate } from './joined-late.ts';
import type { KernelRun, Place } from './kernel-run.ts';
import { type ResetSeen, resetsIn } from './resets-in.ts';

/** From when on a capture shows its connections. */
export type From = 'the beginning' | 'the middle';

/**
 * Shows the detective what the kernel sent, as captured at one place. Why each reset was sent is
 * told by the engine's own run of the scenario, where that sent the same one; where the engine cannot
 * play, by the scenario, which the kernel's reasons must bear out.
 */
export const judgeKernel = (
  { variant, run }: Compared,
  kernel: KernelRun,
  place: Place,
  from: From = 'the beginning',
): Judgement => {
  const whole = kernel.captures.get(place);
  if (whole === undefined) throw new Error(`nothing was captured at ${place}`);
  const at = place === 'any' ? bestEnd(variant) : place;
  const known = run === undefined ? knownByScenario(variant, whole) : knownByEngine(run, at, whole);
  const { capture, frameNow } =
    from === 'the middle' ? joinLate(whole) : { capture: whole, frameNow: same };
  const resets = known.map(({ frame, cause }) => ({ frame: frameNow(frame), cause }));
  return judgeExhibit(variant, { capture, resets }, at);
};

/** On all devices of the client's host, or of the router, all is seen that one end sees at best. */
const bestEnd = ({ seenAt = {} }: Variant): Role =>
  seenAt.client?.makes === 'none' ? 'server' : 'client';

const same = (frame: number): number => frame;

const knownByScenario = ({ makes }: Variant, kernel: Uint8Array): readonly KnownReset[] =>
  makes === 'none' ? [] : resetsIn(kernel).map(({ frame }) => ({ frame, cause: makes }));

const knownByEngine = (run: Run, at: Role, kernel: Uint8Array): readonly KnownReset[] => {
  const causes = causesBySender(run.recordings[at]);
  const turns = new Map<string, number>();
  return resetsIn(kernel).flatMap((reset) => {
    const sender = senderOf(reset);
    const turn = turns.get(sender) ?? 0;
    turns.set(sender, turn + 1);
    // One in flight more or less: the last one tells of all that follow.
    const known = causes.get(sender)?.[turn] ?? causes.get(sender)?.at(-1);
    return known === undefined ? [] : [{ ...known, frame: reset.frame }];
  });
};

const causesBySender = ({
  capture,
  resets,
}: Recording): ReadonlyMap<string, readonly KnownReset[]> => {
  const bySender = new Map<string, KnownReset[]>();
  for (const reset of resetsIn(capture)) {
    const known = resets.find(({ frame }) => frame === reset.frame);
    const sender = senderOf(reset);
    if (known !== undefined) bySender.set(sender, [...(bySender.get(sender) ?? []), known]);
  }
  return bySender;
};

const senderOf = ({ connection, byOpener }: ResetSeen): string => `${connection} ${byOpener}`;
