import { group, type Group } from './group.ts';
import { alternativesText, evidenceText, isCertain, surenessText, whoText } from './group-text.ts';
import { ladderBlock } from './ladder.ts';
import { connectionsReset, type Findings } from './model.ts';
import { problemText, type TextOptions } from './text.ts';
import { printable } from './width.ts';
import { connectionFilter } from './wireshark.ts';
import { nameOf, type Role, type Words } from './words.ts';

/** Connections of one group that a ticket names. */
const NAMED = 20;

/** The report of one capture as Markdown (GitHub's dialect), to be pasted into a ticket. */
export const markdownReport = (
  findings: Findings,
  options: TextOptions,
  version: string,
): string => {
  const { words, all } = options;
  const { told, folded } = group(findings.verdicts, all);
  const parts = [
    `## ${words.markdown.title(printable(nameOf(findings.file, words)).replaceAll('`', "'"))}`,
    head(findings, options),
  ];
  if (told.length === 0)
    parts.push(words.nothing(findings.summary, folded.length > 0).join('\n\n'));
  else parts.push(table(told, options));
  for (const one of told) parts.push(section(one, options));
  if (findings.ladder !== undefined) {
    parts.push(fenced(ladderBlock(findings.ladder, { ...options, width: 100 })));
  }
  if (folded.length > 0) {
    const items = folded.map((one) => words.benign(one.cause, one.verdicts.length));
    parts.push(words.folded(items.join(words.comma)));
  }
  parts.push(`<sub>${words.markdown.made(version)}</sub>`);
  return `${parts.join('\n\n')}\n`;
};

const head = ({ summary, verdicts, interrupted }: Findings, { words }: TextOptions): string => {
  const lines = [words.headline(summary, connectionsReset(verdicts))];
  if (interrupted) lines.push(`**${words.interrupted}**`);
  for (const problem of summary.problems) {
    lines.push(`**${words.labels.problem}**${words.colon}${inline(problemText(problem, words))}`);
  }
  for (const note of summary.notes) {
    lines.push(`**${words.labels.note}**${words.colon}${note[words.language]}`);
  }
  return lines.join('\n\n');
};

const table = (groups: readonly Group[], options: TextOptions): string => {
  const { words, facts } = options;
  const row = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [
    row(words.markdown.table),
    '| --- | --- | --- | --- |',
    ...groups.map((one) =>
      row([
        facts[one.cause].facts.title[words.language],
        words.tally(one),
        surenessText(one, words),
        whoText(one, words).join(words.comma),
      ]),
    ),
  ].join('\n');
};

const section = (one: Group, options: TextOptions): string => {
  const { words, facts } = options;
  const { labels } = words;
  const { example } = one;
  const { id, client, server } = example.connection;
  const blocks = [
    `### ${facts[one.cause].facts.title[words.language]} (\`${one.cause}\`)`,
    facts[one.cause].facts.summary[words.language],
    sawList(one, words),
    `**${labels.evidence}**${words.colon}${words.connection(id, client, server)}`,
    bullets(evidenceText(example, words)),
  ];
  const couldBe = alternativesText(one, options);
  if (couldBe.length > 0) blocks.push(`**${labels.couldBe(isCertain(one))}**`, bullets(couldBe));
  if (example.settle !== undefined) {
    blocks.push(`**${labels.settle}**${words.colon}${example.settle[words.language]}`);
  }
  if (example.advice.length > 0) {
    blocks.push(
      `**${labels.change}**`,
      bullets(example.advice.map((item) => item[words.language])),
    );
  }
  blocks.push(`**${words.markdown.filter}**`, fenced(connectionFilter(example.connection)));
  if (one.verdicts.length > 1) blocks.push(words.markdown.examples(connectionNumbers(one)));
  return blocks.join('\n\n');
};

/** What each application saw, and what was lost, on the connection that serves as the example. */
const sawList = ({ example, senderRole }: Group, words: Words): string => {
  const receiverRole = senderRole === 'client' ? 'server' : 'client';
  const { min, max } = example.bytesLost;
  const items: string[] = [];
  const saw = (role: Role, app: 'sender' | 'receiver') => {
    const calls = words.calls(example.apps[app]);
    if (calls === undefined) return;
    items.push(`**${words.labels.saw(role, false)}**${words.colon}${calls}`);
  };
  saw(receiverRole, 'receiver');
  saw(senderRole, 'sender');
  if (max > 0) items.push(`**${words.labels.lost}**${words.colon}${words.lost(min, max, 1)}`);
  return bullets(items);
};

const connectionNumbers = ({ verdicts }: Group): string => {
  const ids = [...new Set(verdicts.map((verdict) => verdict.connection.id))];
  return `${ids.slice(0, NAMED).join(', ')}${ids.length > NAMED ? ', …' : ''}`;
};

const bullets = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');

const fenced = (block: string): string => `\`\`\`text\n${block.trimEnd()}\n\`\`\``;

/** Text of a file's own making: nothing in it may act as Markdown or HTML. */
const inline = (text: string): string => text.replace(/[\\`*_<>[\]|]/g, '\\$&');

const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
