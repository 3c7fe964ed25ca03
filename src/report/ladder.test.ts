import { describe, expect, it } from 'vitest';
import { unpainted } from './paint.ts';
import { textReport, type TextOptions } from './text.ts';
import { findings, ladder, PLAIN_FACTS } from './verdicts.fixture.ts';
import { wordsIn } from './words.ts';

const drawn = (width: number): string[] => {
  const options: TextOptions = {
    facts: PLAIN_FACTS,
    words: wordsIn('en'),
    paint: unpainted,
    width,
    all: false,
  };
  return textReport(findings(ladder().verdicts, { ladder: ladder() }), options).split('\n');
};

describe('the ladder', () => {
  const lines = drawn(100);
  const lineOf = (frame: number) => lines.find((line) => line.trim().startsWith(String(frame)));

  it('names the connection and its community id', () => {
    expect(lines.join('\n')).toContain(
      'connection 17, 10.0.0.1:40000 to 10.0.0.7:8080 (community ID 1:LQU9qZlK+B5F3KDmev6m5PMibrg=)',
    );
  });

  it('points each segment from its sender, numbers and flags as Wireshark writes them', () => {
    expect(lineOf(1870)).toMatch(/1870 {2}0\.000000 {2}│─+ \[SYN\] Seq=0 Win=64240 ─+▶│$/);
    expect(lineOf(1871)).toMatch(/│◀─+ \[SYN, ACK\] Seq=0 Ack=1 Win=65160 ─+│$/);
    expect(lineOf(1873)).toMatch(/\[PSH, ACK\] Seq=1 Ack=1 Win=64240 Len=1448 {2}HTTP POST/);
  });

  it('marks the reset, and says under it what it was', () => {
    const at = lines.findIndex((line) => line.trim().startsWith('1882'));
    expect(lines[at]).toMatch(/│◀━+ \[RST, ACK\] Seq=318 Ack=14481 Win=5792 ━+│$/);
    expect(lines[at + 1]).toContain('▲ Somebody did early-response (likely)');
  });

  it('says how much was left out', () => {
    expect(lines.find((line) => line.includes('┊'))).toContain('112 segments left out');
  });

  it('gives the verdict in full below, with all of its evidence', () => {
    const text = lines.join('\n');
    expect(text).toMatch(/Somebody did early-response {5,}frame 1882, likely/);
    expect(text).toContain('an aborted socket (RST,ACK at its own next sequence number)');
  });

  it('does without lifelines on a narrow terminal', () => {
    const narrow = drawn(40).join('\n');
    expect(narrow).not.toContain('│');
    expect(narrow).toContain('→ client 10.0.0.1:40000');
    expect(narrow).toContain('← 1882 0.002130\n  [RST, ACK] Seq=318 Ack=14481 Win=5792');
  });
});
