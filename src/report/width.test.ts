import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutTo, padEnd, padStart, printable, widthOf, wrap } from './width.ts';

describe('widthOf', () => {
  it('counts East Asian wide characters as two columns, combining marks as none', () => {
    expect(widthOf('reset')).toBe(5);
    expect(widthOf('重置')).toBe(4);
    expect(widthOf('RST，完')).toBe(7);
    expect(widthOf('e\u0301')).toBe(1);
    expect(widthOf('│──▶')).toBe(4);
  });

  it('pads by columns, not by characters', () => {
    expect(padEnd('证据', 6)).toBe('证据  ');
    expect(padStart('7', 3)).toBe('  7');
    expect(padEnd('longer', 3)).toBe('longer');
  });

  it('cuts by columns, with a mark where it did', () => {
    expect(cutTo('reset', 5)).toBe('reset');
    expect(cutTo('resets', 5)).toBe('rese…');
    expect(cutTo('重置连接', 6)).toBe('重置…');
  });
});

describe('wrap', () => {
  it('breaks at spaces', () => {
    expect(wrap('the window fell to 5,792', 12)).toEqual(['the window', 'fell to', '5,792']);
  });

  it('breaks between wide characters, but never before closing or after opening marks', () => {
    expect(wrap('服务端提前应答，没有读完', 14)).toEqual(['服务端提前应', '答，没有读完']);
    expect(wrap('连接超时（三秒）', 10)).toEqual(['连接超时', '（三秒）']);
  });

  it('cuts a word that is longer than a line', () => {
    expect(wrap('[2001:db8:1:2:3:4:5:6]:443', 10)).toEqual(['[2001:db8:', '1:2:3:4:5:', '6]:443']);
  });

  it('keeps a command on one line where one line can hold it', () => {
    const text = 'run `ss -tn dst :80` there';
    expect(wrap(text, 18)).toEqual(['run', '`ss -tn dst :80`', 'there']);
    expect(wrap(text, 12)).toEqual(['run `ss -tn', 'dst :80`', 'there']);
  });

  it('gives one empty line for an empty text', () => {
    expect(wrap('', 20)).toEqual(['']);
  });

  it('never makes a line too wide, and loses nothing but spaces', () => {
    const words = fc.array(
      fc.oneof(fc.string(), fc.constantFrom('重置', '（证据）', '。', '`a b c`')),
    );
    fc.assert(
      fc.property(words, fc.integer({ min: 8, max: 60 }), (parts, columns) => {
        const text = parts.join(' ');
        const lines = wrap(text, columns);
        for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });
});

describe('printable', () => {
  it('takes out what could steer a terminal', () => {
    expect(printable('a\u001b[2Jb\nc\u202ed')).toBe('a·[2Jb·c·d');
  });
});
