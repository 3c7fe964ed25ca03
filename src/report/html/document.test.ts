import { describe, expect, it } from 'vitest';
import { findings, PLAIN_FACTS, verdict } from '../verdicts.fixture.ts';
import { reportDocument } from './document.ts';
import { reportData } from './report-data.ts';

const PAGE =
  '<html lang="RESETLAB-LANGUAGE"><title>RESETLAB-TITLE</title><script>RESETLAB-DATA</script>';

const made = (file: string, title?: string): string =>
  reportDocument(
    PAGE,
    reportData(findings([verdict()], { file }), [], {
      facts: PLAIN_FACTS,
      language: 'zh',
      version: '0',
      title,
      isAnonymised: false,
    }),
  );

describe('the document', () => {
  it('holds the data as it was', () => {
    const page = made('a.pcap', 'A & B');
    expect(page).toContain('<html lang="zh-CN"><title>A &amp; B</title>');
    const json = page.slice(page.indexOf('<script>') + 8, page.indexOf('</script>'));
    expect(JSON.parse(json)).toMatchObject({ title: 'A & B', file: 'a.pcap' });
  });

  it('makes no markup of a name, and nothing special of a dollar', () => {
    const page = made("x$&$'.pcap", '</title></script><script>alert(1)</script><!--');
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page.match(/<\/script/g)).toHaveLength(1);
    expect(page.match(/<\/title/g)).toHaveLength(1);
    expect(page).not.toContain('<!--');
    expect(page).toContain("x$&$'.pcap");
  });

  it('throws when the page has no place for it', () => {
    expect(() => reportDocument('<html>', JSON.parse('{}'))).toThrow(/RESETLAB-LANGUAGE/);
  });
});
