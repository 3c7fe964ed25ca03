import type { Facts } from './counterpart.ts';
import type { Outcome } from './play.ts';
import type { Step } from './sequence.ts';
import type { Standing } from './subject.ts';

/** The first step of a sequence after which two subjects were not the same. */
export interface Difference {
  readonly at: number;
  readonly step: Step;
  /** How both stood before it. */
  readonly before: Standing;
  readonly facts: Facts;
  readonly kernel: Outcome;
  readonly engine: Outcome;
}

const CLOSED: Standing = { state: 'CLOSED', unread: 0, unacknowledged: 0 };

export const firstDifference = (
  steps: readonly Step[],
  kernel: readonly Outcome[],
  engine: readonly Outcome[],
): Difference | undefined => {
  const at = kernel.findIndex(
    (outcome, step) => outcomeText(outcome) !== outcomeText(engine[step]),
  );
  if (at === -1) return undefined;
  return {
    at,
    step: steps[at],
    before: kernel[at - 1]?.standing ?? CLOSED,
    facts: engine[at].facts,
    kernel: kernel[at],
    engine: engine[at],
  };
};

/** `ok; FIN,ACK seq +1 ack +1 win 64240; FIN-WAIT-1, 0 unread, 1 unacknowledged` */
export const outcomeText = ({ told, replies, standing }: Outcome): string => {
  const { state, unread, unacknowledged } = standing;
  const left = replies.length === 0 ? 'silence' : replies.join(' | ');
  const queues = `${unread} unread, ${unacknowledged} unacknowledged`;
  return `${told === undefined ? '' : `${told}; `}${left}; ${state}, ${queues}`;
};
