"""What can be recorded: each scenario with the truth about it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from lab import Lab

# Different calls, one trace on the wire: an active abort by the application or the kernel.
ABORTS = ('linger-zero', 'disconnect', 'destroyed')
# A bare reset in the middle of a connection, by a host or by whoever stands before it.
STATELESS = ('half-open-restart', 'repeated-reset', 'firewall-reject', 'middlebox-idle-timeout')


@dataclass(frozen=True)
class Scenario:
    """
    `also` are general and special forms of the cause, `same_wire` others with equal packets,
    `follows` the causes of further resets in the same capture. `per_option` overrides the truth
    (and `where`) for an option, for a place of capture, or for `option@place`; `per_reason` for the
    kernel's reason of the first reset, where timing decides which of two it is.
    """

    name: str
    cause: str | None
    what: str
    play: Callable[[Lab], None]
    also: tuple[str, ...] = ()
    same_wire: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    options: tuple[str, ...] = ('',)
    layout: str = 'direct'
    delay_ms: float = 5
    where: tuple[str, ...] = ('client', 'server', 'any')
    families: tuple[int, ...] = (4, 6)
    timestamps: tuple[bool, ...] = (True, False)
    snaplen: int = 256
    alone: bool = False
    per_option: dict[str, dict] = field(default_factory=dict)
    per_reason: dict[str, dict] = field(default_factory=dict)

    def places(self, option: str) -> tuple[str, ...]:
        """Where this option can be captured."""
        return self.per_option.get(option, {}).get('where', self.where)

    def truth(self, option: str, where: str, kernel: list[dict]) -> dict:
        """The scenario's truth, with what is different under this option or seen from here."""
        reason = kernel[0]['reason'] if kernel else ''
        told = {
            'cause': self.cause, 'what': self.what, 'alsoRight': self.also,
            'sameWire': self.same_wire, 'follows': self.follows,
        }
        at_client = where == 'any' and self.layout != 'router'
        view = 'client' if at_client else where
        for key in (option, view, f'{option}@{view}'):
            told |= self.per_option.get(key, {})
        told |= self.per_reason.get(reason, {})
        told.pop('where', None)
        told['alsoRight'] = sorted({*told['alsoRight'], *told['sameWire']} - {told['cause']})
        told['sameWire'] = sorted({*told['sameWire']} - {told['cause']})
        return told | {'follows': sorted(told['follows'])}


SCENARIOS: dict[str, Scenario] = {}


def scenario(name: str, cause: str | None, what: str, **more):
    """Registers the function below as the way to play the scenario."""
    def register(play: Callable[[Lab], None]) -> Callable[[Lab], None]:
        SCENARIOS[name] = Scenario(name, cause, what, play, **more)
        return play
    return register
