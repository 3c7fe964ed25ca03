import { describe, expect, it } from 'vitest';
import { text } from '../causes/text.ts';
import { unpainted, type Paint } from './paint.ts';
import { textReport, type TextOptions } from './text.ts';
import {
  findings,
  ladder,
  onConnection,
  PLAIN_FACTS,
  summary,
  verdict,
} from './verdicts.fixture.ts';
import { widthOf } from './width.ts';
import { wordsIn } from './words.ts';

const options = (change: Partial<TextOptions> = {}): TextOptions => ({
  facts: PLAIN_FACTS,
  words: wordsIn('en'),
  paint: unpainted,
  width: 100,
  all: false,
  ...change,
});

const several = findings([
  ...Array.from({ length: 4 }, (_, index) =>
    onConnection(index + 1, index === 0 ? {} : { alternatives: [] }),
  ),
  onConnection(9, { cause: 'health-check', benign: true }),
  onConnection(10, { cause: 'health-check', benign: true }),
]);

describe('the first screen', () => {
  const report = textReport(several, options());

  it('begins with what the capture holds', () => {
    expect(report.split('\n')[0]).toBe(
      'api.pcapng: 48,213 packets, 1,204 connections, 6 resets in 6 of them',
    );
  });

  it('heads a group with what happened, how often and how sure', () => {
    expect(report).toMatch(/^1 {2}Somebody did early-response {10,}4 resets, likely$/m);
  });

  it('tells who, what both ends saw, what was lost, why, what else, what to change', () => {
    expect(report).toContain('Who           10.0.0.7:8080 reset 4 clients');
    expect(report).toContain('Clients saw   read: ECONNRESET; write: EPIPE');
    expect(report).toContain('Servers saw   no error');
    expect(report).toContain('Lost          up to 5,792 bytes over 4 connections');
    expect(report).toContain('frame 1882: RST,ACK with SEQ 318');
    expect(report).toContain('but: the capture shows no application calls');
    expect(report).toContain('linger-zero (possible, 1 of 4): Somebody did linger-zero');
    expect(report).toContain('To settle     On 10.0.0.7: `tcpdump');
    expect(report).toContain('Change        Read the body to its end');
  });

  it('says where to look, here and in Wireshark', () => {
    expect(report).toContain('--connection 1, frame 10; resetlab cause early-response');
    expect(report).toContain(
      'Wireshark     ip.addr==10.0.0.2 && ip.addr==10.0.0.7 && tcp.port==40001 && tcp.port==8080',
    );
  });

  it('folds the benign into one line', () => {
    expect(report).toContain('folded: 2 health checks (--all shows them)');
    expect(report).not.toContain('Somebody did health-check');
    expect(textReport(several, options({ all: true }))).toContain('Somebody did health-check');
  });
});

describe('honesty', () => {
  it('counts each sureness of a mixed group', () => {
    const mixed = findings([onConnection(1, { confidence: 'certain' }), onConnection(2)]);
    expect(textReport(mixed, options())).toContain('2 resets, 1 certain, 1 likely');
  });

  it('never says that the endpoint did what may have been done in its name', () => {
    const who = (origin: 'middlebox' | 'unknown') =>
      textReport(findings([verdict({ origin })]), options());
    expect(who('middlebox')).toContain(
      'something on the path reset 10.0.0.1 in the name of 10.0.0.7:8080',
    );
    expect(who('unknown')).toContain('or something on the path did so in its name');
  });

  it('shows evidence against even when there is more for it than fits', () => {
    const evidence = Array.from({ length: 9 }, (_, index) => ({
      frame: index + 1,
      say: text(`fact ${index}`, `事实 ${index}`),
      supports: index !== 8,
    }));
    const report = textReport(findings([verdict({ evidence })]), options());
    expect(report).toContain('frame 9: but: fact 8');
    expect(report).toContain('fact 2');
    expect(report).not.toContain('fact 3');
  });

  it('tells what an ignored reset did not do', () => {
    const ignored = findings([verdict({ effect: 'ignored' })]);
    expect(textReport(ignored, options())).toContain('the receiver ignored it');
  });

  it('tells problems with their place, notes, and an interruption', () => {
    const report = textReport(
      findings([], {
        interrupted: true,
        summary: summary({
          resets: 0,
          notes: [text('Only one direction was captured.', '只抓到一个方向。')],
          problems: [
            {
              code: 'cut-short',
              frame: 7,
              offset: 12_345,
              message: 'ends in a packet',
              fatal: true,
            },
          ],
        }),
      }),
      options(),
    );
    expect(report).toContain('frame 7, byte 12,345: ends in a packet');
    expect(report).toContain('Note: Only one direction was captured.');
    expect(report).toContain('Interrupted');
  });
});

describe('when nothing was reset', () => {
  const nothing = (packets: number, tcp: number) =>
    textReport(
      findings([], {
        summary: summary({ resets: 0, counts: { ...summary().counts, packets, tcp } }),
      }),
      options(),
    );

  it('helps on', () => {
    expect(nothing(10, 10)).toContain('Nothing was reset here');
    expect(nothing(10, 10)).toContain("tcpdump -i any -s 256 -w resets.pcap 'tcp port 443'");
  });

  it('says that there was no TCP, or nothing at all', () => {
    expect(nothing(10, 0)).toContain('None of these packets is TCP');
    expect(nothing(0, 0)).toContain('no packets');
  });

  it('reports a connection that broke without a reset', () => {
    const failure = verdict({
      type: 'failure',
      failure: 'closed-before-response',
      shape: undefined,
      cause: 'closed-before-response',
    });
    const report = textReport(findings([failure]), options());
    expect(report).toContain('no resets, 1 broken without a reset');
    expect(report).toContain('10.0.0.7:8080 hung up on 10.0.0.1');
    expect(report).toMatch(/1 connection, likely$/m);
  });
});

describe('the width', () => {
  const address = '[2001:db8:1234:5678:9abc:def0:1234:5678]';
  const long = onConnection(77, {
    connection: { ...verdict().connection, client: `${address}:40000`, server: `${address}:8443` },
    sender: `${address}:8443`,
    receiver: `${address}:40000`,
  });

  for (const language of ['en', 'zh'] as const) {
    for (const width of [40, 63, 64, 72, 80, 100]) {
      it(`is kept: ${language}, ${width} columns`, () => {
        const how = options({ width, words: wordsIn(language) });
        const drawn = findings([verdict()], { ladder: ladder() });
        const reports = [several, findings([long]), drawn].map((one) => textReport(one, how));
        for (const line of reports.join('').split('\n')) {
          expect(widthOf(line), line).toBeLessThanOrEqual(width);
          expect(line, 'no trailing spaces').not.toMatch(/ $/);
        }
      });
    }
  }
});

describe('colour', () => {
  it('changes no character of the report', () => {
    const marks: Paint = (tone, line) => `<${tone}>${line}</>`;
    const painted = textReport(several, options({ paint: marks }));
    expect(painted).toContain('<likely>4 resets, likely</>');
    expect(painted.replace(/<[^>]*>/g, '')).toBe(textReport(several, options()));
  });
});

describe('a file name', () => {
  it('cannot steer the terminal', () => {
    const report = textReport(findings([], { file: 'a\u001b[31m.pcap' }), options());
    expect(report).not.toContain('\u001b');
  });
});
