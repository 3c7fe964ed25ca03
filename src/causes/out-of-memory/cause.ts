import { silentAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { facts } from './facts.ts';

export const outOfMemory = defineCause({
  id: 'out-of-memory',
  facts,
  recognise: (e) => silentAbort(e),
});
