/**
 * A DataView over all of the buffer behind `bytes`; add `bytes.byteOffset` to places in it. The
 * last few are kept, since making one costs as much as reading a header: a host reads from one
 * buffer and writes into another, thousands of times in turn.
 */
export const viewOf = (bytes: Uint8Array): DataView => {
  const { buffer } = bytes;
  if (first.buffer === buffer) return first;
  if (second.buffer === buffer) return second;
  if (third.buffer === buffer) return third;
  if (fourth.buffer === buffer) return fourth;
  return remember(new DataView(buffer));
};

const NOTHING = new DataView(new ArrayBuffer(0));
let first: DataView = NOTHING;
let second: DataView = NOTHING;
let third: DataView = NOTHING;
let fourth: DataView = NOTHING;

const remember = (view: DataView): DataView => {
  fourth = third;
  third = second;
  second = first;
  first = view;
  return view;
};
