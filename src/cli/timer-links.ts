import { IDLE_TIMERS } from '../causes/idle-timers.ts';
import type { Link } from '../forensics/timer-chain.ts';
import { type Complaint, complain, isComplaint } from '../reading/complaint.ts';
import { suggest } from './suggest.ts';

/** `name`, `name=60`, `name=75/60` (towards the client / towards the server). */
const WORD = /^([a-z][a-z-]*)(?:=([^/]+)(?:\/(.+))?)?$/;
const NEVER = new Set(['never', 'none', 'off', '0']);

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** Whether the words describe a chain, and not captures. */
export const looksLikeChain = (words: readonly string[]): boolean =>
  words.every((word) => WORD.test(word));

/** The chain that the words describe, from client to server. */
export const linksOf = (words: readonly string[]): Link[] | Complaint => {
  const links: Link[] = [];
  for (const word of words) {
    const link = linkOf(word);
    if (isComplaint(link)) return link;
    links.push(link);
  }
  if (links.filter(({ product }) => product.kind === 'hop').length < 2) {
    return complain('a chain has at least two ends: resetlab timers alb=60 node=5');
  }
  return links;
};

const linkOf = (word: string): Link | Complaint => {
  const [, id = '', first, second] = WORD.exec(word) ?? [];
  const product = Object.hasOwn(IDLE_TIMERS, id) ? IDLE_TIMERS[id] : undefined;
  if (product === undefined) return unknown(id);
  const down = secondsOf(first, word);
  const up = secondsOf(second ?? first, word);
  if (isComplaint(down)) return down;
  if (isComplaint(up)) return up;
  if (product.kind === 'passage') return { id, product, idle: down.value ?? product.idle.seconds };
  const { downstream, upstream } = product;
  return {
    id,
    product,
    downstream: downstream && (down.value ?? downstream.seconds),
    upstream: upstream && (up.value ?? upstream.seconds),
  };
};

/** In seconds, or with a unit: `90`, `90s`, `6m`, `1h`, `500ms`, `never`. */
const secondsOf = (
  text: string | undefined,
  word: string,
): { readonly value: number | undefined } | Complaint => {
  if (text === undefined) return { value: undefined };
  if (NEVER.has(text)) return { value: Number.POSITIVE_INFINITY };
  const [, number = '', unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  if (number === '') return complain(`${word}: "${text}" is no time: 60, 60s, 5m, 1h, never`);
  return { value: Number(number) * (UNITS[unit] ?? 1) };
};

const unknown = (id: string): Complaint => {
  const near = suggest(id, Object.keys(IDLE_TIMERS));
  const hint =
    near.length > 0
      ? `perhaps ${near.join(', ')}`
      : 'client, proxy, server and firewall stand for anything';
  return complain(`no timers are known of "${id}"; ${hint} (resetlab timers --list)`);
};
