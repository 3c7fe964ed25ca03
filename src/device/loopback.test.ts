import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Device, Receiver } from './device.ts';
import { openLoopback } from './loopback.ts';
import { MemoryCable } from './memory-cable.ts';

/** Writes down what it is told: packets as their bytes, `|` at the end of a batch. */
class Notes implements Receiver {
  readonly told: string[] = [];
  onPacket: () => void = () => undefined;

  packet(bytes: Uint8Array, offset: number, length: number): void {
    this.told.push(bytes.slice(offset, offset + length).join('.'));
    this.onPacket();
  }

  batchEnds(): void {
    this.told.push('|');
  }

  lost(why: Error): void {
    this.told.push(why.message);
  }
}

const send = (device: Device, ...bytes: number[]): void =>
  device.send(Uint8Array.from([0, 0, ...bytes]), 2, bytes.length, 0);

describe('a loopback', () => {
  it('hands back what was sent, in order, in the next turn and as one batch', async () => {
    const device = openLoopback();
    const notes = new Notes();
    device.start(notes);
    const packet = Uint8Array.of(1, 2);
    device.send(packet, 0, 2, 0);
    // The memory is the sender's again at once.
    packet.fill(9);
    send(device, 3);
    expect(notes.told).toEqual([]);
    await turn();
    expect(notes.told).toEqual(['1.2', '3', '|']);
    await device.close();
  });

  it('keeps what is sent while a batch is handed over for the next', async () => {
    const device = openLoopback();
    const notes = new Notes();
    device.start(notes);
    notes.onPacket = () => {
      notes.onPacket = () => undefined;
      send(device, 2);
    };
    send(device, 1);
    await turn();
    expect(notes.told).toEqual(['1', '|']);
    await turn();
    expect(notes.told).toEqual(['1', '|', '2', '|']);
    await device.close();
  });

  it('drops what it has no room for, and is bounded', async () => {
    const device = openLoopback();
    const notes = new Notes();
    device.start(notes);
    const packet = new Uint8Array(60_000);
    for (let at = 0; at < 400; at += 1) device.send(packet, 0, packet.length, 0);
    await turn();
    // 16 MiB hold 279 of them.
    expect(notes.told.length - 1).toBe(279);
    await device.close();
  });

  it('says nothing any more once it is closed', async () => {
    const device = openLoopback();
    const notes = new Notes();
    device.start(notes);
    send(device, 1);
    await device.close();
    send(device, 2);
    await turn();
    expect(notes.told).toEqual([]);
  });
});

describe('a cable', () => {
  it('carries from each end to the other', async () => {
    const [near, far] = new MemoryCable().ends;
    const [nearNotes, farNotes] = [new Notes(), new Notes()];
    near.start(nearNotes);
    far.start(farNotes);
    send(near, 1);
    send(far, 2);
    await turn();
    expect([nearNotes.told, farNotes.told]).toEqual([
      ['2', '|'],
      ['1', '|'],
    ]);
    await Promise.all([near.close(), far.close()]);
  });

  it('loses everything while it is cut, and its ends when it is torn out', async () => {
    const cable = new MemoryCable();
    const [near, far] = cable.ends;
    const notes = new Notes();
    near.start(new Notes());
    far.start(notes);
    cable.isCut = true;
    send(near, 1);
    cable.isCut = false;
    send(near, 2);
    await turn();
    cable.tearOut();
    send(near, 3);
    await turn();
    expect(notes.told).toEqual(['2', '|', 'the cable was torn out']);
    await Promise.all([near.close(), far.close()]);
  });
});
