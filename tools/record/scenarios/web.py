"""What real programs do to each other: Node servers, curl, pooled clients, TLS."""

import signal
import tempfile
import time
from pathlib import Path

from lab import Lab
from scenarios import ABORTS, scenario
from segments import ACK, FIN, RST

_UPLOAD = 400_000
_CURL_SAYS = '{"call":"curl","result":"%{http_code}, exit %{exitcode}: %{errormsg}"}\n'


def _ready(program) -> None:
    """A Node program prints `ready` once it listens or can begin."""
    for line in program.stdout:
        if line.strip() == 'ready':
            return
    raise RuntimeError('the program ended before it was ready')


def _say(program, word: str) -> None:
    program.stdin.write(word + '\n')
    program.stdin.flush()


def _url(lab: Lab, port: int, path: str = '/') -> str:
    host = f'[{lab.server.address}]' if lab.variant.family == 6 else lab.server.address
    return f'http://{host}:{port}{path}'


@scenario('early-response', 'early-response',
          'A Node server answers 413 and destroys the request; the client is still uploading.',
          also=('close-with-unread-data',), same_wire=ABORTS, follows=('repeated-reset',),
          layout='wire', options=('curl', 'node', 'curl-at-once', 'node-at-once'), per_reason={
              'TCP_ABORT_ON_DATA': {
                  'what': 'A Node server answers 413 at once and closes, all read so far; the '
                          'client is still uploading.',
                  'alsoRight': ('data-after-close', 'close-with-unread-data'), 'sameWire': ()}})
def early_response(lab: Lab) -> None:
    think_ms = '0' if lab.option.endswith('at-once') else '15'
    server = lab.server.node('too-large-server.mjs', think_ms)
    _ready(server)
    if lab.option.startswith('curl'):
        client = lab.client.program(
            'curl', '-sS', '-g', '-H', 'Expect:', '--data-binary', '@-', '-o', '/dev/null',
            '-w', _CURL_SAYS, _url(lab, 8080, '/upload'))
        client.stdin.write('u' * _UPLOAD)
    else:
        client = lab.client.node('upload-client.mjs', _url(lab, 8080, '/upload'))
    lab.client.collect(client)
    lab.pause(100)
    _say(server, 'end')
    lab.server.collect(server)


@scenario('keepalive-race', 'keepalive-race',
          'A Node server closes an idle keep-alive connection as the pooled client reuses it.',
          also=('data-after-close',), layout='wire', delay_ms=40,
          follows=('repeated-reset',))
def keepalive_race(lab: Lab) -> None:
    server = lab.server.node('keep-alive-server.mjs', '1000')
    _ready(server)
    client = lab.client.node('pooled-client.mjs', _url(lab, 8080))
    _ready(client)
    lab.wire.wait_for(lambda s: s.toward == 'client' and s.has(FIN), timeout=8)
    _say(client, 'again')
    lab.client.collect(client)
    lab.pause(150)
    _say(server, 'end')
    lab.server.collect(server)


_NGINX = """
daemon off; worker_processes 1; error_log error.log; pid nginx.pid;
events {{ worker_connections 64; }}
http {{
    access_log off; client_body_temp_path .; proxy_temp_path .;
    fastcgi_temp_path .; uwsgi_temp_path .; scgi_temp_path .;
    server {{
        listen {listen}; client_max_body_size 1k; keepalive_timeout 1s;
        lingering_close off; lingering_time 0s;
        location / {{ return 200 ok; }}
        location /upload {{ root /nowhere; keepalive_timeout 0; }}
    }}
}}
"""


def _nginx(lab: Lab, folder: str):
    """A real nginx on port 8080, its connections' last data not waited for."""
    host = f'[{lab.server.address}]' if lab.variant.family == 6 else lab.server.address
    config = _NGINX.format(listen=f'{host}:8080')
    Path(folder, 'nginx.conf').write_text(config)
    nginx = lab.server.program('nginx', '-p', folder, '-c', 'nginx.conf')
    until = time.monotonic() + 5
    while ':8080' not in lab.server.space.run('ss', '-Hltn'):
        if time.monotonic() > until:
            raise RuntimeError('nginx did not start')
        time.sleep(0.05)
    return nginx


@scenario('nginx-early-response', 'early-response',
          'nginx with lingering_time 0 answers 413; curl is still uploading.',
          also=('close-with-unread-data',), same_wire=ABORTS, follows=('repeated-reset',),
          layout='wire', per_reason={
              'TCP_ABORT_ON_DATA': {'alsoRight': ('data-after-close', 'close-with-unread-data'),
                                    'sameWire': ()},
              'TCP_TIMEWAIT_SOCKET': {'alsoRight': ('data-after-close', 'close-with-unread-data'),
                                      'sameWire': ()}})
def nginx_early_response(lab: Lab) -> None:
    with tempfile.TemporaryDirectory() as folder:
        nginx = _nginx(lab, folder)
        client = lab.client.program(
            'curl', '-sS', '-g', '-H', 'Expect:', '--data-binary', '@-', '-o', '/dev/null',
            '-w', _CURL_SAYS, _url(lab, 8080, '/upload'))
        client.stdin.write('u' * _UPLOAD)
        lab.client.collect(client)
        lab.pause(100)
        _quit(lab, nginx)


@scenario('nginx-keepalive-race', 'keepalive-race',
          'nginx closes an idle keep-alive connection as a pooled Node client reuses it.',
          also=('data-after-close',), layout='wire', delay_ms=40, follows=('repeated-reset',))
def nginx_keepalive_race(lab: Lab) -> None:
    with tempfile.TemporaryDirectory() as folder:
        nginx = _nginx(lab, folder)
        client = lab.client.node('pooled-client.mjs', _url(lab, 8080))
        _ready(client)
        lab.wire.wait_for(lambda s: s.toward == 'client' and s.has(FIN), timeout=8)
        _say(client, 'again')
        lab.client.collect(client)
        lab.pause(150)
        _quit(lab, nginx)


def _quit(lab: Lab, nginx) -> None:
    lab.server.end(nginx, signal.SIGTERM)
    nginx.wait(5)


@scenario('client-gave-up', 'client-abort',
          'curl gives up after 0.3 s (FIN); the answer of the slow server draws a reset.',
          also=('data-after-close',), layout='wire')
def client_gave_up(lab: Lab) -> None:
    listener = lab.server.listen(8080)
    curl = lab.client.program('curl', '-sS', '-g', '-m', '0.3', '-o', '/dev/null', '-w', _CURL_SAYS,
                              _url(lab, 8080, '/report'))
    server = lab.server.accept(listener)
    server.recv()
    lab.client.collect(curl)
    lab.pause(200)
    server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    lab.pause(60)
    server.recv()
    server.close()


@scenario('closed-before-response', 'closed-before-response',
          'A Node server hangs up by FIN before it answered: ECONNRESET without a reset.',
          layout='wire', options=('node', 'curl'))
def closed_before_response(lab: Lab) -> None:
    server = lab.server.node('hang-up-server.mjs')
    _ready(server)
    if lab.option == 'curl':
        client = lab.client.program('curl', '-sS', '-g', '-w', _CURL_SAYS, _url(lab, 8080))
    else:
        client = lab.client.node('one-request-client.mjs', _url(lab, 8080))
    lab.client.collect(client)
    lab.pause(100)
    _say(server, 'end')
    lab.server.collect(server)


@scenario('mass-restart', 'mass-restart',
          'A Node server with 20 connections is killed (SIGKILL); then nobody listens.',
          also=('close-with-unread-data',), same_wire=ABORTS, follows=('closed-port',),
          layout='wire', delay_ms=1)
def mass_restart(lab: Lab) -> None:
    server = lab.server.node('deaf-server.mjs')
    _ready(server)
    clients = [lab.client.socket() for _ in range(20)]
    for client in clients:
        client.connect(lab.server.address, 8080)
    for client in clients[:14]:
        client.send(b'GET /jobs HTTP/1.1\r\nHost: app.test\r\n\r\n')
    lab.pause(200)
    lab.server.end(server, signal.SIGKILL)
    server.wait()
    lab.server.calls.append({'call': 'SIGKILL', 'result': 'process ended'})
    lab.pause(100)
    for client in clients:
        client.recv()
        client.close()
    for _ in range(3):
        lab.client.socket().connect(lab.server.address, 8080)
        time.sleep(0.1)


@scenario('sigkill', 'close-with-unread-data',
          'A Node process is killed with a request unread.', same_wire=ABORTS,
          options=('unread', 'idle', 'idle-then-data'), layout='wire', per_option={
              'idle': {'cause': None, 'sameWire': (), 'what': 'A killed process without unread '
                                                              'data closes with FIN.'},
              'idle-then-data': {'cause': 'data-after-close', 'sameWire': (), 'what':
                                 'A killed process closed with FIN; the client sent on.'}})
def sigkill(lab: Lab) -> None:
    server = lab.server.node('deaf-server.mjs')
    _ready(server)
    client = lab.client.socket()
    client.connect(lab.server.address, 8080)
    if lab.option == 'unread':
        client.send(b'GET /jobs HTTP/1.1\r\nHost: app.test\r\n\r\n')
    lab.pause(150)
    lab.server.end(server, signal.SIGKILL)
    server.wait()
    lab.server.calls.append({'call': 'SIGKILL', 'result': 'process ended'})
    lab.pause(100)
    if lab.option == 'idle-then-data':
        client.send(b'GET /jobs HTTP/1.1\r\nHost: app.test\r\n\r\n')
        lab.pause(80)
    client.recv()
    if lab.option == 'idle':
        client.close()
        lab.pause(60)


@scenario('tls-rejected', 'tls-rejected',
          'The server reads a ClientHello and resets (SO_LINGER 0).', layout='wire', snaplen=600,
          options=('by-server', 'unread', 'forged'), also=('linger-zero',), same_wire=ABORTS,
          per_option={
              'unread': {'alsoRight': ('close-with-unread-data',),
                         'what': 'The server closes with the ClientHello unread.'},
              'forged': {'alsoRight': ('injected',), 'sameWire': (), 'follows': ('repeated-reset',),
                         'what': 'A device on the path forges resets upon a ClientHello.'}})
def tls_rejected(lab: Lab) -> None:
    listener = lab.server.listen(443)
    name = 'blocked.test'
    host = f'[{lab.server.address}]' if lab.variant.family == 6 else lab.server.address
    curl = lab.client.program('curl', '-sSk', '--resolve', f'{name}:443:{host}',
                              '-w', _CURL_SAYS, f'https://{name}/')
    server = lab.server.accept(listener)
    hello = lab.wire.wait_for(lambda s: s.payload[:1] == b'\x16')
    if lab.option == 'forged':
        _forge_both(lab, hello)
    elif lab.option == 'by-server':
        server.recv()
        server.abort()
    else:
        lab.pause(60)
        server.close()
    lab.client.collect(curl)
    lab.pause(80)


def _forge_both(lab: Lab, hello) -> None:
    lab.wire.inject(hello.reply(flags=RST | ACK, ttl=57, window=0))
    lab.pause(20)
    last = lab.wire.last('server', lambda s: s.has(ACK) and s.payload)
    lab.wire.inject(last.but(flags=RST | ACK, seq=last.next_seq, ttl=57, payload=b'', options=b''))
