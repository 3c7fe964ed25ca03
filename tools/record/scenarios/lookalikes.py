"""Cases that look like another cause at first sight, or begin like one and end well."""

from lab import Lab
from scenarios import ABORTS, scenario
from sockets import Socket

_BODY = b'x' * 3000
_UPLOAD = b'POST /upload HTTP/1.1\r\nHost: app.test\r\nContent-Length: 3000\r\n\r\n' + _BODY
_TOO_LARGE = b'HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n'
_GET = b'GET /jobs HTTP/1.1\r\nHost: app.test\r\n\r\n'
_OK = b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
_OK_AND_CLOSE = b'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok'


def _request(client: Socket, server: Socket, answer: bytes = _OK) -> None:
    client.send(_GET)
    server.recv()
    server.send(answer)
    client.recv()


@scenario('all-read-then-abort', 'linger-zero',
          'The server reads an upload to its end, answers 413 and closes with SO_LINGER 0.',
          same_wire=(*ABORTS, 'close-with-unread-data', 'early-response'), layout='wire')
def all_read_then_abort(lab: Lab) -> None:
    client, server = lab.connect(8080)
    client.send(_UPLOAD)
    lab.pause(60)
    server.recv()
    server.send(_TOO_LARGE)
    lab.pause(60)
    server.abort()
    lab.pause(60)
    client.recv()
    client.recv()


@scenario('polling-client', 'linger-zero',
          'A client asks every 0.7 s over a new connection and ends each with SO_LINGER 0: no '
          'health check, since it exchanges data.', same_wire=ABORTS, layout='wire',
          timestamps=(True,))
def polling_client(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    for _ in range(7):
        client = lab.client.socket()
        client.connect(lab.server.address, 8080)
        server = lab.server.accept(listener)
        _request(client, server)
        lab.pause(20)
        client.abort()
        lab.pause(20)
        server.recv()
        server.close()
        lab.pause(660)


@scenario('connection-close-ignored', 'data-after-close',
          'The server announces Connection: close and closes; the client pipelines on, at once.',
          also=('keepalive-race',), layout='wire', follows=('repeated-reset',))
def connection_close_ignored(lab: Lab) -> None:
    client, server = lab.connect(8080)
    _request(client, server, _OK_AND_CLOSE)
    server.close()
    client.send(_GET)
    lab.pause(80)
    client.recv()
    client.send(_GET)


@scenario('service-starting', 'closed-port',
          'The port is closed at first; the service starts and the third attempt succeeds.',
          layout='wire')
def service_starting(lab: Lab) -> None:
    for _ in range(2):
        lab.client.socket().connect(lab.server.address, 8080)
        lab.pause(200)
    client, server = lab.connect(8080)
    _request(client, server)
    client.close()
    server.recv()
    server.close()
    lab.pause(40)


@scenario('mass-abort', 'linger-zero',
          'A live server aborts 20 connections at once (SO_LINGER 0) and goes on serving.',
          also=('mass-restart',), same_wire=ABORTS, layout='wire', delay_ms=1)
def mass_abort(lab: Lab) -> None:
    listener = lab.server.listen(8080, backlog=64)
    pairs = []
    for _ in range(20):
        client = lab.client.socket()
        client.connect(lab.server.address, 8080)
        pairs.append((client, lab.server.accept(listener)))
    for client, server in pairs:
        _request(client, server)
    lab.pause(100)
    for _, server in pairs:
        server.abort()
    lab.pause(60)
    again = lab.client.socket()
    again.connect(lab.server.address, 8080)
    server = lab.server.accept(listener)
    _request(again, server)
    again.close()
    server.recv()
    server.close()
    lab.pause(40)


@scenario('lossy-unread', 'close-with-unread-data',
          'Segments are lost and sent again before the server closes with the request unread.',
          same_wire=ABORTS, layout='wire')
def lossy_unread(lab: Lab) -> None:
    client, server = lab.connect(8080)
    lab.wire.drop(lambda s: s.toward == 'server' and bool(s.payload), times=2)
    client.send(_UPLOAD)
    lab.pause(1200)
    server.close()
    lab.pause(60)
    client.recv()


@scenario('lossy-but-well', None, 'Losses, retransmissions and an orderly end: no reset.',
          layout='wire')
def lossy_but_well(lab: Lab) -> None:
    client, server = lab.connect(8080)
    lab.wire.drop(lambda s: bool(s.payload), times=3)
    client.send(_UPLOAD)
    lab.pause(1200)
    server.recv()
    server.send(_OK)
    lab.pause(600)
    client.recv()
    client.close()
    server.recv()
    server.close()
    lab.pause(60)
