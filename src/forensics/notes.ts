import type { CaptureCounts } from '../capture/problem.ts';
import { text, type Text } from '../causes/text.ts';
import type { Connection } from './connection.ts';
import { NEVER, type End } from './end.ts';

/** What was met on the way and must be known to whoever reads the verdicts. */
export class Notes {
  private withoutBeginning = 0;
  private oneWay = 0;
  private duplicated = 0;
  private withHoles = 0;

  /** Counts a connection that was reset, once. */
  on({ story: { lower, upper, ackedUnseen }, duplicates }: Connection): void {
    if (lower.synFrame === NEVER && upper.synFrame === NEVER) this.withoutBeginning++;
    if (isOneWay(lower, upper)) this.oneWay++;
    if (duplicates > 0) this.duplicated++;
    if (ackedUnseen) this.withHoles++;
  }

  tell(counts: CaptureCounts): Text[] {
    const told: Text[] = [];
    const say = (number: number, en: string, zh: string): void => {
      if (number > 0) told.push(text(`${number} ${en}`, `${number} ${zh}`));
    };
    say(this.withoutBeginning, ...WITHOUT_BEGINNING);
    say(this.oneWay, ...ONE_WAY);
    say(this.duplicated, ...DUPLICATED);
    say(this.withHoles, ...WITH_HOLES);
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
