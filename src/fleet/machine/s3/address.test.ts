import { describe, expect, it } from 'vitest';
import { isS3, keyPattern, s3AddressIn, s3Path } from './address.ts';

describe('an address of objects', () => {
  it.each<[word: string, bucket: string, key: string]>([
    ['s3://bucket/a.pcap', 'bucket', 'a.pcap'],
    ['S3://my.bucket-1/a/b c+%20?#.pcap', 'my.bucket-1', 'a/b c+%20?#.pcap'],
    ['s3://bucket//a', 'bucket', '/a'],
    ['s3://bucket/../a\nb', 'bucket', '../a\nb'],
  ])('%j: the key as it is', (word, bucket, key) => {
    expect(s3AddressIn(word)).toEqual({ bucket, key });
    expect(s3AddressIn(s3Path({ bucket, key }))).toEqual({ bucket, key });
  });

  it.each([
    's3://bucket',
    's3://bucket/',
    's3:///key',
    's3://a@b/key',
    's3://a:80/key',
    's3://é/k',
  ])('%s is none, though it was meant to be one', (word) => {
    expect(s3AddressIn(word)).toBeUndefined();
    expect(isS3(word)).toBe(true);
  });

  it.each(['captures/s3.pcap', './s3:', '/s3/a', 'https://s3/a'])('%s is a file', (word) => {
    expect(isS3(word)).toBe(false);
  });
});

describe('a pattern of keys', () => {
  const matches = (pattern: string, key: string): boolean => keyPattern(pattern).matches(key);

  it('means what it spells, but for * and ?', () => {
    expect(matches('a.[b](c)+{d}|^$\\*', 'a.[b](c)+{d}|^$\\e')).toBe(true);
    expect(matches('a.b*', 'axb')).toBe(false);
    expect(matches('a?b', 'a\u{1F600}b'), 'a character is a character').toBe(true);
    expect(matches('a*b', 'a\nb')).toBe(true);
    expect(matches('a*', 'xa'), 'the whole key').toBe(false);
    expect(matches('*a', 'ax'), 'the whole key').toBe(false);
  });

  it('keeps within one step, and lets hidden ones lie', () => {
    expect(matches('a/*', 'a/b/c')).toBe(false);
    expect(matches('a?b', 'a/b')).toBe(false);
    expect(matches('a/*', 'a/.b')).toBe(false);
    expect(matches('a/.*', 'a/.b')).toBe(true);
    expect(matches('a/b*', 'a/b.')).toBe(true);
  });

  it.each<[pattern: string, prefix: string, isFlat: boolean]>([
    ['a/b/*.pcap', 'a/b/', true],
    ['a/b?/c', 'a/b', false],
    ['*', '', true],
    ['2026-11-*/x', '2026-11-', false],
  ])('%s: lists %j, flat: %s', (pattern, prefix, isFlat) => {
    expect(keyPattern(pattern)).toMatchObject({ prefix, isFlat });
  });
});
