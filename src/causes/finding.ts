import type { Finding, Observation } from './cause.ts';
import { text } from './text.ts';

/** Something seen in a frame (0: in the capture as a whole) that speaks for the cause. */
export const seen = (frame: number, en: string, zh: string): Observation => ({
  frame,
  say: text(en, zh),
  supports: true,
});

/** Something seen that speaks against it, without ruling it out. */
export const against = (frame: number, en: string, zh: string): Observation => ({
  frame,
  say: text(en, zh),
  supports: false,
});

export type Impossible = Extract<Finding, { stands: 'impossible' }>;
/** Not ruled out. */
export type Standing = Exclude<Finding, Impossible>;

/** The frame, and why no trace of this cause can look like this. */
export const impossible = (frame: number, en: string, zh: string): Impossible => ({
  stands: 'impossible',
  because: against(frame, en, zh),
});

/** Not excluded by this capture. */
export const possible = (...because: readonly Observation[]): Standing => ({
  stands: 'possible',
  because,
});

/** This is just the trace it leaves. */
export const expected = (...because: readonly Observation[]): Standing => ({
  stands: 'expected',
  because,
});

/** `expected`, or only `possible` where something in the evidence speaks against it. */
export const standing = (because: readonly Observation[]): Standing =>
  because.every((observation) => observation.supports)
    ? expected(...because)
    : possible(...because);

/** 1.2 s, 350 s, 0.4 ms: a duration in milliseconds as people say it. */
export function duration(ms: number): string {
  const magnitude = Math.abs(ms);
  if (magnitude >= 99_950) return `${Math.round(ms / 1000)} s`;
  if (magnitude >= 950) return `${(ms / 1000).toFixed(1)} s`;
  if (magnitude >= 9.5) return `${Math.round(ms)} ms`;
  return magnitude >= 0.095 ? `${ms.toFixed(1)} ms` : `${Math.round(ms * 1000)} µs`;
}

/** once, 4 times */
export const times = (value: number): string => (value === 1 ? 'once' : `${count(value)} times`);

/** 48,213 */
export function count(value: number): string {
  const digits = String(value);
  return digits.length <= 3 ? digits : digits.replace(/\B(?=(\d{3})+$)/g, ',');
}
