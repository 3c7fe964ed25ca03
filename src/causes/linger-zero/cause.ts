import { abortOnPurpose } from '../abort.ts';
import { defineCause } from '../cause.ts';
import { facts } from './facts.ts';

export const lingerZero = defineCause({ id: 'linger-zero', facts, recognise: abortOnPurpose });
