import type { ReportData, VerdictData } from '../../report/html/data.ts';
import { explainedRow } from '../../report/html/verdict-rows.ts';
import { placeText, type Go } from './place.ts';
import { useWords } from './words.ts';

/** A frame that can be gone to. */
export const FrameLink = (props: { connection: number; frame: number; go: Go }) => {
  const { connection, frame, go } = props;
  const { words } = useWords();
  const follow = (event: Event) => {
    event.preventDefault();
    go({ connection, frame });
  };
  return (
    <a class="frame" href={`#${placeText({ connection, frame })}`} onClick={follow}>
      {words.frame(frame)}
    </a>
  );
};

/** What speaks for a verdict and against it, each with the frame that shows it. */
export const EvidenceList = (props: { data: ReportData; verdict: VerdictData; go: Go }) => {
  const { data, verdict, go } = props;
  const { words } = useWords();
  const kept = data.ladders[verdict.connection]?.frame ?? [];
  return (
    <ul class="evidence">
      {explainedRow(data, verdict).evidence.map(({ frame, text, supports }, index) => (
        <li key={index} class={supports ? 'for' : 'against'}>
          {frame > 0 && kept.includes(frame) && (
            <FrameLink connection={verdict.connection} frame={frame} go={go} />
          )}
          {frame > 0 && !kept.includes(frame) && <span class="frame">{words.frame(frame)}</span>}
          <span>
            {!supports && <em>{`${words.evenSo}${words.colon}`}</em>}
            {text}
          </span>
        </li>
      ))}
    </ul>
  );
};
