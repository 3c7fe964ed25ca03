import { CATALOGUE } from '../../causes/catalogue.ts';
import type { Summary } from '../../forensics/verdict.ts';
import { JsonRows } from '../../report/json.ts';
import { type Manner, takesTwoLines, watchedEntry, watchedLine } from '../../report/watch/line.ts';
import { watchScreen } from '../../report/watch/screen.ts';
import type { Watched, WatchState } from '../../report/watch/state.ts';
import type { Words } from '../../report/words.ts';
import type { Output } from '../output.ts';

/** How a watcher shows what it sees. */
export interface Face {
  begin(): void;
  told(watched: Watched): void;
  /** Now and then. */
  refresh(state: WatchState): void;
  /** The terminal is as it was before. */
  leave(): void;
  /** What was seen, after that. */
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

  leave(): void {
    // It is no screen.
  }

  end(summary: Summary, state: WatchState): void {
    this.refresh(state);
    this.output.writeNow(this.rows.summary(summary));
  }
}

/** One line a verdict. */
export class LinesFace implements Face {
  private readonly output: Output;
  private readonly manner: Manner;
  private dropped = 0;

  constructor(output: Output, manner: Manner) {
    this.output = output;
    this.manner = manner;
  }

  begin(): void {
    // The first line is the first verdict.
  }

  told(watched: Watched): void {
    this.line(watchedLine(watched, this.manner));
  }

  refresh({ dropped = 0 }: WatchState): void {
    if (dropped <= this.dropped) return;
    this.dropped = dropped;
    this.line(this.manner.watch.dropped(dropped));
  }

  leave(): void {
    // It is no screen.
  }

  end(_summary: Summary, state: WatchState): void {
    this.refresh(state);
    this.line(this.manner.watch.resets(state));
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
/** Verdicts that stay to be read when the screen is gone. */
const LEFT_BEHIND = 20;

/** A screen of its own, left as it was found. */
export class ScreenFace implements Face {
  private readonly terminal: NodeJS.WriteStream;
  private readonly manner: Manner;
  private drawnMs = Number.NEGATIVE_INFINITY;
  private shown = '';
  private isOn = false;
  private readonly atExit = (): void => this.leave();
  /** Terminals break lines anew, or forget some. */
  private readonly resized = (): void => {
    this.shown = '';
    this.drawnMs = Number.NEGATIVE_INFINITY;
  };

  constructor(terminal: NodeJS.WriteStream, manner: Manner) {
    this.terminal = terminal;
    this.manner = manner;
  }

  begin(): void {
    this.isOn = true;
    process.once('exit', this.atExit);
    this.terminal.on('resize', this.resized);
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
    // Of a line that takes the last column too, terminals clear the last character.
    const width = (columns || 80) - 1;
    const lines = watchScreen(state, CATALOGUE, this.manner, width, rows || 24);
    const screen = lines.join(`${CLEAR_LINE}\r\n`);
    if (screen === this.shown) return;
    this.shown = screen;
    this.terminal.write(`${HOME}${screen}${CLEAR_LINE}${CLEAR_BELOW}`);
  }

  leave(): void {
    if (this.isOn) this.terminal.write(LEAVE);
    this.isOn = false;
    process.off('exit', this.atExit);
    this.terminal.off('resize', this.resized);
  }

  /** What was seen stays on the ordinary screen. */
  end(_summary: Summary, state: WatchState): void {
    const { manner } = this;
    const { last, dropped } = state;
    const isTwoLines = takesTwoLines(last, (this.terminal.columns || 80) - 1);
    const lines = [
      ...last.slice(-LEFT_BEHIND).flatMap((one) => watchedEntry(one, manner, isTwoLines, Infinity)),
      ...(dropped ? [manner.watch.dropped(dropped)] : []),
      manner.watch.resets(state),
    ];
    this.terminal.write(`${lines.join('\n')}\n`);
  }
}
