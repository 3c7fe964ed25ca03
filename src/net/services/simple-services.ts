import type { Socket } from '../socket.ts';

/** RFC 862: what comes goes back. */
export const echo = (socket: Socket): void => {
  socket.pipe(socket);
};

/** RFC 863: what comes is thrown away. */
export const discard = (socket: Socket): void => {
  socket.resume();
  socket.on('end', () => socket.end());
};

/** RFC 864: lines of 72 out of the 95 printing characters, each a character further on. */
const PRINTING = 95;
const COLUMNS = 72;
/** All lines, some times over. */
const REPEATS = 8;

const allLines = (): Buffer => {
  const ring = String.fromCodePoint(...Array.from({ length: PRINTING }, (_, at) => 0x20 + at));
  const lines = Array.from({ length: PRINTING }, (_, first) => {
    const line = (ring + ring).slice(first, first + COLUMNS);
    return `${line}\r\n`;
  });
  return Buffer.from(lines.join('').repeat(REPEATS), 'latin1');
};

const LINES = allLines();

/** Writes as fast as they are taken, until the client closes; what comes is thrown away. */
export const chargen = (socket: Socket): void => {
  const goOn = (): void => {
    while (socket.writable && socket.write(LINES));
  };
  socket.on('drain', goOn).on('end', () => socket.destroy());
  socket.resume();
  goOn();
};
