"""Sockets that write down what each call returned, as the application saw it."""

import errno
import socket as so
import struct
from collections.abc import Callable

TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ = 19, 20, 21  # linux/tcp.h
TCP_SEND_QUEUE = 2
_AF_UNSPEC_ADDRESS = struct.pack('=H14x', so.AF_UNSPEC)


class Socket:
    """A TCP socket of one host; each call is appended to that host's list of calls."""

    def __init__(self, raw: so.socket, calls: list[dict]):
        self.raw = raw
        self._calls = calls
        raw.settimeout(3.0)

    def connect(self, address: str, port: int) -> str:
        return self._note('connect', lambda: self.raw.connect((address, port)))

    def begin_connect(self, address: str, port: int) -> str:
        """A connect() that does not wait."""
        self.raw.setblocking(False)
        said = self._note('connect', lambda: self.raw.connect((address, port)))
        self.raw.settimeout(3.0)
        return said

    def accept(self) -> 'Socket':
        return Socket(self.raw.accept()[0], self._calls)

    def send(self, data: bytes | int) -> str:
        data = b'x' * data if isinstance(data, int) else data
        return self._note('send', lambda: f'{self.raw.send(data)} bytes')

    def recv(self, size: int = 65536) -> str:
        def read() -> str:
            data = self.raw.recv(size)
            return f'{len(data)} bytes' if data else 'EOF'
        return self._note('recv', read)

    def error(self) -> str:
        """What SO_ERROR holds, as poll() and then getsockopt() would tell."""
        pending = self.raw.getsockopt(so.SOL_SOCKET, so.SO_ERROR)
        return self._note('SO_ERROR', lambda: errno.errorcode[pending] if pending else 'none')

    def shutdown(self, how: int) -> str:
        name = {so.SHUT_RD: 'SHUT_RD', so.SHUT_WR: 'SHUT_WR', so.SHUT_RDWR: 'SHUT_RDWR'}[how]
        return self._note(f'shutdown {name}', lambda: self.raw.shutdown(how))

    def close(self) -> str:
        return self._note('close', self.raw.close)

    def linger(self, seconds: int) -> 'Socket':
        return self.option(so.SOL_SOCKET, so.SO_LINGER, struct.pack('ii', 1, seconds))

    def abort(self) -> str:
        """close() with SO_LINGER on and zero seconds."""
        self.linger(0)
        return self._note('close (SO_LINGER 0)', self.raw.close)

    def disconnect(self) -> str:
        """connect() to AF_UNSPEC, which Python's own connect() cannot express."""
        import ctypes
        libc = ctypes.CDLL(None, use_errno=True)

        def unconnect() -> str:
            if libc.connect(self.raw.fileno(), _AF_UNSPEC_ADDRESS, 16) != 0:
                raise OSError(ctypes.get_errno(), 'connect')
            return 'ok'
        return self._note('connect AF_UNSPEC', unconnect)

    def option(self, level: int, name: int, value: int | bytes) -> 'Socket':
        self.raw.setsockopt(level, name, value)
        return self

    def tcp(self, name: int, value: int) -> 'Socket':
        return self.option(so.IPPROTO_TCP, name, value)

    def keepalive(self, idle: int, interval: int, count: int) -> 'Socket':
        self.option(so.SOL_SOCKET, so.SO_KEEPALIVE, 1)
        self.tcp(so.TCP_KEEPIDLE, idle).tcp(so.TCP_KEEPINTVL, interval)
        return self.tcp(so.TCP_KEEPCNT, count)

    def initial_sequence(self, number: int) -> 'Socket':
        """Chooses the ISS of the connect() to come."""
        self.tcp(TCP_REPAIR, 1).tcp(TCP_REPAIR_QUEUE, TCP_SEND_QUEUE)
        self.option(so.IPPROTO_TCP, TCP_QUEUE_SEQ, struct.pack('I', number))
        return self.tcp(TCP_REPAIR, 0)

    def vanish(self) -> None:
        """Ends the socket without a packet, as a power cut does."""
        try:
            self.tcp(TCP_REPAIR, 1)
        except OSError:
            pass
        self.raw.close()

    @property
    def port(self) -> int:
        return self.raw.getsockname()[1]

    def _note(self, call: str, act: Callable[[], str | None]) -> str:
        try:
            result = act() or 'ok'
        except TimeoutError as problem:
            result = 'ETIMEDOUT' if problem.errno == errno.ETIMEDOUT else 'nothing'
        except OSError as problem:
            result = errno.errorcode.get(problem.errno, str(problem))
        self._calls.append({'call': call, 'result': result})
        return result
