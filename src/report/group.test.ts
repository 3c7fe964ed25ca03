import { describe, expect, it } from 'vitest';
import { group } from './group.ts';
import { onConnection, verdict } from './verdicts.fixture.ts';

describe('group', () => {
  it('puts the same cause by the same role together, whoever the peers are', () => {
    const { told } = group([onConnection(1), onConnection(2), onConnection(3)], false);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ cause: 'early-response', senderRole: 'server', resets: 3 });
  });

  it('keeps apart what the client did and what the server did', () => {
    const byClient = onConnection(2, { cause: 'linger-zero', sender: onConnection(2).receiver });
    const { told } = group([onConnection(1, { cause: 'linger-zero' }), byClient], false);
    expect(told.map((one) => one.senderRole).toSorted()).toEqual(['client', 'server']);
  });

  it('puts the worst first: harm, then number, then sureness, then the earlier', () => {
    const { told } = group(
      [
        onConnection(1, { cause: 'reset-ignored', effect: 'ignored' }),
        onConnection(2, { cause: 'reset-ignored', effect: 'challenged' }),
        onConnection(3, { cause: 'reset-ignored', effect: 'ignored' }),
        onConnection(4, { cause: 'closed-port', confidence: 'possible' }),
        onConnection(5, { cause: 'firewall-reject', confidence: 'certain' }),
        onConnection(6, { cause: 'injected', confidence: 'possible' }),
        onConnection(7, { cause: 'linger-zero' }),
        onConnection(8, { cause: 'linger-zero' }),
      ],
      false,
    );
    expect(told.map((one) => one.cause)).toEqual([
      'linger-zero',
      'firewall-reject',
      'closed-port',
      'injected',
      'reset-ignored',
    ]);
  });

  it('folds the benign, unless all was asked for; then they come last', () => {
    const verdicts = [
      onConnection(1, { cause: 'health-check', benign: true }),
      onConnection(2, { cause: 'health-check', benign: true }),
      onConnection(3),
    ];
    const folded = group(verdicts, false);
    expect(folded.told.map((one) => one.cause)).toEqual(['early-response']);
    expect(folded.folded.map((one) => one.verdicts.length)).toEqual([2]);
    const all = group(verdicts, true);
    expect(all.told.map((one) => one.cause)).toEqual(['early-response', 'health-check']);
    expect(all.folded).toEqual([]);
  });

  it('does not fold a harmful verdict because another of its cause was benign', () => {
    const { told, folded } = group(
      [
        onConnection(1, { cause: 'client-abort', benign: true }),
        onConnection(2, { cause: 'client-abort' }),
      ],
      false,
    );
    expect(told.map((one) => one.resets)).toEqual([1]);
    expect(folded.map((one) => one.resets)).toEqual([1]);
  });

  it('counts a repeated reset with the one it repeats', () => {
    const repeat = onConnection(1, { frame: 11, cause: 'repeated-reset', benign: true });
    const { told, folded } = group([onConnection(1), repeat, onConnection(2)], false);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ resets: 2, repeats: 1 });
    expect(folded).toEqual([]);
  });

  it('shows a repeat whose original is not in the capture as itself', () => {
    const { told } = group([verdict({ cause: 'repeated-reset' })], false);
    expect(told.map((one) => one.cause)).toEqual(['repeated-reset']);
  });

  it('takes the surest verdict as the example', () => {
    const { told } = group([onConnection(1), onConnection(2, { confidence: 'certain' })], false);
    expect(told[0]?.example.connection.id).toBe(2);
  });
});
