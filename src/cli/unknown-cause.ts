import { CAUSE_IDS } from '../causes/ids.ts';
import { complain, type Complaint } from '../reading/complaint.ts';
import { suggest } from './suggest.ts';

/** Says that no cause is called so, and what may have been meant. */
export const unknownCause = (id: string): Complaint => {
  const meant = suggest(id, CAUSE_IDS);
  const hint =
    meant.length > 0 ? `did you mean ${meant.join(' or ')}?` : '`resetlab cause` lists them all';
  return complain(`no cause is called "${id}"; ${hint}`);
};
