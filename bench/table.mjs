/** The benchmark's result as Markdown. */

/** @typedef {import('./measure.mjs').Measurement} Measurement */
/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} shown
 * @property {number} runs
 * @property {number} scale
 * @property {Measurement} median scaled, but for the memory
 */
/**
 * @typedef {object} Result
 * @property {import('./contenders.mjs').Capture} capture
 * @property {Row[]} rows
 * @property {string[]} skipped
 * @property {string[]} wrong what a tool found otherwise than generated
 */

/** @param {number} bytes */
const megabytes = (bytes) => `${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
/** @param {number} value */
const brief = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

/**
 * How `explain` stands against a row.
 * @param {number} explain
 * @param {number} other
 */
const against = (explain, other) =>
  other >= explain ? `${brief(other / explain)}x faster` : `${brief(explain / other)}x slower`;

/**
 * @param {Row} row
 * @param {number} packets
 * @param {Row | undefined} explain
 */
const tableRow = (row, packets, explain) => {
  const { wallSeconds, cpuSeconds, rssBytes } = row.median;
  const scaled = row.scale === 1 ? '' : ' *';
  const standing =
    explain === undefined || explain === row
      ? ''
      : against(explain.median.wallSeconds, wallSeconds);
  const cells = [
    `\`${row.shown}\`${scaled}`,
    `${brief(wallSeconds)} s`,
    `${brief(cpuSeconds)} s`,
    megabytes(rssBytes),
    `${brief(packets / wallSeconds / 1e6)} M`,
    standing,
    String(row.runs),
  ];
  return `| ${cells.join(' | ')} |`;
};

/** @param {Result} result */
export const markdown = ({ capture: { name, truth }, rows, skipped, wrong }) => {
  const explain = rows.find((row) => row.name === 'explain');
  const scaled = rows.find((row) => row.scale !== 1);
  const size = `${(truth.bytes / 1e9).toFixed(2)} GB`;
  const counts = [truth.packets, truth.connections, truth.resets].map((n) =>
    n.toLocaleString('en'),
  );
  return [
    `**${name}.pcap**: ${size}, ${counts[0]} packets, ${counts[1]} connections, ${counts[2]} resets`,
    '',
    '| command | wall | CPU | peak memory | packets/s | explain is | runs |',
    '| --- | ---: | ---: | ---: | ---: | --- | ---: |',
    ...rows.map((row) => tableRow(row, truth.packets, explain)),
    ...(scaled ? ['', sliceNote(scaled)] : []),
    ...(wrong.length > 0 ? ['', ...wrong.map((line) => `**Not valid**: ${line}`)] : []),
    ...(skipped.length > 0 ? ['', ...skipped.map((reason) => `Skipped: ${reason}`)] : []),
    '',
  ].join('\n');
};

/** @param {Row} row */
const sliceNote = ({ scale }) =>
  `\\* measured on the middle tenth of the packets; times multiplied by ${brief(scale)}, memory as it was on the tenth.`;

/**
 * What issue and README promise, held against the medians.
 * @param {Result[]} results
 * @returns {string[]} a line each
 */
export const goals = (results) =>
  results.flatMap(({ capture: { name, truth }, rows, wrong }) => {
    if (wrong.length > 0) return [`${name}: not judged, results differ from what was generated`];
    const wall = (/** @type {string} */ row) =>
      rows.find((each) => each.name === row)?.median.wallSeconds ?? Number.NaN;
    const rss = rows.find((each) => each.name === 'explain')?.median.rssBytes ?? Number.NaN;
    const allowance = 150e6 + 200 * mattering(truth);
    const lines = [
      goal(
        'at least 100 times faster than tshark',
        wall('tshark') / wall('explain'),
        (x) => x >= 100,
      ),
      goal(
        'at least 15 times faster than tcptrace',
        wall('tcptrace') / wall('explain'),
        (x) => x >= 15,
      ),
      goal("at most 2 times tcpdump's wall time", wall('explain') / wall('tcpdump'), (x) => x <= 2),
      goal('under 150 MB and 200 B a connection that matters', rss / allowance, (x) => x <= 1),
    ];
    if (name === 'cut') {
      const rate = truth.packets / wall('stdin') / 1e6;
      lines.push(goal('at least 2.5 M packets/s on standard input', rate, (x) => x >= 2.5));
    }
    return lines.filter((line) => line !== undefined).map((line) => `${name}: ${line}`);
  });

/**
 * @param {string} text
 * @param {number} value NaN: not measured
 * @param {(value: number) => boolean} reached
 */
const goal = (text, value, reached) =>
  Number.isNaN(value)
    ? undefined
    : `${reached(value) ? 'reached' : 'MISSED'}: ${text} (${brief(value)})`;

const WITHOUT_RESET = ['unanswered-syn', 'fin-before-response', 'silence'];

/**
 * Connections that get a verdict: with a reset, or broken without one.
 * @param {import('./traffic/write-capture.mjs').Truth} truth
 */
export const mattering = ({ connectionsWithResets, byKind }) =>
  WITHOUT_RESET.reduce(
    (sum, kind) => sum + (byKind[kind]?.connections ?? 0),
    connectionsWithResets,
  );
