import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { unpainted } from '../../report/paint.ts';
import { verdict } from '../../report/verdicts.fixture.ts';
import type { WatchState } from '../../report/watch/state.ts';
import { watchWordsIn } from '../../report/watch/words.ts';
import { wordsIn } from '../../report/words.ts';
import { ScreenFace } from './faces.ts';

/** A terminal that remembers what was written to it. */
class Terminal extends EventEmitter {
  columns = 100;
  rows = 24;
  written = '';

  write(text: string): boolean {
    this.written += text;
    return true;
  }

  /** What has been written since the last call. */
  news(): string {
    const { written } = this;
    this.written = '';
    return written;
  }
}

const state: WatchState = {
  source: 'eth0',
  elapsedSeconds: 61,
  packetsPerSecond: 5,
  followed: 1,
  resets: 1,
  failures: 0,
  lastMinute: 1,
  byCause: new Map([['closed-port', 1]]),
  last: [{ verdict: verdict({ cause: 'closed-port' }), kernel: undefined }],
  dropped: 7,
  kernelSilent: undefined,
};
const summary = {} as Parameters<ScreenFace['end']>[0];

const onScreen = () => {
  const terminal = new Terminal();
  const manner = { words: wordsIn('en'), watch: watchWordsIn('en'), paint: unpainted };
  const face = new ScreenFace(terminal as unknown as NodeJS.WriteStream, manner);
  face.begin();
  return { terminal, face };
};

const ALTERNATE = '\u001b[?1049h';
const ORDINARY = '\u001b[?1049l';
// oxlint-disable-next-line no-control-regex -- what steers a terminal begins with one
const CONTROL = /\u001b\[[?\d]*[a-zA-Z]/g;
const CURSOR = '\u001b[?25h';

describe('the screen', () => {
  it('is one of its own; what it leaves behind stands on the ordinary one', () => {
    const { terminal, face } = onScreen();
    expect(terminal.news()).toContain(ALTERNATE);
    face.leave();
    face.end(summary, state);
    const [screen, ordinary = ''] = terminal.news().split(ORDINARY);
    expect(screen).toContain(CURSOR);
    expect(ordinary).toMatch(
      /closed-port[^]*7 packets were dropped[^]*1 reset and 0 failures in 1:01/,
    );
    expect(ordinary).not.toContain('\u001b');
    expect(terminal.listenerCount('resize')).toBe(0);
  });

  it('leaves the last column free, where terminals lose what a line has there', () => {
    const { terminal, face } = onScreen();
    terminal.columns = 50;
    face.refresh({ ...state, source: 'x'.repeat(200) });
    const lines = terminal.news().split('\r\n');
    const texts = lines.map((line) => line.replaceAll(CONTROL, ''));
    expect(Math.max(...texts.map(({ length }) => length))).toBe(49);
  });

  it('is drawn anew at once when the terminal has another size, else only if it changes', () => {
    const { terminal, face } = onScreen();
    face.refresh(state);
    expect(terminal.news()).toContain('eth0');
    face.refresh(state);
    expect(terminal.news()).toBe('');
    terminal.emit('resize');
    face.refresh(state);
    expect(terminal.news()).toContain('eth0');
    face.leave();
  });
});
