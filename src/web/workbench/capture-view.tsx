import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ReportData } from '../../report/html/data.ts';
import type { Go, Place } from '../view/place.ts';
import { Report, REPORT_PARTS } from '../view/report.tsx';
import type { Analysis } from './analysis/analyst.ts';
import { download } from './download.ts';
import { useWorkbenchWords } from './words.ts';

interface ReadingProps {
  readonly analysis: Analysis;
  readonly cancel: () => void;
}

/** While a capture is being read. */
export const Reading = ({ analysis, cancel }: ReadingProps) => {
  const { reading } = useWorkbenchWords();
  const { file, progress, failure } = analysis;
  const percent = percentOf(progress);
  return (
    <section class="reading" aria-live="polite">
      <h1>{reading.title(file)}</h1>
      {failure === undefined ? (
        <>
          <progress max="100" value={percent} aria-label={reading.title(file)} />
          <p>{reading.progress(percent, progress.packets)}</p>
        </>
      ) : (
        <p class="problem" role="alert">
          {reading.failed(failure)}
        </p>
      )}
      <button type="button" onClick={cancel}>
        {failure === undefined ? reading.cancel : reading.another}
      </button>
    </section>
  );
};

export const percentOf = ({ bytes, allBytes }: Analysis['progress']): number =>
  Math.min(100, Math.floor((100 * bytes) / Math.max(1, allBytes)));

interface CaptureReportProps {
  readonly report: ReportData;
  /** How far the ladders are, in percent; undefined: they are there. */
  readonly percent: number | undefined;
  readonly place: Place;
  readonly visit: number;
  readonly go: Go;
  readonly top: ComponentChildren;
  readonly fetchLadder: (connection: number) => Promise<void>;
  readonly makePage: (isAnonymised: boolean) => Promise<Blob> | undefined;
}

/** The report, whose ladders come when they are looked at: until then the last one stays. */
export const CaptureReport = (props: CaptureReportProps) => {
  const { report, percent, place, visit, go, top, fetchLadder, makePage } = props;
  const wanted = place.connection ?? firstShown(report);
  // Of some connections there is none to be had.
  const [settled, setSettled] = useState<number | undefined>(undefined);
  const isComplete = percent === undefined;
  const isHere = wanted === undefined || wanted in report.ladders || wanted === settled;
  const [shown, setShown] = useState({ place, visit });
  useEffect(() => {
    if (wanted !== undefined && isComplete && !isHere)
      void fetchLadder(wanted).then(() => setSettled(wanted));
  }, [wanted, isComplete, isHere]);
  useEffect(() => {
    if (isHere) setShown({ place, visit });
  }, [isHere, place, visit]);
  const parts = useParts();
  return (
    <Report
      data={report}
      place={shown.place}
      visit={shown.visit}
      go={go}
      top={
        <>
          {top}
          <Save file={report.file} percent={percent} makePage={makePage} />
        </>
      }
      parts={isComplete ? parts : Math.min(parts, REPORT_PARTS - 1)}
    />
  );
};

type SaveProps = Pick<CaptureReportProps, 'percent' | 'makePage'> & { readonly file: string };

/** The report as one file, for a ticket; until it is whole, how far it is. */
const Save = ({ file, percent, makePage }: SaveProps) => {
  const { saving } = useWorkbenchWords();
  const [isAnonymised, setAnonymised] = useState(false);
  const save = async () => {
    const page = await makePage(isAnonymised);
    if (page !== undefined) download(page, `${file}.html`);
  };
  if (percent !== undefined)
    return (
      <p class="save" role="status">
        {saving.segments(percent)}
      </p>
    );
  return (
    <p class="save">
      <button type="button" onClick={() => void save()}>
        {saving.save}
      </button>
      <label>
        <input
          type="checkbox"
          checked={isAnonymised}
          onChange={({ currentTarget }) => setAnonymised(currentTarget.checked)}
        />{' '}
        {saving.anonymise}
      </label>
    </p>
  );
};

/** One more after the other, with room for the browser in between. */
const useParts = (): number => {
  const [parts, setParts] = useState(1);
  useEffect(() => {
    if (parts >= REPORT_PARTS) return undefined;
    const timer = setTimeout(() => setParts(parts + 1));
    return () => clearTimeout(timer);
  }, [parts]);
  return parts;
};

const firstShown = ({ verdicts, groups }: ReportData): number | undefined =>
  verdicts[groups[0]?.example ?? -1]?.connection;
