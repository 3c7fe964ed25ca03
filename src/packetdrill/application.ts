import type { Call } from '../host/call.ts';
import type { Host } from '../host/host.ts';
import type { Process } from '../host/process.ts';
import type { Socket } from '../host/socket.ts';
import type { Configuration } from './configuration.ts';
import type { EventPoll } from './event-poll.ts';
import type { Profile } from './profile.ts';
import type { CallAction } from './script.ts';

/** The port of the host under test where it listens, and of the script's where it connects to. */
export const PORT = 8080;

/** What a call returned: a number, or an errno; or other than the script has it in another way. */
export type Reply =
  | { readonly kind: 'value'; readonly value: number }
  | { readonly kind: 'errno'; readonly errno: string }
  /** What the call gave back in its arguments. */
  | { readonly kind: 'differs'; readonly expected: string; readonly actual: string }
  | { readonly kind: 'unsupported'; readonly construct: string };

/** A call on its way; `reply` makes sense of what it settles with. */
export interface Started {
  readonly call: Call<unknown>;
  readonly reply: (outcome: unknown) => Reply;
}

export type SystemCall = (app: Application, call: CallAction) => Reply | Started;

/** The program whose calls the script makes, with its file descriptors as the script numbers them. */
export class Application {
  readonly host: Host;
  readonly process: Process;
  readonly configuration: Configuration;
  readonly profile: Profile;
  readonly sockets = new Map<number, Socket>();
  readonly polls = new Map<number, EventPoll>();
  /** Opened, connected or accepted last: what Python's `tcpi_…` look at. */
  underTest: Socket | undefined = undefined;
  /** IP_TOS, which the host does not have: nothing may leave while it is set. */
  tos = 0;
  /** What the conversation of the script is with. */
  role: 'socket' | 'listener' | 'connecting' = 'socket';

  constructor(host: Host, configuration: Configuration, profile: Profile) {
    this.host = host;
    this.profile = profile;
    this.configuration = configuration;
    this.process = host.process('script');
    this.process.handle('SIGPIPE', 'ignore');
  }
}

export const value = (number: number): Reply => ({ kind: 'value', value: number });

export const unsupported = (construct: string): Reply => ({ kind: 'unsupported', construct });

export const isStarted = (reply: Reply | Started): reply is Started => 'call' in reply;

/** A call that settles with a number, or with something that means success. */
export const plainly = (call: Call<unknown>): Started => ({
  call,
  reply: (outcome) => value(typeof outcome === 'number' ? outcome : 0),
});
