/**
 * A DataView over all of the buffer behind `bytes`; add `bytes.byteOffset` to places in it. The
 * last few are kept, since making one costs as much as reading a header: a host reads from one
 * buffer and writes into another, thousands of times in turn. Arrays are compared before buffers,
 * for which the runtime has to be asked.
 */
export const viewOf = (bytes: Uint8Array): DataView => {
  if (firstBytes === bytes) return first;
  if (secondBytes === bytes) return second;
  if (thirdBytes === bytes) return third;
  if (fourthBytes === bytes) return fourth;
  return remember(bytes, ofBuffer(bytes.buffer));
};

const NO_BYTES = new Uint8Array(0);
const NOTHING = new DataView(NO_BYTES.buffer);
let firstBytes = NO_BYTES as Uint8Array;
let secondBytes = firstBytes;
let thirdBytes = firstBytes;
let fourthBytes = firstBytes;
let first: DataView = NOTHING;
let second: DataView = NOTHING;
let third: DataView = NOTHING;
let fourth: DataView = NOTHING;

const ofBuffer = (buffer: ArrayBufferLike): DataView => {
  if (first.buffer === buffer) return first;
  if (second.buffer === buffer) return second;
  if (third.buffer === buffer) return third;
  return fourth.buffer === buffer ? fourth : new DataView(buffer);
};

const remember = (bytes: Uint8Array, view: DataView): DataView => {
  fourthBytes = thirdBytes;
  thirdBytes = secondBytes;
  secondBytes = firstBytes;
  firstBytes = bytes;
  fourth = third;
  third = second;
  second = first;
  first = view;
  return view;
};
