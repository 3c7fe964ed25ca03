"""Network namespaces: making them, entering them, and the sysctls and links inside."""

import contextlib
import ctypes
import os
import signal
import struct
import subprocess
from array import array
from fcntl import ioctl
from pathlib import Path
from socket import AF_INET, SOCK_DGRAM, socket

_LIBC = ctypes.CDLL(None, use_errno=True)
_CLONE_NEWNET = 0x40000000
_SIOCETHTOOL = 0x8946
_OFFLOADS = (0x17, 0x19, 0x1F, 0x24, 0x2C)  # ETHTOOL_S{TXCSUM,SG,TSO,GSO,GRO}, linux/ethtool.h


def ip(*words: str) -> None:
    """Runs iproute2; raises with its own message when it fails."""
    done = subprocess.run(['ip', *words], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f'ip {" ".join(words)}: {done.stderr.strip()}')


class Namespace:
    """One network namespace, as `ip netns` knows it."""

    def __init__(self, name: str):
        self.name = name

    def make(self) -> None:
        self.remove()
        ip('netns', 'add', self.name)
        ip('-n', self.name, 'link', 'set', 'lo', 'up')

    def remove(self) -> None:
        """Ends what still runs inside, too, which an interrupted run may have left."""
        if not Path('/run/netns', self.name).exists():
            return
        listed = subprocess.run(['ip', 'netns', 'pids', self.name], capture_output=True, text=True)
        for process in {int(word) for word in listed.stdout.split()} - {os.getpid()}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        ip('netns', 'del', self.name)

    @contextlib.contextmanager
    def inside(self):
        """The calling thread is in the namespace; a socket made there stays there."""
        with open('/proc/thread-self/ns/net') as home, open(f'/run/netns/{self.name}') as there:
            _setns(there.fileno())
            try:
                yield
            finally:
                _setns(home.fileno())

    def sysctl(self, name: str, value: object) -> None:
        """Writes e.g. ipv4.tcp_retries2; only names under net/ that are per namespace."""
        with self.inside():
            Path('/proc/sys/net', *name.split('.')).write_text(str(value))

    def run(self, *words: str, stdin: str | None = None) -> str:
        done = subprocess.run(
            ['ip', 'netns', 'exec', self.name, *words], input=stdin, capture_output=True, text=True
        )
        if done.returncode != 0:
            raise RuntimeError(f'{" ".join(words)}: {done.stderr.strip()}')
        return done.stdout

    def start(self, *words: str, **popen) -> subprocess.Popen:
        return subprocess.Popen(['ip', 'netns', 'exec', self.name, *words], **popen)

    def without_offloads(self, device: str) -> None:
        """Segments leave whole, at most one MSS, with their checksum: fit for a userspace wire."""
        with self.inside(), socket(AF_INET, SOCK_DGRAM) as control:
            for command in _OFFLOADS:
                value = array('B', struct.pack('II', command, 0))
                address, _ = value.buffer_info()
                ioctl(control, _SIOCETHTOOL, struct.pack('16sP16x', device.encode(), address))


def join(a: Namespace, a_device: str, b: Namespace, b_device: str) -> None:
    """A veth pair between two namespaces, both ends up."""
    ip('link', 'add', a_device, 'netns', a.name, 'type', 'veth',
       'peer', 'name', b_device, 'netns', b.name)
    for space, device in ((a, a_device), (b, b_device)):
        # Duplicate address detection would delay the first segment by a second.
        space.sysctl(f'ipv6.conf.{device}.accept_dad', 0)
        space.sysctl(f'ipv6.conf.{device}.accept_ra', 0)
        space.sysctl(f'ipv6.conf.{device}.router_solicitations', 0)
        ip('-n', space.name, 'link', 'set', device, 'up')


def _setns(descriptor: int) -> None:
    if _LIBC.setns(descriptor, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), 'setns')
