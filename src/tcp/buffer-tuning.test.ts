import { expect, it } from 'vitest';
import { Pair } from './pair.fixture.ts';

const move = (pair: Pair, length: number): void => {
  expect(pair.transfer(new Uint8Array(length), 60_000)).toHaveLength(length);
};

it('a send buffer begins with room for two initial windows as Linux counts it, 87040 bytes', () => {
  // 20 segments of 4096 (the next power of two above 1448 and its frame) and 256 bytes.
  expect(new Pair({ sendCapacity: 16_384 }).client.sendBuffer.capacity).toBe(87_040);
});

it('both buffers grow with what a path with a long delay carries, up to tcp_rmem and tcp_wmem', () => {
  const pair = new Pair({ delayMs: 100, sendCapacity: 16_384 });
  pair.settings.tcp_rmem[2] = 1_000_000;
  pair.settings.tcp_wmem[2] = 700_000;
  move(pair, 8_000_000);
  expect(pair.client.sendBuffer.capacity).toBe(700_000);
  expect(pair.server.receiveBuffer.capacity).toBe(1_000_000);
});

it('what SO_SNDBUF and SO_RCVBUF have set stays', () => {
  const pair = new Pair({ delayMs: 100, sendCapacity: 200_000 });
  pair.client.sendBufferLocked = true;
  pair.server.receiveBufferLocked = true;
  move(pair, 2_000_000);
  expect(pair.client.sendBuffer.capacity).toBe(200_000);
  expect(pair.server.receiveBuffer.capacity).toBe(131_072);
});
