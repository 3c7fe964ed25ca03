import { silentAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { facts } from './facts.ts';

export const destroyed = defineCause({
  id: 'destroyed',
  facts,
  recognise: (e) => silentAbort(e),
});
