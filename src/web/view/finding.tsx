import type { ComponentChildren } from 'preact';
import type { GroupData, ReportData, VerdictData } from '../../report/html/data.ts';
import { explainedRow } from '../../report/html/verdict-rows.ts';
import { colourOf } from './colour.ts';
import { EvidenceList } from './evidence.tsx';
import { placeText, type Go } from './place.ts';
import { CopyButton, Prose } from './prose.tsx';
import { Sureness } from './sureness.tsx';
import { useWords } from './words.ts';

interface FindingProps {
  readonly data: ReportData;
  readonly group: GroupData;
  readonly index: number;
  readonly isOpen: boolean;
  readonly go: Go;
  readonly list: (group: number) => void;
}

/** One cause, as one paragraph: what, who, what they saw, why we think so, what to do. */
export const Finding = ({ data, group, index, isOpen, go, list }: FindingProps) => {
  const { words } = useWords();
  const { labels } = words;
  const cause = data.causes[group.cause];
  const example = data.verdicts[group.example];
  if (cause === undefined || example === undefined) return null;
  const { settle } = explainedRow(data, example);
  const receiverRole = group.senderRole === 'client' ? 'server' : 'client';
  const several = group.count > 1;
  return (
    <details class="finding" id={`finding-${index + 1}`} open={isOpen}>
      <summary>
        <h3>
          {data.groups.length > 1 && (
            <span class={`swatch ${colourOf(data, index)}`} aria-hidden="true" />
          )}
          {cause.title}
        </h3>
        <span class="meta">
          {group.tally} <Sureness confidence={group.confidence} text={group.sureness} />
          <code class="id">{group.cause}</code>
        </span>
      </summary>
      <p class="summary">{cause.summary}</p>
      <dl>
        <Row label={labels.who} items={group.who} />
        <Row label={labels.saw(receiverRole, several)} items={group.receiverSaw} isOutcome />
        <Row label={labels.saw(group.senderRole, several)} items={group.senderSaw} />
        <Row label={labels.effect} items={group.effects} />
        <Row label={labels.lost} items={group.lost === null ? [] : [group.lost]} />
        <Term label={labels.evidence}>
          {several && <p class="of">{nameOf(data, example, words.connection)}</p>}
          <EvidenceList data={data} verdict={example} go={go} />
        </Term>
        <Row label={labels.couldBe(example.confidence === 'certain')} items={group.couldBe} />
        {settle !== undefined && (
          <Term label={labels.settle}>
            <p>
              <Prose text={settle} copyable />
            </p>
          </Term>
        )}
        <Term label={labels.change}>
          <ul class="advice">
            {cause.advice.map((advice) => (
              <li key={advice}>
                <Prose text={advice} />
              </li>
            ))}
          </ul>
        </Term>
      </dl>
      <Actions example={example} group={group} go={go} list={() => list(index)} />
    </details>
  );
};

interface ActionsProps {
  readonly example: VerdictData;
  readonly group: GroupData;
  readonly go: Go;
  readonly list: () => void;
}

/** On to the connection that shows it best, or to all of them. */
const Actions = ({ example, group, go, list }: ActionsProps) => {
  const { page } = useWords();
  const place = { connection: example.connection, frame: example.frame };
  const show = (event: Event) => {
    event.preventDefault();
    go(place);
  };
  return (
    <p class="actions">
      <a class="button" href={`#${placeText(place)}`} onClick={show}>
        {page.showConnection(example.connection)}
      </a>
      {group.count > 1 && (
        <button type="button" class="button" onClick={list}>
          {page.showAll(group.count)}
        </button>
      )}
    </p>
  );
};

const nameOf = (
  data: ReportData,
  { connection }: VerdictData,
  text: (id: number, client: string, server: string) => string,
): string => {
  const { client = '', server = '' } = data.connections[connection] ?? {};
  return text(connection, client, server);
};

/** A label with what belongs to it. */
export const Term = ({ label, children }: { label: string; children: ComponentChildren }) => (
  <>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </>
);

/** What an application saw, as an error of its own. */
const ERRNO = /\bE[A-Z]{3,}\b/;

/** The same for lines of text; nothing where there is none. */
export const Row = (props: { label: string; items: readonly string[]; isOutcome?: boolean }) => {
  const { label, items, isOutcome = false } = props;
  if (items.length === 0) return null;
  return (
    <Term label={label}>
      {items.map((item) => (
        <p key={item} class={isOutcome && ERRNO.test(item) ? 'harm' : ''}>
          <Prose text={item} />
        </p>
      ))}
    </Term>
  );
};

/** A command or a filter, to be copied. */
export const Command = ({ label, text }: { label: string; text: string }) => (
  <Term label={label}>
    <p>
      <code>{text}</code>
      <CopyButton text={text} />
    </p>
  </Term>
);
