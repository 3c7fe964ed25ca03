import { isCauseId } from '../causes/ids.ts';
import { parsePlace, placeText } from '../device/stream-place.ts';
import type { Faults } from '../net/faults/faults.ts';
import { proxy, server } from '../net/faults/index.ts';
import { isMoment, MOMENTS } from '../net/faults/moment.ts';
import { type FaultOptions, type Plan, planOf } from '../net/faults/plan.ts';
import { complain, type Complaint, isComplaint } from '../reading/complaint.ts';
import { DONE, WRONG } from './exit-codes.ts';
import { type FaultsLines, jsonLines, listText, textLines, waysJson } from './faults-text.ts';
import { ALL_ENDS, Interrupt } from './interrupt.ts';
import { Output, tell } from './output.ts';
import { suggest } from './suggest.ts';
import { languageOf, paintFor, widthOf } from './terminal.ts';
import { unknownCause } from './unknown-cause.ts';

export interface FaultsOptions {
  readonly list?: true;
  readonly cause?: string;
  readonly moment?: string;
  readonly listen?: string;
  readonly upstream?: string;
  readonly afterBytes?: number;
  readonly afterMs?: number;
  readonly every?: number;
  readonly probability?: number;
  readonly seed?: number;
  readonly response?: string;
  readonly json?: true;
  readonly lang?: string;
  readonly width?: number;
  readonly color?: boolean;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** What the call asks for, in full. */
interface Asked {
  readonly faults: FaultOptions;
  readonly plan: Plan;
  readonly listen: Place;
  /** Undefined where nothing is passed on. */
  readonly upstream: Place | undefined;
}

/** `resetlab faults`: runs until Ctrl-C, or lists the ways; returns the exit code. */
export const runFaults = async (options: FaultsOptions): Promise<number> => {
  if (options.list === true) return listWays(options);
  const asked = whatIsAsked(options);
  if (isComplaint(asked)) return wrong(asked);
  const faults = await open(asked);
  if (isComplaint(faults)) return wrong(faults);
  return run(faults, asked, options);
};

const wrong = ({ complaint }: Complaint): number => {
  tell(complaint);
  return WRONG;
};

const listWays = async (options: FaultsOptions): Promise<number> => {
  const { json, lang, color, width } = options;
  const language = languageOf(lang);
  const output = new Output();
  await output.write(
    json === true ? waysJson(language) : listText(language, paintFor(color), widthOf(width)),
  );
  await output.flush();
  return DONE;
};

/** Each line leaves at once: somebody watches, or a test waits for it. */
const run = async (faults: Faults, asked: Asked, options: FaultsOptions): Promise<number> => {
  const output = new Output();
  const lines = linesFor(options);
  const say = (line: string): void => {
    void output.write(line);
    void output.flush();
  };
  const { upstream } = asked;
  faults.on('broken', (broken) => say(lines.broken(broken)));
  faults.on('trouble', (trouble) => say(lines.trouble(trouble, placeText(upstream!))));
  const from = placeText({ host: faults.address, port: faults.port });
  const ended = untilEnded(faults);
  say(lines.begin(asked.plan, from, upstream === undefined ? undefined : placeText(upstream)));
  const failure = await ended;
  await faults.close();
  say(lines.summary(faults.connections, faults.broken.length));
  await output.flush();
  return failure === undefined ? DONE : wrong(complain(failure.message));
};

const linesFor = ({ json, lang, color }: FaultsOptions): FaultsLines =>
  json === true ? jsonLines(languageOf(lang)) : textLines(languageOf(lang), paintFor(color));

/** Undefined where it was asked for. */
const untilEnded = (faults: Faults): Promise<Error | undefined> =>
  new Promise((resolve) => {
    new Interrupt(ALL_ENDS).wake(() => resolve(undefined));
    faults.on('error', resolve);
  });

const open = async ({ faults, listen, upstream }: Asked): Promise<Faults | Complaint> => {
  try {
    return upstream === undefined
      ? await server({ ...faults, ...listen })
      : await proxy({ ...faults, ...listen, upstream });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const hint = code === 'EADDRINUSE' ? '; choose another port, or end who listens there' : '';
    return complain(`--listen ${placeText(listen)}: ${message}${hint}`);
  }
};

const whatIsAsked = (options: FaultsOptions): Asked | Complaint => {
  const faults = faultsAsked(options);
  if (isComplaint(faults)) return faults;
  const plan = planOf(faults);
  if (typeof plan === 'string') return complain(plan);
  const { cause, making, how } = plan.way;
  if (making.startsWith('our TCP')) {
    return complain(
      `${cause} needs our TCP on a device (resetlab stack, resetlab/faults): ${how.en}`,
    );
  }
  if (options.listen === undefined) return complain('--listen is missing: where clients connect');
  const listen = placeOf('--listen', options.listen, 0);
  if (isComplaint(listen)) return listen;
  const upstream = upstreamOf(options.upstream, making === 'listener', cause);
  return upstream !== undefined && isComplaint(upstream)
    ? upstream
    : { faults, plan, listen, upstream };
};

const upstreamOf = (
  word: string | undefined,
  isAlone: boolean,
  cause: string,
): Place | Complaint | undefined => {
  if (!isAlone && word === undefined) {
    return complain(`--upstream is missing: the server to which everything passes`);
  }
  if (isAlone && word !== undefined) {
    return complain(`${cause} passes nothing on: leave --upstream out`);
  }
  return word === undefined ? undefined : placeOf('--upstream', word, 1);
};

const faultsAsked = (options: FaultsOptions): FaultOptions | Complaint => {
  const { cause, moment, response, afterBytes, afterMs, every, probability, seed } = options;
  if (cause === undefined) {
    return complain('--cause is missing; `resetlab faults --list` has them all');
  }
  if (!isCauseId(cause)) return unknownCause(cause);
  if (moment !== undefined && !isMoment(moment)) {
    const [meant] = suggest(moment, MOMENTS);
    const hint = meant === undefined ? MOMENTS.join(', ') : `did you mean ${meant}?`;
    return complain(`no moment is called "${moment}"; ${hint}`);
  }
  return {
    cause,
    ...(moment !== undefined && { moment }),
    ...(response !== undefined && { response: unescaped(response) }),
    ...(afterBytes !== undefined && { afterBytes }),
    ...(afterMs !== undefined && { afterMs }),
    ...(every !== undefined && { every }),
    ...(probability !== undefined && { probability }),
    ...(seed !== undefined && { seed }),
  };
};

/** What a shell has no easy way to write. */
const unescaped = (text: string): string => text.replaceAll('\\r', '\r').replaceAll('\\n', '\n');

/** `5433`, `127.0.0.1:5433`, `[::1]:5433`, `db.test:5432`. */
const placeOf = (option: string, word: string, least: 0 | 1): Place | Complaint => {
  const port = Number(word);
  if (/^\d+$/.test(word) && port >= least && port <= 65_535) return { host: '127.0.0.1', port };
  const place = parsePlace(word);
  if (place !== undefined && 'host' in place) return place;
  return complain(`${option} ${word}: it must be [host:]port, as 5432 or 127.0.0.1:5432`);
};
