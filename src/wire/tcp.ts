import { ICMP_ERROR, TCP_SEGMENT } from './frame-kind.ts';
import { END_MALFORMED, type Headers, type Next, lacking } from './headers.ts';

const TCP_HEADER = 20;
/** Ports, SEQ, ACK, data offset and flags: with these, a cut segment still shows whether it resets. */
const UP_TO_FLAGS = 14;
/** Ports and SEQ: what an ICMP error is sure to quote (RFC 792, "64 bits of the data"). */
const UP_TO_SEQ = 8;

/** RFC 9293 §3.1. */
export const readTcp = (headers: Headers): Next => {
  if (headers.quoted) return readQuotedTcp(headers);
  const { packet, bytes, view, at, end, wireEnd } = headers;
  if (at + UP_TO_FLAGS > end) return lacking(headers, TCP_HEADER);
  const headerLength = (bytes[at + 12] >> 4) * 4;
  const payloadOffset = at + headerLength;
  if (headerLength < TCP_HEADER || payloadOffset > wireEnd) return END_MALFORMED;
  packet.sourcePort = view.getUint16(at);
  packet.targetPort = view.getUint16(at + 2);
  packet.seq = view.getInt32(at + 4);
  packet.ack = view.getInt32(at + 8);
  packet.flags = bytes[at + 13]!;
  packet.window = at + 16 > end ? -1 : view.getUint16(at + 14);
  packet.optionsOffset = at + TCP_HEADER;
  packet.optionsOnWire = headerLength - TCP_HEADER;
  packet.optionsLength = captured(at + TCP_HEADER, payloadOffset, end);
  packet.payloadOffset = payloadOffset;
  packet.payloadLength = wireEnd - payloadOffset;
  packet.payloadCaptured = captured(payloadOffset, wireEnd, end);
  return ~TCP_SEGMENT;
};

/** How much of `from` to `to` lies before `end`. */
const captured = (from: number, to: number, end: number): number =>
  end >= to ? to - from : end > from ? end - from : 0;

const readQuotedTcp = (headers: Headers): Next => {
  const { packet, view, at } = headers;
  if (at + UP_TO_SEQ > headers.end) return lacking(headers, UP_TO_SEQ);
  packet.sourcePort = view.getUint16(at);
  packet.targetPort = view.getUint16(at + 2);
  packet.seq = view.getInt32(at + 4);
  packet.ack = 0;
  packet.flags = 0;
  packet.window = -1;
  packet.optionsOffset = headers.end;
  packet.optionsOnWire = 0;
  packet.optionsLength = 0;
  packet.payloadOffset = headers.end;
  packet.payloadLength = 0;
  packet.payloadCaptured = 0;
  packet.lengthFromCapture = false;
  return ~ICMP_ERROR;
};
