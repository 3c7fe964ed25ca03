"""Silence: hosts that lost their state, peers that no longer answer, and the timers that notice."""

import socket as so

from lab import Lab
from scenarios import STATELESS, scenario
from segments import ACK
from sockets import Socket

# Where the path is dead, the far end sees nothing, or only a reset for no visible reason.
_SEEN_BY_SERVER = {
    'silent@server': {'cause': None, 'sameWire': ()},
    'then-data@server': {'sameWire': ('retransmission-timeout', 'user-timeout', *STATELESS)},
}


def _converse(client: Socket, server: Socket) -> None:
    client.send(b'SELECT 1;')
    server.recv()
    server.send(b'1 row')
    client.recv()


@scenario('half-open-restart', 'half-open-restart',
          'The server host lost power and came back; the client went on where it had stopped.',
          layout='wire', where=('client', 'any'), same_wire=STATELESS,
          options=('idle', 'listening', 'retransmission', 'keepalive', 'fin', 'client-reboot'),
          per_option={'client-reboot': {
              'what': 'The client host lost power and came back; the server pushed data to it.',
              'where': ('server',)}})
def half_open_restart(lab: Lab) -> None:
    client, server = lab.connect(5432)
    if lab.option == 'keepalive':
        client.keepalive(2, 1, 5)
    _converse(client, server)
    lab.pause(200)
    if lab.option == 'client-reboot':
        _push_to_rebooted_client(lab, server)
        return
    lab.cut_power(lab.server)
    if lab.option == 'retransmission':
        client.send(b'SELECT 2;')
    lab.pause(300)
    lab.boot(lab.server)
    if lab.option == 'listening':
        lab.server.listen(5432)
    _wake(lab, client)
    lab.pause(100)
    client.recv()
    client.send(b'SELECT 3;')


def _push_to_rebooted_client(lab: Lab, server: Socket) -> None:
    lab.cut_power(lab.client)
    lab.pause(300)
    lab.boot(lab.client)
    lab.pause(100)
    server.send(b'notification')
    lab.pause(100)
    server.recv()


def _wake(lab: Lab, client: Socket) -> None:
    if lab.option == 'fin':
        client.shutdown(so.SHUT_WR)
    elif lab.option in ('retransmission', 'keepalive'):
        lab.pause(2500)
    else:
        lab.pause(100)
        client.send(b'SELECT 2;')


@scenario('keepalive-timeout', 'keepalive-timeout',
          'Keepalive probes go unanswered; the prober gives up with a reset.', layout='wire',
          options=('', 'by-server'))
def keepalive_timeout(lab: Lab) -> None:
    client, server = lab.connect(5432)
    prober = server if lab.option == 'by-server' else client
    prober.keepalive(1, 1, 3)
    _converse(client, server)
    lab.pause(100)
    back = 'server' if lab.option == 'by-server' else 'client'
    lab.wire.drop(lambda s: s.toward == back)
    lab.pause(4700)
    prober.recv()
    (client if prober is server else server).recv()


@scenario('retransmission-timeout', 'retransmission-timeout',
          'The path went dead with data in flight; tcp_retries2 ran out, in silence.',
          layout='wire', same_wire=('user-timeout',), options=('silent', 'then-data'),
          per_option={
              'then-data': {'what': 'The client gave up in silence (tcp_retries2); later the '
                                    'server\'s segment drew a reset.'},
              **_SEEN_BY_SERVER})
def retransmission_timeout(lab: Lab) -> None:
    lab.client.sysctl('tcp_retries2', 3)
    client, server = lab.connect(5432)
    _give_up(lab, client, server, 6500)


@scenario('user-timeout', 'user-timeout',
          'TCP_USER_TIMEOUT ended a connection whose data was not acknowledged, in silence.',
          layout='wire', same_wire=('retransmission-timeout',), options=('silent', 'then-data'),
          per_option=_SEEN_BY_SERVER)
def user_timeout(lab: Lab) -> None:
    client, server = lab.connect(5432)
    client.tcp(so.TCP_USER_TIMEOUT, 1000)
    _give_up(lab, client, server, 2500)


def _give_up(lab: Lab, client: Socket, server: Socket, milliseconds: int) -> None:
    _converse(client, server)
    lab.pause(60)
    lab.wire.drop()
    client.send(b'SELECT 2;')
    lab.pause(milliseconds)
    client.recv()
    lab.wire.heal()
    if lab.option == 'then-data':
        server.send(b'notice')
        lab.pause(100)
        server.recv()


@scenario('user-timeout-keepalive', 'user-timeout',
          'TCP_USER_TIMEOUT on an idle connection with keepalive: it goes out with a reset.',
          layout='wire', same_wire=('keepalive-timeout',))
def user_timeout_keepalive(lab: Lab) -> None:
    client, server = lab.connect(5432)
    client.keepalive(1, 1, 9).tcp(so.TCP_USER_TIMEOUT, 2000)
    _converse(client, server)
    lab.pause(60)
    lab.wire.drop(lambda s: s.toward == 'client')
    lab.pause(4500)
    client.recv()
    server.recv()


@scenario('zero-window-timeout', 'zero-window-timeout',
          'Window probes went unanswered; the prober gave up in silence, then the window opened.',
          layout='wire', options=('window-opens', 'answered'), per_option={
              'answered': {'cause': None, 'what': 'A zero window whose probes are answered: the '
                                                  'connection waits, and lives on.'},
              'window-opens@client': {'sameWire': STATELESS}})
def zero_window_timeout(lab: Lab) -> None:
    lab.server.sysctl('tcp_retries2', 2)
    lab.server.sysctl('tcp_rto_max_ms', 1000)
    listener = lab.server.listen(5432)
    client = lab.client.socket().option(so.SOL_SOCKET, so.SO_RCVBUF, 4096)
    client.connect(lab.server.address, 5432)
    server = lab.server.accept(listener)
    server.raw.settimeout(0.1)
    server.send(50000)
    lab.pause(600)
    if lab.option != 'answered':
        lab.wire.drop(lambda s: s.toward == 'server' and s.flags & ACK)
    lab.pause(4000)
    lab.wire.heal()
    client.recv()
    lab.pause(300)
    server.error()
    client.recv()
