import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { S3Address } from '../../src/fleet/machine/s3/address.ts';
import { objectsAt } from '../../src/fleet/machine/s3/listing.ts';
import { S3Error } from '../../src/fleet/machine/s3/trouble.ts';
import { connectedBy, settingsFor } from './asking.ts';
import { Relay } from './relay.ts';
import { hasSwift, OWNER, PAGE, Swift } from './swift.ts';

const KEYS = [
  '.hidden.pcap',
  'day/.hidden.pcap',
  'day/1.pcap',
  'day/10.pcap',
  'day/2.pcap',
  'day/2.txt',
  'day/3.pcap',
  'day/4.pcap',
  'day/deep/1.pcap',
  'day/deep/2.pcap',
  'day/deep/3.pcap',
  'day/deep/4.pcap',
  'day//1.pcap',
  'odd/a+b c.pcap',
  'odd/ctl\u0001.pcap',
  'odd/über & <so>.pcap',
  'odd/100%41.pcap',
  'odd/star*.pcap',
  'odd/star1.pcap',
  'other/1.pcap',
];

/** Against OpenStack Swift, which lists three objects at a time here. */
describe.skipIf(!hasSwift())('what s3://bucket/pattern means', () => {
  let swift: Swift;
  let relay: Relay;
  let begunMs: number;
  beforeAll(async () => {
    begunMs = Date.now();
    swift = await Swift.start();
    relay = await Relay.to(swift.port);
    await swift.bucket('captures');
    await swift.bucket('empty');
    for (const key of KEYS) await swift.put('captures', key, Buffer.from(key));
  });
  afterAll(async () => {
    await relay.close();
    await swift.stop();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    relay.asked.length = 0;
  });

  const objectsOf = async (key: string, bucket = 'captures') => {
    const connection = await connectedBy(settingsFor(relay.port, OWNER));
    const address: S3Address = { bucket, key };
    const objects = await objectsAt(connection, address);
    connection.client.destroy();
    if (objects instanceof S3Error) throw objects;
    return objects;
  };
  const named = async (key: string): Promise<string[]> =>
    (await objectsOf(key)).map(({ path }) => path.replace('s3://captures/', ''));

  it.each<[pattern: string, keys: readonly string[]]>([
    ['day/*.pcap', ['day/1.pcap', 'day/10.pcap', 'day/2.pcap', 'day/3.pcap', 'day/4.pcap']],
    ['day/?.pcap', ['day/1.pcap', 'day/2.pcap', 'day/3.pcap', 'day/4.pcap']],
    ['*/1.pcap', ['day/1.pcap', 'other/1.pcap']],
    ['day/*/?.pcap', ['day//1.pcap', ...[1, 2, 3, 4].map((n) => `day/deep/${n}.pcap`)]],
    ['*.pcap', []],
    ['.*.pcap', ['.hidden.pcap']],
    ['odd/*', KEYS.filter((key) => key.startsWith('odd/'))],
    ['odd/star*.pcap', ['odd/star*.pcap']],
    ['odd/star?.pcap', ['odd/star*.pcap', 'odd/star1.pcap']],
    ['odd/100%41.pcap', ['odd/100%41.pcap']],
    ['odd/ctl\u0001.pcap', ['odd/ctl\u0001.pcap']],
    ['day//1.pcap', ['day//1.pcap']],
    ['nothing/*', []],
  ])('%j: over all pages, within one step of the key', async (pattern, keys) => {
    expect(await named(pattern)).toEqual(keys.toSorted());
  });

  it('tells size, ETag and time, the same with and without a pattern', async () => {
    const [object, ...more] = await objectsOf('day/10.*');
    expect(more).toEqual([]);
    expect(object!.bytes).toBe('day/10.pcap'.length);
    expect(object!.etag, 'the MD5 of what was put').toMatch(/^"[0-9a-f]{32}"$/);
    // In whole seconds, and not necessarily by our clock.
    expect(object!.changedMs).toBeGreaterThan(begunMs - 60_000);
    expect(object!.changedMs).toBeLessThan(Date.now() + 60_000);
    expect(await objectsOf('day/10.pcap')).toEqual([object]);
  });

  it('lists no more of the bucket than must be', async () => {
    await named('day/*.pcap');
    expect(relay.asked.length, 'pages of three').toBeGreaterThanOrEqual(6 / PAGE);
    for (const line of relay.asked) expect(line).toMatch(/delimiter=%2F.*prefix=day%2F(?:&|$)/);
    relay.asked.length = 0;
    await named('day/deep/1*');
    expect(relay.asked).toHaveLength(1);
    expect(relay.asked[0]).toContain('prefix=day%2Fdeep%2F1');
  });

  it('asks for a single object without the right to list', async () => {
    await named('day/1.pcap');
    expect(relay.asked).toEqual(['HEAD /captures/day/1.pcap']);
  });

  it('finds nothing in an empty bucket', async () => {
    expect(await objectsOf('*', 'empty')).toEqual([]);
  });
});
