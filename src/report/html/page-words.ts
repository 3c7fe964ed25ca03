import type { Language } from '../../causes/text.ts';
import { grouped } from '../numbers.ts';
import type { Role } from '../words.ts';

/** What the page says besides the words that all reports share. */
export interface PageWords {
  readonly overTime: string;
  readonly findings: string;
  readonly allResets: string;
  readonly connection: (id: number) => string;
  readonly summary: string;
  readonly theme: string;
  readonly themes: Readonly<Record<'auto' | 'light' | 'dark', string>>;
  readonly copy: string;
  readonly copied: string;
  readonly command: string;
  readonly showConnection: (id: number) => string;
  readonly showAll: (count: number) => string;
  readonly harmless: (count: number) => string;
  readonly filter: string;
  readonly filterHint: string;
  readonly everyCause: string;
  readonly withRepeats: string;
  readonly shown: (shown: number, all: number) => string;
  readonly omittedVerdicts: (count: number) => string;
  readonly noMatch: string;
  readonly columns: Readonly<Record<'time' | 'connection' | 'cause' | 'sureness', string>>;
  readonly ladder: string;
  readonly ladderHelp: string;
  readonly numbers: string;
  readonly relative: string;
  readonly absolute: string;
  readonly zoom: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly unfoldAll: string;
  readonly foldAll: string;
  readonly stretch: (segments: number, client: number, server: number, resets: number) => string;
  readonly fold: string;
  readonly unfold: string;
  readonly pause: (seconds: string) => string;
  readonly omitted: (count: number) => string;
  readonly notInCapture: string;
  readonly evidenceMark: string;
  readonly remarks: Readonly<Record<string, string>>;
  readonly windowBand: string;
  readonly segment: {
    readonly title: (frame: number) => string;
    readonly none: string;
    readonly time: string;
    readonly from: (sender: Role) => string;
    readonly seq: string;
    readonly ack: string;
    readonly window: string;
    readonly length: string;
    readonly ttl: string;
    readonly states: string;
    readonly payload: string;
  };
  readonly plot: {
    readonly title: string;
    readonly help: string;
    readonly from: (sender: Role) => string;
    readonly seconds: string;
    readonly bytes: string;
    readonly data: string;
    readonly again: string;
    readonly acknowledged: string;
    readonly window: string;
    readonly whole: string;
    readonly nothing: string;
  };
  readonly barText: (from: string, count: number) => string;
  readonly details: string;
  readonly sources: string;
  readonly communityId: string;
  readonly anonymised: string;
  readonly footer: (version: string) => string;
}

const bytes = (count: number): string => `${grouped(count)} ${count === 1 ? 'byte' : 'bytes'}`;

const english: PageWords = {
  overTime: 'Over time',
  findings: 'What happened',
  allResets: 'One by one',
  connection: (id) => `Connection ${id}`,
  summary: 'Summary',
  theme: 'Colours',
  themes: { auto: 'as the system', light: 'light', dark: 'dark' },
  copy: 'Copy',
  copied: 'Copied',
  command: 'Command',
  showConnection: (id) => `Show connection ${id}`,
  showAll: (count) => `List all ${grouped(count)}`,
  harmless: (count) => `${grouped(count)} harmless ${count === 1 ? 'kind' : 'kinds'}`,
  filter: 'Filter',
  filterHint: 'address, port, frame or cause',
  everyCause: 'Every cause',
  withRepeats: 'with harmless and repeated ones',
  shown: (shown, all) => `${grouped(shown)} of ${grouped(all)}`,
  omittedVerdicts: (count) =>
    `${grouped(count)} more are counted above and not listed: this page lists the first of each cause.`,
  noMatch: 'Nothing matches.',
  columns: { time: 'Time (UTC)', connection: 'Who to whom', cause: 'Cause', sureness: 'How sure' },
  ladder: 'Segment by segment',
  ladderHelp: 'Arrow keys move between segments; Enter folds and unfolds a stretch.',
  numbers: 'Sequence numbers',
  relative: 'relative',
  absolute: 'absolute',
  zoom: 'Size',
  zoomIn: 'Larger',
  zoomOut: 'Smaller',
  unfoldAll: 'Unfold all',
  foldAll: 'Fold',
  stretch(segments, client, server, resets) {
    if (resets === segments) return `${grouped(segments)} further resets`;
    const sent = [
      client > 0 ? `client ${bytes(client)}` : '',
      server > 0 ? `server ${bytes(server)}` : '',
      resets > 0 ? `${grouped(resets)} further resets` : '',
    ].filter((part) => part !== '');
    return [`${grouped(segments)} segments`, ...sent].join(', ');
  },
  fold: 'fold',
  unfold: 'unfold',
  pause: (seconds) => `${seconds} of silence`,
  omitted: (count) => `${grouped(count)} segments left out of this page`,
  notInCapture: 'No segments of this connection are kept in this page.',
  evidenceMark: 'evidence',
  remarks: {},
  windowBand: 'Bands beside the lifelines: how much each end would still take (its window).',
  segment: {
    title: (frame) => `Frame ${frame}`,
    none: 'Choose a segment to see all of it.',
    time: 'Time',
    from: (sender) => (sender === 'client' ? 'client to server' : 'server to client'),
    seq: 'Seq',
    ack: 'Ack',
    window: 'Window',
    length: 'Payload',
    ttl: 'TTL',
    states: 'States',
    payload: 'First bytes',
  },
  plot: {
    title: 'Sequence numbers over time',
    help: 'Drag to look closer, or use + and −, the arrow keys and 0.',
    from: (sender) => (sender === 'client' ? 'sent by the client' : 'sent by the server'),
    seconds: 'seconds',
    bytes: 'bytes',
    data: 'data',
    again: 'sent again',
    acknowledged: 'acknowledged',
    window: 'end of the window',
    whole: 'Whole',
    nothing: 'This end sent no data.',
  },
  barText: (from, count) => `${from}: ${grouped(count)}`,
  details: 'Details',
  sources: 'Sources',
  communityId: 'Community ID',
  anonymised: 'Addresses are replaced; ports, times and numbers are as they were.',
  footer: (version) =>
    `Made by resetlab ${version}. Nothing in this page is loaded from elsewhere.`,
};

const chinese: PageWords = {
  overTime: '时间分布',
  findings: '发生了什么',
  allResets: '逐条查看',
  connection: (id) => `连接 ${id}`,
  summary: '概要',
  theme: '配色',
  themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
  copy: '复制',
  copied: '已复制',
  command: '命令',
  showConnection: (id) => `查看连接 ${id}`,
  showAll: (count) => `列出全部 ${grouped(count)} 条`,
  harmless: (count) => `${grouped(count)} 类无害情形`,
  filter: '筛选',
  filterHint: '地址、端口、帧号或原因',
  everyCause: '所有原因',
  withRepeats: '包括无害和重复的',
  shown: (shown, all) => `${grouped(all)} 条中的 ${grouped(shown)} 条`,
  omittedVerdicts: (count) =>
    `另有 ${grouped(count)} 条只计入上面的总数，未逐条列出：本页列出每种原因最先出现的部分。`,
  noMatch: '没有符合条件的条目。',
  columns: { time: '时间（UTC）', connection: '谁对谁', cause: '原因', sureness: '把握' },
  ladder: '逐个报文段',
  ladderHelp: '方向键在报文段之间移动；回车折叠或展开一段。',
  numbers: '序列号',
  relative: '相对',
  absolute: '绝对',
  zoom: '大小',
  zoomIn: '放大',
  zoomOut: '缩小',
  unfoldAll: '全部展开',
  foldAll: '折叠',
  stretch(segments, client, server, resets) {
    if (resets === segments) return `又有 ${grouped(segments)} 个 RST`;
    const sent = [
      client > 0 ? `客户端 ${grouped(client)} 字节` : '',
      server > 0 ? `服务端 ${grouped(server)} 字节` : '',
      resets > 0 ? `又有 ${grouped(resets)} 个 RST` : '',
    ].filter((part) => part !== '');
    return [`${grouped(segments)} 个报文段`, ...sent].join('，');
  },
  fold: '折叠',
  unfold: '展开',
  pause: (seconds) => `静默 ${seconds}`,
  omitted: (count) => `本页略去 ${grouped(count)} 个报文段`,
  notInCapture: '本页没有保留这条连接的报文段。',
  evidenceMark: '证据',
  remarks: {
    retransmission: '重传',
    'keep-alive': '保活探测',
    'window probe': '窗口探测',
    'zero window': '零窗口',
    'previous segment not captured': '前面的报文段未抓到',
    'TLS handshake': 'TLS 握手',
  },
  windowBand: '生命线旁的色带：该端还能接收多少（窗口）。',
  segment: {
    title: (frame) => `第 ${frame} 帧`,
    none: '选中一个报文段即可查看全部内容。',
    time: '时间',
    from: (sender) => (sender === 'client' ? '客户端到服务端' : '服务端到客户端'),
    seq: 'Seq',
    ack: 'Ack',
    window: '窗口',
    length: '数据',
    ttl: 'TTL',
    states: '状态',
    payload: '开头的字节',
  },
  plot: {
    title: '序列号随时间的变化',
    help: '拖动可放大，也可用 +、−、方向键和 0。',
    from: (sender) => (sender === 'client' ? '客户端发送' : '服务端发送'),
    seconds: '秒',
    bytes: '字节',
    data: '数据',
    again: '再次发送',
    acknowledged: '已确认',
    window: '窗口末端',
    whole: '全部',
    nothing: '这一端没有发送数据。',
  },
  barText: (from, count) => `${from}：${grouped(count)}`,
  details: '详情',
  sources: '依据',
  communityId: 'Community ID',
  anonymised: '地址已被替换；端口、时间和编号保持原样。',
  footer: (version) => `由 resetlab ${version} 生成。本页不从任何地方加载内容。`,
};

export const pageWordsIn = (language: Language): PageWords =>
  language === 'zh' ? chinese : english;
