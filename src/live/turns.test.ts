import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

/** Work that tells when it begins, and ends when it is told to. */
const work = (name: string, diary: string[]) => {
  let finish = (): void => {};
  const end = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const begin = async (): Promise<string> => {
    diary.push(`${name} begins`);
    await end;
    diary.push(`${name} ends`);
    return name;
  };
  return { begin, finish: () => finish() };
};

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

it('lets many work together, and one alone only when they are done', async () => {
  const turns = new Turns();
  const diary: string[] = [];
  const [a, b, alone, later] = ['a', 'b', 'alone', 'later'].map((name) => work(name, diary));
  const done = [
    turns.among(a!.begin),
    turns.among(b!.begin),
    turns.alone(alone!.begin),
    turns.among(later!.begin),
  ];
  await settle();
  expect(diary).toEqual(['a begins', 'b begins']);
  a!.finish();
  await settle();
  expect(diary).not.toContain('alone begins');
  b!.finish();
  await settle();
  expect(diary.at(-1)).toBe('alone begins');
  alone!.finish();
  later!.finish();
  expect(await Promise.all(done)).toEqual(['a', 'b', 'alone', 'later']);
  expect(diary.slice(-3)).toEqual(['alone ends', 'later begins', 'later ends']);
});

it('goes on after work that failed', async () => {
  const turns = new Turns();
  const failing = turns.alone(() => Promise.reject(new Error('no tcpdump')));
  await expect(failing).rejects.toThrow('no tcpdump');
  expect(await turns.among(() => Promise.resolve('next'))).toBe('next');
});
