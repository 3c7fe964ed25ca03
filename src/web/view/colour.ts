import type { ReportData } from '../../report/html/data.ts';

/** Groups from this one on share the last colour, a grey. */
export const FURTHER = 7;

/** The class that gives a group its colour; what is harmless is never red. */
export const colourOf = ({ groups }: ReportData, group: number): string =>
  groups[group]?.isBenign === true ? 'calm' : `c${Math.min(group, FURTHER)}`;
