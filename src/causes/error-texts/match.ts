import type { Text } from '../text.ts';
import { ERROR_TEXTS } from './entries.ts';
import type { ErrorText } from './entry.ts';

/** One known wording found in a pasted text. */
export interface ErrorTextMatch {
  readonly entry: ErrorText;
  /** The words that matched, as pasted. */
  readonly matched: string;
  /** Where they begin in the text, in UTF-16 units. */
  readonly at: number;
  /** The entry's next capture, for the port of the same line or undici's `remotePort`, or `PORT`. */
  readonly next: Text;
}

interface Sighting {
  readonly entry: ErrorText;
  readonly matched: string;
  readonly at: number;
}

/** A pasted log may be large; the error is in it, not in its millionth line. */
const LONGEST_TEXT = 256 * 1024;

/**
 * The known error wordings in a text, which may be one message or a whole stack trace, best first:
 * words that fix what happened before words that only wrap it, longer before shorter, earlier
 * before later. Empty where no wording is known.
 */
export const explainErrorText = (text: string): readonly ErrorTextMatch[] => {
  const searched = text.slice(0, LONGEST_TEXT);
  const seen = ERROR_TEXTS.flatMap((entry) => sightingOf(entry, searched));
  return withoutRepeatedCodes(withoutContained(seen))
    .toSorted(bestFirst)
    .map((sighting) => ({ ...sighting, next: withPort(sighting, searched) }));
};

const sightingOf = (entry: ErrorText, text: string): readonly Sighting[] => {
  const found = entry.pattern.exec(text);
  if (found === null) return [];
  const [words] = found;
  const indent = words.length - words.trimStart().length;
  return [{ entry, matched: words.trim(), at: found.index + indent }];
};

/** Of two wordings on the same words one stays: what tells more, the longer, the earlier. */
const withoutContained = (seen: readonly Sighting[]): readonly Sighting[] =>
  seen.filter((one, index) =>
    seen.every(
      (other, otherIndex) =>
        other === one || !overlap(one, other) || (tellsMore(one, other) || index - otherIndex) < 0,
    ),
  );

/** Negative where the first one does. */
const tellsMore = (one: Sighting, other: Sighting): number =>
  rank(one.entry) - rank(other.entry) || other.matched.length - one.matched.length;

const overlap = (one: Sighting, other: Sighting): boolean =>
  one.at < other.at + other.matched.length && other.at < one.at + one.matched.length;

/** `code: 'ECONNRESET'` below `socket hang up` is the same error again, and would mislead. */
const withoutRepeatedCodes = (seen: readonly Sighting[]): Sighting[] =>
  seen.filter(
    ({ entry }) =>
      entry.bareCode !== true ||
      !seen.some((other) => other.entry.bareCode !== true && other.entry.code === entry.code),
  );

const bestFirst = (one: Sighting, other: Sighting): number =>
  tellsMore(one, other) || one.at - other.at;

const rank = ({ wrapper, bareCode }: ErrorText): number =>
  wrapper === true ? 2 : bareCode === true ? 1 : 0;

/** A port stands after the remote address; a stack trace's line numbers only look like one. */
const PORT_PATTERNS: readonly RegExp[] = [
  /->(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\]):(\d{1,5})\b/i,
  /https?:\/\/[^\s/:"']{1,200}:(\d{1,5})\b/i,
  /(?:\b\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]{2,45}\]|\blocalhost|(?:^|\s)::1):(\d{1,5})\b/i,
  /\bport:? (\d{1,5})\b/i,
];

const withPort = (sighting: Sighting, text: string): Text => {
  const port =
    portIn(lineAt(text, sighting.at)) ??
    portIn(sighting.matched) ??
    /\bremotePort: (\d{1,5})\b/.exec(text)?.[1] ??
    'PORT';
  const { en, zh } = sighting.entry.next;
  return { en: en.replaceAll('{port}', port), zh: zh.replaceAll('{port}', port) };
};

const portIn = (line: string): string | undefined => {
  for (const pattern of PORT_PATTERNS) {
    const port = pattern.exec(line)?.[1];
    if (port !== undefined && Number(port) > 0 && Number(port) < 65536) return port;
  }
  return undefined;
};

const lineAt = (text: string, at: number): string => {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return text.slice(start, end === -1 ? undefined : end);
};
