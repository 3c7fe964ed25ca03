import { CAUSE_IDS } from '../causes/ids.ts';
import { text } from '../causes/text.ts';
import type { Ladder, LadderRow, Summary, Verdict } from '../forensics/verdict.ts';
import type { FactsOf, Findings } from './model.ts';

/** Facts as plain as can be, so that tests of the report do not hang on the catalogue's wording. */
export const PLAIN_FACTS = Object.fromEntries(
  CAUSE_IDS.map((id) => [
    id,
    {
      facts: {
        title: text(`Somebody did ${id}`, `有人做了 ${id}`),
        summary: text(`What ${id} means for a developer.`, `对开发者来说，${id} 意味着什么。`),
        origin: 'endpoint',
        ...(id === 'keepalive-race' ? { refines: 'data-after-close' } : {}),
        benign: id === 'health-check',
        frequency: 3,
        linuxReasons: [],
        sources: [],
        claims: [],
        senderApp: { read: 'nothing', write: 'nothing' },
        advice: [],
        settle: text('', ''),
      },
    },
  ]),
) as unknown as FactsOf;

/** A server that answered 413 and closed with the body unread; overridden where a test needs it. */
export const verdict = (change: Partial<Verdict> = {}): Verdict => ({
  type: 'reset',
  frame: 1882,
  seconds: 1_767_323_045,
  nanos: 123_456_000,
  connection: {
    id: 17,
    communityId: '1:LQU9qZlK+B5F3KDmev6m5PMibrg=',
    client: '10.0.0.1:40000',
    server: '10.0.0.7:8080',
  },
  sender: '10.0.0.7:8080',
  receiver: '10.0.0.1:40000',
  shape: 'active',
  failure: undefined,
  cause: 'early-response',
  confidence: 'likely',
  alternatives: [{ cause: 'linger-zero', confidence: 'possible' }],
  origin: 'endpoint',
  effect: 'accepted',
  apps: {
    sender: { read: 'nothing', write: 'nothing' },
    receiver: { read: 'ECONNRESET', write: 'EPIPE' },
  },
  bytesLost: { min: 0, max: 1448 },
  evidence: [
    {
      frame: 1882,
      say: text(
        'RST,ACK with SEQ 318, the byte after the 413, window and timestamps live',
        'RST,ACK，SEQ 318，正好是 413 之后的字节，窗口和时间戳都是活的',
      ),
      supports: true,
    },
    {
      frame: 1880,
      say: text(
        '14 segments of the client had arrived and were not read: the window fell to 5,792',
        '客户端的 14 个报文段已到达但未被读取：窗口降到 5,792',
      ),
      supports: true,
    },
    {
      frame: 0,
      say: text('the capture shows no application calls', '抓包里看不到应用的调用'),
      supports: false,
    },
  ],
  advice: [
    text(
      'Read the body to its end before closing: nginx `lingering_close always;`, Node `req.resume()` in place of `req.destroy()`.',
      '关闭前把请求体读完：nginx `lingering_close always;`，Node 用 `req.resume()` 代替 `req.destroy()`。',
    ),
  ],
  settle: text(
    "On 10.0.0.7: `tcpdump -i any -s 256 -w s.pcap 'tcp port 8080'`",
    "在 10.0.0.7 上执行 `tcpdump -i any -s 256 -w s.pcap 'tcp port 8080'`",
  ),
  benign: false,
  ...change,
});

/** The same on another connection. */
export const onConnection = (id: number, change: Partial<Verdict> = {}): Verdict => {
  const client = `10.0.0.${1 + (id % 50)}:${40_000 + id}`;
  return verdict({
    frame: id * 10,
    connection: { ...verdict().connection, id, client },
    receiver: client,
    ...change,
  });
};

export const summary = (change: Partial<Summary> = {}): Summary => ({
  counts: {
    endSeconds: 0,
    packets: 48_213,
    tcp: 48_000,
    other: 213,
    laterFragments: 0,
    headerCut: 0,
    malformed: 0,
    cut: 0,
    unknownLinkType: 0,
    tunnelled: 0,
    superSegments: 0,
    dropped: -1,
    untilSeconds: 0,
  },
  connections: 1204,
  resets: 1,
  failures: 0,
  byCause: { 'early-response': 1 },
  problems: [],
  notes: [],
  ...change,
});

export const findings = (
  verdicts: readonly Verdict[],
  change: Partial<Findings> = {},
): Findings => ({
  file: 'api.pcapng',
  verdicts,
  summary: summary({
    resets: verdicts.filter((one) => one.type === 'reset').length,
    failures: verdicts.filter((one) => one.type === 'failure').length,
  }),
  interrupted: false,
  ladder: undefined,
  ...change,
});

const row = (change: Partial<LadderRow>): LadderRow => ({
  frame: 1870,
  atSeconds: 0,
  fromClient: true,
  flags: 16,
  seq: 1,
  ack: 1,
  rawSeq: 1000,
  rawAck: 2000,
  length: 0,
  window: 64_240,
  ttl: 64,
  remark: undefined,
  ...change,
});

/** Handshake, a request, a gap, the answer, the reset. */
export const ladder = (): Ladder => ({
  connection: verdict().connection,
  rows: [
    row({ frame: 1870, flags: 2, seq: 0 }),
    row({ frame: 1871, atSeconds: 0.000131, fromClient: false, flags: 18, seq: 0, window: 65_160 }),
    row({ frame: 1872, atSeconds: 0.000155 }),
    row({ frame: 1873, atSeconds: 0.0002, flags: 24, length: 1448, remark: 'HTTP POST' }),
    { omitted: 112 },
    row({
      frame: 1881,
      atSeconds: 0.0021,
      fromClient: false,
      flags: 24,
      ack: 14_481,
      length: 317,
      window: 5792,
      remark: 'HTTP 413',
    }),
    row({
      frame: 1882,
      atSeconds: 0.00213,
      fromClient: false,
      flags: 20,
      seq: 318,
      ack: 14_481,
      window: 5792,
    }),
  ],
  verdicts: [verdict()],
});
