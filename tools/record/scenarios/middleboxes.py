"""Resets that neither end sent, or that an end sent because of what lies between."""

from lab import Lab
from scenarios import STATELESS, scenario
from segments import ACK, PSH, RST, Segment
from sockets import Socket

_FORGER_TTL = 44


def _converse(client: Socket, server: Socket) -> None:
    client.send(b'GET / HTTP/1.1\r\nHost: app.test\r\n\r\n')
    server.recv()
    server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
    client.recv()


def _filter(space, hook: str, rule: str) -> None:
    space.run('nft', '-f', '-', stdin=f'''
        table inet filter {{ chain {hook} {{ type filter hook {hook} priority 0; {rule}; }}; }}''')


@scenario('firewall-reject', 'firewall-reject',
          'A firewall between the hosts rejects the SYN with a TCP reset.', layout='router',
          where=('client', 'any'), options=('syn', 'mid', 'mid-answer'), same_wire=('closed-port',),
          per_option={
              'mid': {'what': 'A firewall rule with a TCP reset appears mid-connection; the server '
                              'learns nothing.', 'sameWire': STATELESS,
                      'alsoRight': ('middlebox-idle-timeout',)},
              'mid-answer': {'what': 'A firewall rejects the server\'s answer: the reset goes to '
                                     'the server.', 'sameWire': STATELESS,
                             'alsoRight': ('middlebox-idle-timeout',), 'where': ('server', 'any')}})
def firewall_reject(lab: Lab) -> None:
    reject = 'reject with tcp reset'
    if lab.option == 'syn':
        _filter(lab.router, 'forward', f'tcp dport 80 {reject}')
        lab.client.socket().connect(lab.server.address, 80)
        lab.pause(60)
        return
    client, server = lab.connect(80)
    _converse(client, server)
    lab.pause(300)
    port = 'dport' if lab.option == 'mid' else 'sport'
    _filter(lab.router, 'forward', f'tcp {port} 80 tcp flags & (fin|syn|psh) == psh {reject}')
    client.send(b'GET /again HTTP/1.1\r\nHost: app.test\r\n\r\n')
    if lab.option == 'mid-answer':
        server.recv()
        server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        lab.pause(60)
        server.recv()
        return
    lab.pause(60)
    client.recv()


@scenario('host-firewall-reject', 'firewall-reject',
          'The server\'s own packet filter rejects with a TCP reset.', same_wire=('closed-port',),
          options=('syn', 'mid'),
          per_option={'mid': {'sameWire': STATELESS}})
def host_firewall_reject(lab: Lab) -> None:
    if lab.option == 'syn':
        lab.server.listen(80)
        _filter(lab.server.space, 'input', 'tcp dport 80 reject with tcp reset')
        lab.client.socket().connect(lab.server.address, 80)
        lab.pause(60)
        return
    client, server = lab.connect(80)
    _converse(client, server)
    _filter(lab.server.space, 'input', 'tcp dport 80 reject with tcp reset')
    lab.pause(200)
    client.send(b'GET /again HTTP/1.1\r\nHost: app.test\r\n\r\n')
    lab.pause(60)
    client.recv()


@scenario('middlebox-idle-timeout', 'middlebox-idle-timeout',
          'A stateful firewall forgot the idle connection and resets what it does not know.',
          layout='router', where=('client', 'any'), also=('firewall-reject',),
          same_wire=STATELESS)
def middlebox_idle_timeout(lab: Lab) -> None:
    _filter(lab.router, 'forward', 'ct state established,new accept; ct state invalid '
                                   'meta l4proto tcp reject with tcp reset')
    lab.router.sysctl('netfilter.nf_conntrack_tcp_loose', 0)
    lab.router.sysctl('netfilter.nf_conntrack_tcp_timeout_established', 3)
    client, server = lab.connect(5432)
    _converse(client, server)
    lab.pause(6000)
    client.send(b'SELECT 2;')
    lab.pause(100)
    client.recv()


@scenario('nat-state-lost', 'middlebox-idle-timeout',
          'A NAT forgot the idle connection; its own stack answers for the virtual address.',
          layout='router', where=('client', 'any'), same_wire=STATELESS, families=(4,))
def nat_state_lost(lab: Lab) -> None:
    virtual = _virtual_service(lab, 5432)
    listener = lab.server.listen(5432)
    client = lab.client.socket()
    client.connect(virtual, 5432)
    server = lab.server.accept(listener)
    _converse(client, server)
    lab.router.sysctl('netfilter.nf_conntrack_tcp_loose', 0)
    lab.router.sysctl('netfilter.nf_conntrack_tcp_timeout_established', 2)
    client.send(b'SELECT 2;')
    server.recv()
    lab.pause(4500)
    client.send(b'SELECT 3;')
    lab.pause(100)
    client.recv()


@scenario('conntrack-invalid', 'conntrack-invalid',
          'A packet that conntrack calls INVALID passes without NAT; the client resets a stranger.',
          layout='router', where=('client', 'server', 'any'), families=(4,),
          follows=('half-open-restart', 'repeated-reset'),
          per_option={'server': {'sameWire': (*STATELESS, 'injected')}})
def conntrack_invalid(lab: Lab) -> None:
    virtual = _virtual_service(lab, 80)
    listener = lab.server.listen(80)
    client = lab.client.socket(41000)
    client.connect(virtual, 80)
    server = lab.server.accept(listener)
    _converse(client, server)
    stray = _out_of_window(lab, server)
    with lab.server.raw_packets() as raw:
        raw.sendto(stray.packet(), (lab.client.address, 0))
    lab.pause(150)
    server.recv()
    client.send(b'GET /again HTTP/1.1\r\nHost: app.test\r\n\r\n')
    lab.pause(100)
    client.recv()


def _virtual_service(lab: Lab, port: int) -> str:
    """An address of the router that leads to the server, as a Kubernetes service does."""
    virtual = lab.server.address.rpartition('.')[0] + '.77'
    lab.router.run('ip', 'addr', 'add', f'{virtual}/32', 'dev', 'lo')
    lab.router.run('nft', '-f', '-', stdin=f'''
        table ip nat {{ chain prerouting {{ type nat hook prerouting priority -100;
            ip daddr {virtual} tcp dport {port} dnat to {lab.server.address}; }}; }}''')
    return virtual


def _out_of_window(lab: Lab, server: Socket) -> Segment:
    """A segment that conntrack calls INVALID, since its data lies beyond the window."""
    import struct
    from sockets import TCP_QUEUE_SEQ, TCP_REPAIR, TCP_REPAIR_QUEUE
    numbers = []
    server.tcp(TCP_REPAIR, 1)
    for queue in (2, 1):  # TCP_SEND_QUEUE, TCP_RECV_QUEUE
        server.tcp(TCP_REPAIR_QUEUE, queue)
        numbers += struct.unpack('I', server.raw.getsockopt(6, TCP_QUEUE_SEQ, 4))
    server.tcp(TCP_REPAIR_QUEUE, 0).tcp(TCP_REPAIR, -1)  # TCP_REPAIR_OFF_NO_WP
    return Segment('client', b'', lab.server.address, lab.client.address, 80, 41000,
                   numbers[0] + 900_000_000, numbers[1], ACK | PSH, 500, payload=b'far ahead')


def _await_request(lab: Lab) -> Segment:
    return lab.wire.wait_for(lambda s: s.toward == 'server' and b'forbidden' in s.payload)


@scenario('injected', 'injected',
          'A device on the path forges resets, with another TTL; the real server goes on.',
          layout='wire', delay_ms=10,
          options=('to-client', 'to-server', 'to-both', 'train', 'same-ttl'),
          follows=('repeated-reset',), per_option={
              'to-client@server': {'sameWire': STATELESS}, 'train@server': {'sameWire': STATELESS},
              'same-ttl@server': {'sameWire': STATELESS},
              'to-server@client': {'sameWire': STATELESS},
              'same-ttl': {'what': 'A forger on the path imitates even the TTL; the real server '
                                   'goes on.'}})
def injected(lab: Lab) -> None:
    client, server = lab.connect(80)
    _converse(client, server)
    lab.pause(40)
    client.send(b'GET /forbidden HTTP/1.1\r\nHost: app.test\r\n\r\n')
    request = _await_request(lab)
    ttl = request.ttl if lab.option == 'same-ttl' else _FORGER_TTL
    forged = request.reply(flags=RST | ACK, ttl=ttl, window=0)
    if lab.option != 'to-server':
        for ahead in (0, 1460, 4380) if lab.option == 'train' else (0,):
            lab.wire.inject(forged.but(seq=forged.seq + ahead))
    if lab.option in ('to-both', 'to-server'):
        lab.pause(15)  # The request itself arrives first.
        lab.wire.inject(request.but(flags=RST | ACK, ttl=ttl, seq=request.next_seq,
                                    payload=b'', options=b'', window=0))
        lab.pause(10)
    if lab.option == 'to-server':
        client.send(b'and more')
    elif lab.option != 'to-both':
        server.recv()
        server.send(b'HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n' + b'p' * 2000)
    lab.pause(100)
    client.recv()
    server.recv()


@scenario('reset-ignored', 'reset-ignored',
          'Forged resets outside the window and inside it but not exact: the connection lives.',
          layout='wire', also=('injected',), options=('both', 'outside', 'inside'),
          per_option={'server': {'cause': None, 'alsoRight': ()}})
def reset_ignored(lab: Lab) -> None:
    client, server = lab.connect(80)
    _converse(client, server)
    lab.pause(60)
    answer = lab.wire.last('client', lambda s: s.payload)
    forged = answer.but(seq=answer.next_seq, flags=RST, ack=0, ttl=_FORGER_TTL, window=0,
                        payload=b'', options=b'')
    if lab.option in ('both', 'outside'):
        lab.wire.inject(forged.but(seq=forged.seq + 1_000_000_000))
        lab.pause(60)
    if lab.option in ('both', 'inside'):
        lab.wire.inject(forged.but(seq=forged.seq + 100))
        lab.pause(60)
    _converse(client, server)
    client.close()
    server.recv()
    server.close()
    lab.pause(60)
