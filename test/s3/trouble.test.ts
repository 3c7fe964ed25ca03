import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openS3 } from '../../src/fleet/machine/s3/s3.ts';
import { S3Error } from '../../src/fleet/machine/s3/trouble.ts';
import { ROOT } from '../tree.ts';
import { environment, settingsFor } from './asking.ts';
import { Relay } from './relay.ts';
import { GUEST, hasSwift, OWNER, Swift } from './swift.ts';

type Settings = Readonly<Record<string, string>>;

/** What comes of a word under these settings, as a process of its own would have it. */
const asked = async (word: string, settings: Settings) => {
  environment(settings);
  vi.resetModules();
  const { s3Objects } = await import('../../src/fleet/machine/s3/s3.ts');
  return s3Objects(word);
};
const troubleIn = async (word: string, settings: Settings): Promise<string> => {
  const found = await asked(word, settings);
  // By its fields: the module was loaded anew.
  const { kind, message } = found as S3Error;
  return `${kind}: ${message}`;
};

describe.skipIf(!hasSwift())('what a store refuses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'resetlab-s3-'));
  let swift: Swift;
  beforeAll(async () => {
    swift = await Swift.start();
    await swift.bucket('captures');
    await swift.put('captures', 'day/1.pcap', Buffer.from('one'));
  });
  afterAll(async () => {
    await swift.stop();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => vi.unstubAllEnvs());

  const owner = () => settingsFor(swift.port, OWNER);
  const here = () => `http://127.0.0.1:${swift.port}`;

  it.each([
    ['s3://captures/day/2.pcap', 'missing: no such object'],
    ['s3://nowhere/day/1.pcap', 'missing: no such bucket'],
    ['s3://nowhere/day/*.pcap', 'missing: no such bucket'],
  ])('%s: %s', async (word, expected) => {
    expect(await troubleIn(word, owner())).toBe(expected);
  });

  it.each(['s3://captures/day/1.pcap', 's3://captures/day/*'])('%s: by rights', async (word) => {
    expect(await troubleIn(word, settingsFor(swift.port, GUEST))).toBe(
      `refused: ${here()}: access denied`,
    );
  });

  it('says that key or secret is wrong, and shows neither', async () => {
    const wrong = { accessKeyId: OWNER.accessKeyId, secretAccessKey: 'mistyped-secret' };
    const found = await asked('s3://captures/day/*', settingsFor(swift.port, wrong));
    expect((found as S3Error).message).toBe(`${here()}: the access key or its secret is wrong`);
    // Swift's answer repeats the key and what was signed.
    expect(inspect(found, { depth: 9, showHidden: true })).not.toMatch(
      /test:owner|mistyped|Signature/,
    );
  });

  it('says which region it is', async () => {
    const elsewhere = { ...owner(), AWS_REGION: 'eu-west-1' };
    for (const word of ['s3://captures/day/*', 's3://captures/day/1.pcap']) {
      expect(await troubleIn(word, elsewhere)).toBe(
        'refused: the bucket is in another region (us-east-1): set AWS_REGION',
      );
    }
  });

  it('takes keys, region and endpoint from a profile', async () => {
    const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
    writeFileSync(config, `[profile field]\nregion = us-east-1\nendpoint_url = ${here()}\n`);
    const { accessKeyId: id, secretAccessKey: secret } = OWNER;
    writeFileSync(
      credentials,
      `[field]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`,
    );
    const files = { AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
    const found = await asked('s3://captures/day/*', { ...files, AWS_PROFILE: 'field' });
    expect(found).toMatchObject([{ path: 's3://captures/day/1.pcap', bytes: 3 }]);
  });

  it('takes the keys of a role from where a container gets them', async () => {
    const role = { AccessKeyId: OWNER.accessKeyId, SecretAccessKey: OWNER.secretAccessKey };
    const given = { ...role, Token: 'of-the-role', Expiration: '2100-01-01T00:00:00Z' };
    const giver = createServer((_, response) => response.end(JSON.stringify(given)));
    giver.listen(0, '127.0.0.1');
    await once(giver, 'listening');
    const { port } = giver.address() as AddressInfo;
    const found = await asked('s3://captures/day/*', {
      AWS_ENDPOINT_URL: here(),
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/role`,
    });
    giver.closeAllConnections();
    giver.close();
    expect(found).toMatchObject([{ path: 's3://captures/day/1.pcap' }]);
  });

  it('says that TLS is not spoken, or not trusted', async () => {
    const to = (port: number) => ({ ...owner(), AWS_ENDPOINT_URL: `https://127.0.0.1:${port}` });
    expect(await troubleIn('s3://captures/*', to(swift.port))).toBe(
      `refused: https://127.0.0.1:${swift.port}: does not speak TLS as we do; is it http:// and not https://?`,
    );
    const [key, cert] = selfSigned(folder);
    const relay = await Relay.withTls(swift.port, key, cert);
    const told = await troubleIn('s3://captures/*', to(relay.port));
    await relay.close();
    expect(told).toMatch(
      /^refused: https:\S+: its certificate is not trusted here; NODE_EXTRA_CA_/,
    );
  });
});

const selfSigned = (folder: string): [key: Buffer, cert: Buffer] => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=x'];
  execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return [readFileSync(key), readFileSync(cert)];
};

/** Where no store is needed to see it, or none that behaves. */
describe('before anything is read', () => {
  const WHO = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'example-secret' };
  let server: Server;
  let port: number;
  let requests: IncomingMessage[] = [];
  let answer: readonly [status: number, body: string] = [200, ''];
  beforeAll(async () => {
    server = createServer((request, response) => {
      requests.push(request);
      response.writeHead(answer[0]).end(answer[1]);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    requests = [];
  });

  it.each(['s3://', 's3://bucket', 's3://bucket/', 's3:/bucket/key', 's3://arn:aws:s3:::b/key'])(
    '%s is no address',
    async (word) => {
      expect(await troubleIn(word, settingsFor(port, WHO))).toMatch(/^refused: no address of obj/);
      expect(requests).toEqual([]);
    },
  );

  it('an endpoint must be an address, and is shown without its password', async () => {
    const settings = settingsFor(port, WHO);
    const to = (endpoint: string) =>
      troubleIn('s3://bucket/*', { ...settings, AWS_ENDPOINT_URL: endpoint });
    expect(await to('minio:9000')).toMatch(/^refused: AWS_ENDPOINT_URL is no address/);
    expect(await to('http://user:password@127.0.0.1:1')).toBe(
      'unreachable: http://127.0.0.1:1: connection refused',
    );
  });

  it('without credentials it says which to set', async () => {
    const settings = { AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
    const expected = /^refused: no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY/;
    expect(await troubleIn('s3://bucket/*', settings)).toMatch(expected);
    expect(await troubleIn('s3://bucket/*', { ...settings, AWS_PROFILE: 'typo' })).toMatch(
      expected,
    );
  });

  it.each<[status: number, body: string, expected: RegExp]>([
    [200, '<html>hello</html>', /^refused: http:\S+: answers, but not as S3 does$/],
    [403, '<html>no</html>', /^refused: http:\S+: access denied$/],
    [503, '<html>busy</html>', /^unreachable: http:\S+: overloaded or out of order$/],
    [418, '\u001B[31m<html>no</html>', /^refused: http:\S+: unexpected answer \([\w ]+ 418\)$/],
    [200, pageWithout('ETag'), /answers, but not as S3 does$/],
    [200, endlessPage(), /answers, but not as S3 does$/],
  ])('an answer of %i %j', async (status, body, expected) => {
    answer = [status, body];
    expect(await troubleIn('s3://bucket/*', settingsFor(port, WHO))).toMatch(expected);
  });

  it('a session token goes along, to the endpoint for S3', async () => {
    const AWS_ENDPOINT_URL_S3 = `http://localhost:${port}`;
    const settings = { ...settingsFor(1, WHO), AWS_ENDPOINT_URL_S3 };
    await troubleIn('s3://bucket/*', { ...settings, AWS_SESSION_TOKEN: 'example-token' });
    expect(requests[0]!.headers['x-amz-security-token']).toBe('example-token');
    expect(requests[0]!.url, 'the bucket is in the path').toMatch(/^\/bucket\//);
  });

  it('the library is loaded by whoever wants objects, and by nobody else', () => {
    const script = pathToFileURL(join(ROOT, 'dist/fleet/machine/s3/s3.js')).href;
    const lines = `
      import { createRequire } from 'node:module';
      const { cache } = createRequire(import.meta.url);
      const has = () => Object.keys(cache).some((path) => path.includes('@aws-sdk'));
      const { s3Objects, openS3 } = await import('${script}');
      await s3Objects('s3://');
      const before = has();
      await openS3({ path: 's3://bucket/key', bytes: 1, etag: '""' });
      console.log(before, has());`;
    const words = ['--input-type=module', '-e', lines];
    const env = { PATH: process.env.PATH, AWS_ENDPOINT_URL: 'nowhere' };
    const { stdout, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
    expect(stdout).toBe('false true\n');
    expect(stderr, 'nor does it talk to whoever is at the terminal').toBe('');
  });

  it('an object that was never found is no object', async () => {
    const trouble = await openS3({ path: 'captures/1.pcap', bytes: 1, etag: '""' });
    expect(trouble).toBeInstanceOf(S3Error);
  });
});

const listed = (truncated: boolean, ...fields: readonly string[]): string =>
  '<?xml version="1.0"?><ListBucketResult><Name>bucket</Name>' +
  `<IsTruncated>${truncated}</IsTruncated><NextContinuationToken>on</NextContinuationToken>` +
  `<Contents>${fields.join('')}</Contents></ListBucketResult>`;

const FIELDS = {
  Key: '<Key>1.pcap</Key>',
  Size: '<Size>1</Size>',
  ETag: '<ETag>"e"</ETag>',
  LastModified: '<LastModified>2026-01-01T00:00:00.000Z</LastModified>',
};

/** A listing whose objects lack something. */
function pageWithout(field: keyof typeof FIELDS): string {
  const rest = Object.entries(FIELDS).filter(([name]) => name !== field);
  return listed(false, ...rest.map(([, text]) => text));
}

/** A listing that is followed by itself for ever. */
function endlessPage(): string {
  return listed(true, ...Object.values(FIELDS));
}
