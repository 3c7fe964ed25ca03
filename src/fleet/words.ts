import { text, type Language, type Text } from '../causes/text.ts';
import type { Summary } from '../forensics/verdict.ts';
import { grouped } from '../report/numbers.ts';
import { STAGES, type Stage } from './plan.ts';

const STAGE_WORDS: Readonly<Record<Stage, Text>> = {
  enter: text('reading captures', '读取抓包'),
  gather: text('gathering connections', '汇总连接'),
  select: text('selecting segments', '挑选报文段'),
  follow: text('following connections', '跟踪连接'),
  judge: text('judging', '判定'),
  publish: text('writing tables', '写入数据表'),
};

/** `step 3 of 6, selecting segments: 5 of 12` */
export const progressLine = (
  stage: Stage,
  done: number,
  of: number,
  language: Language,
): string => {
  const step = STAGES.indexOf(stage) + 1;
  const words = STAGE_WORDS[stage][language];
  return language === 'zh'
    ? `第 ${step}/${STAGES.length} 步，${words}：${done}/${of}`
    : `step ${step} of ${STAGES.length}, ${words}: ${done} of ${of}`;
};

/** What all captures of a store came to, in one line. */
export const totalsLine = (captures: number, summary: Summary, language: Language): string => {
  const [packets, connections] = [grouped(summary.counts.packets), grouped(summary.connections)];
  const [resets, failures] = [grouped(summary.resets), grouped(summary.failures)];
  return language === 'zh'
    ? `${captures} 个抓包，${packets} 个报文，${connections} 个连接，${resets} 个 RST，${failures} 个无 RST 的失败`
    : `${captures} captures, ${packets} packets, ${connections} connections, ` +
        `${resets} resets, ${failures} failures without one`;
};

export const fleetWords = {
  noMatch: text('no file matches', '没有匹配的文件'),
  elsewhere: text(
    'captures are read as files, or from s3://bucket/key; copy them',
    '抓包按文件读取，或从 s3://bucket/key 读取；请先复制',
  ),
  ready: text('ready for work; Ctrl-C ends it', '已就绪；按 Ctrl-C 结束'),
  waiting: text('Redis does not answer; waiting for it', 'Redis 没有响应；正在等待'),
  back: text('Redis answers again', 'Redis 已恢复'),
  ask: text('ask the tables:', '查询数据表：'),
} as const satisfies Record<string, Text>;
