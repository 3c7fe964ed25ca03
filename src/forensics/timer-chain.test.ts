import { describe, expect, it } from 'vitest';
import { type Hop, IDLE_TIMERS, type Passage } from '../causes/idle-timers.ts';
import { judgeChain, type Link } from './timer-chain.ts';

const hop = (id: string, downstream?: number, upstream?: number): Link => ({
  id,
  product: IDLE_TIMERS[id] as Hop,
  downstream,
  upstream,
});
const passage = (id: string, idle: number): Link => ({
  id,
  product: IDLE_TIMERS[id] as Passage,
  idle,
});
const outcomes = (...chain: readonly Link[]) => judgeChain(chain).map(({ outcome }) => outcome);

describe('two neighbours', () => {
  it.each([
    ['closes first', 60, 5, 'race'],
    ['closes at the same time', 60, 60, 'race'],
    ['outlives by a second', 60, 61, 'tight'],
    ['outlives by two', 60, 62, 'fine'],
    ['never closes', 60, Number.POSITIVE_INFINITY, 'fine'],
    ['closes, where the left one never does', Number.POSITIVE_INFINITY, 5, 'race'],
    ['is not known', 60, undefined, 'unknown'],
  ])('the right one %s: %s s against %s s, %s', (_name, keeps, closes, outcome) => {
    expect(outcomes(hop('alb', undefined, keeps), hop('node', closes))).toEqual([outcome]);
  });

  it('says what to set, in the words of the product: the server first, since it has the setting', () => {
    const [joint] = judgeChain([hop('alb', 60, 60), hop('node', 5)]);
    expect(joint?.changes).toEqual([
      {
        id: 'node',
        side: 'downstream',
        seconds: 65,
        setting: 'server.keepAliveTimeout = 65000; server.headersTimeout = 66000',
      },
      { id: 'alb', side: 'upstream', seconds: 3, setting: 'idle_timeout.timeout_seconds=3' },
    ]);
  });

  it('names what can be set before what cannot', () => {
    const [joint] = judgeChain([hop('nginx', 75, 700), hop('azure-redis', 600)]);
    expect(joint?.changes.map(({ id }) => id)).toEqual(['nginx', 'azure-redis']);
    const [fixed] = judgeChain([hop('gcp-lb', 610, 600), hop('node', 5)]);
    expect(fixed?.changes[0]).toMatchObject({ id: 'node', seconds: 605 });
  });

  it('cannot ask who never closes to be outlived', () => {
    const [joint] = judgeChain([
      hop('client', undefined, Number.POSITIVE_INFINITY),
      hop('node', 5),
    ]);
    expect(joint?.changes).toMatchObject([{ id: 'client', seconds: 3 }]);
  });
});

describe('a passage between them', () => {
  it('forgets what both keep longer', () => {
    const chain = [hop('client', undefined, 900), passage('nlb', 350), hop('mysql', 28_800)];
    const [, joint] = judgeChain(chain);
    expect(joint).toMatchObject({ outcome: 'forgotten', passage: { id: 'nlb' } });
    expect(joint?.changes).toEqual([
      { id: 'nlb', side: 'idle', seconds: 905, setting: 'tcp.idle_timeout.seconds=905' },
      { id: 'client', side: 'upstream', seconds: 340, setting: undefined },
    ]);
  });

  it('does no harm if one end lets go before', () => {
    expect(
      outcomes(hop('client', undefined, 60), passage('nlb', 350), hop('mysql', 28_800)),
    ).toEqual(['fine', 'fine']);
  });

  it('must outlive whichever end is first, by more than a moment', () => {
    expect(
      outcomes(hop('client', undefined, 349), passage('nlb', 350), hop('mysql', 28_800)),
    ).toEqual(['fine', 'forgotten']);
  });
});

it('takes a chain two by two', () => {
  expect(outcomes(hop('client', undefined, 30), hop('nginx', 75, 60), hop('node', 5))).toEqual([
    'fine',
    'race',
  ]);
});

it('every product has a name and at least one limit, and its words take a number', () => {
  for (const [id, product] of Object.entries(IDLE_TIMERS)) {
    expect(id).toMatch(/^[a-z][a-z-]*$/);
    const timers =
      product.kind === 'passage' ? [product.idle] : [product.downstream, product.upstream];
    const there = timers.filter((timer) => timer !== undefined);
    expect(there.length, id).toBeGreaterThan(0);
    for (const { set } of there) if (set) expect(set(60), id).toMatch(/60|= 1\b/);
  }
});
