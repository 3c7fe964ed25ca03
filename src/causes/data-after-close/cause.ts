import { dataAfterClose } from '../after-close.ts';
import { defineCause } from '../cause.ts';
import { facts } from './facts.ts';

export const dataAfterCloseCause = defineCause({
  id: 'data-after-close',
  facts,
  recognise: dataAfterClose,
});
