import type { CauseId } from '../causes/ids.ts';
import { grouped } from './numbers.ts';
import type { Words } from './words.ts';

const BENIGN: Partial<Record<CauseId, string>> = {
  'health-check': '次健康检查',
  'port-scan': '次端口扫描探测',
  'client-abort': '次客户端提前离开',
  'reset-ignored': '个被忽略的 RST',
  'repeated-reset': '个重复的 RST',
  'lost-last-ack': '个最后的 ACK 丢失',
};

const CALLS: Readonly<Record<string, string>> = {
  EOF: '文件结束（EOF）',
  nothing: '没有错误',
  unknown: '不得而知',
  'closed by itself': '连接由它自己关闭',
  'ECONNREFUSED or EHOSTUNREACH': 'ECONNREFUSED 或 EHOSTUNREACH',
  'ECONNRESET if it arrives': 'ECONNRESET（如果 RST 能到达）',
  'EPIPE if it arrives': 'EPIPE（如果 RST 能到达）',
};

export const chinese: Words = {
  language: 'zh',
  confidence: { certain: '确定', likely: '很可能', possible: '有可能' },
  shape: {
    active: '套接字被中止（RST,ACK，序列号是自己的下一个序列号）',
    reply: '对无主报文段的答复（只有 RST）',
    'reply-to-syn': '拒绝连接（对 SYN 应答的 RST,ACK）',
    malformed: 'TCP 自身不会构造的 RST',
  },
  failure: {
    'syn-unanswered': 'SYN 无人应答',
    unreachable: '收到 ICMP 差错',
    'closed-before-response': '尚未应答就以 FIN 关闭',
    silence: '对端不再出声',
  },
  effect: {
    accepted: '接收方接受了它，连接随即消失',
    ignored: '接收方没有理会，连接继续存在',
    challenged: '接收方以挑战 ACK 反问（RFC 5961），连接得以保留',
    unknown: '抓包中看不出接收方如何处理',
  },
  problem: {
    empty: '文件是空的',
    'not-a-capture': '不是抓包文件',
    'unsupported-version': '不支持的格式版本',
    'cut-short': '抓包文件不完整',
    'bad-block-length': '块长度不可能为真',
    'bad-record-length': '记录长度不可能为真',
    'bad-compression': '压缩数据已损坏',
    'unknown-link-type': '未知的链路类型',
    'unknown-interface': '报文所属的接口从未说明',
    unreadable: '无法读取',
  },
  role: { client: '客户端', server: '服务端' },
  labels: {
    saw: (role) => `${role === 'client' ? '客户端' : '服务端'}所见`,
    who: '谁',
    effect: '效果',
    lost: '丢失',
    evidence: '证据',
    against: '反证',
    couldBe: (certain) => (certain ? '或具体为' : '也可能是'),
    settle: '如何定论',
    change: '怎么改',
    look: '查看',
    wireshark: 'Wireshark',
    note: '注意',
    problem: '问题',
  },
  standardInput: '标准输入',
  comma: '，',
  colon: '：',
  and: (items) =>
    items.length < 2
      ? (items[0] ?? '')
      : `${items.slice(0, -1).join('、')}和${items[items.length - 1]}`,

  headline(summary, connectionsReset) {
    const parts = [
      `${grouped(summary.counts.packets)} 个报文`,
      `${grouped(summary.connections)} 条连接`,
      summary.resets === 0
        ? '没有 RST'
        : `其中 ${grouped(connectionsReset)} 条共有 ${grouped(summary.resets)} 个 RST`,
    ];
    if (summary.failures > 0) parts.push(`${grouped(summary.failures)} 条未见 RST 而中断`);
    return parts.join('，');
  },
  tally({ resets, failures }) {
    if (failures === 0) return `${grouped(resets)} 个 RST`;
    return resets === 0
      ? `${grouped(failures)} 条连接`
      : `${grouped(resets)} 个 RST，另有 ${grouped(failures)} 条连接未见 RST`;
  },
  repeats: (number) => `另有 ${grouped(number)} 个重复的 RST 未单独列出`,
  times: (name, number) => `${name}（${grouped(number)} 次）`,
  more: (number) => `另外 ${grouped(number)} 个`,
  who({ failure, origin }, senders, receivers) {
    if (failure === 'syn-unanswered') return `${senders} 始终没有应答 ${receivers}`;
    if (failure === 'unreachable') return `${receivers} 无法到达 ${senders}`;
    if (failure === 'closed-before-response') return `${senders} 挂断了 ${receivers}`;
    if (failure === 'silence') return `${senders} 不再回应 ${receivers}`;
    if (origin === 'endpoint') return `${senders} 重置了 ${receivers}`;
    return origin === 'middlebox'
      ? `途中的设备以 ${senders} 的名义重置了 ${receivers}`
      : `${senders} 重置了 ${receivers}，也可能是途中的设备以其名义所为`;
  },
  hosts: (number, role) => `${grouped(number)} 个${role === 'client' ? '客户端' : '服务端'}`,
  calls({ read, write }) {
    if (read === 'unknown' && write === 'unknown') return undefined;
    return read === write
      ? (CALLS[read] ?? read)
      : `read：${CALLS[read] ?? read}；write：${CALLS[write] ?? write}`;
  },
  outOf: (number, all) => `${grouped(all)} 中的 ${grouped(number)}`,
  lost(min, max, connections) {
    const least = min === 0 ? '最多 ' : `${grouped(min)} 到 `;
    const bytes = `${min === max ? '' : least}${grouped(max)} 字节`;
    const where = connections > 1 ? `${grouped(connections)} 条连接中共计 ` : '';
    return `${where}${bytes}：一方应用已发出，另一方从未收到`;
  },
  connection: (id, client, server) => `连接 ${id}，${client} 到 ${server}`,
  frame: (frame) => `第 ${frame} 帧`,
  alternative: (id, title, confidence, share) =>
    `${id}（${confidence}${share === '' ? '' : `，${share}`}）：${title}`,
  evenSo: '但是',
  look: (connection, frame, cause) =>
    `--connection ${connection}，第 ${frame} 帧；resetlab cause ${cause} --lang zh`,
  folded: (items) => `已折叠：${items}（--all 可全部显示）`,
  benign: (id, number) => {
    const noun = BENIGN[id];
    return noun === undefined ? `${grouped(number)} 个无害的 ${id}` : `${grouped(number)} ${noun}`;
  },
  further: (number) => `另有 ${grouped(number)} 种原因，只列名称（--all 可全部详述）`,
  nothing(summary, folded) {
    if (summary.counts.packets === 0) return ['抓包文件中没有报文。'];
    if (summary.counts.tcp === 0) {
      return ['这些报文都不是 TCP，因此不可能有 RST。抓包过滤条件写对了吗？'];
    }
    if (folded) return ['这里的 RST 都无害，也没有连接未见 RST 而中断。'];
    return [
      '这里没有 RST，也没有连接未见 RST 而中断。',
      '如果应用仍然报告了 ECONNRESET，说明 RST 发生在别处或别的时刻。请在报错的主机上、出错的当时抓包：',
      "tcpdump -i any -s 256 -w resets.pcap 'tcp port 443'",
      '或者查询错误文本本身可能的含义：resetlab explain "read ECONNRESET"',
    ];
  },
  place: (frame, offset) =>
    frame > 0 ? `第 ${frame} 帧，第 ${grouped(offset)} 字节` : `第 ${grouped(offset)} 字节`,
  endsHere: '此后的内容无法读取',
  interrupted: '已中断：以下是到此为止的发现。',
  ladder: {
    frame: '帧',
    time: '秒',
    title: (connection, communityId) => `${connection}（community ID ${communityId}）`,
    omitted: (number) => `省略 ${grouped(number)} 个报文段`,
    brokeHere: (title, confidence) => `${title}（${confidence}）`,
  },
  markdown: {
    title: (file) => `\`${file}\` 中的 RST`,
    table: ['原因', '数量', '把握', '谁'],
    examples: (connections) => `连接：${connections}`,
    filter: 'Wireshark 显示过滤器',
    made: (version) => `由 resetlab ${version} 生成。`,
  },
  errorText: {
    wire: {
      reset: '真正的 RST',
      fin: 'FIN，不一定有 RST',
      either: 'FIN 或 RST',
      refused: '连接被拒绝',
      silence: '沉默，直到超时',
      local: '本端自己放弃',
      'above-tcp': 'TCP 之上',
    },
    happened: '线上发生了',
    canMean: '可能是',
    cannotMean: '不代表',
    next: '下一步',
    more: '另外',
    unknown: (words) =>
      `没有这个文件，也不是已知的错误文本：“${words}”；请给出程序打印的原文，例如 "read ECONNRESET"`,
  },
  comment: {
    head: (id, confidence, title) => `resetlab：${id}，${confidence}：${title}`,
    elsewhere: (frame) => `完整抓包中的第 ${frame} 帧`,
    written: (packets, comments) => `${grouped(packets)} 个报文，${grouped(comments)} 条注释`,
    unplaced: (verdicts) =>
      `${grouped(verdicts)} 个结论没有注释：其报文在 Simple Packet Block 中，那里放不下注释`,
  },
  check: {
    finding: (verdict, title) =>
      `${chinese.who(verdict, verdict.sender, verdict.receiver)}：${title}`,
    clean: (file, allowed) =>
      allowed === 0
        ? `${file}：没有意外`
        : `${file}：没有意外（${grouped(allowed)} 个已放行或无害）`,
    suite: '没有意外的 RST',
  },
};
