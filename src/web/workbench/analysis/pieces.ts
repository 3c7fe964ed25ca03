/** What of a browser's `File` is asked for here. */
export interface CaptureFile {
  readonly name: string;
  readonly size: number;
  slice(from: number, to: number): Blob;
}

const PIECE = 4 << 20;

/** A file's bytes in order; while one piece is worked on, the next is being read. */
export async function* piecesOf(file: CaptureFile): AsyncGenerator<Uint8Array> {
  let coming = pieceAt(file, 0);
  for (let at = 0; at < file.size; at += PIECE) {
    const piece = await coming;
    if (at + PIECE < file.size) {
      coming = pieceAt(file, at + PIECE);
      // A failure is told when its turn comes.
      coming.catch(() => {});
    }
    yield piece;
  }
}

const pieceAt = async (file: CaptureFile, from: number): Promise<Uint8Array> => {
  const bytes = await file.slice(from, Math.min(from + PIECE, file.size)).arrayBuffer();
  return new Uint8Array(bytes);
};
