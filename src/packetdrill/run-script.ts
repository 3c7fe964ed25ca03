import { SocketError } from '../host/socket-error.ts';
import { Application, isStarted, type Reply } from './application.ts';
import { checkAssertions } from './assertions.ts';
import { Bench } from './bench.ts';
import { runCommand } from './commands.ts';
import { type Configuration, configurationOf } from './configuration.ts';
import { Conversation } from './conversation.ts';
import { Expectations } from './expectations.ts';
import { integerOf } from './expression.ts';
import type { Profile } from './profile.ts';
import type { CallAction, PacketAction, Script, ScriptEvent, When } from './script.ts';
import { beAsFreeBsd } from './freebsd-sysctls.ts';
import { makeCall } from './system-calls.ts';
import { namesOf } from './tcp-info.ts';
import { failure, lack, PASS, type Verdict } from './verdict.ts';

/** A call that blocks, as the script wants it to. */
interface Pending {
  readonly event: ScriptEvent;
  readonly action: CallAction;
  readonly untilMs: number;
  readonly isSettled: () => boolean;
  readonly settledAtMs: () => number;
  readonly reply: () => Reply;
}

/** Runs a script against a fresh host in virtual time. */
export const runScript = (script: Script, profile: Profile = 'linux'): Verdict => {
  const configuration = configurationOf(script.options);
  if (typeof configuration === 'string') return lack(script.options[0]?.line ?? 1, configuration);
  const missing = script.events.find(({ action }) => action.kind === 'unsupported');
  if (missing?.action.kind === 'unsupported') return lack(missing.line, missing.action.what);
  return new Run(script, configuration, profile).whole();
};

class Run {
  private readonly script: Script;
  private readonly configuration: Configuration;
  private readonly profile: Profile;
  private readonly bench: Bench;
  private readonly app: Application;
  private readonly conversation: Conversation;
  private readonly expectations: Expectations;
  /** Of the script's Python. */
  private readonly variables = new Map<string, number>();
  private pending: Pending | undefined = undefined;

  constructor(script: Script, configuration: Configuration, profile: Profile) {
    this.script = script;
    this.configuration = configuration;
    this.profile = profile;
    this.bench = new Bench(configuration);
    this.app = new Application(this.bench.host, configuration, profile);
    if (profile === 'freebsd') beAsFreeBsd(this.bench.host.settings);
    this.conversation = new Conversation(this.app);
    this.expectations = new Expectations(
      this.bench,
      this.conversation,
      configuration,
      script.acksAtWill === true,
    );
  }

  whole(): Verdict {
    const { init, events } = this.script;
    const begun = init === undefined ? PASS : this.command(1, init);
    if (begun.verdict !== 'pass') return begun;
    for (const event of events) {
      const verdict = this.event(event);
      if (verdict.verdict !== 'pass') return verdict;
    }
    const last = this.awaitPending();
    if (last.verdict !== 'pass') return last;
    return this.expectations.nothingLeft(events.at(-1)?.line ?? 1);
  }

  private event(event: ScriptEvent): Verdict {
    const { action, line, when } = event;
    if (action.kind === 'packet' && action.direction === 'out') {
      if (this.app.tos !== 0) return lack(line, 'socket option IP_TOS');
      const verdict = this.expectations.expect(action, when, line);
      return verdict.verdict === 'pass' ? this.lookAtPending() : verdict;
    }
    const base = this.bench.now;
    this.bench.advance(startOf(when, base));
    const verdict = this.act(event, base);
    return verdict.verdict === 'pass' ? this.lookAtPending() : verdict;
  }

  private act({ action, line, when }: ScriptEvent, base: number): Verdict {
    switch (action.kind) {
      case 'packet':
        return this.arrives(action, line);
      case 'icmp':
        return this.inject(this.conversation.icmpArrival(action), line);
      case 'call':
        return this.call({ action, line, when }, action, base);
      case 'command':
        return this.command(line, action.command);
      case 'code':
        return this.code(line, action.code);
      case 'unsupported':
        return lack(line, action.what);
    }
  }

  private arrives(action: PacketAction, line: number): Verdict {
    const { options } = action;
    const foreign = options === 'any' ? undefined : options.find(({ kind }) => kind === 'foreign');
    if (foreign?.kind === 'foreign') return lack(line, `TCP option ${foreign.name}`);
    return this.inject(this.conversation.arrival(action), line);
  }

  private inject(packet: Uint8Array | string, line: number): Verdict {
    if (typeof packet === 'string') return failure(line, packet);
    this.bench.arrives(packet);
    return PASS;
  }

  private call(event: ScriptEvent, action: CallAction, base: number): Verdict {
    const before = this.awaitPending();
    if (before.verdict !== 'pass') return before;
    const made = makeCall(this.app, action);
    if (!isStarted(made)) return this.judge(event.line, action, made);
    const { call, reply } = made;
    const replyNow = (): Reply => replyOf(call.result, reply);
    if (action.untilMs === undefined) {
      if (call.settled) return this.judge(event.line, action, replyNow());
      return failure(event.line, `${action.name}() blocks`);
    }
    let settledAtMs = this.bench.now;
    const offset = event.when.kind === 'relative' ? base : 0;
    this.pending = {
      event,
      action,
      untilMs: offset + action.untilMs,
      isSettled: () => call.settled,
      settledAtMs: () => settledAtMs,
      reply: replyNow,
    };
    call.whenSettled(() => {
      settledAtMs = this.bench.now;
    });
    return PASS;
  }

  /** Whether a call that blocked is over by now, and as it should. */
  private lookAtPending(): Verdict {
    const { pending, configuration } = this;
    if (pending === undefined || !pending.isSettled()) return PASS;
    this.pending = undefined;
    const { action, event, untilMs } = pending;
    const atMs = pending.settledAtMs();
    if (Math.abs(atMs - untilMs) > configuration.toleranceMs) {
      return failure(
        event.line,
        `${action.name}() returned at another time`,
        at(untilMs),
        at(atMs),
      );
    }
    return this.judge(event.line, action, pending.reply());
  }

  /** Before the next call: one at a time. */
  private awaitPending(): Verdict {
    const { pending, bench } = this;
    if (pending === undefined) return PASS;
    const limit = pending.untilMs + this.configuration.toleranceMs;
    while (!pending.isSettled() && bench.step(limit));
    if (pending.isSettled()) return this.lookAtPending();
    return failure(
      pending.event.line,
      `${pending.action.name}() did not return`,
      at(pending.untilMs),
    );
  }

  private judge(line: number, action: CallAction, reply: Reply): Verdict {
    if (reply.kind === 'unsupported') return lack(line, reply.construct);
    const { name } = action;
    if (reply.kind === 'differs') {
      return failure(line, `${name}() gave back something else`, reply.expected, reply.actual);
    }
    const expected = expectedText(action);
    const actual = reply.kind === 'errno' ? `-1 ${reply.errno}` : String(reply.value);
    const isSame = action.result.kind === 'any' || expected === actual;
    if (isSame || this.configuration.lenientCalls) return PASS;
    return failure(line, `${name}() returned something else`, expected, actual);
  }

  private command(line: number, command: string): Verdict {
    const outcome = runCommand(command, {
      bench: this.bench,
      host: this.bench.host,
      profile: this.profile,
      sockets: this.app.sockets.values(),
    });
    if (outcome.kind === 'unsupported') return lack(line, outcome.construct);
    return outcome.kind === 'fails' ? failure(line, outcome.why) : PASS;
  }

  private code(line: number, code: string): Verdict {
    const names = namesOf(this.app.underTest, this.bench.hostNow);
    const outcome = checkAssertions(code, names, this.variables);
    if (outcome.kind === 'unsupported') return lack(line, outcome.construct);
    if (outcome.kind === 'holds') return PASS;
    return failure(line, 'an assertion does not hold', outcome.text, outcome.actual);
  }
}

const at = (ms: number): string => `at ${(ms / 1000).toFixed(6)} s`;

/** Relative times count from what happened last. */
const startOf = (when: When, base: number): number => {
  if (when.kind === 'any') return base;
  if (when.kind === 'range') return when.relative ? base + when.fromMs : when.fromMs;
  return when.kind === 'relative' ? base + when.atMs : when.atMs;
};

const replyOf = (outcome: unknown, reply: (outcome: unknown) => Reply): Reply =>
  outcome instanceof SocketError ? { kind: 'errno', errno: outcome.code } : reply(outcome);

/** FreeBSD's names of what Linux has another one for. */
const ERRNO_NAMES: Record<string, string> = { EWOULDBLOCK: 'EAGAIN' };

const expectedText = ({ result, errno }: CallAction): string => {
  const number = String(integerOf(result));
  return errno === undefined ? number : `${number} ${ERRNO_NAMES[errno] ?? errno}`;
};
