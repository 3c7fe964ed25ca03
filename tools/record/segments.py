"""TCP segments as frames: enough to follow a connection on a wire and to forge one."""

import struct
from dataclasses import dataclass, replace
from socket import inet_ntop, inet_pton, AF_INET, AF_INET6

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
_IPV4, _IPV6, _TCP = 0x0800, 0x86DD, 6


@dataclass(frozen=True)
class Segment:
    """One TCP segment with what is needed to build its frame again."""

    toward: str
    macs: bytes
    source: str
    dest: str
    source_port: int
    dest_port: int
    seq: int
    ack: int
    flags: int
    window: int = 0
    ttl: int = 64
    options: bytes = b''
    payload: bytes = b''

    def has(self, flags: int) -> bool:
        return self.flags & flags == flags

    @property
    def next_seq(self) -> int:
        syn_fin = bool(self.flags & SYN) + bool(self.flags & FIN)
        return (self.seq + len(self.payload) + syn_fin) % 2**32

    def reply(self, **fields) -> 'Segment':
        """A segment from this one's receiver to its sender."""
        turned = replace(
            self, toward='client' if self.toward == 'server' else 'server',
            macs=self.macs[6:12] + self.macs[0:6], source=self.dest, dest=self.source,
            source_port=self.dest_port, dest_port=self.source_port,
            seq=self.ack, ack=self.next_seq, options=b'', payload=b'',
        )
        return replace(turned, **fields)

    def but(self, **fields) -> 'Segment':
        return replace(self, **fields)

    def packet(self) -> bytes:
        """The IP packet, checksums right."""
        tcp = self._tcp()
        if ':' in self.source:
            head = struct.pack('!IHBB', 6 << 28, len(tcp), _TCP, self.ttl)
            return head + inet_pton(AF_INET6, self.source) + inet_pton(AF_INET6, self.dest) + tcp
        head = struct.pack(
            '!BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 0, 0, self.ttl, _TCP, 0,
            inet_pton(AF_INET, self.source), inet_pton(AF_INET, self.dest),
        )
        return head[:10] + struct.pack('!H', _checksum(head)) + head[12:] + tcp

    def frame(self) -> bytes:
        kind = _IPV6 if ':' in self.source else _IPV4
        return self.macs + struct.pack('!H', kind) + self.packet()

    def _tcp(self) -> bytes:
        options = self.options + b'\0' * (-len(self.options) % 4)
        head = struct.pack(
            '!HHIIBBHHH', self.source_port, self.dest_port, self.seq % 2**32, self.ack % 2**32,
            (5 + len(options) // 4) << 4, self.flags, self.window, 0, 0,
        )
        tcp = head + options + self.payload
        family = AF_INET6 if ':' in self.source else AF_INET
        pseudo = inet_pton(family, self.source) + inet_pton(family, self.dest)
        pseudo += struct.pack('!II', len(tcp), _TCP)
        return tcp[:16] + struct.pack('!H', _checksum(pseudo + tcp)) + tcp[18:]


def parse(frame: bytes, toward: str) -> Segment | None:
    """The TCP segment of an Ethernet frame, or None for everything else."""
    kind, = struct.unpack_from('!H', frame, 12)
    packet = frame[14:]
    if kind == _IPV4 and packet[9] == _TCP:
        size = (packet[0] & 15) * 4
        source, dest = (inet_ntop(AF_INET, packet[at:at + 4]) for at in (12, 16))
        ttl, end = packet[8], struct.unpack_from('!H', packet, 2)[0]
    elif kind == _IPV6 and packet[6] == _TCP:
        size = 40
        source, dest = (inet_ntop(AF_INET6, packet[at:at + 16]) for at in (8, 24))
        ttl, end = packet[7], 40 + struct.unpack_from('!H', packet, 4)[0]
    else:
        return None
    tcp = packet[size:end]
    ports_and_more = struct.unpack_from('!HHIIBBH', tcp)
    source_port, dest_port, seq, ack, offset, flags, window = ports_and_more
    data = (offset >> 4) * 4
    return Segment(toward, frame[:12], source, dest, source_port, dest_port, seq, ack, flags,
                   window, ttl, tcp[20:data], tcp[data:])


def _checksum(data: bytes) -> int:
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'!{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
