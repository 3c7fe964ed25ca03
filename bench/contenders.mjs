/** The commands that are measured against one another on one capture. */
import { execFileSync, spawnSync } from 'node:child_process';

import { explainCommand } from './explain-output.mjs';
import { which } from './measure.mjs';

/**
 * @typedef {object} Contender
 * @property {string} name `explain`, `stdin`, `tcpdump`, `tshark`, `tcptrace`
 * @property {string} shown in the table, `F` being the capture
 * @property {string[]} needs programs
 * @property {string[]} command
 * @property {string} [fedFrom] the file on its standard input
 * @property {number} runs at most
 * @property {number} scale wall and CPU time count so many times: the slice's part of the capture
 */
/**
 * @typedef {object} Capture
 * @property {string} name
 * @property {string} path
 * @property {import('./traffic/write-capture.mjs').Truth} truth
 */
/**
 * @typedef {object} Options
 * @property {string | undefined} cli
 * @property {number} runs
 * @property {number} slowRuns of tools that take many seconds
 * @property {boolean} full tshark reads all of the capture, not a tenth
 */

const RESET_V4 = '(ip and tcp[13]&4!=0)';
/** libpcap has no `tcp[…]` for IPv6: next header TCP, then the flags 13 bytes behind 40. */
const RESET_V6 = '(ip6 and ip6[6]=6 and ip6[13+40]&4!=0)';
/** `vlan` shifts all that follows it, so it stands last. */
const RESET_FILTER = `${RESET_V4} or ${RESET_V6} or (vlan and (${RESET_V4} or ${RESET_V6}))`;

/** How many packets tcpdump's filter finds. @param {string} path */
export const tcpdumpCount = (path) => {
  const said = execFileSync('tcpdump', ['-r', path, '--count', RESET_FILTER], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return Number.parseInt(said, 10);
};

/**
 * The middle tenth of a capture.
 * @param {Capture} capture
 * @param {string} slicePath
 * @returns {number} how many times smaller, in packets
 */
export const cutSlice = ({ path, truth: { packets } }, slicePath) => {
  const from = Math.floor(packets * 0.45) + 1;
  const to = Math.floor(packets * 0.55);
  execFileSync('editcap', ['-F', 'pcap', '-r', path, slicePath, `${from}-${to}`], {
    stdio: 'ignore',
  });
  return packets / (to - from + 1);
};

/**
 * @param {Capture} capture
 * @param {Options} options
 * @param {{ path: string, scale: number }} forTshark
 * @returns {Contender[]}
 */
export const contenders = ({ path }, options, forTshark) => {
  const { runs, slowRuns, cli, full } = options;
  return [
    {
      name: 'explain',
      shown: 'resetlab explain --json F',
      needs: [],
      command: explainCommand(cli, path),
      runs,
      scale: 1,
    },
    {
      name: 'stdin',
      shown: 'cat F \\| resetlab explain --json -',
      needs: [],
      command: explainCommand(cli, '-'),
      fedFrom: path,
      runs,
      scale: 1,
    },
    {
      name: 'tcpdump',
      shown: 'tcpdump -r F -w /dev/null FILTER',
      needs: ['tcpdump'],
      command: ['tcpdump', '-r', path, '-w', '/dev/null', RESET_FILTER],
      runs,
      scale: 1,
    },
    {
      name: 'tcptrace',
      shown: 'tcptrace -n F',
      needs: ['tcptrace'],
      command: ['tcptrace', '-n', path],
      runs: Math.min(runs, slowRuns),
      scale: 1,
    },
    {
      name: 'tshark',
      shown: full ? 'tshark -r F -Y tcp.flags.reset==1' : 'tshark -r SLICE -Y tcp.flags.reset==1',
      needs: full ? ['tshark'] : ['tshark', 'editcap'],
      command: ['tshark', '-r', forTshark.path, '-Y', 'tcp.flags.reset==1'],
      runs: Math.min(runs, slowRuns),
      scale: forTshark.scale,
    },
  ];
};

/**
 * What the programs say of their version.
 * @param {string[]} programs
 */
export const versions = (programs) =>
  programs.filter((program) => which(program)).map((program) => versionOf(program));

/** @param {string} program */
const versionOf = (program) => {
  const flag = program === 'tcptrace' ? '-v' : '--version';
  const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' });
  const words = `${stdout}\n${stderr}`.match(/\d+\.\d+\.\d+/);
  return `${program} ${words?.[0] ?? '(version unknown)'}`;
};
