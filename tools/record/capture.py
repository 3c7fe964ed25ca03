"""tcpdump at one place, and the formats a capture is kept in."""

import gzip
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from namespaces import Namespace

_FILTER = 'tcp or icmp or icmp6'


class Capture:
    """tcpdump in one namespace, writing pcap."""

    def __init__(self, space: Namespace, device: str, path: Path, snaplen: int):
        self._path = path
        self._tcpdump = space.start(
            'tcpdump', '-i', device, '-s', str(snaplen), '-n', '-U', '--immediate-mode',
            '-Z', 'root', '-w', str(path), _FILTER,
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True,
        )

    def wait_until_listening(self) -> None:
        for line in self._tcpdump.stderr:
            if b'listening on' in line:
                return
        raise RuntimeError('tcpdump did not start')

    def stop(self) -> Path:
        """Ends tcpdump once what it saw is on disk."""
        if self._tcpdump.poll() is None:
            self._wait_until_quiet()
            os.kill(self._tcpdump.pid, signal.SIGINT)
        self._tcpdump.communicate(timeout=10)
        return self._path

    def _wait_until_quiet(self) -> None:
        size = -1
        while size != (size := self._path.stat().st_size):
            time.sleep(0.08)


def keep(pcap: Path, stem: Path, kind: str) -> Path:
    """Stores a capture as `pcap`, `pcapng`, `pcap.gz` or `pcapng.gz`."""
    target = stem.with_name(f'{stem.name}.{kind}')
    plain = pcap
    if kind.startswith('pcapng'):
        plain = pcap.with_suffix('.pcapng')
        subprocess.run(['editcap', '-F', 'pcapng', str(pcap), str(plain)], check=True)
    if kind.endswith('.gz'):
        target.write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
    else:
        shutil.copyfile(plain, target)
    return target
