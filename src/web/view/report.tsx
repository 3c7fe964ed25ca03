import type { ComponentChildren } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { GroupData, ReportData, VerdictData } from '../../report/html/data.ts';
import { Connection } from './connection.tsx';
import { Finding } from './finding.tsx';
import type { Go, Place } from './place.ts';
import { ThemeSwitch } from './theme.tsx';
import { Timeline } from './timeline.tsx';
import { VerdictList, type VerdictFilter } from './verdict-list.tsx';
import { viewWordsIn, WordsContext, useWords } from './words.ts';

export interface ReportProps {
  readonly data: ReportData;
  /** Where in the report the page is; whoever shows it keeps that, in the page's address or elsewhere. */
  readonly place: Place;
  /** Grows by one whenever the place is to be brought into view; 0: never yet. */
  readonly visit: number;
  readonly go: Go;
  /** What stands above it, where it is part of more; else its own name and the choice of colours. */
  readonly top?: ComponentChildren;
  /** Of its four parts, how many are there by now: whoever must not hold up a page shows one at a time. */
  readonly parts?: number;
}

export const REPORT_PARTS = 4;

/** Everything about one capture. */
export const Report = ({ data, place, visit, go, top, parts = REPORT_PARTS }: ReportProps) => {
  const view = useMemo(() => viewWordsIn(data.language), [data.language]);
  const [filter, setFilter] = useState<VerdictFilter>(() => ({
    ...ALL,
    withRepeats: isHarmless(data),
  }));
  const list = (group: number) => {
    setFilter({ text: '', group, withRepeats: false });
    document.getElementById('one-by-one')?.scrollIntoView({ block: 'start' });
  };
  const shown = place.connection ?? data.verdicts[data.groups[0]?.example ?? -1]?.connection;
  return (
    <WordsContext.Provider value={view}>
      <main lang={data.language === 'zh' ? 'zh-CN' : 'en'}>
        <Head data={data} top={top} />
        {parts > 1 && <Timeline data={data} list={list} />}
        <Findings data={data} go={go} list={list} />
        {parts > 2 && listable(data) && (
          <VerdictList
            data={data}
            filter={filter}
            setFilter={setFilter}
            selected={selectedIn(data, place)}
            go={go}
          />
        )}
        {parts > 3 && shown !== undefined && data.connections[shown] !== undefined && (
          <Connection data={data} id={shown} place={place} visit={visit} go={go} />
        )}
        <footer>
          <p>{view.page.footer(data.version)}</p>
          {data.isAnonymised && <p>{view.page.anonymised}</p>}
        </footer>
      </main>
    </WordsContext.Provider>
  );
};

/** Then what is harmless is all there is to see. */
const isHarmless = ({ groups }: ReportData): boolean => groups.every(({ isBenign }) => isBenign);

const ALL: VerdictFilter = { text: '', group: undefined, withRepeats: false };

/** A list of one, or of one and its repeats, would only say it all again. */
const listable = ({ verdicts }: ReportData): boolean =>
  verdicts.filter(({ isRepeat }) => !isRepeat).length > 1;

const selectedIn = (data: ReportData, { connection, frame }: Place): VerdictData | undefined =>
  data.verdicts.find((verdict) => verdict.frame === frame && verdict.connection === connection);

const Head = ({ data, top }: Pick<ReportProps, 'data' | 'top'>) => {
  const { words } = useWords();
  return (
    <header>
      {top ?? (
        <div class="top">
          <span class="mark">resetlab</span>
          <ThemeSwitch />
        </div>
      )}
      <h1>{data.title}</h1>
      {data.file !== '' && data.title !== data.file && <p class="file">{data.file}</p>}
      <p class="lead">{data.headline}</p>
      {data.problems.map((problem) => (
        <p key={problem} class="problem">
          <b>{words.labels.problem}</b> {problem}
        </p>
      ))}
      {data.notes.map((note) => (
        <p key={note} class="note">
          {words.labels.note}
          {words.colon}
          {note}
        </p>
      ))}
    </header>
  );
};

/** So many findings are all told in full; of more, the first. */
const ALL_OPEN = 5;
const FIRST_OPEN = 3;

interface FindingsProps {
  readonly data: ReportData;
  readonly go: Go;
  readonly list: (group: number) => void;
}

/** Worst first; what is harmless is folded. */
const Findings = ({ data, go, list }: FindingsProps) => {
  const { page } = useWords();
  const one = (group: GroupData) => {
    const index = data.groups.indexOf(group);
    const isOpen = group.isBenign || data.groups.length <= ALL_OPEN || index < FIRST_OPEN;
    const props = { data, group, index, isOpen, go, list };
    return <Finding key={index} {...props} />;
  };
  const harmful = data.groups.filter(({ isBenign }) => !isBenign);
  const harmless = data.groups.filter(({ isBenign }) => isBenign);
  return (
    <section aria-labelledby="what-happened" class="findings">
      <h2 id="what-happened">{page.findings}</h2>
      {data.nothing.map((paragraph) =>
        /^\w+ -/.test(paragraph) ? (
          <pre key={paragraph}>{paragraph}</pre>
        ) : (
          <p key={paragraph}>{paragraph}</p>
        ),
      )}
      {harmful.map(one)}
      {harmful.length === 0 && harmless.map(one)}
      {harmful.length > 0 && harmless.length > 0 && (
        <details class="harmless">
          <summary>{page.harmless(harmless.length)}</summary>
          {harmless.map(one)}
        </details>
      )}
    </section>
  );
};
