import type { Difference } from './differences.ts';

/** Where engine and kernel are known to differ, and why that is no fault of either. */
export interface KnownDifference {
  readonly scenario: string;
  readonly variant: string;
  readonly about: readonly Difference['about'][];
  readonly why: string;
}

/** `scaling_ratio`: how much of SO_RCVBUF is text is learnt from the memory that segments really take. */
const TRUE_SIZE =
  'how many bytes a receive buffer of SO_RCVBUF 4096 takes before its window shuts hangs on the memory that the kernel keeps for each packet; the reset has another number for it';

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    scenario: 'client-abort',
    variant: 'download',
    about: ['count', 'reset', 'reason'],
    why: 'whether segments are in flight as the client closes hangs on the millisecond; each draws a reset of its own',
  },
  {
    scenario: 'linger-zero',
    variant: 'unsent',
    about: ['count'],
    why: 'between write() and close() real processes lose some milliseconds, in which more is sent; each segment in flight draws a reset',
  },
  {
    scenario: 'early-response',
    variant: 'unread',
    about: ['count', 'reset', 'reason'],
    why: 'how much of the body is in flight as the server closes hangs on the millisecond, and so whether a second reset follows',
  },
  {
    scenario: 'early-response',
    variant: 'all-read',
    about: ['count'],
    why: 'how much of the body is in flight hangs on the millisecond; each segment draws a reset',
  },
  {
    scenario: 'data-after-close',
    variant: 'crossing',
    about: ['count'],
    why: 'a process that is late by more than the 5 ms of the path writes after the FIN has come, and its data acknowledges one more',
  },
  {
    scenario: 'orphan-limit',
    variant: 'linux',
    about: ['count'],
    why: 'the other orphans fall to the limit as well, at their next retransmission, if that comes before the run ends',
  },
  {
    scenario: 'zero-window-timeout',
    variant: 'window-opens',
    about: ['count'],
    why: TRUE_SIZE,
  },
  { scenario: 'linger-timeout', variant: 'linux', about: ['count'], why: TRUE_SIZE },
];

/** Why it differs, if that is known. */
export const reasonFor = (
  scenario: string,
  variant: string,
  { about }: Difference,
): string | undefined =>
  KNOWN_DIFFERENCES.find(
    (known) =>
      known.scenario === scenario && known.variant === variant && known.about.includes(about),
  )?.why;

/** The kept page of what is known to differ. */
export const differencesPage = (): string => {
  const rows = KNOWN_DIFFERENCES.map(
    ({ scenario, variant, about, why }) =>
      `| ${scenario} | ${variant} | ${about.join(', ')} | ${why} |`,
  );
  const head = ['| scenario | variant | differs in | why |', '| --- | --- | --- | --- |'];
  return `${[...head, ...rows].join('\n')}\n`;
};
