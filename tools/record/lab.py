"""Two hosts and what lies between them: the stage on which a scenario plays."""

import fcntl
import ipaddress
import json
import os
import signal
import socket as so
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from namespaces import Namespace, ip, join
from sockets import Socket
from wire import Wire

_PROGRAMS = Path(__file__).parent / 'programs'
_MANY_SLOTS = 100


@dataclass(frozen=True)
class Variant:
    """How a scenario is played this time."""

    option: str = ''
    family: int = 4
    timestamps: bool = True

    def __str__(self) -> str:
        words = [self.option, f'v{self.family}', 'ts' if self.timestamps else 'nots']
        return '-'.join(word for word in words if word)


class Host:
    """One end: a namespace with an address, its sockets, its programs and what they were told."""

    def __init__(self, role: str, space: Namespace, address: str):
        self.role = role
        self.space = space
        self.address = address
        self.calls: list[dict] = []
        self._sockets: list[Socket] = []
        self._programs: list[subprocess.Popen] = []

    @property
    def family(self) -> so.AddressFamily:
        return so.AF_INET6 if ':' in self.address else so.AF_INET

    def sysctl(self, name: str, value: object) -> None:
        """Writes e.g. tcp_retries2 (they rule IPv6 too)."""
        self.space.sysctl(f'ipv4.{name}', value)

    def socket(self, port: int = 0) -> Socket:
        with self.space.inside():
            raw = so.socket(self.family, so.SOCK_STREAM)
        raw.setsockopt(so.SOL_SOCKET, so.SO_REUSEADDR, 1)
        if port:
            raw.bind((self.address, port))
        made = Socket(raw, self.calls)
        self._sockets.append(made)
        return made

    def listen(self, port: int, backlog: int = 16) -> Socket:
        listener = self.socket(port)
        listener.raw.listen(backlog)
        return listener

    def accept(self, listener: Socket) -> Socket:
        child = listener.accept()
        self._sockets.append(child)
        return child

    def raw_packets(self) -> so.socket:
        """A socket that sends whole IP packets."""
        with self.space.inside():
            raw = so.socket(self.family, so.SOCK_RAW, so.IPPROTO_RAW)
        return raw

    def program(self, *words: str) -> subprocess.Popen:
        """A program of the host; lines it prints as {"call","result"} become its calls."""
        started = self.space.start(
            *words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, start_new_session=True,
        )
        self._programs.append(started)
        return started

    def node(self, script: str, *words: str) -> subprocess.Popen:
        return self.program('node', str(_PROGRAMS / script), self.address, *words)

    def collect(self, program: subprocess.Popen, timeout: float = 8.0) -> None:
        """Ends a program's input, waits for its end and takes over what it told."""
        try:
            output, _ = program.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.end(program)
            output, _ = program.communicate()
        for line in output.splitlines():
            if line.startswith('{'):
                self.calls.append(json.loads(line))

    def end(self, program: subprocess.Popen, sig: int = signal.SIGKILL) -> None:
        if program.poll() is None:
            os.kill(program.pid, sig)

    def clean_up(self) -> None:
        for program in self._programs:
            self.end(program)
            program.wait()
        self.forget_sockets()

    def forget_sockets(self) -> None:
        for made in self._sockets:
            if made.raw.fileno() >= 0:
                made.vanish()
        self._sockets.clear()


class Slot:
    """A number of our own, so that several recorders can run: it makes names and addresses."""

    def __init__(self, first: int):
        for number in range(first, first + _MANY_SLOTS):
            self._lock = open(f'/run/resetlab-slot-{number}', 'w')
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._lock.close()
                continue
            self.number = number
            return
        raise RuntimeError('no free slot')

    def release(self) -> None:
        os.unlink(self._lock.name)
        self._lock.close()


class Lab:
    """
    The stage. `layout` is `direct` (one veth pair), `wire` (a program forwards, with a delay each
    way) or `router` (a third host routes and filters).
    """

    def __init__(self, slot: int, layout: str, variant: Variant, delay_ms: float):
        self.variant = variant
        self.option = variant.option
        self._layout = layout
        self._delay_ms = delay_ms
        name = f'rl{slot}'
        clients, servers = _addresses(slot, variant.family, layout)
        self._routes = {'client': clients[1], 'server': servers[1]}
        self.client = Host('client', Namespace(f'{name}c'), clients[0])
        self.server = Host('server', Namespace(f'{name}s'), servers[0])
        self.router = Namespace(f'{name}r')
        self.wire: Wire | None = None

    def build(self) -> 'Lab':
        for host in (self.client, self.server):
            self._boot_space(host)
        if self._layout == 'direct':
            join(self.client.space, 'eth0', self.server.space, 'eth0')
        else:
            self.router.make()
            self.router.sysctl('ipv6.conf.all.disable_ipv6', int(self._layout == 'wire'))
            for host in (self.client, self.server):
                join(host.space, 'eth0', self.router, host.role)
        for host in (self.client, self.server):
            self._address(host)
        if self._layout == 'router':
            self._become_router()
        if self._layout == 'wire':
            self._become_wire()
        return self

    def addresses(self) -> set[str]:
        return {self.client.address, self.server.address}

    def remove(self) -> None:
        for host in (self.client, self.server):
            host.clean_up()
        if self.wire:
            self.wire.close()
        for space in (self.client.space, self.server.space, self.router):
            space.remove()

    def connect(self, port: int, **kinds: Socket) -> tuple[Socket, Socket]:
        """A listener on the port, which is closed again, and one connection to it: both ends."""
        listener = self.server.listen(port)
        client = kinds.get('client') or self.client.socket()
        client.connect(self.server.address, port)
        server = self.server.accept(listener)
        listener.raw.close()
        return client, server

    def ends(self, port: int) -> tuple[Socket, Socket, Socket]:
        """As connect(), and the listener, which lives on."""
        listener = self.server.listen(port)
        client = self.client.socket()
        client.connect(self.server.address, port)
        return client, self.server.accept(listener), listener

    def cut_power(self, host: Host) -> None:
        """The host is gone from one instant to the next: no segment tells of it."""
        ip('-n', host.space.name, 'link', 'del', 'eth0')
        host.forget_sockets()
        host.space.remove()

    def boot(self, host: Host) -> None:
        """The host is back, with its address and nothing else."""
        self._boot_space(host)
        join(host.space, 'eth0', self.router, host.role)
        self._address(host)
        host.space.without_offloads('eth0')
        self.wire.plug(host.role)

    def pause(self, milliseconds: float) -> None:
        time.sleep(milliseconds / 1000)

    def _boot_space(self, host: Host) -> None:
        host.space.make()
        host.sysctl('tcp_timestamps', int(self.variant.timestamps))

    def _address(self, host: Host) -> None:
        ip('-n', host.space.name, 'link', 'set', 'eth0', 'address', _mac(host.role))
        length = {4: 24, 6: 64}[self.variant.family]
        nodad = ['nodad'] if self.variant.family == 6 else []
        ip('-n', host.space.name, 'addr', 'add', f'{host.address}/{length}', 'dev', 'eth0', *nodad)
        if self._layout == 'router':
            ip('-n', host.space.name, 'route', 'add', 'default', 'via', self._routes[host.role])

    def _become_router(self) -> None:
        for host in (self.client, self.server):
            length = {4: 24, 6: 64}[self.variant.family]
            nodad = ['nodad'] if self.variant.family == 6 else []
            ip('-n', self.router.name, 'addr', 'add', f'{self._routes[host.role]}/{length}',
               'dev', host.role, *nodad)
        self.router.sysctl('ipv4.ip_forward', 1)
        self.router.sysctl('ipv6.conf.all.forwarding', 1)

    def _become_wire(self) -> None:
        self.wire = Wire(self.router, self._delay_ms)
        for host in (self.client, self.server):
            host.space.without_offloads('eth0')
            self.wire.plug(host.role)
        self.wire.start()


def _addresses(slot: int, family: int, layout: str) -> tuple[tuple[str, str], tuple[str, str]]:
    """Address and router of the client, and of the server."""
    far = 100 if layout == 'router' else 0
    if family == 4:
        low, high = f'10.99.{slot}', f'10.99.{slot + far}'
        return (f'{low}.10', f'{low}.1'), (f'{high}.200', f'{high}.1')
    low, high = f'fd00:99:0:{slot:x}', f'fd00:99:0:{slot + far:x}'
    return _written((f'{low}::10', f'{low}::1')), _written((f'{high}::200', f'{high}::1'))


def _written(addresses: tuple[str, str]) -> tuple[str, str]:
    """IPv6 addresses as RFC 5952 and the kernel write them."""
    return tuple(str(ipaddress.ip_address(address)) for address in addresses)


def _mac(role: str) -> str:
    return {'client': '02:00:00:00:00:10', 'server': '02:00:00:00:02:00'}[role]
