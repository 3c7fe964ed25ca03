import { placeText, type StreamPlace } from '../device/stream-place.ts';
import type { EndedLife, Life } from '../net/services/services.ts';
import type { ResetEvent } from '../tcp/reset-event.ts';
import { nameOf } from '../wire/ip-address.ts';
import type { Asked } from './stack-call.ts';
import type { Opened } from './stack-link.ts';
import type { Tally } from './stack-tally.ts';

/** What `resetlab stack` says as it runs: each a line or more with line feeds, or nothing. */
export interface StackLines {
  waiting(place: StreamPlace): string;
  up(opened: Opened, asked: Asked): string;
  opened(life: Life): string;
  closed(life: EndedLife): string;
  reset(event: ResetEvent): string;
  conflict(address: string, mac: string): string;
  lost(why: Error): string;
  summary(tally: Tally): string;
}

const row = (type: string, fields: object): string => `${JSON.stringify({ type, ...fields })}\n`;

const now = (): string => new Date().toISOString();

export const jsonLines = (): StackLines => ({
  waiting: (place) => row('waiting', { time: now(), place: placeText(place) }),
  up: ({ device: { name, mtu, offload }, addresses, mac }, { services }) =>
    row('up', { time: now(), device: name, addresses, mac, mtu, offload, services }),
  opened: (life) => row('opened', { time: now(), ...life }),
  closed: ({ durationMs, ...life }) =>
    row('closed', { time: now(), ...life, durationMs: Math.round(durationMs) }),
  reset: (event) => row('reset', resetFields(event)),
  conflict: (address, mac) => row('conflict', { time: now(), address, mac }),
  lost: (why) => row('lost', { time: now(), why: why.message }),
  summary: ({ connections, events, causes }) =>
    row('summary', { connections, ...events, causes: Object.fromEntries(causes) }),
});

const resetFields = (event: ResetEvent): object => {
  const { kind, state, rule, path, variables } = event;
  return {
    time: now(),
    kind,
    local: nameOf(path.local),
    remote: nameOf(path.remote),
    state,
    ...('cause' in event && { cause: event.cause }),
    ...('linuxReason' in event && { linuxReason: event.linuxReason }),
    rule,
    ...('reset' in event && { reset: unsigned(event.reset) }),
    ...('answers' in event && { answers: unsigned(event.answers) }),
    ...('offender' in event && { offender: unsigned(event.offender) }),
    ...(variables !== undefined && { variables: unsigned(variables) }),
  };
};

/** Numbers of either kind are signed in the engine; lengths and windows are below 2^31 anyway. */
const unsigned = (record: object | undefined): object | undefined =>
  record === undefined
    ? undefined
    : Object.fromEntries(
        Object.entries(record).map(([name, value]) => [name, Number(value) >>> 0]),
      );
