import { useMemo } from 'preact/hooks';
import type { ConnectionData, ReportData, VerdictData } from '../../report/html/data.ts';
import { ladderEntries } from '../../report/html/ladder-data.ts';
import { explainedRow } from '../../report/html/verdict-rows.ts';
import { connectionFilter } from '../../report/wireshark.ts';
import { EvidenceList, FrameLink } from './evidence.tsx';
import { Command, Row, Term } from './finding.tsx';
import { Ladder } from './ladder.tsx';
import type { LadderMark } from './ladder-mark.ts';
import { Plot } from './plot.tsx';
import type { Go, Place } from './place.ts';
import { Prose } from './prose.tsx';
import { Sureness } from './sureness.tsx';
import { useWords, type ViewWords } from './words.ts';

interface ConnectionProps {
  readonly data: ReportData;
  readonly id: number;
  readonly place: Place;
  readonly visit: number;
  readonly go: Go;
}

/** One connection: every verdict on it, its ladder, and its numbers over time. */
export const Connection = ({ data, id, place, visit, go }: ConnectionProps) => {
  const view = useWords();
  const { words, page } = view;
  const verdicts = useMemo(
    () => data.verdicts.filter(({ connection }) => connection === id),
    [data, id],
  );
  const ladder = data.ladders[id];
  const entries = useMemo(() => (ladder === undefined ? [] : ladderEntries(ladder)), [ladder]);
  const marks = useMemo(
    () => verdicts.map((one) => markOf(data, one, view)),
    [data, verdicts, view],
  );
  const evidence = useMemo(
    () =>
      new Set(
        verdicts
          .filter(({ isRepeat }) => !isRepeat)
          .flatMap((one) => one.evidence.map(([frame]) => frame)),
      ),
    [verdicts],
  );
  const name = data.connections[id];
  if (name === undefined) return null;
  const select = (frame: number) => go({ connection: id, frame }, true);
  return (
    <section class="connection" id="connection" aria-labelledby="connection-title">
      <h2 id="connection-title">{page.connection(id)}</h2>
      <Names name={name} />
      {verdicts
        .filter(({ isRepeat }) => !isRepeat)
        .map((verdict) => (
          <Verdict key={verdict.frame} data={data} verdict={verdict} go={go} />
        ))}
      <h3>{page.ladder}</h3>
      {entries.length === 0 ? (
        <p class="note">{page.notInCapture}</p>
      ) : (
        <>
          <Ladder
            key={id}
            entries={entries}
            client={name.client}
            server={name.server}
            marks={marks}
            evidence={evidence}
            selected={place.frame}
            visit={visit}
            select={select}
          />
          <Plot key={`plot-${id}`} entries={entries} selected={place.frame} select={select} />
        </>
      )}
      <dl>
        <Command label={words.labels.wireshark} text={connectionFilter({ id, ...name })} />
        {data.file !== '' && (
          <Command
            label={page.command}
            text={`resetlab explain ${shellWord(data.file)} --connection ${id}`}
          />
        )}
        {name.communityId !== '' && <Command label={page.communityId} text={name.communityId} />}
      </dl>
    </section>
  );
};

/** Who speaks with whom. */
const Names = ({ name }: { name: ConnectionData }) => {
  const { words } = useWords();
  return (
    <p class="names">
      <span>
        {words.role.client} <b>{name.client}</b>
      </span>
      <span aria-hidden="true">→</span>
      <span>
        {words.role.server} <b>{name.server}</b>
      </span>
    </p>
  );
};

/** A file name as a shell takes it for one word. */
const shellWord = (word: string): string =>
  /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

const markOf = (data: ReportData, verdict: VerdictData, { words }: ViewWords): LadderMark => {
  const { apps, senderRole } = verdict;
  const [client, server] =
    senderRole === 'client' ? [apps.sender, apps.receiver] : [apps.receiver, apps.sender];
  return {
    frame: verdict.frame,
    title: data.causes[verdict.cause]?.title ?? verdict.cause,
    confidence: verdict.confidence,
    isBenign: verdict.isBenign,
    isRepeat: verdict.isRepeat,
    fromEndpoint: verdict.origin !== 'middlebox',
    obeyed: verdict.effect === 'accepted',
    clientSaw: words.calls(client),
    serverSaw: words.calls(server),
  };
};

interface VerdictProps {
  readonly data: ReportData;
  readonly verdict: VerdictData;
  readonly go: Go;
}

/** One verdict in full; folded where a finding above has told the same. */
const Verdict = ({ data, verdict, go }: VerdictProps) => {
  const { words, page } = useWords();
  const { labels } = words;
  const cause = data.causes[verdict.cause];
  const isTold = data.groups[verdict.group]?.example === data.verdicts.indexOf(verdict);
  const settle = explainedRow(data, verdict).settle;
  const kept = data.ladders[verdict.connection]?.frame.includes(verdict.frame) === true;
  return (
    <article class="verdict">
      <h4>
        {kept && <FrameLink connection={verdict.connection} frame={verdict.frame} go={go} />}
        {cause?.title}
        <Sureness confidence={verdict.confidence} text={words.confidence[verdict.confidence]} />
      </h4>
      <p class="meta">
        {verdict.time.replace('T', ' ').replace('Z', ' UTC')} · {builtOf(verdict, words)}
      </p>
      <details open={!isTold}>
        <summary>{page.details}</summary>
        <dl>
          <Row
            label={labels.who}
            items={[
              words.who(
                { failure: verdict.failure, origin: verdict.origin },
                explainedRow(data, verdict).sender,
                explainedRow(data, verdict).receiver,
              ),
            ]}
          />
          <Row label={labels.effect} items={[words.effect[verdict.effect]]} />
          <Term label={labels.evidence}>
            <EvidenceList data={data} verdict={verdict} go={go} />
          </Term>
          <Row
            label={labels.couldBe(verdict.confidence === 'certain')}
            items={couldBe(data, verdict, words)}
          />
          {settle !== undefined && (
            <Term label={labels.settle}>
              <p>
                <Prose text={settle} copyable />
              </p>
            </Term>
          )}
          {cause !== undefined && cause.sources.length > 0 && (
            <Row label={page.sources} items={[cause.sources.join(words.comma)]} />
          )}
        </dl>
      </details>
    </article>
  );
};

const builtOf = (verdict: VerdictData, words: ViewWords['words']): string => {
  if (verdict.failure !== undefined) return words.failure[verdict.failure];
  return verdict.shape === undefined ? '' : words.shape[verdict.shape];
};

const couldBe = (
  data: ReportData,
  { alternatives }: VerdictData,
  words: ViewWords['words'],
): string[] =>
  alternatives.map(({ cause, confidence }) =>
    words.alternative(cause, data.causes[cause]?.title ?? '', words.confidence[confidence], ''),
  );
