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
   * The name of the last failure of a call of this thread, as `ECONNRESET`. It stays until the next one
   * fails: the runtime's own calls do not touch it.
   */
  readonly errno: () => `E${string}`;
  readonly errnoName: (number: number) => `E${string}`;
}

/** The C library of this process, or one line that says why it cannot be reached. */
export const loadLibc = async (): Promise<Libc | string> => {
  if (process.platform !== 'linux') return 'this needs Linux';
  const koffi = await importKoffi();
  if (typeof koffi === 'string') return koffi;
  const library = koffi.load(null);
  const failure = lastFailure(koffi, library);
  const keeping = (signature: string): Call => keepingFailure(library.func(signature), failure);
  const keepingOfThree = (signature: string): CallOfThree =>
    keepingFailureOfThree(library.func(signature), failure);
  const close = library.func('int close(int)');
  const signal = library.func('void *signal(int, void *)');
  return {
    socket: keeping('int socket(int, int, int)'),
    bind: keeping('int bind(int, const uint8_t *, uint32_t)'),
    listen: keeping('int listen(int, int)'),
    accept4: keeping('int accept4(int, void *, void *, int)'),
    connect: keeping('int connect(int, const uint8_t *, uint32_t)'),
    recv: keeping('long recv(int, _Out_ uint8_t *, unsigned long, int)'),
    recvfrom: keeping(
      'long recvfrom(int, _Out_ uint8_t *, unsigned long, int, _Out_ uint8_t *, _Inout_ uint32_t *)',
    ),
    send: keeping('long send(int, const uint8_t *, unsigned long, int)'),
    sendto: keeping(
      'long sendto(int, const uint8_t *, unsigned long, int, const uint8_t *, uint32_t)',
    ),
    shutdown: keeping('int shutdown(int, int)'),
    close: keepingFailure(close, failure),
    dup: keeping('int dup(int)'),
    closePatiently: promisify(close.async) as Libc['closePatiently'],
    getsockname: keeping('int getsockname(int, _Out_ uint8_t *, _Inout_ uint32_t *)'),
    getsockopt: keeping('int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint32_t *)'),
    setsockopt: keeping('int setsockopt(int, int, int, const uint8_t *, uint32_t)'),
    ioctl: keeping('int ioctl(int, unsigned long, _Inout_ uint8_t *)'),
    ioctlNumber: keeping('int ioctl(int, unsigned long, unsigned long)'),
    open: keeping('int open(const char *, int)'),
    read: keepingOfThree('long read(int, _Out_ uint8_t *, unsigned long)'),
    write: keepingOfThree('long write(int, const uint8_t *, unsigned long)'),
    setns: keeping('int setns(int, int)'),
    heedSignal: (number) => {
      signal(number, null);
    },
    poll: (descriptor, events, ready) => koffi.node.poll(descriptor, events, ready),
    addressOf: (bytes) => koffi.address(bytes),
    errno: () => nameOf(failure.number, koffi.os.errno),
    errnoName: (number) => nameOf(number, koffi.os.errno),
  };
};

type Koffi = typeof import('koffi');
type Call = (...args: readonly unknown[]) => number;
type CallOfThree = (first: unknown, second: unknown, third: unknown) => number;

/** errno of this thread where it lies in memory, and as it stood after the last call that failed. */
interface LastFailure {
  readonly errno: Int32Array;
  number: number;
}

/**
 * The place of errno is asked for once: to ask for its value by another call is to give the runtime
 * time for a call of its own (seen: a read of a TUN device that seemed to fail with ENOMEM).
 */
const lastFailure = (koffi: Koffi, library: ReturnType<Koffi['load']>): LastFailure => {
  const location: unknown = library.func('void *__errno_location()')();
  return { errno: new Int32Array(koffi.view(location, 4)), number: 0 };
};

const keepingFailure =
  (call: Call, failure: LastFailure): Call =>
  (...args) => {
    const result = call(...args);
    if (result < 0) failure.number = failure.errno[0] ?? 0;
    return result;
  };

/** The same for what is called for every packet: to gather the arguments is a seventh of a short call. */
const keepingFailureOfThree =
  (call: CallOfThree, failure: LastFailure): CallOfThree =>
  (first, second, third) => {
    const result = call(first, second, third);
    if (result < 0) failure.number = failure.errno[0] ?? 0;
    return result;
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
