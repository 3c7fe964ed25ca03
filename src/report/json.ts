import type { Language, Text } from '../causes/text.ts';
import type { ConnectionName, Summary, Verdict } from '../forensics/verdict.ts';
import { rfc3339 } from './numbers.ts';

/** Remembers the JSON of what recurs: an application's words, and the advice of a cause. */
export class JsonRows {
  readonly #language: Language;
  /** `,"file":"…"` where rows of several captures share one stream, else nothing. */
  readonly #file: string;
  readonly #advice = new Map<readonly Text[], string>();
  readonly #settle = new Map<Text, string>();
  readonly #words = new Map<string, string>();
  #connection: ConnectionName | undefined;
  #connectionJson = '';

  constructor(language: Language, file?: string) {
    this.#language = language;
    this.#file = file === undefined ? '' : `,"file":${JSON.stringify(file)}`;
  }

  /** One verdict as one line, with its line feed. */
  row(verdict: Verdict): string {
    return this.head(verdict) + this.advice(verdict) + this.tail(verdict);
  }

  /** The row up to its advice: what is particular to this verdict. */
  head(verdict: Verdict): string {
    const what =
      verdict.type === 'reset' ? `"shape":"${verdict.shape}"` : `"failure":"${verdict.failure}"`;
    const { sender, receiver } = verdict.apps;
    return (
      `{"type":"${verdict.type}","frame":${verdict.frame}` +
      `,"time":"${rfc3339(verdict.seconds, verdict.nanos)}"` +
      `,"connection":${this.#connectionOf(verdict.connection)}` +
      `,"sender":"${verdict.sender}","receiver":"${verdict.receiver}",${what}` +
      `,"cause":"${verdict.cause}","confidence":"${verdict.confidence}"` +
      `,"alternatives":[${alternatives(verdict)}]` +
      `,"origin":"${verdict.origin}","effect":"${verdict.effect}"` +
      `,"apps":{"sender":{"read":${this.#word(sender.read)},"write":${this.#word(sender.write)}}` +
      `,"receiver":{"read":${this.#word(receiver.read)},"write":${this.#word(receiver.write)}}}` +
      `,"bytesLost":{"min":${verdict.bytesLost.min},"max":${verdict.bytesLost.max}}` +
      `,"evidence":[${this.#evidence(verdict)}],"advice":`
    );
  }

  /** The row's middle, the same string for all verdicts of a cause. */
  advice({ advice }: Verdict): string {
    return remembered(this.#advice, advice, () =>
      JSON.stringify(advice.map((one) => one[this.#language])),
    );
  }

  /** The rest of the row. */
  tail({ settle }: Verdict): string {
    return `,"settle":${this.#settleOf(settle)}${this.#file}}\n`;
  }

  /** The last line of a capture. */
  summary(summary: Summary): string {
    const line = JSON.stringify({
      type: 'summary',
      packets: summary.counts.packets,
      connections: summary.connections,
      resets: summary.resets,
      failures: summary.failures,
      byCause: summary.byCause,
      notes: summary.notes.map((note) => note[this.#language]),
      problems: summary.problems.map(({ code, frame, offset, message, fatal }) => ({
        code,
        frame,
        offset,
        message,
        fatal,
      })),
    });
    return `${line.slice(0, -1)}${this.#file}}\n`;
  }

  #connectionOf(connection: ConnectionName): string {
    if (connection !== this.#connection) {
      this.#connection = connection;
      this.#connectionJson =
        `{"id":${connection.id},"communityId":"${connection.communityId}"` +
        `,"client":"${connection.client}","server":"${connection.server}"}`;
    }
    return this.#connectionJson;
  }

  #evidence(verdict: Verdict): string {
    let json = '';
    for (const seen of verdict.evidence) {
      if (json !== '') json += ',';
      json += `{"frame":${seen.frame},"text":${JSON.stringify(seen.say[this.#language])},"supports":${seen.supports}}`;
    }
    return json;
  }

  #settleOf(settle: Text | undefined): string {
    if (settle === undefined) return 'null';
    return remembered(this.#settle, settle, () => JSON.stringify(settle[this.#language]));
  }

  #word(word: string): string {
    return remembered(this.#words, word, () => JSON.stringify(word));
  }
}

const alternatives = (verdict: Verdict): string => {
  let json = '';
  for (const { cause, confidence } of verdict.alternatives) {
    if (json !== '') json += ',';
    json += `{"cause":"${cause}","confidence":"${confidence}"}`;
  }
  return json;
};

/** Most keys recur; those that do not must not pile up over a capture of millions of resets. */
const REMEMBERED = 1000;

const remembered = <Key>(memory: Map<Key, string>, key: Key, make: () => string): string => {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (memory.size < REMEMBERED) memory.set(key, made);
  return made;
};
