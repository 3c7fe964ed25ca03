import type { CaptureCounts } from '../capture/problem.ts';
import { text, type Text } from '../causes/text.ts';
import type { Connection } from './connection.ts';
import { NEVER, type End } from './end.ts';

/** Connections that were reset, by what must be known of them. */
export interface NoteCounts {
  withoutBeginning: number;
  oneWay: number;
  duplicated: number;
  withHoles: number;
}

/** What was met on the way and must be known to whoever reads the verdicts. */
export class Notes {
  readonly counted: NoteCounts = { withoutBeginning: 0, oneWay: 0, duplicated: 0, withHoles: 0 };

  /** Counts a connection that was reset, once. */
  on({ story: { lower, upper, ackedUnseen }, duplicates }: Connection): void {
    const { counted } = this;
    if (lower.synFrame === NEVER && upper.synFrame === NEVER) counted.withoutBeginning++;
    if (isOneWay(lower, upper)) counted.oneWay++;
    if (duplicates > 0) counted.duplicated++;
    if (ackedUnseen) counted.withHoles++;
  }

  /** Adds what was counted over other connections of the same capture. */
  add(others: NoteCounts): void {
    const { counted } = this;
    counted.withoutBeginning += others.withoutBeginning;
    counted.oneWay += others.oneWay;
    counted.duplicated += others.duplicated;
    counted.withHoles += others.withHoles;
  }

  tell(counts: CaptureCounts): Text[] {
    const told: Text[] = [];
    const say = (number: number, en: string, zh: string): void => {
      if (number > 0) told.push(text(`${number} ${en}`, `${number} ${zh}`));
    };
    say(this.counted.withoutBeginning, ...WITHOUT_BEGINNING);
    say(this.counted.oneWay, ...ONE_WAY);
    say(this.counted.duplicated, ...DUPLICATED);
    say(this.counted.withHoles, ...WITH_HOLES);
    say(counts.cut, ...CUT);
    say(counts.laterFragments, ...LATER_FRAGMENTS);
    say(counts.superSegments, ...SUPER_SEGMENTS);
    say(counts.malformed, ...MALFORMED);
    say(counts.headerCut, ...HEADER_CUT);
    say(counts.unknownLinkType, ...UNKNOWN_LINK_TYPE);
    return told;
  }
}

type Sentence = readonly [en: string, zh: string];

const WITHOUT_BEGINNING: Sentence = [
  'of the connections with resets had begun before the capture: their handshake is missing',
  '个有 RST 的连接在抓包开始之前就已建立：没有它们的握手',
];
const ONE_WAY: Sentence = [
  'of the connections with resets were captured in one direction only',
  '个有 RST 的连接只抓到了一个方向',
];
const DUPLICATED: Sentence = [
  'of the connections with resets were captured more than once a packet (as with -i any); the copies were left out',
  '个有 RST 的连接其报文被重复抓取（例如 -i any）；副本已忽略',
];
const WITH_HOLES: Sentence = [
  'of the connections with resets have acknowledgements of data that the capture never saw: packets are missing',
  '个有 RST 的连接确认了抓包中没有的数据：缺少报文',
];
const CUT: Sentence = ['packets were cut by the snap length', '个报文被抓包长度截断'];
const LATER_FRAGMENTS: Sentence = [
  'IP fragments after the first were passed over',
  '个后续 IP 分片被略过',
];
const SUPER_SEGMENTS: Sentence = [
  'packets are larger than the wire carries (segmentation offload)',
  '个报文大于线上所能承载的长度（分段卸载）',
];
const MALFORMED: Sentence = ['packets had headers that cannot be true', '个报文的头部不可能成立'];
const HEADER_CUT: Sentence = [
  'packets were cut before the end of their TCP header',
  '个报文在 TCP 头部结束之前被截断',
];
const UNKNOWN_LINK_TYPE: Sentence = [
  'packets were of a link type that is not read',
  '个报文的链路类型无法解析',
];

const isOneWay = (lower: End, upper: End): boolean =>
  (lower.segments === 0) !== (upper.segments === 0) && lower.synCount + upper.synCount === 0;
