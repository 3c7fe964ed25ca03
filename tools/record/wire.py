"""A cable that a program holds: it passes frames between two hosts, later, not at all, or more."""

import heapq
import itertools
import select
import threading
import time
from collections.abc import Callable
from socket import AF_PACKET, SOCK_RAW, htons, socket

from namespaces import Namespace
from segments import Segment, parse

_ETH_P_ALL = 3
_OUTGOING = 4  # PACKET_OUTGOING, linux/if_packet.h
_FAR = {'client': 'server', 'server': 'client'}

Match = Callable[[Segment], bool]


class Wire:
    """Forwards between the devices `client` and `server` of a namespace without addresses."""

    def __init__(self, space: Namespace, delay_ms: float):
        self.delay_ms = delay_ms
        self.seen: list[Segment] = []
        self.held: list[tuple[str, bytes]] = []
        self._space = space
        self._rules: list[tuple[Match, str, int]] = []
        self._ends: dict[str, socket] = {}
        self._due: list[tuple[float, int, str, bytes]] = []
        self._order = itertools.count()
        self._news = threading.Condition()
        self._running = True
        self._thread = threading.Thread(target=self._run, daemon=True)

    def plug(self, end: str) -> None:
        """Takes hold of one end's device, anew after the host behind it was rebuilt."""
        with self._space.inside():
            device = socket(AF_PACKET, SOCK_RAW, htons(_ETH_P_ALL))
        device.bind((end, _ETH_P_ALL))
        device.setblocking(False)
        old, self._ends[end] = self._ends.get(end), device
        if old:
            old.close()

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._running = False
        if self._thread.is_alive():
            self._thread.join()
        for device in self._ends.values():
            device.close()

    def drop(self, match: Match = lambda _: True, times: int = 10**9) -> None:
        """From now on, matching segments vanish (other protocols pass)."""
        self._rules.append((match, 'drop', times))

    def hold(self, match: Match = lambda _: True, times: int = 10**9) -> None:
        """From now on, matching segments wait for release()."""
        self._rules.append((match, 'hold', times))

    def heal(self) -> None:
        """Forgets all rules; what is held stays held."""
        self._rules.clear()

    def release(self) -> None:
        """Sends on what was held, in order."""
        held, self.held = self.held, []
        for toward, frame in held:
            self._send(toward, frame)

    def inject(self, segment: Segment) -> None:
        """Sends a forged segment on the way it names, at once."""
        self._send(segment.toward, segment.frame())

    def wait_for(self, match: Match, timeout: float = 5.0) -> Segment:
        """The first segment that entered the wire and matches; TimeoutError when none comes."""
        until = time.monotonic() + timeout
        with self._news:
            while True:
                if found := next((s for s in self.seen if match(s)), None):
                    return found
                if not self._news.wait(until - time.monotonic()):
                    raise TimeoutError('the awaited segment did not come')

    def last(self, toward: str, match: Match = lambda _: True) -> Segment:
        return next(s for s in reversed(self.seen) if s.toward == toward and match(s))

    def _run(self) -> None:
        while self._running:
            self._forward_due()
            wait = 0.02
            if self._due:
                wait = min(wait, max(0.0, self._due[0][0] - time.monotonic()))
            ends = {e.fileno(): name for name, e in self._ends.items() if e.fileno() >= 0}
            try:
                ready, _, _ = select.select(list(ends), [], [], wait)
            except OSError:
                continue
            for descriptor in ready:
                self._receive(ends[descriptor])

    def _receive(self, end: str) -> None:
        try:
            frame, address = self._ends[end].recvfrom(65535)
        except OSError:  # The device went with its host.
            time.sleep(0.001)
            return
        if address[2] == _OUTGOING:
            return
        toward = _FAR[end]
        segment = parse(frame, toward)
        if segment is None or (fate := self._fate(segment)) == 'pass':
            due = time.monotonic() + self.delay_ms / 1000
            heapq.heappush(self._due, (due, next(self._order), toward, frame))
        elif fate == 'hold':
            self.held.append((toward, frame))
        if segment:
            with self._news:
                self.seen.append(segment)
                self._news.notify_all()

    def _fate(self, segment: Segment) -> str:
        for at, (match, fate, times) in enumerate(self._rules):
            if times > 0 and match(segment):
                self._rules[at] = (match, fate, times - 1)
                return fate
        return 'pass'

    def _forward_due(self) -> None:
        while self._due and self._due[0][0] <= time.monotonic():
            _, _, toward, frame = heapq.heappop(self._due)
            self._send(toward, frame)

    def _send(self, toward: str, frame: bytes) -> None:
        try:
            self._ends[toward].send(frame)
        except OSError:
            pass  # The host behind that end is without power.
