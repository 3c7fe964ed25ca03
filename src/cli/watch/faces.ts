import { CATALOGUE } from '../../causes/catalogue.ts';
import type { Summary } from '../../forensics/verdict.ts';
import { JsonRows } from '../../report/json.ts';
import type { Paint } from '../../report/paint.ts';
import { watchedLine } from '../../report/watch/line.ts';
import { watchScreen } from '../../report/watch/screen.ts';
import type { Watched, WatchState } from '../../report/watch/state.ts';
import { watchWordsIn, type WatchWords } from '../../report/watch/words.ts';
import type { Words } from '../../report/words.ts';
import type { Output } from '../output.ts';

/** How a watcher shows what it sees. */
export interface Face {
  begin(): void;
  told(watched: Watched): void;
  /** Now and then. */
  refresh(state: WatchState): void;
  end(summary: Summary, state: WatchState): void;
}

/** One JSON object a line: the rows of `explain --json`, with the kernel's word; a summary last. */
export class JsonFace implements Face {
  private readonly output: Output;
  private readonly rows: JsonRows;
  private dropped = 0;

  constructor(output: Output, words: Words) {
    this.output = output;
    this.rows = new JsonRows(words.language);
  }

  begin(): void {
    // Rows speak for themselves.
  }

  told({ verdict, kernel }: Watched): void {
    const row = this.rows.row(verdict).trimEnd().slice(0, -1);
    const word = kernel === undefined ? 'null' : JSON.stringify(kernel);
    this.output.writeNow(`${row},"kernel":${word}}\n`);
  }

  refresh({ dropped = 0 }: WatchState): void {
    if (dropped <= this.dropped) return;
    this.dropped = dropped;
    this.output.writeNow(`${JSON.stringify({ type: 'dropped', packets: dropped })}\n`);
  }

  end(summary: Summary, state: WatchState): void {
    this.refresh(state);
    this.output.writeNow(this.rows.summary(summary));
  }
}

/** One line a verdict. */
export class LinesFace implements Face {
  private readonly output: Output;
  private readonly words: Words;
  private readonly watch: WatchWords;
  private readonly paint: Paint;
  private dropped = 0;

  constructor(output: Output, words: Words, paint: Paint) {
    this.output = output;
    this.words = words;
    this.watch = watchWordsIn(words.language);
    this.paint = paint;
  }

  begin(): void {
    // The first line is the first verdict.
  }

  told(watched: Watched): void {
    this.line(watchedLine(watched, this.words, this.watch, this.paint));
  }

  refresh({ dropped = 0 }: WatchState): void {
    if (dropped <= this.dropped) return;
    this.dropped = dropped;
    this.line(this.watch.dropped(dropped));
  }

  end(_summary: Summary, state: WatchState): void {
    this.refresh(state);
    this.line(this.watch.resets(state));
  }

  private line(line: string): void {
    this.output.writeNow(`${line}\n`);
  }
}

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const REDRAW_MS = 250;

/** A screen of its own, left as it was found. */
export class ScreenFace implements Face {
  private readonly terminal: NodeJS.WriteStream;
  private readonly words: Words;
  private readonly watch: WatchWords;
  private readonly paint: Paint;
  private drawnMs = 0;
  private shown = '';
  private isOn = false;
  private readonly leave = (): void => {
    if (this.isOn) this.terminal.write(LEAVE);
    this.isOn = false;
  };

  constructor(terminal: NodeJS.WriteStream, words: Words, paint: Paint) {
    this.terminal = terminal;
    this.words = words;
    this.watch = watchWordsIn(words.language);
    this.paint = paint;
  }

  begin(): void {
    this.isOn = true;
    process.once('exit', this.leave);
    this.terminal.write(ENTER);
  }

  told(): void {
    // The next refresh shows it.
  }

  refresh(state: WatchState): void {
    const now = performance.now();
    if (now - this.drawnMs < REDRAW_MS) return;
    this.drawnMs = now;
    const { columns, rows } = this.terminal;
    const { words, watch, paint } = this;
    const lines = watchScreen(state, CATALOGUE, words, watch, paint, columns || 80, rows || 24);
    const screen = lines.join(`${CLEAR_LINE}\r\n`);
    if (screen === this.shown) return;
    this.shown = screen;
    this.terminal.write(`${HOME}${screen}${CLEAR_LINE}${CLEAR_BELOW}`);
  }

  /** What was seen stays on the ordinary screen. */
  end(_summary: Summary, state: WatchState): void {
    this.leave();
    process.off('exit', this.leave);
    const lines = state.last.map((one) => watchedLine(one, this.words, this.watch, this.paint));
    this.terminal.write(`${[...lines.slice(-20), this.watch.resets(state)].join('\n')}\n`);
  }
}
