import { promisify } from 'node:util';

/** What watches a descriptor; it keeps the process alive unless `unref` says otherwise. */
export interface Watch {
  close(): void;
  ref(): void;
  unref(): void;
}

/** Calls of the C library, as their manual pages (section 2) have them; -1 is a failure. */
export interface Libc {
  readonly socket: (family: number, type: number, protocol: number) => number;
  readonly bind: (descriptor: number, address: Uint8Array, length: number) => number;
  readonly listen: (descriptor: number, backlog: number) => number;
  readonly accept4: (descriptor: number, address: null, length: null, flags: number) => number;
  readonly connect: (descriptor: number, address: Uint8Array, length: number) => number;
  readonly recv: (descriptor: number, into: Uint8Array, length: number, flags: number) => number;
  readonly recvfrom: (
    descriptor: number,
    into: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: Uint32Array,
  ) => number;
  readonly send: (descriptor: number, bytes: Uint8Array, length: number, flags: number) => number;
  readonly sendto: (
    descriptor: number,
    bytes: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: number,
  ) => number;
  readonly shutdown: (descriptor: number, how: number) => number;
  readonly close: (descriptor: number) => number;
  readonly dup: (descriptor: number) => number;
  /** close() in another thread, since it may wait (SO_LINGER). */
  readonly closePatiently: (descriptor: number) => Promise<number>;
  readonly getsockname: (descriptor: number, address: Uint8Array, length: Uint32Array) => number;
  readonly getsockopt: (
    descriptor: number,
    level: number,
    name: number,
    value: Uint8Array,
    length: Uint32Array,
  ) => number;
  readonly setsockopt: (
    descriptor: number,
    level: number,
    name: number,
    value: Uint8Array,
    length: number,
  ) => number;
  readonly ioctl: (descriptor: number, request: number, argument: Uint8Array) => number;
  /** The same where the argument is a number. */
  readonly ioctlNumber: (descriptor: number, request: number, argument: number) => number;
  readonly open: (path: string, flags: number) => number;
  readonly read: (descriptor: number, into: Uint8Array, length: number) => number;
  readonly write: (descriptor: number, bytes: Uint8Array, length: number) => number;
  readonly setns: (descriptor: number, kind: number) => number;
  /** The default action again (SIG_DFL), of a signal that the runtime ignores. */
  readonly heedSignal: (signal: number) => void;
  /**
   * Calls back whenever the descriptor can be read (or written), or has an error, until the handle
   * is closed; the descriptor becomes non-blocking. Outside of any callback of Node's, so what is
   * called must not throw, and what it leaves to `process.nextTick` waits for the next one.
   */
  readonly poll: (
    descriptor: number,
    events: { readonly readable?: boolean; readonly writable?: boolean },
    ready: () => void,
  ) => Watch;
  /** The address of these bytes, for structures that point. */
  readonly addressOf: (bytes: Uint8Array) => bigint;
  /**
   * The name of the last failure of this thread, as `ECONNRESET`. To be asked at once: the runtime, too,
   * calls the C library, if rarely between two of our calls.
   */
  readonly errno: () => `E${string}`;
  readonly errnoName: (number: number) => `E${string}`;
}

/** The C library of this process, or one line that says why it cannot be reached. */
export const loadLibc = async (): Promise<Libc | string> => {
  const koffi = await importKoffi();
  if (typeof koffi === 'string') return koffi;
  const library = koffi.load(null);
  const close = library.func('int close(int)');
  const signal = library.func('void *signal(int, void *)');
  return {
    socket: library.func('int socket(int, int, int)'),
    bind: library.func('int bind(int, const uint8_t *, uint32_t)'),
    listen: library.func('int listen(int, int)'),
    accept4: library.func('int accept4(int, void *, void *, int)'),
    connect: library.func('int connect(int, const uint8_t *, uint32_t)'),
    recv: library.func('long recv(int, _Out_ uint8_t *, unsigned long, int)'),
    recvfrom: library.func(
      'long recvfrom(int, _Out_ uint8_t *, unsigned long, int, _Out_ uint8_t *, _Inout_ uint32_t *)',
    ),
    send: library.func('long send(int, const uint8_t *, unsigned long, int)'),
    sendto: library.func(
      'long sendto(int, const uint8_t *, unsigned long, int, const uint8_t *, uint32_t)',
    ),
    shutdown: library.func('int shutdown(int, int)'),
    close,
    dup: library.func('int dup(int)'),
    closePatiently: promisify(close.async) as Libc['closePatiently'],
    getsockname: library.func('int getsockname(int, _Out_ uint8_t *, _Inout_ uint32_t *)'),
    getsockopt: library.func('int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint32_t *)'),
    setsockopt: library.func('int setsockopt(int, int, int, const uint8_t *, uint32_t)'),
    ioctl: library.func('int ioctl(int, unsigned long, _Inout_ uint8_t *)'),
    ioctlNumber: library.func('int ioctl(int, unsigned long, unsigned long)'),
    open: library.func('int open(const char *, int)'),
    read: library.func('long read(int, _Out_ uint8_t *, unsigned long)'),
    write: library.func('long write(int, const uint8_t *, unsigned long)'),
    setns: library.func('int setns(int, int)'),
    heedSignal: (number) => {
      signal(number, null);
    },
    poll: (descriptor, events, ready) => koffi.node.poll(descriptor, events, ready),
    addressOf: (bytes) => koffi.address(bytes),
    errno: () => nameOf(koffi.errno(), koffi.os.errno),
    errnoName: (number) => nameOf(number, koffi.os.errno),
  };
};

/** The package is optional, and its binary not there for every platform. */
const importKoffi = async (): Promise<typeof import('koffi') | string> => {
  try {
    return await import('koffi');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ERR_MODULE_NOT_FOUND'
      ? 'the package koffi is not installed (npm install koffi)'
      : `the package koffi cannot be loaded: ${message}`;
  }
};

const nameOf = (number: number, numbers: Record<string, number>): `E${string}` => {
  const known = names.get(number);
  if (known !== undefined) return known;
  const name = searchName(number, numbers);
  names.set(number, name);
  return name;
};

/** EAGAIN is asked for once a batch of packets. */
const names = new Map<number, `E${string}`>();

/** Two names of one number: EAGAIN is what Linux says. */
const searchName = (number: number, numbers: Record<string, number>): `E${string}` => {
  const all = Object.keys(numbers).filter((name) => numbers[name] === number);
  const name = all.find((one) => one === 'EAGAIN' || one === 'EOPNOTSUPP') ?? all[0];
  return (name ?? `E${number}`) as `E${string}`;
};
