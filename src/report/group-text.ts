import type { Text } from '../causes/text.ts';
import type { Confidence, Verdict } from '../forensics/verdict.ts';
import type { Group } from './group.ts';
import { nameInCounts, roleOfSender, tallied } from './model.ts';
import type { Tone } from './paint.ts';
import type { Sheet } from './sheet.ts';
import type { TextOptions } from './text.ts';
import { connectionFilter } from './wireshark.ts';
import type { Words } from './words.ts';

/** How much of each kind a group shows; a single connection shows everything. */
const EVIDENCE = 4;
const ALTERNATIVES = 3;
const ADVICE = 3;
const NAMES = 3;

/** One cause, as one paragraph: what, who, what they saw, why we think so, what to do. */
export const tellGroup = (sheet: Sheet, one: Group, number: string, options: TextOptions): void => {
  const { words, facts } = options;
  const { labels } = words;
  tellHeading(sheet, one, number, options);
  sheet.paragraph(facts[one.cause].facts.summary[words.language], undefined, 3);
  sheet.labelled(labels.who, whoText(one, words));
  tellConsequences(sheet, one, words);
  sheet.labelled(labels.evidence, exampleEvidence(one, words));
  const couldBe = alternativesText(one, options);
  sheet.labelled(labels.couldBe(isCertain(one)), couldBe);
  const { settle, advice, connection } = one.example;
  if (settle !== undefined) sheet.labelled(labels.settle, [settle[words.language]]);
  tellAdvice(sheet, advice.slice(0, ADVICE), words);
  sheet.labelled(labels.look, [words.look(connection.id, one.example.frame, one.cause)]);
  sheet.labelled(labels.wireshark, [connectionFilter(connection)]);
};

/** The first line of a group. */
export const tellHeading = (
  sheet: Sheet,
  one: Group,
  number: string,
  { words, facts }: TextOptions,
): void => {
  const right = `${words.tally(one)}${words.comma}${surenessText(one, words)}`;
  const title = facts[one.cause].facts.title[words.language];
  sheet.heading(number, title, right, toneOf(one.example));
};

const toneOf = (verdict: Verdict): Tone => (verdict.benign ? 'calm' : verdict.confidence);

/** `likely`, or `20 certain, 9 likely`. */
export const surenessText = (one: Group, words: Words): string => {
  const order: readonly Confidence[] = ['certain', 'likely', 'possible'];
  const counts = new Map(tallied(one.verdicts.map((verdict) => verdict.confidence)));
  const met = order.filter((confidence) => counts.has(confidence));
  return met.length === 1
    ? met.map((confidence) => words.confidence[confidence]).join()
    : met
        .map((confidence) => `${counts.get(confidence)} ${words.confidence[confidence]}`)
        .join(words.comma);
};

/** Who did it to whom: services by endpoint, clients by host, the busiest first. */
export const whoText = (one: Group, words: Words): string[] => {
  const { senderRole, verdicts, example, repeats } = one;
  const receiverRole = senderRole === 'client' ? 'server' : 'client';
  const senders = tallied(verdicts.map((v) => nameInCounts(v.sender, senderRole)));
  const receivers = tallied(verdicts.map((v) => nameInCounts(v.receiver, receiverRole)));
  const shownReceivers =
    receivers.length > 1 && receiverRole === 'client'
      ? words.hosts(receivers.length, receiverRole)
      : names(receivers, words);
  const who = words.who(example, names(senders, words), shownReceivers);
  return repeats > 0 ? [who, words.repeats(repeats)] : [who];
};

const names = (counted: readonly [string, number][], words: Words): string => {
  const [only] = counted;
  if (only !== undefined && counted.length === 1) return only[0];
  const shown = counted.slice(0, NAMES).map(([name, count]) => words.times(name, count));
  if (counted.length > NAMES) shown.push(words.more(counted.length - NAMES));
  return words.and(shown);
};

/** What a group meant to both applications, in words; an empty list where nothing can be said. */
export interface Consequences {
  readonly receiverSaw: readonly string[];
  readonly senderSaw: readonly string[];
  readonly effects: readonly string[];
  readonly lost: string | undefined;
}

export const consequencesOf = ({ verdicts }: Group, words: Words): Consequences => {
  const sawBy = (role: 'sender' | 'receiver') =>
    appsText(
      verdicts.map((verdict) => verdict.apps[role]),
      words,
    );
  const effects = tallied(verdicts.filter((v) => v.type === 'reset').map((v) => v.effect));
  return {
    receiverSaw: sawBy('receiver'),
    senderSaw: sawBy('sender'),
    effects: effects
      .filter(([effect]) => effect === 'ignored' || effect === 'challenged')
      .map(([effect, count]) => share(words.effect[effect], count, verdicts.length, words)),
    lost: lostText(verdicts, words),
  };
};

const tellConsequences = (sheet: Sheet, one: Group, words: Words): void => {
  const { verdicts, senderRole } = one;
  const { labels } = words;
  const receiverRole = senderRole === 'client' ? 'server' : 'client';
  const several = verdicts.length > 1;
  const { receiverSaw, senderSaw, effects, lost } = consequencesOf(one, words);
  sheet.labelled(labels.saw(receiverRole, several), receiverSaw, 'harm');
  sheet.labelled(labels.saw(senderRole, several), senderSaw);
  if (effects.length > 0) sheet.labelled(labels.effect, effects);
  if (lost !== undefined) sheet.labelled(labels.lost, [lost]);
};

/** The two commonest results, with their share where not all are alike. */
const appsText = (apps: readonly Verdict['apps']['sender'][], words: Words): string[] =>
  tallied(apps.flatMap((app) => words.calls(app) ?? []))
    .slice(0, 2)
    .map(([calls, count]) => share(calls, count, apps.length, words));

const share = (what: string, count: number, all: number, words: Words): string =>
  count === all ? what : `${what} (${words.outOf(count, all)})`;

const lostText = (verdicts: readonly Verdict[], words: Words): string | undefined => {
  const losing = verdicts.filter((verdict) => verdict.bytesLost.max > 0);
  if (losing.length === 0) return undefined;
  const min = losing.reduce((sum, verdict) => sum + verdict.bytesLost.min, 0);
  const max = losing.reduce((sum, verdict) => sum + verdict.bytesLost.max, 0);
  return words.lost(min, max, losing.length);
};

const exampleEvidence = (one: Group, words: Words): string[] => {
  const { id, client, server } = one.example.connection;
  const told = evidenceText(one.example, words);
  // What speaks against is not dropped silently: it goes before the last of what speaks for it.
  const shown = told.length > EVIDENCE ? shortened(one.example, told) : told;
  if (one.verdicts.length === 1) return shown;
  return [words.connection(id, client, server) + words.colon, ...shown];
};

const shortened = (verdict: Verdict, told: readonly string[]): string[] => {
  const against = told.filter((_, index) => verdict.evidence[index]?.supports === false);
  const kept = against.slice(0, 1);
  const support = told.filter((_, index) => verdict.evidence[index]?.supports === true);
  return [...support.slice(0, EVIDENCE - kept.length), ...kept];
};

/** Every observation of a verdict, in its order, with the frame that shows it. */
export const evidenceText = (verdict: Verdict, words: Words): string[] => {
  return verdict.evidence.map(({ frame, say, supports }) => {
    const fact = supports
      ? say[words.language]
      : `${words.evenSo}${words.colon}${say[words.language]}`;
    return frame > 0 ? `${words.frame(frame)}${words.colon}${fact}` : fact;
  });
};

/** A certain verdict leaves nothing open but its own special forms. */
export const isCertain = ({ verdicts }: Group): boolean =>
  verdicts.every(({ confidence }) => confidence === 'certain');

/** What else it could be, the most frequent first: with its share of the group where not all. */
export const alternativesText = (
  one: Group,
  { words, facts }: Pick<TextOptions, 'words' | 'facts'>,
): string[] => {
  const met = one.verdicts.flatMap((verdict) => verdict.alternatives);
  const all = one.verdicts.length;
  return tallied(met.map(({ cause }) => cause))
    .slice(0, ALTERNATIVES)
    .map(([cause, count]) => {
      const best = met.some((m) => m.cause === cause && m.confidence === 'likely');
      const sureness = words.confidence[best ? 'likely' : 'possible'];
      const part = count === all ? '' : words.outOf(count, all);
      return words.alternative(cause, facts[cause].facts.title[words.language], sureness, part);
    });
};

/** What to change: one item a line. */
const tellAdvice = (sheet: Sheet, advice: readonly Text[], words: Words): void => {
  sheet.labelled(
    words.labels.change,
    advice.map((one) => one[words.language]),
    'calm',
  );
};

/** A verdict alone, as the group of one that it is; everything about it is told. */
export const tellVerdict = (sheet: Sheet, verdict: Verdict, options: TextOptions): void => {
  const { words, facts } = options;
  const { labels } = words;
  const alone: Group = {
    cause: verdict.cause,
    senderRole: roleOfSender(verdict),
    verdicts: [verdict],
    resets: verdict.type === 'reset' ? 1 : 0,
    failures: verdict.type === 'failure' ? 1 : 0,
    repeats: 0,
    example: verdict,
  };
  const what = facts[verdict.cause].facts;
  const right = `${words.frame(verdict.frame)}${words.comma}${words.confidence[verdict.confidence]}`;
  sheet.heading('', what.title[words.language], right, toneOf(verdict));
  sheet.paragraph(what.summary[words.language], undefined, 3);
  sheet.labelled(labels.who, [...whoText(alone, words), builtText(verdict, words)]);
  tellConsequences(sheet, alone, words);
  sheet.labelled(labels.evidence, evidenceText(verdict, words));
  const couldBe = alternativesText(alone, options);
  sheet.labelled(labels.couldBe(isCertain(alone)), couldBe);
  if (verdict.settle !== undefined) sheet.labelled(labels.settle, [verdict.settle[words.language]]);
  tellAdvice(sheet, verdict.advice, words);
  sheet.labelled(labels.look, [`resetlab cause ${verdict.cause}`]);
  sheet.labelled(labels.wireshark, [connectionFilter(verdict.connection)]);
};

const builtText = (verdict: Verdict, words: Words): string => {
  if (verdict.failure !== undefined) return words.failure[verdict.failure];
  return verdict.shape === undefined ? '' : words.shape[verdict.shape];
};
