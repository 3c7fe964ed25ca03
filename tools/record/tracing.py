"""The kernel's own reason for each reset it sends: tracepoint tcp:tcp_send_reset."""

import re
import time
from pathlib import Path

_TRACEFS = Path('/sys/kernel/tracing/instances')
_LINE = re.compile(
    r'(\d+\.\d+): tcp_send_reset: .*src=(\S+) dest=(\S+) state=(\S+) reason=(\S+)'
)


class ResetTrace:
    """A tracefs instance of its own, so that runs do not mix; removed on exit."""

    def __init__(self, name: str):
        self._instance = _TRACEFS / f'resetlab-{name}'

    def __enter__(self) -> 'ResetTrace':
        self._instance.mkdir(exist_ok=True)
        (self._instance / 'trace_clock').write_text('mono')
        (self._instance / 'events/tcp/tcp_send_reset/enable').write_text('1')
        return self

    def __exit__(self, *_) -> None:
        (self._instance / 'events/tcp/tcp_send_reset/enable').write_text('0')
        self._instance.rmdir()

    def clear(self) -> None:
        (self._instance / 'trace').write_text('')

    def read(self, addresses: set[str]) -> list[dict]:
        """The resets from or to these addresses since clear(); timeMs is Unix time."""
        epoch = time.time() - time.monotonic()
        rows = []
        for line in (self._instance / 'trace').read_text().splitlines():
            if not (found := _LINE.search(line)):
                continue
            at, source, dest, state, reason = found.groups()
            if {_host(source), _host(dest)} & addresses:
                rows.append({
                    'timeMs': round((float(at) + epoch) * 1000, 3),
                    'from': source, 'to': dest, 'state': state, 'reason': reason,
                })
        return rows


def _host(endpoint: str) -> str:
    return endpoint.rpartition(':')[0].strip('[]')
