import type { Language } from '../../causes/text.ts';
import type { Verdict } from '../../forensics/verdict.ts';
import type { Group } from '../group.ts';
import { JsonRows } from '../json.ts';
import { roleOfSender } from '../model.ts';
import type { EvidenceData, ReportData, VerdictData } from './data.ts';

/** Makes the page's rows out of those of `explain --json`, in the order of their frames. */
export class VerdictRows {
  /** What the rows refer to. */
  readonly texts: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #rows: JsonRows;
  readonly #groups = new Map<Verdict, number>();
  /** By connection, the group of what a repeat would repeat. */
  readonly #newest = new Map<number, number>();
  #first: Verdict | undefined;

  constructor(language: Language, groups: readonly Group[]) {
    this.#rows = new JsonRows(language);
    groups.forEach(({ verdicts }, index) => {
      for (const verdict of verdicts) this.#groups.set(verdict, index);
    });
  }

  row(verdict: Verdict): VerdictData {
    const json: ExplainedRow = JSON.parse(
      `${this.#rows.head(verdict)}[]${this.#rows.tail(verdict)}`,
    );
    this.#first ??= verdict;
    const own = this.#groups.get(verdict);
    const { id } = verdict.connection;
    if (own !== undefined) this.#newest.set(id, own);
    return {
      type: json.type,
      frame: json.frame,
      time: json.time,
      atSeconds: this.secondsOf(verdict),
      connection: id,
      senderRole: roleOfSender(verdict),
      ...(json.shape !== undefined && { shape: json.shape }),
      ...(json.failure !== undefined && { failure: json.failure }),
      cause: json.cause,
      confidence: json.confidence,
      alternatives: json.alternatives,
      origin: json.origin,
      effect: json.effect,
      apps: json.apps,
      bytesLost: json.bytesLost,
      evidence: json.evidence.map((seen): EvidenceData => [
        seen.frame,
        this.#placeOf(seen.text),
        seen.supports ? 1 : 0,
      ]),
      settle: json.settle === null ? -1 : this.#placeOf(json.settle),
      isBenign: verdict.benign,
      isRepeat: own === undefined,
      group: own ?? this.#newest.get(id) ?? -1,
    };
  }

  /** Since the first verdict that was made a row of, to the microsecond. */
  secondsOf({ seconds, nanos }: Verdict): number {
    const first = this.#first;
    if (first === undefined) return 0;
    return seconds - first.seconds + Math.round((nanos - first.nanos) / 1000) / 1e6;
  }

  #placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** What `JsonRows` writes, as far as it is not taken from the verdict itself. */
type ExplainedRow = Omit<VerdictData, 'evidence' | 'settle'> & {
  readonly evidence: readonly { frame: number; text: string; supports: boolean }[];
  readonly settle: string | null;
};

/** A verdict of a page, whole again: what `explain --json` says of it but for its advice. */
export const explainedRow = (data: ReportData, verdict: VerdictData) => {
  const { client = '', server = '' } = data.connections[verdict.connection] ?? {};
  const [sender, receiver] = verdict.senderRole === 'client' ? [client, server] : [server, client];
  return {
    ...verdict,
    sender,
    receiver,
    evidence: verdict.evidence.map(([frame, text, supports]) => ({
      frame,
      text: data.texts[text] ?? '',
      supports: supports === 1,
    })),
    settle: data.texts[verdict.settle],
    advice: data.causes[verdict.cause]?.advice ?? [],
  };
};
