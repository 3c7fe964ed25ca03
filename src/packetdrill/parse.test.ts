import { describe, expect, it } from 'vitest';
import { parseScript } from './parse.ts';
import type { Action, PacketAction, Script, ScriptEvent } from './script.ts';

const parsed = (source: string, defined: string[] = []): Script => {
  const script = parseScript(source, new Set(defined));
  if ('problem' in script) throw new Error(`${script.line}: ${script.problem}`);
  return script;
};

const only = (source: string): ScriptEvent => parsed(source).events[0]!;
const action = (source: string): Action => only(source).action;
const packet = (source: string): PacketAction => action(source) as PacketAction;

describe('the time of an event', () => {
  it.each([
    ['0.25 `true`', { kind: 'absolute', atMs: 250 }],
    ['+.01 `true`', { kind: 'relative', atMs: 10 }],
    ['* > . 1:1(0) ack 1', { kind: 'any' }],
    ['.1~.2 > . 1:1(0) ack 1', { kind: 'range', relative: false, fromMs: 100, untilMs: 200 }],
    ['+.1~+.2 > . 1:1(0) ack 1', { kind: 'range', relative: true, fromMs: 100, untilMs: 200 }],
  ])('%s', (source, when) => {
    expect(only(source).when).toEqual(when);
  });

  it('of a call that blocks ends with it', () => {
    expect(action('+0...0.3 read(4, ..., 100) = 100')).toMatchObject({ untilMs: 300 });
  });

  it('is open for packets that leave alone', () => {
    expect(parseScript('\n* < . 1:1(0) ack 1')).toMatchObject({ line: 2 });
  });
});

describe('a packet', () => {
  it('is read with all it may have', () => {
    const source =
      '+0 > [ect0] FPU. 1:11(10) ack 4294967295 win 5 urg 3 <mss 1460,sackOK,TS val 1 ecr 2,nop,wscale 7,sack 1:2 5:9>';
    expect(packet(source)).toEqual({
      kind: 'packet',
      direction: 'out',
      flags: 1 | 8 | 32 | 16,
      seq: 1,
      absolute: false,
      length: 10,
      ack: 4_294_967_295,
      window: 5,
      urgent: 3,
      options: [
        { kind: 'mss', value: 1460 },
        { kind: 'sackOK' },
        { kind: 'TS', val: 1, ecr: 2 },
        { kind: 'nop' },
        { kind: 'wscale', value: 7 },
        {
          kind: 'sack',
          blocks: [
            [1, 2],
            [5, 9],
          ],
        },
      ],
      ip: { ecn: 2 },
      sourcePort: undefined,
      targetPort: undefined,
    });
  });

  it("has nplab's forms: an unknown number, one as on the wire, and what the IP header says", () => {
    expect(packet('+0 > S. ...(0) ack 4 <...>')).toMatchObject({ seq: undefined, options: 'any' });
    expect(packet('+0 > (tos 0x20) R. 0:0(0)! ack 1')).toMatchObject({
      absolute: true,
      ip: { tos: 32 },
    });
  });

  it('without flags is written with a dash', () => {
    expect(packet('+0 < - 1:1(0) win 5')).toMatchObject({ flags: 0, direction: 'in' });
  });

  it.each([
    ['+0 < . 1:3(1) ack 1', 'does not fit'],
    ['+0 < X 1:1(0)', 'no flag'],
    ['+0 < . 1:1(0) ack 4294967296', 'out of range'],
    ['+0 < . 1:1(0) win 65536', 'out of range'],
  ])('is refused: %s', (source, problem) => {
    expect(parseScript(source)).toMatchObject({
      line: 1,
      problem: expect.stringContaining(problem),
    });
  });

  it('of a protocol that is not there is understood that far, and the rest of the script too', () => {
    const { events } = parsed('+0 > udp (100)\n+0 close(3) = 0');
    expect(events.map(({ action: { kind } }) => kind)).toEqual(['unsupported', 'call']);
  });
});

describe('a call', () => {
  it('has arguments, a result, an errno and a note', () => {
    const source = '+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)';
    expect(action(source)).toEqual({
      kind: 'call',
      untilMs: undefined,
      name: 'connect',
      args: [{ kind: 'integer', value: 3 }, { kind: 'any' }, { kind: 'any' }],
      result: { kind: 'integer', value: -1 },
      errno: 'EINPROGRESS',
    });
  });

  it('takes structures and flags', () => {
    const source =
      '+0 f({onoff=1, sin_addr=inet_addr("1.2.3.4")}, A | B, [7], "a" "b\\n"...) = 0x02 (flags O_RDWR)';
    expect(action(source)).toMatchObject({
      args: [
        {
          kind: 'struct',
          fields: [
            { name: 'onoff', value: { kind: 'integer', value: 1 } },
            {
              name: 'sin_addr',
              value: { kind: 'apply', args: [{ kind: 'string', text: '1.2.3.4' }] },
            },
          ],
        },
        { kind: 'or' },
        { kind: 'list' },
        { kind: 'string', text: 'ab\n' },
      ],
      result: { value: 2 },
    });
  });
});

describe('a script', () => {
  it('has options, a command before time begins, comments, and one after it ends', () => {
    const script = parsed(
      '// why\n--ip_version=ipv6\n--mtu=1280\n`defaults.sh\nsysctl -q a=1`\n/* not\nyet */ 0 `x` // now\n`restore`\n',
    );
    expect(script.options).toEqual([
      { line: 2, name: 'ip_version', value: 'ipv6' },
      { line: 3, name: 'mtu', value: '1280' },
    ]);
    expect(script.init).toBe('defaults.sh\nsysctl -q a=1');
    expect(script.events).toMatchObject([{ line: 7, action: { command: 'x' } }]);
  });

  it('resolves #ifdef without moving lines', () => {
    const source = '#ifdef A\n0 `a`\n#else\n0 `b`\n#endif\n0 `c`';
    const commands = (defined: string[]) =>
      parsed(source, defined).events.map(({ line, action: it_ }) => [
        line,
        (it_ as { command: string }).command,
      ]);
    expect(commands(['A'])).toEqual([
      [2, 'a'],
      [6, 'c'],
    ]);
    expect(commands([])).toEqual([
      [4, 'b'],
      [6, 'c'],
    ]);
    expect(parseScript('#ifdef A\n')).toMatchObject({ problem: '#ifdef without #endif' });
  });
});
