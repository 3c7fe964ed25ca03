import { defineCause } from '../cause.ts';
import { possible } from '../finding.ts';
import { facts } from './facts.ts';

/** What is left when the evidence excludes everything, or too little of it was captured. */
export const unknown = defineCause({
  id: 'unknown',
  facts,
  recognise: () => possible(),
  recogniseFailure: () => possible(),
});
