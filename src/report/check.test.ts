import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { CauseId } from '../causes/ids.ts';
import { text } from '../causes/text.ts';
import { check, checkReport, type CheckedCapture } from './check.ts';
import { findings, onConnection, PLAIN_FACTS } from './verdicts.fixture.ts';
import { wordsIn } from './words.ts';

const english = wordsIn('en');
const problem = {
  code: 'cut-short',
  frame: 3,
  offset: 99,
  message: 'ends <early> & badly',
  fatal: true,
} as const;

const checked = (change: Partial<CheckedCapture> = {}): CheckedCapture => ({
  file: 'a.pcap',
  found: [onConnection(1)],
  passed: 0,
  problems: [],
  ...change,
});

describe('check', () => {
  const found = (verdicts: Parameters<typeof findings>[0], ...allowed: readonly CauseId[]) =>
    check(findings(verdicts), new Set(allowed), PLAIN_FACTS).found.length;

  it('finds what is not allowed', () => {
    expect(found([onConnection(1)])).toBe(1);
    expect(found([onConnection(1)], 'early-response')).toBe(0);
  });

  it('lets the benign pass', () => {
    expect(found([onConnection(1, { cause: 'health-check', benign: true })])).toBe(0);
  });

  it('allows the special forms of what is allowed, not the other way round', () => {
    expect(found([onConnection(1, { cause: 'keepalive-race' })], 'data-after-close')).toBe(0);
    expect(found([onConnection(1, { cause: 'data-after-close' })], 'keepalive-race')).toBe(1);
  });

  it('counts a repeated reset neither beside its original nor when that was let pass', () => {
    const repeat = onConnection(1, { frame: 11, cause: 'repeated-reset' });
    expect(found([onConnection(1), repeat])).toBe(1);
    expect(found([onConnection(1), repeat], 'early-response')).toBe(0);
    expect(found([repeat])).toBe(1);
  });

  it('finds connections that broke without a reset', () => {
    const failure = onConnection(1, { type: 'failure', failure: 'silence', shape: undefined });
    expect(found([failure])).toBe(1);
  });
});

describe('as text', () => {
  it('is one line a finding, with file and frame where editors look for them', () => {
    expect(checkReport([checked()], 'text', PLAIN_FACTS, english)).toBe(
      'a.pcap:10: early-response (likely): 10.0.0.7:8080 reset 10.0.0.2:40001: Somebody did early-response\n',
    );
  });

  it('says that nothing was found', () => {
    const clean = checked({ found: [], passed: 2 });
    expect(checkReport([clean], 'text', PLAIN_FACTS, english)).toBe(
      'a.pcap: nothing unexpected (2 allowed or harmless)\n',
    );
  });

  it('does not call a capture clean that could not be read', () => {
    const broken = checked({ found: [], problems: [problem] });
    expect(checkReport([broken], 'text', PLAIN_FACTS, english)).toBe('');
  });
});

describe('as GitHub annotations', () => {
  it('escapes what would end a property or a line', () => {
    const odd = checked({ file: 'a,b:c%.pcap', problems: [problem] });
    const lines = checkReport([odd], 'github', PLAIN_FACTS, english).trimEnd().split('\n');
    expect(lines[0]).toBe(
      '::error file=a%2Cb%3Ac%25.pcap,title=early-response (likely)::' +
        'frame 10: 10.0.0.7:8080 reset 10.0.0.2:40001: Somebody did early-response',
    );
    expect(lines[1]).toMatch(
      /^::error file=a%2Cb%3Ac%25\.pcap,title=cut-short::frame 3, byte 99: /,
    );
    expect(lines).toHaveLength(2);
  });
});

describe('as JUnit', () => {
  const say = text('a <b> & "c"\u0000\ud800', 'x');
  const report = checkReport(
    [
      checked({ file: 'a<1>.pcap', problems: [problem] }),
      checked({ found: [onConnection(2, { evidence: [{ frame: 1, say, supports: true }] })] }),
      checked({ file: 'clean.pcap', found: [] }),
    ],
    'junit',
    PLAIN_FACTS,
    english,
  );

  it('counts findings as failures and unreadable captures as errors', () => {
    expect(report).toContain(
      '<testsuite name="a&lt;1&gt;.pcap" tests="2" failures="1" errors="1">',
    );
    expect(report).toContain('<testcase classname="clean.pcap" name="no unexpected reset"/>');
  });

  it('is well-formed XML', () => {
    const parse =
      'import sys, xml.etree.ElementTree as t; print(len(t.fromstring(sys.stdin.buffer.read()).findall(".//testcase")))';
    const python = spawnSync('python3', ['-c', parse], { input: report, encoding: 'utf8' });
    if (python.error === undefined) expect(python.stdout.trim(), python.stderr).toBe('4');
    // Where there is no parser to ask: every tag is closed, and no character is forbidden.
    const open: string[] = [];
    for (const [, close, name, empty] of report.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g)) {
      if (close === '/') expect(open.pop()).toBe(name);
      else if (empty === '') open.push(name ?? '');
    }
    expect(open).toEqual([]);
    expect(report).not.toMatch(/&(?!amp;|lt;|gt;|quot;)/);
    expect(report).not.toContain('\u0000');
    expect(report).not.toMatch(/\p{Surrogate}/u);
  });
});
