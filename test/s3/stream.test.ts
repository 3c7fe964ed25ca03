import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CaptureReader } from '../../src/capture/reader.ts';
import type { Connection } from '../../src/fleet/machine/s3/connection.ts';
import { objectsAt } from '../../src/fleet/machine/s3/listing.ts';
import { type Patience, streamOf } from '../../src/fleet/machine/s3/object-stream.ts';
import type { S3Object } from '../../src/fleet/machine/s3/s3.ts';
import { S3Error } from '../../src/fleet/machine/s3/trouble.ts';
import { ROOT } from '../tree.ts';
import { connectedBy, settingsFor } from './asking.ts';
import { Relay } from './relay.ts';
import { hasSwift, OWNER, Swift } from './swift.ts';

const BUCKET = 'captures';
const BIG = 48 << 20;
/** A store, or these tests, may stand still for a while without being silent. */
const PATIENCE: Patience = { silentMs: 20_000, attempts: 3, betweenMs: 10 };
const example = readFileSync(join(ROOT, 'examples/early-response-node.pcapng.gz'));

/** Bytes that differ everywhere, so that a piece in a wrong place shows. */
const bytesOf = (length: number, seed: number): Buffer => {
  const words = new Uint32Array(length >> 2);
  for (let at = 0; at < words.length; at++) words[at] = Math.imul(at + seed, 2_654_435_761);
  return Buffer.from(words.buffer);
};
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.skipIf(!hasSwift())('an object as a stream', () => {
  const whole = bytesOf(1 << 20, 1);
  let swift: Swift;
  let relay: Relay;
  let connection: Connection;
  beforeAll(async () => {
    swift = await Swift.start();
    await swift.bucket(BUCKET);
    await swift.put(BUCKET, 'whole', whole);
    await swift.put(BUCKET, 'empty', Buffer.alloc(0));
    await swift.put(BUCKET, 'example.gz', example);
  });
  afterAll(() => swift.stop());
  beforeEach(async () => {
    relay = await Relay.to(swift.port);
    connection = await connectedBy(settingsFor(relay.port, OWNER));
  });
  afterEach(async () => {
    connection.client.destroy();
    await relay.close();
    vi.unstubAllEnvs();
  });

  const found = async (key: string): Promise<S3Object> => {
    const objects = await objectsAt(connection, { bucket: BUCKET, key });
    if (objects instanceof S3Error) throw objects;
    return objects[0]!;
  };
  const opened = async (key: string, object: S3Object, patience = PATIENCE) => {
    const stream = await streamOf(connection, { bucket: BUCKET, key }, object, patience);
    if (stream instanceof S3Error) throw stream;
    return stream;
  };
  const all = async (stream: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of stream) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  const read = async (key: string) => all(await opened(key, await found(key)));
  const troubleOf = async (work: Promise<unknown>): Promise<[string, string]> => {
    const error = await work.then(() => undefined).catch((thrown: unknown) => thrown);
    if (!(error instanceof S3Error)) throw new Error('no trouble', { cause: error });
    return [error.kind, error.message];
  };

  it('is what was put there, byte for byte', async () => {
    expect(sha256(await read('whole'))).toBe(sha256(whole));
    expect(await read('empty')).toHaveLength(0);
    expect(
      relay.asked.filter((line) => line.includes('[')),
      'in one go',
    ).toEqual([]);
  });

  it('holds a capture that can be read', async () => {
    let segments = 0;
    const reader = new CaptureReader({ segment: () => void segments++, icmpError: () => {} });
    const stream = await opened('example.gz', await found('example.gz'));
    for await (const piece of Readable.from(stream).pipe(createGunzip())) reader.push(piece);
    reader.end();
    expect(reader.problems).toEqual([]);
    expect(segments).toBeGreaterThan(2);
  });

  it('goes on where the connection broke', async () => {
    const object = await found('whole');
    relay.breakAfter = 300_000;
    expect(sha256(await all(await opened('whole', object)))).toBe(sha256(whole));
    const ranges = relay.asked.filter((line) => line.includes('['));
    expect(ranges.length).toBeGreaterThanOrEqual(3);
    const starts = ranges.map((line) => Number(/bytes=(\d+)-\]/.exec(line)![1]));
    expect(starts, 'nothing is asked for twice').toEqual(starts.toSorted((a, b) => a - b));
    expect(starts[0]).toBeGreaterThan(200_000);
  });

  it('goes on where the store fell silent', async () => {
    const object = await found('whole');
    relay.silentAfter = 600_000;
    // However often a slow store is taken for a silent one, it is asked on.
    const haste = { ...PATIENCE, silentMs: 300, attempts: 12 };
    expect(sha256(await all(await opened('whole', object, haste)))).toBe(sha256(whole));
    expect(relay.asked.filter((line) => line.includes('[')).length).toBeGreaterThan(0);
  });

  it('gives up in the end, and says where', async () => {
    const object = await found('whole');
    relay.breakAfter = 200_000;
    // From now on nothing but the head of an answer gets through.
    relay.onTrouble = () => (relay.breakAfter = 1000);
    const [kind, message] = await troubleOf(opened('whole', object).then(all));
    expect(kind).toBe('unreachable');
    expect(message).toMatch(
      /:\d+: the connection broke again and again \(at byte \d+ of 1048576\)$/,
    );
    expect(relay.asked.length, 'HEAD, GET, and what remains of three attempts').toBe(2 + 2);
  });

  it('waits for whoever takes the pieces, and meanwhile takes no more itself', async () => {
    const big = bytesOf(BIG, 2);
    await swift.put(BUCKET, 'big', big);
    const hash = createHash('sha256');
    const patience = { ...PATIENCE, silentMs: 3000 };
    let isFirst = true;
    for await (const piece of await opened('big', await found('big'), patience)) {
      hash.update(piece);
      if (!isFirst) continue;
      isFirst = false;
      // Longer than a store may be silent: it is not the store that is slow.
      await new Promise((resolve) => setTimeout(resolve, patience.silentMs + 1500));
      expect(relay.passed, 'what buffers of the kernel hold').toBeLessThan(BIG / 2);
    }
    expect(hash.digest('hex')).toBe(sha256(big));
    expect(relay.asked.filter((line) => line.includes('['))).toEqual([]);
  });

  it('leaves the connection when nobody wants more', async () => {
    for await (const piece of await opened('whole', await found('whole'))) {
      expect(piece.length).toBeGreaterThan(0);
      break;
    }
    await vi.waitFor(() => expect(relay.connections).toBe(0), { timeout: 20_000 });
  });

  it('is refused when it has changed since it was found, also in the midst', async () => {
    await swift.put(BUCKET, 'changing', whole);
    const object = await found('changing');
    relay.breakAfter = 400_000;
    const stream = await opened('changing', object);
    await swift.put(BUCKET, 'changing', bytesOf(1 << 20, 3));
    const changed = ['changed', 'has changed since it was submitted'];
    expect(await troubleOf(all(stream))).toEqual(changed);
    expect(
      relay.asked.filter((line) => line.includes('[')),
      'asked once, that is final',
    ).toHaveLength(1);
    const before = relay.passed;
    expect(await troubleOf(opened('changing', object))).toEqual(changed);
    expect(relay.passed - before, 'nothing of the other content is sent').toBeLessThan(5000);
  });

  it('is missing when it was never there', async () => {
    const object = await found('whole');
    expect(await troubleOf(opened('whale', object))).toEqual(['missing', 'no such object']);
  });
});
