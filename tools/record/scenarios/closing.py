"""Resets that an end sends because of how, or when, its application closed."""

import socket as so
from pathlib import Path

from lab import Lab
from scenarios import ABORTS, STATELESS, scenario
from segments import ACK, FIN, RST
from sockets import Socket

_REQUEST = b'GET /report HTTP/1.1\r\nHost: app.test\r\n\r\n'
_ORDER = b'POST /orders HTTP/1.1\r\nHost: app.test\r\nContent-Length: 900\r\n\r\n' + b'o' * 900
_ANSWER = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
_TCP_MAX_ORPHANS = Path('/proc/sys/net/ipv4/tcp_max_orphans')


def _exchange(client: Socket, server: Socket) -> None:
    """One request and its answer, both read."""
    client.send(_REQUEST)
    server.recv()
    server.send(_ANSWER)
    client.recv()


def _roles(lab: Lab, client: Socket, server: Socket) -> tuple[Socket, Socket]:
    """Who acts and who suffers: the option says `by-client` or `by-server`."""
    return (client, server) if lab.option.startswith('by-client') else (server, client)


@scenario('linger-zero', 'linger-zero',
          'An application with SO_LINGER 0 closes after a complete exchange; nothing was unread.',
          same_wire=ABORTS, options=('by-server', 'by-client', 'crossing', 'unanswered'),
          layout='wire')
def linger_zero(lab: Lab) -> None:
    client, server = lab.connect(8080)
    if lab.option == 'unanswered':
        client.send(_REQUEST)
        server.recv()
    else:
        _exchange(client, server)
    lab.pause(60)
    actor, other = _roles(lab, client, server)
    actor.abort()
    if lab.option == 'crossing':
        other.abort()
    lab.pause(60)
    if lab.option != 'crossing':
        other.recv()
        other.send(b'more')


@scenario('disconnect', 'disconnect', 'An application calls connect() with AF_UNSPEC.',
          same_wire=ABORTS, options=('by-server', 'by-client'), layout='wire')
def disconnect(lab: Lab) -> None:
    client, server = lab.connect(8080)
    _exchange(client, server)
    lab.pause(40)
    actor, other = _roles(lab, client, server)
    actor.disconnect()
    lab.pause(60)
    other.recv()


@scenario('destroyed', 'destroyed', 'An administrator ends the connection with ss -K.',
          same_wire=ABORTS, options=('by-server', 'by-client'))
def destroyed(lab: Lab) -> None:
    client, server = lab.connect(8080)
    _exchange(client, server)
    actor, other = _roles(lab, client, server)
    host = lab.client if actor is client else lab.server
    lab.pause(40)
    host.space.run('ss', '-K', '-t', '-n', 'sport', '=', f':{actor.port}')
    host.calls.append({'call': 'ss -K', 'result': 'ok'})
    lab.pause(60)
    actor.recv()
    other.recv()


@scenario('close-with-unread-data', 'close-with-unread-data',
          'An application closes while bytes from its peer wait unread in the receive queue.',
          same_wire=ABORTS, layout='wire',
          options=('by-server', 'by-client', 'half-closed', 'after-answer', 'partly-read'))
def close_with_unread_data(lab: Lab) -> None:
    client, server = lab.connect(8080)
    actor, other = _roles(lab, client, server)
    if lab.option == 'after-answer':
        _exchange(client, server)
    other.send(_ORDER)
    if lab.option == 'half-closed':
        other.shutdown(so.SHUT_WR)
    lab.pause(60)
    if lab.option == 'partly-read':
        actor.recv(100)
    actor.close()
    lab.pause(60)
    other.recv()
    other.send(b'more')


@scenario('data-after-close', 'data-after-close',
          'An end closed in good order (FIN); its peer sent data all the same, and met nobody.',
          layout='wire', options=('by-server', 'by-client', 'crossing', 'expired', 'listening'),
          per_option={'crossing': {'alsoRight': ('keepalive-race',)}})
def data_after_close(lab: Lab) -> None:
    client, server, listener = lab.ends(8080)
    if lab.option != 'listening':
        listener.raw.close()
    if lab.option == 'expired':
        for host in (lab.client, lab.server):
            host.sysctl('tcp_fin_timeout', 1)
    _exchange(client, server)
    actor, other = _roles(lab, client, server)
    lab.pause(40)
    actor.close()
    lab.pause({'crossing': 0, 'expired': 3500, 'listening': 100}.get(lab.option, 100))
    other.send(b'GET /next HTTP/1.1\r\nHost: app.test\r\n\r\n')
    lab.pause(100)
    other.recv()
    other.send(b'again')


@scenario('finwait2-full-socket', 'data-after-close',
          'The closed end is a full FIN-WAIT-2 socket (TCP_LINGER2 100 s) when late data arrives.',
          layout='wire')
def finwait2_full_socket(lab: Lab) -> None:
    client, server = lab.connect(8080)
    _exchange(client, server)
    server.tcp(so.TCP_LINGER2, 100)
    server.close()
    lab.pause(100)
    client.send(b'late')
    lab.pause(60)
    client.recv()


@scenario('linger-timeout', 'data-after-close',
          'close() with l_linger 1 gives up waiting in silence; the peer then sends to the orphan.',
          also=('linger-timeout',), layout='wire', follows=('repeated-reset',))
def linger_timeout(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    client = lab.client.socket().option(so.SOL_SOCKET, so.SO_RCVBUF, 4096)
    client.connect(lab.server.address, 8080)
    server = lab.server.accept(listener)
    server.raw.settimeout(0.2)
    server.send(60000)
    server.linger(1)
    server.close()
    lab.pause(100)
    client.send(b'hello?')
    lab.pause(100)
    client.recv()


@scenario('linger2-abort', 'linger2-abort', 'close() of a socket with TCP_LINGER2 -1.',
          options=('finwait2', 'established'),
          per_option={'finwait2': {'sameWire': ABORTS},
                      'established': {'what': 'TCP_LINGER2 -1: already the ACK of the FIN draws a '
                                              'reset.'}})
def linger2_abort(lab: Lab) -> None:
    client, server = lab.connect(8080)
    _exchange(client, server)
    server.tcp(so.TCP_LINGER2, -1)
    if lab.option == 'finwait2':
        server.shutdown(so.SHUT_WR)
        lab.pause(100)
    server.close()
    lab.pause(100)
    client.recv()
    client.send(b'more')


@scenario('read-shutdown', 'read-shutdown',
          'An application shut down both directions but kept the socket; data came.',
          also=('data-after-close',), layout='wire', options=('both', 'read-then-close'),
          per_option={'read-then-close': {
              'cause': 'close-with-unread-data', 'alsoRight': ('read-shutdown',),
              'sameWire': ABORTS,
              'what': 'SHUT_RD alone sends no reset; the later close() with unread data does.'}})
def read_shutdown(lab: Lab) -> None:
    client, server = lab.connect(8080)
    _exchange(client, server)
    if lab.option == 'both':
        server.shutdown(so.SHUT_RDWR)
    else:
        server.shutdown(so.SHUT_RD)
    lab.pause(80)
    client.send(b'data for nobody')
    lab.pause(80)
    server.close()
    lab.pause(80)
    client.recv()


@scenario('listener-closed', 'listener-closed',
          'Connections wait in the accept queue; the listening socket is closed.',
          options=('quiet', 'data'), layout='wire',
          same_wire=('linger-zero', 'close-with-unread-data', 'disconnect', 'destroyed'))
def listener_closed(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    clients = [lab.client.socket() for _ in range(3)]
    for client in clients:
        client.connect(lab.server.address, 8080)
        if lab.option == 'data':
            client.send(_REQUEST)
    lab.pause(80)
    listener.close()
    lab.pause(60)
    for client in clients:
        client.recv()


@scenario('lost-last-ack', 'lost-last-ack',
          'No TIME-WAIT (tcp_max_tw_buckets 0): the last ACK was lost, the repeated FIN is reset.',
          layout='wire', options=('retransmitted-fin', 'first-fin'),
          per_option={'first-fin': {'what': 'No TIME-WAIT and close(): already the first FIN of '
                                            'the peer is reset.'}})
def lost_last_ack(lab: Lab) -> None:
    client, server = lab.connect(8080)
    lab.client.sysctl('tcp_max_tw_buckets', 0)
    _exchange(client, server)
    if lab.option == 'first-fin':
        client.close()
        lab.pause(80)
        server.shutdown(so.SHUT_WR)
    else:
        client.shutdown(so.SHUT_WR)
        lab.pause(80)
        lab.wire.drop(lambda s: s.toward == 'server' and s.flags == ACK)
        server.shutdown(so.SHUT_WR)
        lab.pause(60)
        client.recv()
        client.close()
    lab.pause(600)
    server.recv()


@scenario('orphan-limit', 'orphan-limit',
          'More orphans than tcp_max_orphans: close() sends its FIN and a reset in one instant.',
          layout='wire', alone=True, same_wire=('out-of-memory',))
def orphan_limit(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    pairs = []
    for _ in range(4):
        client = lab.client.socket()
        client.connect(lab.server.address, 8080)
        pairs.append((client, lab.server.accept(listener)))
    victim_client, victim = pairs.pop()
    _exchange(victim_client, victim)
    others = {client.port for client, _ in pairs}
    lab.wire.drop(lambda s: s.dest_port in others or s.source_port in others)
    for _, server in pairs:
        server.raw.close()
    lab.pause(300)  # The kernel counts its orphans ten times a second.
    before = _TCP_MAX_ORPHANS.read_text()
    try:
        _TCP_MAX_ORPHANS.write_text('1')
        victim.close()
    finally:
        _TCP_MAX_ORPHANS.write_text(before)
    lab.pause(60)
    victim_client.recv()
    victim_client.send(b'more')


_FIRST_RESET_LOST = {
    'cause': 'close-with-unread-data', 'alsoRight': (), 'sameWire': ABORTS,
    'follows': ('repeated-reset',),
}


@scenario('repeated-reset', 'repeated-reset',
          'The first reset was lost; the peer went on sending and drew a second, of another shape.',
          layout='wire', options=('data', 'listening', 'both-lost'),
          same_wire=STATELESS, per_option={'server': _FIRST_RESET_LOST})
def repeated_reset(lab: Lab) -> None:
    client, server, listener = lab.ends(8080)
    if lab.option != 'listening':
        listener.raw.close()
    client.send(_REQUEST)
    lab.pause(60)
    lab.wire.drop(lambda s: s.has(RST), times=2 if lab.option == 'both-lost' else 1)
    server.close()
    lab.pause(200)
    client.send(b'are you there?')
    lab.pause(700)
    client.recv()
    client.send(b'more')


@scenario('unread-upload', 'close-with-unread-data',
          'An upload meets a server that reads nothing and closes (GSO super-segments).',
          also=('early-response',), same_wire=ABORTS, follows=('repeated-reset',))
def unread_upload(lab: Lab) -> None:
    client, server = lab.connect(8080)
    client.send(b'POST /upload HTTP/1.1\r\nHost: app.test\r\nContent-Length: 90000\r\n\r\n')
    client.send(40000)
    lab.pause(60)
    server.close()
    lab.pause(60)
    client.recv()
    client.send(b'more')


@scenario('client-abort', 'client-abort',
          'The client closes in the middle of a download; what is in flight draws a reset train.',
          also=('close-with-unread-data',), same_wire=ABORTS, layout='wire', delay_ms=10,
          follows=('repeated-reset',))
def client_abort(lab: Lab) -> None:
    client, server = lab.connect(80)
    client.send(b'GET /video.mp4 HTTP/1.1\r\nHost: media.test\r\n\r\n')
    server.recv()
    server.raw.settimeout(0.05)
    server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 9000000\r\n\r\n' + b'v' * 300000)
    client.recv(9000)
    lab.pause(20)
    client.close()
    lab.pause(150)
    server.send(b'v' * 1000)


@scenario('health-check', 'health-check',
          'A checker connects and resets (SO_LINGER 0) at a fixed interval, among real clients.',
          also=('linger-zero',), same_wire=ABORTS, delay_ms=1, layout='wire',
          options=('', 'before-ack'), timestamps=(True,))
def health_check(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    for turn in range(8):
        probe = lab.client.socket()
        probe.connect(lab.server.address, 8080)
        if lab.option != 'before-ack':
            lab.pause(10)
        probe.abort()
        lab.server.accept(listener).recv()
        if turn % 3 == 1:
            _ordinary(lab, listener)
        lab.pause(700)


def _ordinary(lab: Lab, listener: Socket) -> None:
    client = lab.client.socket()
    client.connect(lab.server.address, 8080)
    server = lab.server.accept(listener)
    _exchange(client, server)
    client.close()
    server.recv()
    server.close()


@scenario('normal-close', None, 'Connections that end with FINs, in every order: no reset.',
          layout='wire', options=('client-first', 'server-first', 'simultaneous'))
def normal_close(lab: Lab) -> None:
    client, server = lab.connect(8080)
    _exchange(client, server)
    first, second = (server, client) if lab.option == 'server-first' else (client, server)
    first.shutdown(so.SHUT_WR)
    if lab.option != 'simultaneous':
        lab.pause(60)
    second.shutdown(so.SHUT_WR)
    lab.pause(60)
    first.recv()
    second.recv()
    first.close()
    second.close()
    lab.pause(30)


@scenario('lost-fin', 'data-after-close',
          'The FIN of a closed end was lost; data meets the orphan in FIN-WAIT-1.',
          layout='wire', follows=('repeated-reset',),
          per_option={'client': {'sameWire': STATELESS}})
def lost_fin(lab: Lab) -> None:
    client, server = lab.connect(8080)
    _exchange(client, server)
    lab.wire.drop(lambda s: s.toward == 'client' and s.has(FIN))
    server.close()
    lab.pause(60)
    client.send(_REQUEST)
    lab.pause(100)
    client.recv()
