import { LOSABLES, type Losable } from '../../lab/adjust.ts';
import type { Role, SocketOption } from '../../causes/scenario.ts';
import { placeIn, placeText, type Place } from '../view/place.ts';

/** Where in the workbench somebody is: the page's address, so that it can be sent to others. */
export type Address =
  | { readonly view: 'capture'; readonly place: Place }
  | { readonly view: 'scenarios' }
  | { readonly view: 'lab'; readonly lab: LabState }
  | { readonly view: 'claims' };

/** A run in the laboratory, and the moment at which it is looked at. */
export interface LabState {
  readonly scenario: string;
  readonly variant: string;
  readonly seed: number;
  /** Undefined: as the variant has it. */
  readonly family: 4 | 6 | undefined;
  readonly timestamps: boolean | undefined;
  readonly delayMs: number | undefined;
  /** Percent of packets. */
  readonly loss: number;
  readonly sysctls: readonly (readonly [name: string, value: string])[];
  readonly options: readonly (SocketOption & { readonly socket: string })[];
  readonly losses: readonly { readonly what: Losable; readonly times: number }[];
  /** Where the capture is taken that the detective sees. */
  readonly at: Role;
  /** Index of a moment; undefined: the end. */
  readonly moment: number | undefined;
  /** Undefined: the one that moves. */
  readonly connection: string | undefined;
}

export const NO_PLACE: Place = { connection: undefined, frame: undefined };

/** A run as it is written, shown from its beginning. */
export const labAt = (scenario: string, variant: string): LabState => ({
  scenario,
  variant,
  seed: 1,
  family: undefined,
  timestamps: undefined,
  delayMs: undefined,
  loss: 0,
  sysctls: [],
  options: [],
  losses: [],
  at: 'client',
  moment: 0,
  connection: undefined,
});

/** With the `#` before it. */
export const addressText = (address: Address): string => {
  switch (address.view) {
    case 'capture':
      return `#${placeText(address.place)}`;
    case 'scenarios':
      return '#lab';
    case 'claims':
      return '#claims';
    case 'lab':
      return labText(address.lab);
  }
};

const labText = (lab: LabState): string => {
  const query = new URLSearchParams();
  if (lab.seed !== 1) query.set('seed', String(lab.seed));
  if (lab.family !== undefined) query.set('ip', String(lab.family));
  if (lab.timestamps !== undefined) query.set('timestamps', lab.timestamps ? '1' : '0');
  if (lab.delayMs !== undefined) query.set('delay', String(lab.delayMs));
  if (lab.loss > 0) query.set('loss', String(lab.loss));
  for (const [name, value] of lab.sysctls) query.append('set', `${name}=${value}`);
  for (const { socket, name, value } of lab.options)
    query.append('option', `${socket}.${name}=${valueText(value)}`);
  for (const { what, times } of lab.losses) query.append('lose', `${times} ${what}`);
  if (lab.at !== 'client') query.set('at', lab.at);
  if (lab.connection !== undefined) query.set('connection', lab.connection);
  if (lab.moment !== 0) query.set('moment', lab.moment === undefined ? 'end' : String(lab.moment));
  const text = query.toString();
  return `#lab/${lab.scenario}/${lab.variant}${text === '' ? '' : `?${text}`}`;
};

export const valueText = (value: SocketOption['value']): string =>
  typeof value === 'number' ? String(value) : value.join(' ');

/** One number or several, apart by blanks; undefined: neither. */
export const valueIn = (text: string): SocketOption['value'] | undefined => {
  const parts = text.trim().split(/\s+/);
  if (!parts.every((part) => /^-?\d{1,10}$/.test(part))) return undefined;
  const [first = 0, ...more] = parts.map(Number);
  return more.length === 0 ? first : [first, ...more];
};

/** An address as `addressText` writes it; of anything else, what can be understood. */
export const addressIn = (hash: string): Address => {
  const text = hash.replace(/^#/, '');
  if (text === 'lab') return { view: 'scenarios' };
  if (text === 'claims') return { view: 'claims' };
  const lab = /^lab\/([\w-]+)\/([\w-]+)(?:\?(.*))?$/.exec(text);
  if (lab !== null) {
    const [, scenario = '', variant = '', query = ''] = lab;
    return { view: 'lab', lab: labIn(scenario, variant, new URLSearchParams(query)) };
  }
  return { view: 'capture', place: placeIn(text) };
};

const labIn = (scenario: string, variant: string, query: URLSearchParams): LabState => {
  const timestamps = query.get('timestamps');
  const family = query.get('ip');
  return {
    scenario,
    variant,
    seed: numberIn(query.get('seed'), 0, 2 ** 31 - 1) ?? 1,
    family: family === '6' ? 6 : family === '4' ? 4 : undefined,
    timestamps: timestamps === null ? undefined : timestamps === '1',
    delayMs: numberIn(query.get('delay'), 0, 10_000),
    loss: numberIn(query.get('loss'), 0, 100) ?? 0,
    sysctls: query.getAll('set').flatMap(sysctlIn),
    options: query.getAll('option').flatMap(optionIn),
    losses: query.getAll('lose').flatMap(lossIn),
    at: query.get('at') === 'server' ? 'server' : 'client',
    moment:
      query.get('moment') === 'end' ? undefined : (numberIn(query.get('moment'), 0, 1e6) ?? 0),
    connection: query.get('connection') ?? undefined,
  };
};

const numberIn = (text: string | null, least: number, most: number): number | undefined => {
  if (text === null || !/^\d+(?:\.\d+)?$/.test(text)) return undefined;
  return Math.max(least, Math.min(most, Number(text)));
};

const sysctlIn = (text: string): [string, string][] => {
  const [, name, value] = /^([\w.]+)=(.*)$/.exec(text) ?? [];
  return name === undefined || value === undefined ? [] : [[name, value]];
};

const optionIn = (text: string): LabState['options'] => {
  const [, socket, name, words = ''] = /^([\w-]+)\.(\w+)=(.*)$/.exec(text) ?? [];
  const value = valueIn(words);
  if (socket === undefined || name === undefined || value === undefined) return [];
  return [{ socket, name, value }];
};

const lossIn = (text: string): LabState['losses'] => {
  const [, times, name] = /^(\d{1,4}) (.+)$/.exec(text) ?? [];
  const what = LOSABLES.find((one) => one === name);
  return what === undefined ? [] : [{ what, times: Number(times) }];
};
