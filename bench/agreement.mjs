/**
 * Holds the verdicts of `resetlab explain` against what was generated, reset by reset:
 *
 *     node bench/agreement.mjs [--captures DIR] [--capture bytes,cut] [--cli PATH]
 *
 * Exits with 1 if a verdict is `certain` and wrong.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { explained } from './explain-output.mjs';

/**
 * What is right to say of a reset of each kind; the packets of a kind may show several of these
 * (the second reset of a train repeats the first).
 * @type {Record<string, string[]>}
 */
const RIGHT = {
  refused: ['closed-port', 'firewall-reject'],
  'linger-zero': [
    'linger-zero',
    'client-abort',
    'disconnect',
    'destroyed',
    'close-with-unread-data',
  ],
  'unread-data': ['close-with-unread-data', 'early-response', 'repeated-reset', 'data-after-close'],
  'keepalive-race': ['keepalive-race', 'data-after-close', 'repeated-reset'],
  'data-after-close': ['data-after-close', 'keepalive-race'],
  'half-open': ['half-open-restart', 'middlebox-idle-timeout'],
  injected: ['injected', 'repeated-reset', 'reset-ignored'],
  'keepalive-give-up': ['keepalive-timeout'],
  'health-check': ['health-check'],
  'port-scan': ['port-scan', 'closed-port', 'firewall-reject', 'connect-cancelled'],
  'tls-rejected': ['tls-rejected', 'injected'],
  'early-response': ['early-response', 'close-with-unread-data', 'repeated-reset'],
  'client-abort': ['client-abort', 'close-with-unread-data', 'repeated-reset'],
  'out-of-window': ['reset-ignored', 'injected'],
  challenged: ['reset-ignored', 'injected'],
  'four-tuple-reuse': ['four-tuple-reuse', 'handshake-ack-unacceptable', 'time-wait-collision'],
  'idle-timeout': ['middlebox-idle-timeout', 'half-open-restart'],
};

/**
 * The kind that was generated, by frame.
 * @param {string} path
 * @returns {Map<number, string>}
 */
const readKinds = (path) =>
  new Map(
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => /** @type {[string, string]} */ (line.split('\t')))
      .map(([frame, kind]) => [Number(frame), kind]),
  );

/**
 * @param {any} verdict a line of type reset
 * @param {string[]} right
 * @returns {'right' | 'among' | 'wrong'} `among`: not first, but named as an alternative
 */
const judge = ({ cause, alternatives }, right) => {
  if (right.includes(cause)) return 'right';
  const named = alternatives.some((/** @type {any} */ each) => right.includes(each.cause));
  return named ? 'among' : 'wrong';
};

/**
 * @param {string} directory
 * @param {string} name
 * @param {string | undefined} cli
 * @returns {Promise<number>} verdicts that are certain and wrong
 */
const compare = async (directory, name, cli) => {
  const kinds = readKinds(join(directory, `${name}.resets.tsv`));
  /** @type {Record<string, number>} */
  const table = {};
  let certainWrong = 0;
  for await (const line of explained(cli, join(directory, `${name}.pcap`))) {
    if (line.type !== 'reset') continue;
    const kind = kinds.get(line.frame) ?? 'NOT A RESET';
    kinds.delete(line.frame);
    const judged = judge(line, RIGHT[kind] ?? []);
    const row = [kind, judged, line.confidence, line.cause].join('\t');
    table[row] = (table[row] ?? 0) + 1;
    if (judged === 'wrong' && line.confidence === 'certain') certainWrong++;
  }
  console.log(
    `${name}: ${kinds.size} resets without a verdict; certain and wrong: ${certainWrong}`,
  );
  for (const row of Object.keys(table).toSorted()) console.log(`${row}\t${table[row]}`);
  return certainWrong;
};

const { values } = parseArgs({
  options: {
    captures: { type: 'string', default: fileURLToPath(new URL('captures', import.meta.url)) },
    capture: { type: 'string', default: 'bytes,cut' },
    cli: { type: 'string' },
  },
});
for (const name of values.capture.split(',')) {
  if ((await compare(values.captures, name, values.cli)) > 0) process.exitCode = 1;
}
