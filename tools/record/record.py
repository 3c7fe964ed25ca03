#!/usr/bin/env python3
"""
Records captures of TCP resets from real sockets and programs on this kernel, with the truth.

    python3 tools/record/record.py [ID…] [--out DIR] [--all-variants] [--jobs N]

Without --all-variants the captures of examples.py are made. Needs root, iproute2, tcpdump,
editcap, nft, node and curl. Everything it makes (namespaces, trace instances) it removes.
"""

import argparse
import concurrent.futures
import fcntl
import json
import os
import platform
import signal
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path

sys.dont_write_bytecode = True  # Run as root, in somebody's work tree.

from capture import Capture, keep
from examples import EXAMPLES
from lab import Lab, Slot, Variant
from scenarios import SCENARIOS, Scenario
import scenarios.catalogue  # noqa: F401  registers them
from tracing import ResetTrace

_EXAMPLES = Path(__file__).resolve().parents[2] / 'examples'


@dataclass(frozen=True)
class Order:
    """One run of a scenario: the captures to take of it, and under which names and formats."""

    scenario: str
    variant: Variant
    takes: tuple[tuple[str, str, str], ...]  # where, stem, format
    first_slot: int  # Examples take slot 0, so that their addresses stay.

    def __str__(self) -> str:
        return f'{self.scenario} {self.variant}'


def main() -> int:
    arguments = _arguments()
    orders = _all_variants(arguments.id) if arguments.all_variants else _examples(arguments.id)
    arguments.out.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    pool = concurrent.futures.ProcessPoolExecutor(arguments.jobs)
    try:
        return _run_all(pool, orders, arguments.out)
    finally:
        pool.shutdown(cancel_futures=True)  # What is being recorded ends and cleans up.


def _run_all(pool: concurrent.futures.Executor, orders: list['Order'], out: Path) -> int:
    failed = 0
    runs = {pool.submit(_try, order, out): order for order in orders}
    for count, run in enumerate(concurrent.futures.as_completed(runs), 1):
        problem = run.result()
        failed += problem is not None
        print(f'{count}/{len(runs)} {runs[run]}: {problem or "recorded"}', flush=True)
    return 1 if failed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0])
    parser.add_argument('id', nargs='*', help='scenarios (default: all)')
    parser.add_argument('--out', type=Path, default=_EXAMPLES)
    parser.add_argument('--all-variants', action='store_true')
    parser.add_argument('--jobs', type=int, default=1)
    arguments = parser.parse_args()
    known = {*SCENARIOS, *(example.stem for example in EXAMPLES)}
    if unknown := set(arguments.id) - known:
        parser.error(f'unknown: {", ".join(sorted(unknown))}; known: {", ".join(sorted(known))}')
    return arguments


def _examples(wanted: list[str]) -> list[Order]:
    return [
        Order(e.scenario, Variant(e.option, e.family, e.timestamps),
              ((e.where, e.stem, e.format),), 0)
        for e in EXAMPLES if not wanted or {e.scenario, e.stem} & set(wanted)
    ]


def _all_variants(wanted: list[str]) -> list[Order]:
    return [
        Order(s.name, variant, tuple(
            (where, f'{s.name}-{variant}-{where}', 'pcap')
            for where in s.places(variant.option)), 1)
        for s in SCENARIOS.values() if not wanted or s.name in wanted
        for variant in (
            Variant(option, family, timestamps) for option in s.options
            for family in s.families for timestamps in s.timestamps)
    ]


def _try(order: Order, out: Path) -> str | None:
    """None, or why it failed; a second attempt is made, since machines are busy at times."""
    for attempt in (1, 2):
        try:
            return _record(order, out)
        except Exception:
            if attempt == 2:
                return traceback.format_exc(limit=-3)


def _record(order: Order, out: Path) -> None:
    scenario = SCENARIOS[order.scenario]
    # Every host of this machine shares a few limits: who changes one must be alone.
    with open('/run/resetlab-alone', 'w') as guard:
        fcntl.flock(guard, fcntl.LOCK_EX if scenario.alone else fcntl.LOCK_SH)
        slot = Slot(order.first_slot)
        lab = Lab(slot.number, scenario.layout, order.variant, scenario.delay_ms)
        try:
            with tempfile.TemporaryDirectory() as scratch, ResetTrace(str(os.getpid())) as trace:
                pcaps, kernel = _play(scenario, lab.build(), order, Path(scratch), trace)
                _store(scenario, lab, order, out, pcaps, kernel)
        finally:
            lab.remove()
            slot.release()


def _play(scenario: Scenario, lab: Lab, order: Order, scratch: Path, trace: ResetTrace):
    captures = []
    try:
        for where, stem, _ in order.takes:
            space, device = _place(lab, where)
            captures.append(Capture(space, device, scratch / f'{stem}.pcap', scenario.snaplen))
        for capture in captures:
            capture.wait_until_listening()
        trace.clear()
        scenario.play(lab)
    finally:
        pcaps = [capture.stop() for capture in captures]
    return pcaps, trace.read(lab.addresses())


def _place(lab: Lab, where: str):
    if where == 'any':
        through_router = lab.wire is None and Path('/run/netns', lab.router.name).exists()
        return (lab.router if through_router else lab.client.space), 'any'
    return {'client': lab.client, 'server': lab.server}[where].space, 'eth0'


def _store(scenario: Scenario, lab: Lab, order: Order, out: Path, pcaps, kernel) -> None:
    for (where, stem, kind), pcap in zip(order.takes, pcaps):
        keep(pcap, out / stem, kind)
        truth = scenario.truth(order.variant.option, where, kernel) | {
            'kernel': kernel,
            'apps': {'client': lab.client.calls, 'server': lab.server.calls},
            'recorded': {'kernel': '.'.join(platform.release().split('.')[:2]), 'where': where},
        }
        text = json.dumps(truth, indent=2) + '\n'
        (out / f'{stem}.truth.json').write_text(text)


if __name__ == '__main__':
    sys.exit(main())
