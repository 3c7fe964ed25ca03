import { describe, expect, it } from 'vitest';
import { markdownReport } from './markdown.ts';
import { unpainted } from './paint.ts';
import type { TextOptions } from './text.ts';
import { findings, ladder, onConnection, PLAIN_FACTS } from './verdicts.fixture.ts';
import { wordsIn } from './words.ts';

const options: TextOptions = {
  facts: PLAIN_FACTS,
  words: wordsIn('en'),
  paint: unpainted,
  width: 100,
  all: false,
};

describe('a ticket', () => {
  const report = markdownReport(findings([onConnection(1), onConnection(2)]), options, '0.1.0');

  it('has a table of causes, and a section for each', () => {
    expect(report).toContain('## Resets in `api.pcapng`');
    expect(report).toContain(
      '| Somebody did early-response | 2 resets | likely | 10.0.0.7:8080 reset 2 clients |',
    );
    expect(report).toContain('### Somebody did early-response (`early-response`)');
  });

  it('carries the evidence, the change, the filter and the connections', () => {
    expect(report).toContain('- frame 1882: RST,ACK with SEQ 318');
    expect(report).toContain('- Read the body to its end');
    expect(report).toContain(
      '```text\nip.addr==10.0.0.2 && ip.addr==10.0.0.7 && tcp.port==40001 && tcp.port==8080\n```',
    );
    expect(report).toContain('Connections: 1, 2');
    expect(report).toContain('resetlab 0.1.0');
  });

  it('draws the connection that was asked for', () => {
    const drawn = markdownReport(findings([onConnection(1)], { ladder: ladder() }), options, '1');
    expect(drawn).toMatch(/```text\nframe {3}seconds/);
  });

  it('lets no file name act as Markdown', () => {
    const odd = markdownReport(findings([], { file: 'a`b`.pcap' }), options, '1');
    expect(odd).toContain("`a'b'.pcap`");
  });
});
