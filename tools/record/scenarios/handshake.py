"""Resets and failures before, during and right after the three-way handshake."""

import socket as so
import struct

from lab import Lab
from scenarios import ABORTS, scenario
from segments import ACK, FIN, PSH, RST, SYN, Segment
from sockets import Socket

_PORT = 40000
_MSS_OPTION = struct.pack('!BBH', 2, 4, 1460)


def _is_syn(segment: Segment) -> bool:
    return segment.has(SYN) and not segment.has(ACK)


def _is_syn_ack(segment: Segment) -> bool:
    return segment.has(SYN | ACK)


def _converse(client: Socket, server: Socket) -> None:
    client.send(b'PING\r\n')
    server.recv()
    server.send(b'+PONG\r\n')
    client.recv()


def _from_client(lab: Lab, port: int, source_port: int, **fields) -> Segment:
    """A segment for a raw socket of the client."""
    return Segment('server', b'', lab.client.address, lab.server.address, source_port, port,
                   **{'seq': 1000, 'ack': 0, 'flags': SYN, 'window': 1024} | fields)


def _send_raw(lab: Lab, segments: list[Segment]) -> None:
    with lab.client.raw_packets() as raw:
        for segment in segments:
            raw.sendto(segment.packet(), (lab.server.address, 0))


@scenario('closed-port', 'closed-port', 'connect() to a port on which nobody listens.',
          options=('', 'bound'),
          per_option={'bound': {'what': 'connect() to a port that is bound but not listening.'}})
def closed_port(lab: Lab) -> None:
    if lab.option == 'bound':
        lab.server.socket(8080)
    client = lab.client.socket()
    client.connect(lab.server.address, 8080)
    client.send(b'x')
    again = lab.client.socket()
    lab.pause(200)
    again.connect(lab.server.address, 8080)


@scenario('syn-data-closed-port', 'closed-port',
          'TCP Fast Open SYN with data to a closed port: the reset acknowledges the data too.')
def syn_data_closed_port(lab: Lab) -> None:
    segment = _from_client(lab, 8080, _PORT, payload=b'GET / HTTP/1.1\r\n\r\n', options=_MSS_OPTION)
    _send_raw(lab, [segment])
    lab.pause(100)


@scenario('port-scan', 'port-scan',
          'A scanner sends bare SYNs; its own kernel resets the SYN,ACKs of the open ports.',
          also=('closed-port', 'connect-cancelled'))
def port_scan(lab: Lab) -> None:
    for port in (22, 80, 443):
        lab.server.listen(port)
    for at, port in enumerate((21, 22, 23, 25, 53, 80, 110, 135, 139, 443, 445, 3306, 8080)):
        _send_raw(lab, [_from_client(lab, port, 61000 + at, seq=0x1234 + 7919 * at,
                                     options=_MSS_OPTION)])
        lab.pause(15)
    lab.pause(100)


@scenario('four-tuple-reuse', 'four-tuple-reuse',
          'A client host restarts and connects from the same port: challenge ACK, reset, new SYN.',
          also=('handshake-ack-unacceptable', 'half-open-restart'), layout='wire',
          options=('reboot', 'forgotten'), per_option={'reboot': {'where': ('server',)}})
def four_tuple_reuse(lab: Lab) -> None:
    listener = lab.server.listen(6379)
    old = lab.client.socket(_PORT)
    old.connect(lab.server.address, 6379)
    old_server = lab.server.accept(listener)
    _converse(old, old_server)
    lab.pause(100)
    if lab.option == 'reboot':
        lab.cut_power(lab.client)
        lab.boot(lab.client)
    else:
        old.vanish()
    lab.pause(300)
    new = lab.client.socket(_PORT)
    new.connect(lab.server.address, 6379)
    old_server.recv()
    new_server = lab.server.accept(listener)
    _converse(new, new_server)
    new.close()
    new_server.recv()
    new_server.close()
    lab.pause(60)


@scenario('handshake-ack-unacceptable', 'handshake-ack-unacceptable',
          'An old duplicate SYN arrives first; the client resets the SYN,ACK that answers it.',
          layout='wire', also=('four-tuple-reuse',), options=('old-syn', 'wrong-syn-ack'),
          per_option={'wrong-syn-ack': {'what': 'A SYN,ACK with a wrong acknowledgment reaches '
                                                'SYN-SENT and is reset.'}})
def handshake_ack_unacceptable(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    client = lab.client.socket(_PORT)
    lab.wire.hold(_is_syn if lab.option == 'old-syn' else _is_syn_ack, times=1)
    client.begin_connect(lab.server.address, 8080)
    syn = lab.wire.wait_for(_is_syn)
    if lab.option == 'old-syn':
        lab.wire.inject(syn.but(seq=syn.seq - 700_000))
    else:
        answer = lab.wire.wait_for(_is_syn_ack)
        lab.wire.inject(answer.but(ack=answer.ack - 700_000))
    lab.wire.wait_for(lambda s: s.has(RST))
    lab.pause(30)
    lab.wire.held.clear()
    lab.pause(1300)
    client.error()
    server = lab.server.accept(listener)
    _converse(client, server)
    client.close()
    server.recv()
    server.close()
    lab.pause(40)


@scenario('time-wait-collision', 'time-wait-collision',
          'A new connection with a lower sequence number meets the server in TIME-WAIT.',
          layout='wire', also=('handshake-ack-unacceptable',), options=('', 'rfc1337'),
          timestamps=(False,))
def time_wait_collision(lab: Lab) -> None:
    if lab.option == 'rfc1337':
        lab.server.sysctl('tcp_rfc1337', 1)
    listener = lab.server.listen(8080)
    first = lab.client.socket(_PORT).initial_sequence(3_000_000_000)
    first.connect(lab.server.address, 8080)
    server = lab.server.accept(listener)
    _converse(first, server)
    server.close()
    lab.pause(60)
    first.recv()
    first.close()
    lab.pause(60)
    second = lab.client.socket(_PORT).initial_sequence(2_000_000_000)
    second.connect(lab.server.address, 8080)
    if lab.option == 'rfc1337':
        return
    again = lab.server.accept(listener)
    _converse(second, again)


@scenario('accept-queue-overflow', 'accept-queue-overflow',
          'tcp_abort_on_overflow 1 and a full accept queue: a reset answers the third segment.',
          layout='wire', delay_ms=20, options=('abort', 'expired'),
          per_option={'expired': {
              'what': 'The accept queue is full, the entry expires unseen; the client\'s data is '
                      'reset by the listener.', 'alsoRight': ('handshake-timeout',)}})
def accept_queue_overflow(lab: Lab) -> None:
    lab.server.sysctl('tcp_abort_on_overflow', int(lab.option == 'abort'))
    lab.server.sysctl('tcp_syncookies', 0)
    lab.server.sysctl('tcp_synack_retries', 1)
    lab.server.listen(8080, backlog=2)
    clients = [lab.client.socket() for _ in range(4)]
    for client in clients[:2]:
        client.connect(lab.server.address, 8080)
    for client in clients[2:]:
        client.begin_connect(lab.server.address, 8080)
    lab.pause(120 if lab.option == 'abort' else 4500)
    for client in clients[2:]:
        client.error()
        client.send(b'PING\r\n')
    lab.pause(100)
    clients[3].recv()


@scenario('connect-timeout', 'connect-timeout',
          'Every SYN is dropped by a packet filter in silence.', layout='direct')
def connect_timeout(lab: Lab) -> None:
    lab.client.sysctl('tcp_syn_retries', 2)
    lab.client.sysctl('tcp_syn_linear_timeouts', 0)
    lab.server.space.run('nft', '-f', '-', stdin='''
        table inet filter { chain input { type filter hook input priority 0;
            tcp dport 5432 drop; }; }''')
    client = lab.client.socket()
    client.raw.settimeout(15)
    client.connect(lab.server.address, 5432)


@scenario('connect-unreachable', 'connect-unreachable',
          'A router answers the SYN by ICMP: there is no reset.', layout='router',
          where=('client', 'any'), options=('port', 'admin'))
def connect_unreachable(lab: Lab) -> None:
    kind = {'port': 'port-unreachable', 'admin': 'admin-prohibited'}[lab.option]
    lab.router.run('nft', '-f', '-', stdin=f'''
        table inet filter {{ chain forward {{ type filter hook forward priority 0;
            tcp dport 5432 reject with icmpx {kind}; }}; }}''')
    lab.client.sysctl('tcp_syn_retries', 1)
    client = lab.client.socket()
    client.connect(lab.server.address, 5432)
    lab.pause(100)


@scenario('connect-cancelled', 'connect-cancelled',
          'The client gave connect() up before the SYN,ACK came.', layout='wire',
          options=('close', 'killed'))
def connect_cancelled(lab: Lab) -> None:
    lab.server.listen(8080)
    lab.wire.hold(_is_syn_ack, times=1)
    if lab.option == 'close':
        client = lab.client.socket()
        client.begin_connect(lab.server.address, 8080)
        lab.wire.wait_for(_is_syn_ack)
        client.close()
    else:
        curl = lab.client.program('curl', '-s', '-g', f'http://{_host(lab)}:8080/')
        lab.wire.wait_for(_is_syn_ack)
        lab.client.end(curl)
        curl.wait()
        lab.client.calls.append({'call': 'SIGKILL', 'result': 'curl ended in connect()'})
    lab.wire.release()
    lab.pause(100)


def _host(lab: Lab) -> str:
    return f'[{lab.server.address}]' if lab.variant.family == 6 else lab.server.address


@scenario('handshake-timeout', 'handshake-timeout',
          'The client\'s ACK was lost and the half-open entry expired; its data meets nothing.',
          layout='wire', options=('listening', 'gone'),
          also=('accept-queue-overflow',),
          per_option={'client': {'sameWire': ('half-open-restart',)}})
def handshake_timeout(lab: Lab) -> None:
    lab.server.sysctl('tcp_synack_retries', 0)
    listener = lab.server.listen(8080)
    lab.wire.drop(lambda s: s.toward == 'server' and s.flags == ACK)
    client = lab.client.socket()
    client.connect(lab.server.address, 8080)
    lab.pause(3000)
    lab.wire.heal()
    if lab.option == 'gone':
        listener.close()
    client.send(b'PING\r\n')
    lab.pause(100)
    client.recv()


@scenario('listener-got-ack', 'listener-got-ack',
          'A segment with ACK that belongs to no connection reaches a listening socket.',
          options=('ack', 'data'), same_wire=('half-open-restart',))
def listener_got_ack(lab: Lab) -> None:
    lab.server.listen(8080)
    fields = {'ack': {'flags': ACK}, 'data': {'flags': ACK | PSH, 'payload': b'hello'}}[lab.option]
    _send_raw(lab, [_from_client(lab, 8080, _PORT, ack=77_000_000, **fields)])
    lab.pause(100)


@scenario('stray-segment', 'half-open-restart',
          'Raw segments of no connection reach a port without a socket.',
          options=('ack', 'fin-ack', 'data', 'no-ack'), same_wire=('port-scan', 'unknown'),
          per_option={'no-ack': {'cause': 'port-scan', 'sameWire': ('unknown',),
                                 'what': 'A bare FIN, as scanners send it, to a closed port.'}})
def stray_segment(lab: Lab) -> None:
    fields = {'ack': {'flags': ACK}, 'fin-ack': {'flags': ACK | FIN},
              'data': {'flags': ACK | PSH, 'payload': b'hello'},
              'no-ack': {'flags': FIN}}[lab.option]
    _send_raw(lab, [_from_client(lab, 8080, _PORT, ack=77_000_000, **fields)])
    lab.pause(100)


@scenario('bad-ack-in-handshake', 'bad-ack-in-handshake',
          'The third segment acknowledges what was never sent: the listener resets that number.',
          layout='wire', also=('reset-ignored',))
def bad_ack_in_handshake(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    lab.wire.hold(lambda s: s.toward == 'server' and s.flags == ACK, times=1)
    client = lab.client.socket()
    client.connect(lab.server.address, 8080)
    third = lab.wire.wait_for(lambda s: s.toward == 'server' and s.flags == ACK)
    lab.wire.inject(third.but(ack=third.ack + 5000, options=third.options))
    lab.pause(60)
    lab.wire.release()
    server = lab.server.accept(listener)
    _converse(client, server)
    client.close()
    server.recv()
    server.close()
    lab.pause(40)


@scenario('paws', 'paws', 'A SYN,ACK echoes a timestamp that was never sent.', layout='wire',
          timestamps=(True,), same_wire=())
def paws(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    lab.wire.hold(_is_syn_ack, times=1)
    client = lab.client.socket()
    client.begin_connect(lab.server.address, 8080)
    answer = lab.wire.wait_for(_is_syn_ack)
    lab.wire.inject(answer.but(options=_with_echo(answer.options, 500_000_000)))
    lab.wire.wait_for(lambda s: s.has(RST))
    lab.wire.held.clear()
    lab.pause(1300)
    client.error()
    server = lab.server.accept(listener)
    _converse(client, server)


def _with_echo(options: bytes, later: int) -> bytes:
    """TCP options whose timestamp echo (TSecr) is moved into the future."""
    at = 0
    while options[at] != 8:
        at += 1 if options[at] == 1 else options[at + 1]
    echo, = struct.unpack_from('!I', options, at + 6)
    return options[:at + 6] + struct.pack('!I', (echo + later) % 2**32) + options[at + 10:]


@scenario('mptcp', 'mptcp', 'Multipath TCP says in an option why it resets.',
          options=('fastclose', 'join'), per_option={
              'fastclose': {'alsoRight': ('close-with-unread-data', *ABORTS),
                            'what': 'An MPTCP connection is aborted: MP_FASTCLOSE in the reset.'},
              'join': {'what': 'MP_JOIN with an unknown token: reset with MP_TCPRST.',
                       'alsoRight': ('closed-port',)}})
def mptcp(lab: Lab) -> None:
    with lab.server.space.inside():
        listening = so.socket(lab.server.family, so.SOCK_STREAM, so.IPPROTO_MPTCP)
    listening.bind((lab.server.address, 8080))
    listening.listen()
    if lab.option == 'join':
        join = struct.pack('!BBBBII', 30, 12, 0x10, 1, 0xDEADBEEF, 0x01020304)
        _send_raw(lab, [_from_client(lab, 8080, _PORT, options=_MSS_OPTION + join)])
        lab.pause(100)
    else:
        _mptcp_abort(lab, listening)
    listening.close()


def _mptcp_abort(lab: Lab, listening: so.socket) -> None:
    with lab.client.space.inside():
        raw = so.socket(lab.client.family, so.SOCK_STREAM, so.IPPROTO_MPTCP)
    client = Socket(raw, lab.client.calls)
    client.connect(lab.server.address, 8080)
    server = Socket(listening.accept()[0], lab.server.calls)
    _converse(client, server)
    lab.pause(60)
    server.abort()
    lab.pause(100)
    client.recv()
    client.close()


