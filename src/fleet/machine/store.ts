import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { StoreError } from './trouble.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on device',
  EDQUOT: 'the disk quota is used up',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'part of the path is not a directory',
  EEXIST: 'part of the path is not a directory',
};

/**
 * A directory that all workers share. What is in it was written whole: under another name first,
 * which is then changed, so that a reader finds all of a file or none of it, whoever was killed when.
 */
export class Store {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = resolve(directory);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  has(name: string): boolean {
    return existsSync(this.path(name));
  }

  names(folder: string): string[] {
    const path = this.path(folder);
    if (!existsSync(path)) return [];
    const isWhole = (name: string): boolean => !name.endsWith(UNFINISHED);
    return readdirSync(path).filter(isWhole).toSorted();
  }

  /** `pieces` follow one another. Throws a `StoreError`; then nothing was written. */
  write(name: string, ...pieces: readonly Uint8Array[]): void {
    const path = this.path(name);
    const unfinished = `${path}.${process.pid}-${randomBytes(6).toString('hex')}${UNFINISHED}`;
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeWhole(unfinished, pieces);
      renameSync(unfinished, path);
    } catch (error) {
      if (existsSync(unfinished)) rmSync(unfinished);
      throw this.refused(error as NodeJS.ErrnoException);
    }
  }

  writeJson(name: string, value: unknown): void {
    this.write(name, Buffer.from(`${JSON.stringify(value)}\n`));
  }

  /** As `writeJson`, unless somebody was first. */
  begin(name: string, value: unknown): void {
    const own = `${name}.${process.pid}-${randomBytes(6).toString('hex')}${UNFINISHED}`;
    this.writeJson(own, value);
    try {
      linkSync(this.path(own), this.path(name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw this.refused(error as NodeJS.ErrnoException);
      }
    } finally {
      rmSync(this.path(own), { force: true });
    }
  }

  /** With maps, sets and arrays of words, for the same program to read again. */
  writeValue(name: string, value: unknown): void {
    this.write(name, serialize(value));
  }

  readJson(name: string): unknown {
    return this.understood(name, (bytes) => JSON.parse(bytes.toString('utf8')));
  }

  readValue(name: string): unknown {
    return this.understood(name, deserialize);
  }

  private understood(name: string, how: (bytes: Buffer) => unknown): unknown {
    const bytes = this.bytes(name);
    try {
      return how(bytes);
    } catch (error) {
      throw new StoreError(`${this.path(name)}: damaged; remove it`, { cause: error });
    }
  }

  bytes(name: string): Buffer {
    try {
      return readFileSync(this.path(name));
    } catch (error) {
      throw this.refused(error as NodeJS.ErrnoException);
    }
  }

  /** Words of 32 bits from the middle of a file. */
  readWords(name: string, from: number, count: number): Int32Array {
    const words = new Int32Array(count);
    const bytes = new Uint8Array(words.buffer);
    const descriptor = openSync(this.path(name), 'r');
    try {
      let done = 0;
      while (done < bytes.length) {
        const got = readSync(descriptor, bytes, done, bytes.length - done, from * 4 + done);
        if (got === 0) throw new StoreError(`${this.path(name)}: ends too early`);
        done += got;
      }
    } finally {
      closeSync(descriptor);
    }
    return words;
  }

  remove(name: string): void {
    rmSync(this.path(name), { recursive: true, force: true });
  }

  private refused(error: NodeJS.ErrnoException): StoreError {
    const why = REASONS[error.code ?? ''] ?? error.message;
    return new StoreError(`${this.directory}: ${why}`, { cause: error });
  }
}

const UNFINISHED = '.unfinished';

const writeWhole = (path: string, pieces: readonly Uint8Array[]): void => {
  const descriptor = openSync(path, 'wx');
  try {
    for (const piece of pieces) {
      for (let done = 0; done < piece.length;) {
        done += writeSync(descriptor, piece, done, piece.length - done);
      }
    }
    // A name must not outlive a power cut that its bytes do not.
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};
