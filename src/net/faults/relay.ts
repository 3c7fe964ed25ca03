import type { Duplex } from 'node:stream';
import { breakOff } from './ending.ts';

/** How many bytes of a piece pass, also where the relay is cut meanwhile. */
type Gate = (piece: Buffer) => number;

/** Who looks on, and may cut the relay from there. */
export interface Onlooker {
  fromClient: Gate;
  fromServer: Gate;
}

/**
 * Carries bytes between a client and a server, faithfully: no faster than the slower one, each end of
 * file by itself, and a reset as a reset.
 */
export class Relay {
  private isCut = false;

  constructor(client: Duplex, server: Duplex, onlooker?: Onlooker) {
    this.carry(client, server, onlooker?.fromClient);
    this.carry(server, client, onlooker?.fromServer);
    // Paused since it was accepted.
    client.resume();
  }

  /** From now on nothing passes, and neither side learns of the other's end. */
  cut(): void {
    this.isCut = true;
  }

  private carry(from: Duplex, to: Duplex, gate: Gate | undefined): void {
    from.on('data', (piece: Buffer) => {
      if (this.isCut) return;
      const length = gate?.(piece) ?? piece.length;
      if (length === 0) return;
      if (to.write(length < piece.length ? piece.subarray(0, length) : piece) || this.isCut) return;
      from.pause();
      to.once('drain', () => {
        if (!this.isCut) from.resume();
      });
    });
    from.on('end', () => {
      if (!this.isCut) to.end();
    });
    from.on('close', () => {
      const isOver = from.readableEnded && from.writableFinished;
      if (!this.isCut && !isOver) breakOff(to);
    });
  }
}
