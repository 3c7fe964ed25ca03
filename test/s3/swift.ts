import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { installed } from '../tools.ts';

const SCRIPT = fileURLToPath(new URL('swift-server.py', import.meta.url));
/** Debian's own, which has Debian's modules. */
const PYTHON = '/usr/bin/python3';

/** Whether OpenStack Swift is here, whose S3 interface is the real one to test against. */
export const hasSwift = (): boolean =>
  ['proxy', 'account', 'container', 'object'].every((part) =>
    installed(`swift-${part}-server`, '--help'),
  );

/** As the server knows them. */
export const OWNER = { accessKeyId: 'test:owner', secretAccessKey: 'owner-secret' };
export const GUEST = { accessKeyId: 'test:guest', secretAccessKey: 'guest-secret' };
const REGION = 'us-east-1';
/** Objects that the server lists at once. */
export const PAGE = 3;

/** A store of its own on loopback, gone with `stop`. */
export class Swift {
  readonly port: number;
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #folder: string;
  readonly #owner: S3Client;

  private constructor(port: number, process: ChildProcessWithoutNullStreams, folder: string) {
    this.port = port;
    this.#process = process;
    this.#folder = folder;
    this.#owner = new S3Client({
      endpoint: `http://127.0.0.1:${port}`,
      region: REGION,
      forcePathStyle: true,
      credentials: OWNER,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
  }

  static async start(): Promise<Swift> {
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
    const folder = mkdtempSync(join(tmpdir(), 'resetlab-swift-'));
    const child = spawn(PYTHON, [SCRIPT, folder, REGION, String(PAGE)]);
    return new Swift(await portOf(child), child, folder);
  }

  async bucket(name: string): Promise<void> {
    await this.#owner.send(new CreateBucketCommand({ Bucket: name }));
  }

  async put(bucket: string, key: string, body: Uint8Array): Promise<void> {
    await this.#owner.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  }

  async remove(bucket: string, key: string): Promise<void> {
    await this.#owner.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  async stop(): Promise<void> {
    this.#owner.destroy();
    this.#process.stdin.end();
    if (this.#process.exitCode === null) await once(this.#process, 'exit');
    rmSync(this.#folder, { recursive: true });
  }
}

const portOf = (child: ChildProcessWithoutNullStreams): Promise<number> =>
  new Promise((resolve, reject) => {
    let [said, complained] = ['', ''];
    child.stdout.on('data', (piece: Buffer) => {
      said += piece.toString();
      const [, port] = /^ready (\d+)\n/m.exec(said) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
    child.stderr.on('data', (piece: Buffer) => (complained += piece.toString()));
    child.once('exit', () => reject(new Error(`Swift ended: ${complained}`)));
  });
