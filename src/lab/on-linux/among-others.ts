import type { Step, Variant } from '../../causes/scenario.ts';
import { exchange, wait } from '../../causes/steps.ts';

const PORT = 9000;
const OTHERS = ['ordinary', 'another ordinary'];

/**
 * The same scenario after connections to which nothing happens. What awaits a segment stays alone:
 * theirs would be taken for it.
 */
export const amongOthers = (variant: Variant): Variant =>
  variant.steps.some((step) => step.do === 'await')
    ? variant
    : { ...variant, steps: [...others, ...variant.steps] };

const ordinary = (name: string): readonly Step[] => [
  { do: 'connect', on: 'client', socket: name, port: PORT, expect: 'ok' },
  { do: 'accept', listener: 'ordinary listener', socket: `${name} server` },
  ...exchange(name, `${name} server`),
  { do: 'close', socket: `${name} server`, expect: 'ok' },
  { do: 'read', socket: name, expect: 'EOF' },
  { do: 'close', socket: name, expect: 'ok' },
];

const others: readonly Step[] = [
  { do: 'listen', on: 'server', socket: 'ordinary listener', port: PORT },
  ...OTHERS.flatMap(ordinary),
  { do: 'close', socket: 'ordinary listener' },
  wait(60),
];
