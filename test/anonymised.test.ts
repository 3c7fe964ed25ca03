import { describe, expect, it } from 'vitest';
import type { Ladder } from '../src/forensics/verdict.ts';
import { anonymised } from '../src/report/anonymise.ts';
import { findings } from '../src/report/verdicts.fixture.ts';
import { EXAMPLES, readTwice } from './captures.ts';

/** Whatever a cause says of a reset, and in whichever language: no address of the capture is left. */
describe.each(EXAMPLES)('$name', ({ bytes }) => {
  const { verdicts } = readTwice(bytes);
  const hosts = [
    ...new Set(verdicts.flatMap(({ connection: { client, server } }) => [client, server])),
  ]
    .map((endpoint) => endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/[[\]]/g, ''))
    .filter((host, index, all) => all.indexOf(host) === index);
  const ladders: Ladder[] = verdicts.map(({ connection }) => ({ connection, rows: [], verdicts }));

  it('names nobody once anonymised', () => {
    // Through JSON, as it is written: texts that are made when they are asked for are asked.
    const { findings: whole, ladders: drawn } = anonymised(findings(verdicts), ladders);
    const text = JSON.stringify([
      whole.verdicts.map(({ advice: _advice, ...told }) => told),
      drawn,
    ]);
    expect(hosts.filter((host) => text.includes(host))).toEqual([]);
    expect(text).not.toMatch(/10\.99\.|fd00:/);
  });
});
