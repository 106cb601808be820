"""When a host may be asked: robots.txt known first, Crawl-delay and Retry-After kept. The clock is passed in."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field


@dataclass(slots=True)
class HostGate:
    """What one host has said of how it wants to be asked. Times are seconds since the epoch."""

    rules_known: bool = False
    crawl_delay: float = 0.0
    last_sent: float = 0.0
    paused_until: float = 0.0

    def opens_at(self) -> float:
        """The time from which on a request may be sent."""
        return max(self.paused_until, self.last_sent + self.crawl_delay if self.crawl_delay else 0.0)

    def pause(self, until: float) -> None:
        """Nothing is sent before *until*, nor before what was asked for earlier."""
        self.paused_until = max(self.paused_until, until)


@dataclass(slots=True)
class HostGates:
    """The gates of all hosts of a run. ``pauses``: until when hosts have asked earlier runs to leave them alone.

    ``reads_rules``: whether the run reads robots.txt at all; if not, nothing waits for it.
    """

    pauses: InitVar[dict[str, float]]
    reads_rules: bool = True
    _gates: dict[str, HostGate] = field(default_factory=dict)

    def __post_init__(self, pauses: dict[str, float]) -> None:
        for host, until in pauses.items():
            self.of(host).paused_until = until

    def of(self, host: str) -> HostGate:
        """The gate of *host* (with its port, as ``urls.host_of`` gives it)."""
        gate = self._gates.get(host)
        if gate is None:
            gate = self._gates[host] = HostGate(rules_known=not self.reads_rules)
        return gate

    def may_lease(self, host: str, in_flight: int, now: float) -> bool:
        """Whether another page of *host* may be taken in hand while *in_flight* are.

        One at a time until robots.txt is known, and one at a time where the host asks for a Crawl-delay.
        """
        gate = self.of(host)
        if in_flight and (not gate.rules_known or gate.crawl_delay):
            return False
        return now >= gate.opens_at()
