import { useEffect, useRef } from 'preact/hooks';
import type { Moment } from '../../../lab/moment.ts';
import { useWorkbenchWords } from '../words.ts';
import { nextReset } from './ends.ts';

interface StepperProps {
  readonly moments: readonly Moment[];
  readonly at: number;
  readonly go: (moment: number) => void;
}

/** Through a run forward and back, by buttons, by a slider, and by keys. */
export const Stepper = ({ moments, at, go }: StepperProps) => {
  const { lab } = useWorkbenchWords();
  const last = moments.length - 1;
  const reset = nextReset(moments, at);
  // Keys may come faster than the page is drawn.
  const here = useRef(at);
  here.current = at;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      const { current } = here;
      const target = targetOf(event.key, current, last, moments) ?? inLadder(event, current, last);
      if (target === undefined) return;
      event.preventDefault();
      here.current = target;
      go(target);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [moments, last, go]);
  const button = (label: string, sign: string, target: number | undefined) => (
    <button
      type="button"
      aria-label={label}
      title={label}
      disabled={target === undefined || target === at}
      onClick={() => target !== undefined && go(target)}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={sign} />
      </svg>
    </button>
  );
  return (
    <div class="stepper" role="group" aria-label={lab.steps}>
      {button(lab.first, SIGNS.first, 0)}
      {button(lab.back, SIGNS.back, Math.max(0, at - 1))}
      {button(lab.on, SIGNS.on, Math.min(last, at + 1))}
      {button(lab.last, SIGNS.last, last)}
      <input
        type="range"
        min="0"
        max={last}
        value={at}
        aria-label={lab.steps}
        aria-valuetext={lab.position(at + 1, moments.length)}
        onInput={({ currentTarget }) => go(Number(currentTarget.value))}
      />
      <button
        type="button"
        disabled={reset === undefined}
        onClick={() => reset !== undefined && go(reset)}
      >
        {lab.toReset}
      </button>
      <span class="position">
        {lab.position(at + 1, moments.length)} · {((moments[at]?.atMs ?? 0) / 1000).toFixed(3)} s
      </span>
    </div>
  );
};

const SIGNS = {
  first: 'M3 3h2v10h-2zM13 3v10L6 8z',
  back: 'M12 3v10L5 8z',
  on: 'M4 3v10l7-5z',
  last: 'M3 3v10l7-5zM11 3h2v10h-2z',
} as const;

/** Keys that a page has no other use for. */
const targetOf = (
  key: string,
  at: number,
  last: number,
  moments: readonly Moment[],
): number | undefined => {
  switch (key) {
    case 'ArrowRight':
      return Math.min(last, at + 1);
    case 'ArrowLeft':
      return Math.max(0, at - 1);
    case 'r':
    case 'R':
      return nextReset(moments, at);
    default:
      return undefined;
  }
};

/** Those that scroll, unless the ladder has the focus. */
const inLadder = ({ key, target }: KeyboardEvent, at: number, last: number): number | undefined => {
  if (!(target instanceof Element) || target.closest('.sequence') === null) return undefined;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, at + 1);
    case 'ArrowUp':
      return Math.max(0, at - 1);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
};

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLInputElement ||
  target instanceof HTMLSelectElement ||
  target instanceof HTMLTextAreaElement;
