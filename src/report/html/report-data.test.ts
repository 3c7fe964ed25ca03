import { describe, expect, it } from 'vitest';
import { ladder, findings, onConnection, PLAIN_FACTS, verdict } from '../verdicts.fixture.ts';
import { laddersWanted, reportData } from './report-data.ts';
import { explainedRow } from './verdict-rows.ts';

const OPTIONS = {
  facts: PLAIN_FACTS,
  language: 'en',
  version: '1.2.3',
  title: undefined,
  isAnonymised: false,
} as const;

const of = (...parameters: Parameters<typeof findings>) =>
  reportData(findings(...parameters), [], OPTIONS);

describe('what a page shows', () => {
  it('is what explain --json says, verdict by verdict', () => {
    const data = of([verdict()]);
    expect(explainedRow(data, data.verdicts[0]!)).toMatchObject({
      type: 'reset',
      frame: 1882,
      time: '2026-01-02T03:04:05.123456Z',
      sender: '10.0.0.7:8080',
      receiver: '10.0.0.1:40000',
      cause: 'early-response',
      confidence: 'likely',
      bytesLost: { min: 0, max: 1448 },
      settle: "On 10.0.0.7: `tcpdump -i any -s 256 -w s.pcap 'tcp port 8080'`",
    });
    expect(explainedRow(data, data.verdicts[0]!).evidence.map(({ frame }) => frame)).toEqual([
      1882, 1880, 0,
    ]);
  });

  it('says each text once, however many verdicts say it', () => {
    const many = Array.from({ length: 50 }, (_, index) => onConnection(index + 1));
    // Three observations, and what would settle it.
    expect(of(many).texts).toHaveLength(4);
  });

  it('names the capture without its folders', () => {
    expect(of([verdict()], { file: '/srv/captures/of-alice/api.pcapng' })).toMatchObject({
      file: 'api.pcapng',
      title: 'api.pcapng',
    });
    expect(JSON.stringify(of([verdict()], { file: 'c:\\alice\\api.pcapng' }))).not.toContain(
      'alice',
    );
  });

  it('lays a repeat to the group of what it repeats', () => {
    const first = onConnection(1, { cause: 'early-response' });
    const again = onConnection(1, { frame: 11, cause: 'repeated-reset' });
    const data = of([first, again]);
    expect(data.verdicts.map(({ isRepeat, group }) => [isRepeat, group])).toEqual([
      [false, 0],
      [true, 0],
    ]);
    expect(data.groups).toHaveLength(1);
  });

  it('counts over time all that it lists or not, and repeats not at all', () => {
    const many = Array.from({ length: 20_500 }, (_, index) =>
      onConnection(index + 1, { seconds: 1_767_323_045 + (index % 100) }),
    );
    const data = of(many);
    expect(data.verdicts.length).toBeLessThanOrEqual(20_000);
    expect(data.omittedVerdicts).toBe(20_500 - data.verdicts.length);
    const counted = data.timeline?.bars.flat().reduce((sum, count) => sum + count, 0);
    expect(counted).toBe(20_500);
    expect(data.groups[0]?.tally).toBe('20,500 resets');
    expect(data.verdicts[data.groups[0]?.example ?? -1]?.cause).toBe('early-response');
  });

  it('draws no time where all was at once, or little', () => {
    expect(of([onConnection(1), onConnection(2), onConnection(3)]).timeline).toBeNull();
    expect(of(Array.from({ length: 9 }, (_, at) => onConnection(at + 1))).timeline).toBeNull();
  });

  it('takes the ladders of those connections only that it lists', () => {
    const other = { ...ladder(), connection: { ...ladder().connection, id: 99 } };
    const data = reportData(findings([verdict()]), [ladder(), other], OPTIONS);
    expect(Object.keys(data.ladders)).toEqual(['17']);
  });

  it('tells in words when there is nothing to tell', () => {
    expect(of([]).nothing.join(' ')).toContain('Nothing was reset here');
    expect(of([verdict({ cause: 'health-check', benign: true })]).nothing.join(' ')).toContain(
      'Nothing here did any harm',
    );
    expect(of([verdict()]).nothing).toEqual([]);
  });
});

describe('the ladders that are wanted', () => {
  it('show the frames of verdicts and of their evidence', () => {
    const { of: wanted } = laddersWanted([verdict()], false);
    expect([...(wanted.get(17) ?? [])]).toEqual([1882, 1880]);
  });

  it('share a bounded room', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => onConnection(index + 1));
    const few = laddersWanted([verdict()], false);
    const all = laddersWanted(many, false);
    expect(few.head + few.tail).toBe(1000);
    expect(all.head + all.tail).toBeLessThanOrEqual(24);
    expect(few.payloadBytes).toBe(0);
    expect(laddersWanted([verdict()], true).payloadBytes).toBe(256);
  });
});
