/** The C programs of the benchmark, built into a directory of their own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Programs
 * @property {string} bulk
 * @property {string} relay
 * @property {Record<string, string>} lwip by name, Debian's first
 * @property {() => void} remove
 */

const HERE = fileURLToPath(new URL('.', import.meta.url));
const FLAGS = ['-O3', '-march=native', '-w'];

/** @param {string | undefined} lwipSource @returns {Programs} */
export const buildPrograms = (lwipSource) => {
  const place = mkdtempSync(join(tmpdir(), 'resetlab-bench-'));
  /** @param {string} name @param {readonly string[]} words */
  const compile = (name, words) => {
    const program = join(place, name);
    execFileSync('gcc', [...FLAGS, '-o', program, ...words], { stdio: 'inherit' });
    return program;
  };
  const peer = join(HERE, 'lwip-peer.c');
  /** @type {Record<string, string>} */
  const lwip = {
    "lwIP 2.1.3, Debian's (window 64 KiB)": compile('lwip-debian', [
      '-I/usr/include/lwip',
      peer,
      '-llwip',
    ]),
  };
  if (lwipSource !== undefined) {
    lwip['lwIP from source (window 1 MiB)'] = compile('lwip-source', [
      peer,
      ...ofSource(lwipSource),
    ]);
  }
  return {
    bulk: compile('bulk', [join(HERE, 'bulk.c')]),
    relay: compile('relay', [join(HERE, 'relay.c')]),
    lwip,
    remove: () => rmSync(place, { recursive: true }),
  };
};

/** @param {string} source */
const ofSource = (source) => {
  const options = join(HERE, 'lwip-options');
  const files = ['core', 'core/ipv4'].flatMap((folder) =>
    readdirSync(join(source, 'src', folder))
      .filter((file) => file.endsWith('.c'))
      .map((file) => join(source, 'src', folder, file)),
  );
  return [`-I${options}`, `-I${join(source, 'src', 'include')}`, join(options, 'now.c'), ...files];
};
