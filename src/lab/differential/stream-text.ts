/** Text of which every byte is told by its place in the stream. */
export const textAt = (from: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, at) => textByte(from + at));

export const textByte = (at: number): number => (at * 7 + 13) & 0xff;
