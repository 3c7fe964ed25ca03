import { type Text, text } from '../../causes/text.ts';
import type { Difference } from './differences.ts';

/** Where engine and kernel are known to differ, and why that is no fault of either. */
export interface KnownDifference {
  readonly scenario: string;
  /** Undefined: all of them. */
  readonly variant?: string;
  readonly about: readonly Difference['about'][];
  readonly why: Text;
}

/** `scaling_ratio`: how much of SO_RCVBUF is text is learnt from the memory that segments really take. */
const TRUE_SIZE = text(
  'how many bytes a receive buffer of SO_RCVBUF 4096 takes before its window shuts hangs on the memory that the kernel keeps for each packet; the reset has another number for it',
  'SO_RCVBUF 为 4096 时接收缓冲区到窗口关闭前能装多少字节，取决于内核为每个报文实际占用的内存；RST 的序号因此不同',
);

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  { scenario: 'zero-window-timeout', variant: 'window-opens', about: ['count'], why: TRUE_SIZE },
  { scenario: 'linger-timeout', variant: 'linux', about: ['count'], why: TRUE_SIZE },
  {
    scenario: 'mptcp',
    about: ['stage'],
    why: text(
      'our engine speaks no Multipath TCP: the kernel alone plays it',
      '我们的引擎不支持多路径 TCP，只有内核能演示',
    ),
  },
];

/** Why it differs, if that is known. */
export const reasonFor = (
  scenario: string,
  variant: string,
  { about }: Difference,
): Text | undefined =>
  KNOWN_DIFFERENCES.find(
    (known) =>
      known.scenario === scenario &&
      (known.variant ?? variant) === variant &&
      known.about.includes(about),
  )?.why;

/** The kept page of what is known to differ. */
export const differencesPage = (): string => {
  const rows = KNOWN_DIFFERENCES.map(
    ({ scenario, variant = 'all', about, why }) =>
      `| ${scenario} | ${variant} | ${about.join(', ')} | ${why.en} |`,
  );
  const head = ['| scenario | variant | differs in | why |', '| --- | --- | --- | --- |'];
  return `${[...head, ...rows].join('\n')}\n`;
};
