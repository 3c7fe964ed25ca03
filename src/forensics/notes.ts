import { text, type Text } from '../causes/text.ts';
import type { Findings } from './conclude.ts';
import type { End } from './end.ts';

/** What was met on the way and must be known to whoever reads the verdicts. */
export function notesOn({ counts, sightings }: Findings): Text[] {
  const notes: Text[] = [];
  const connections = new Set(sightings.map(({ connection }) => connection));
  const count = (test: (connection: (typeof sightings)[number]['connection']) => boolean): number =>
    [...connections].filter(test).length;
  const say = (number: number, en: string, zh: string): void => {
    if (number > 0) notes.push(text(`${number} ${en}`, `${number} ${zh}`));
  };
  say(
    count(({ story: { lower, upper } }) => lower.synFrame === 0 && upper.synFrame === 0),
    'of the connections with resets had begun before the capture: their handshake is missing',
    '个有 RST 的连接在抓包开始之前就已建立：没有它们的握手',
  );
  say(
    count(
      ({ story: { lower, upper } }) => isOneWay(lower, upper),
    ),
    'of the connections with resets were captured in one direction only',
    '个有 RST 的连接只抓到了一个方向',
  );
  say(
    count(({ duplicates }) => duplicates > 0),
    'of them were captured more than once a packet (as with -i any); the copies were left out',
    '个连接的报文被重复抓取（例如 -i any）；副本已忽略',
  );
  say(
    count(({ story }) => story.ackedUnseen),
    'of them have acknowledgements of data that the capture never saw: packets are missing',
    '个连接确认了抓包中没有的数据：缺少报文',
  );
  say(counts.cut, 'packets were cut by the snap length', '个报文被抓包长度截断');
  say(
    counts.laterFragments,
    'IP fragments after the first were passed over',
    '个后续 IP 分片被略过',
  );
  say(
    counts.superSegments,
    'packets are larger than the wire carries (segmentation offload)',
    '个报文大于线上所能承载的长度（分段卸载）',
  );
  say(counts.malformed, 'packets had headers that cannot be true', '个报文的头部不可能成立');
  say(
    counts.headerCut,
    'packets were cut before the end of their TCP header',
    '个报文在 TCP 头部结束之前被截断',
  );
  say(
    counts.unknownLinkType,
    'packets were of a link type that is not read',
    '个报文的链路类型无法解析',
  );
  return notes;
}

const isOneWay = (lower: End, upper: End): boolean =>
  (lower.segments === 0) !== (upper.segments === 0) && lower.synCount + upper.synCount === 0;
