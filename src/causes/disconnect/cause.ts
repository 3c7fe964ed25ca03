import { silentAbort } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { facts } from './facts.ts';

export const disconnect = defineCause({
  id: 'disconnect',
  facts,
  recognise: (e) => silentAbort(e),
});
