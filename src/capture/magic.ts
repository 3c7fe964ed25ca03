/** What the first bytes of a file say that it is, in words for a person; undefined: nothing known. */
export const looksLike = (bytes: Uint8Array): string | undefined => {
  for (const [magic, name] of MAGICS) if (startsWith(bytes, magic)) return name;
  const start = String.fromCharCode(...bytes.subarray(0, 64)).toLowerCase();
  if (/^\s*(<!doctype html|<html)/.test(start)) return 'an HTML page';
  if (/^\s*<\?xml/.test(start)) return 'XML';
  if (/^\s*[{[]\s*["{[\]}]/.test(start)) return 'JSON';
  if (start.startsWith('#!')) return 'a script';
  return isText(bytes.subarray(0, 64)) ? 'text' : undefined;
};

/** File signatures; the longer before its own beginning. */
const MAGICS: readonly (readonly [readonly number[], string])[] = [
  [[0xff, 0xd8, 0xff], 'a JPEG picture'],
  [[0x89, 0x50, 0x4e, 0x47], 'a PNG picture'],
  [[0x47, 0x49, 0x46, 0x38], 'a GIF picture'],
  [[0x7f, 0x45, 0x4c, 0x46], 'an ELF program'],
  [[0x4d, 0x5a], 'a Windows program'],
  [[0x25, 0x50, 0x44, 0x46], 'a PDF document'],
  [[0x1f, 0x8b], 'gzip'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd'],
  [[0x50, 0x4b, 0x03, 0x04], 'a ZIP archive'],
  [[0x42, 0x5a, 0x68], 'bzip2'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], 'xz'],
  [[0x04, 0x22, 0x4d, 0x18], 'LZ4'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'a 7z archive'],
  [[0x73, 0x6e, 0x6f, 0x6f, 0x70, 0x00], 'a snoop capture'],
  [[0x58, 0x43, 0x50, 0x00], 'a Network Associates Sniffer capture'],
  [[0x47, 0x4d, 0x42, 0x55], 'a Microsoft Network Monitor capture'],
  [[0x54, 0x52, 0x53, 0x4e], 'a Network Associates Sniffer capture'],
];

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  bytes.length >= magic.length && magic.every((byte, index) => bytes[index] === byte);

const isText = (bytes: Uint8Array): boolean =>
  bytes.length > 0 &&
  bytes.every((byte) => (byte >= 0x20 && byte !== 0x7f) || (byte >= 9 && byte <= 13));

export type Compression = 'gzip' | 'zstd' | 'none';

/** Looks at the first four bytes (fewer: `none`). zstd may begin with skippable frames. */
export const sniffCompression = (bytes: Uint8Array): Compression => {
  if (bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b) return 'gzip';
  if (bytes.length < 4) return 'none';
  if (startsWith(bytes, [0x28, 0xb5, 0x2f, 0xfd])) return 'zstd';
  const skippable = (bytes[0] & 0xf0) === 0x50 && startsWith(bytes.subarray(1), [0x2a, 0x4d, 0x18]);
  return skippable ? 'zstd' : 'none';
};
