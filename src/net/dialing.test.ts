import { once } from 'node:events';
import type { LookupFunction } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { pass } from '../../test/waiting.ts';
import {
  closeNetworks,
  failureOf,
  listening,
  network,
  textOf,
  twoNetworks,
} from './network.fixture.ts';

afterEach(closeNetworks);

/** A resolver that has those addresses for every name. */
const resolver =
  (...addresses: readonly string[]): LookupFunction =>
  (_name, options, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const [first] = found;
    process.nextTick(() => {
      if (options.all === true) callback(null, found);
      else callback(null, first?.address ?? '', first?.family);
    });
  };

const MS = 40;
/** Where each attempt is to end by its answer, even if this process stands still for a while. */
const PATIENT_MS = 30_000;

describe('several addresses of a name', () => {
  it('are tried in turns of the families until one answers', async () => {
    const net = network();
    const server = net.createServer((socket) => socket.end(socket.localAddress));
    const port = await listening(server, '127.0.0.3');
    const lookup = resolver('::1', '::1', '127.0.0.2', '127.0.0.3');
    const client = net.connect({
      port,
      host: 'many.example',
      lookup,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: PATIENT_MS,
    });
    const failed: string[] = [];
    client.on('connectionAttemptFailed', (address: string) => failed.push(address));
    expect(await textOf(client)).toBe('127.0.0.3');
    const order = ['::1', '127.0.0.2', '::1', '127.0.0.3'];
    expect(client.autoSelectFamilyAttemptedAddresses).toEqual(
      order.map((each) => `${each}:${port}`),
    );
    expect(failed).toEqual(order.slice(0, 3));
  });

  it('have a limited time each, but the last', async () => {
    const { near, far } = twoNetworks();
    const port = await listening(far.createServer(), '10.0.0.2');
    // Nobody has the first, so nobody answers there.
    const client = near.connect({
      port,
      host: 'half.example',
      lookup: resolver('fd00::dead', '10.0.0.2'),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: MS,
    });
    const timedOut: string[] = [];
    client.on('connectionAttemptTimeout', (address: string) => timedOut.push(address));
    await once(client, 'connect');
    expect([timedOut, client.remoteAddress]).toEqual([['fd00::dead'], '10.0.0.2']);
  });

  it('are tried once each, also where some fail at once', async () => {
    const { near, far } = twoNetworks();
    const port = await listening(far.createServer(), '10.0.0.2');
    const client = near.connect({
      port,
      host: 'mixed.example',
      // To a group there are no connections; nobody has the second.
      lookup: resolver('224.0.0.1', '10.0.0.9', '10.0.0.2'),
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: MS,
    });
    await once(client, 'connect');
    await pass(3 * MS);
    expect(client.autoSelectFamilyAttemptedAddresses).toEqual(
      ['224.0.0.1', '10.0.0.9', '10.0.0.2'].map((each) => `${each}:${port}`),
    );
    expect(client.destroyed).toBe(false);
  });

  it('fail together, with the error of each', async () => {
    const net = network();
    const lookup = resolver('::1', '127.0.0.1');
    const client = net.connect({
      port: 9,
      host: 'none.example',
      lookup,
      autoSelectFamily: true,
      autoSelectFamilyAttemptTimeout: PATIENT_MS,
    });
    const error = (await failureOf(client)) as AggregateError;
    expect(error).toMatchObject({ name: 'AggregateError', code: 'ECONNREFUSED' });
    expect(error.errors.map(({ message }: Error) => message)).toEqual([
      'connect ECONNREFUSED ::1:9',
      'connect ECONNREFUSED 127.0.0.1:9',
    ]);
  });

  it('are not tried beyond the first without autoSelectFamily', async () => {
    const net = network();
    const port = await listening(net.createServer(), '127.0.0.1');
    const lookup = resolver('::1', '127.0.0.1');
    const client = net.connect({ port, host: 'two.example', lookup, autoSelectFamily: false });
    expect(await failureOf(client)).toMatchObject({ message: `connect ECONNREFUSED ::1:${port}` });
  });
});

describe('a lookup', () => {
  it('that fails fails the socket with its own error', async () => {
    const lookup: LookupFunction = (_name, _options, callback) => {
      callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
    };
    const client = network().connect({ port: 1, host: 'gone.example', lookup });
    expect(await failureOf(client)).toMatchObject({ code: 'ENOTFOUND', message: 'no such name' });
  });

  it('that gives no address is told so', async () => {
    const client = network().connect({ port: 1, host: 'x.example', lookup: resolver('nonsense') });
    expect(await failureOf(client)).toMatchObject({ code: 'ERR_INVALID_IP_ADDRESS' });
  });

  it('emits lookup, and is not asked for an address', async () => {
    const net = network();
    const port = await listening(net.createServer(), '127.0.0.1');
    const named = net.connect({ port, host: 'one.example', lookup: resolver('127.0.0.1') });
    expect(await once(named, 'lookup')).toEqual([null, '127.0.0.1', 4, 'one.example']);
    const lookup: LookupFunction = () => expect.unreachable('an address needs no lookup');
    await once(net.connect({ port, host: '127.0.0.1', lookup }), 'connect');
  });

  it('whose socket is destroyed meanwhile comes to nothing', async () => {
    let answer = (): void => undefined;
    const lookup: LookupFunction = (_name, _options, callback) => {
      answer = () => callback(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const client = network().connect({ port: 1, host: 'late.example', lookup });
    client.on('connectionAttempt', () => expect.unreachable('it was destroyed'));
    client.destroy();
    answer();
    expect(await once(client, 'close')).toEqual([false]);
  });
});

describe('localAddress and localPort', () => {
  it('choose the near end', async () => {
    const net = network();
    const port = await listening(net.createServer(), '127.0.0.1');
    const localAddress = '127.0.0.5';
    const client = net.connect({ port, host: '127.0.0.1', localAddress, localPort: 5005 });
    await once(client, 'connect');
    expect(client.address()).toEqual({ address: '127.0.0.5', port: 5005, family: 'IPv4' });
  });

  it('stand in the error', async () => {
    const options = { host: '127.0.0.1', localAddress: '127.0.0.1', localPort: 5006 };
    expect(await failureOf(network().connect({ ...options, port: 7 }))).toMatchObject({
      message: 'connect ECONNREFUSED 127.0.0.1:7 - Local (127.0.0.1:5006)',
      localAddress: '127.0.0.1',
      localPort: 5006,
    });
  });
});
