import type { Datagram } from '../wire/datagram.ts';
import { IcmpMessage, readIcmpMessage, writeEchoReply } from '../wire/icmp-message.ts';
import { IpAddress } from '../wire/ip-address.ts';
import { icmpArrives } from '../tcp/icmp-errors.ts';
import type { Stack } from './stack.ts';

/** One for all; nobody keeps it. */
const message = new IcmpMessage();

/** Larger ones are not answered: their answers would not fit. */
const LARGEST_ECHO = 60_000;

/** A packet with ICMP or ICMPv6 for `local` has come. Never throws. */
export const icmpComes = (
  stack: Stack,
  datagram: Datagram,
  local: IpAddress,
  now: number,
): void => {
  if (!readIcmpMessage(datagram, message)) return;
  if (message.kind === 'echo-request') answer(stack, datagram, local);
  else if (message.kind === 'error') complain(stack, now);
};

const answer = (stack: Stack, datagram: Datagram, local: IpAddress): void => {
  if (datagram.payloadLength > LARGEST_ECHO) return;
  const { source0, source1, source2, source3, version } = datagram;
  const source = new IpAddress(version === 4 ? 4 : 6, source0, source1, source2, source3);
  const { egress } = stack;
  const ip = egress.ipFields();
  egress.send(writeEchoReply(datagram, local, source, ip, egress.buffer, 0));
};

/** An error about a segment of ours (tcp_v4_err, tcp_v6_err). */
const complain = (stack: Stack, now: number): void => {
  const key = stack.key.ofQuotation(message.quoted, message.sourcePort, message.targetPort);
  const attachment = stack.table.find(key);
  if (attachment?.connection === undefined) return;
  icmpArrives(attachment.connection, message, now);
  stack.settle(attachment, now);
};
