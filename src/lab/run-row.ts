import type { ResetEvent } from '../tcp/reset-event.ts';
import { tupleText } from '../tcp/four-tuple.ts';
import type { Run, Told } from './run.ts';
import { type Judgement, others } from './truth.ts';

/** A run as plain data for other programs; what stands in it keeps its meaning. */
export const runRow = (run: Run, judgement: Judgement): object => {
  const { scenario, variant, options } = run;
  return {
    type: 'run',
    scenario: scenario.id,
    variant: variant.name,
    makes: variant.makes,
    ...options,
    at: judgement.at,
    calls: run.calls,
    events: run.told.map(eventRow),
    findings: judgement.findings.map(({ frame, cause, verdict, named, sameWire, first }) => ({
      frame,
      cause: cause ?? null,
      verdict:
        verdict === undefined
          ? null
          : {
              cause: verdict.cause,
              confidence: verdict.confidence,
              alternatives: others(verdict),
            },
      named,
      sameWire,
      first,
    })),
  };
};

const eventRow = ({ who, event }: Told): object => ({
  who,
  ...plain(event),
  path: tupleText(event.path),
});

const plain = ({ path: _path, ...rest }: ResetEvent): object => rest;
