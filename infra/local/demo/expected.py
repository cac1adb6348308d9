"""What the API must say, counted from what was sent and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from infra.local.demo.cast import CONDUCTS, Conduct, Watched
from infra.local.demo.truth import Aggregate, Failure, Line, Tls, Truth


@dataclass(slots=True)
class Sum:
    """Messages by what happened to them, and by what their sender is: one that can pass DMARC, one that
    cannot, one that forwards, or anybody else."""

    messages: int = 0
    accepted: int = 0
    quarantined: int = 0
    rejected: int = 0
    spf_pass: int = 0
    dkim_pass: int = 0
    dmarc_pass: int = 0
    capable: int = 0
    non_compliant: int = 0
    forwarders: int = 0
    threat: int = 0

    def __add__(self, other: Sum) -> Sum:
        return Sum(*(getattr(self, name) + getattr(other, name) for name in Sum.__slots__))

    def add(self, line: Line) -> None:
        self.messages += line.count
        self.accepted += line.count * (line.disposition == "none")
        self.quarantined += line.count * (line.disposition == "quarantine")
        self.rejected += line.count * (line.disposition == "reject")
        self.spf_pass += line.count * line.spf
        self.dkim_pass += line.count * line.dkim
        self.dmarc_pass += line.count * line.dmarc_pass
        match CONDUCTS[line.sender]:
            case Conduct.FORWARDER:
                self.forwarders += line.count
            case Conduct.SPOOFER:
                self.threat += line.count
            case Conduct.ALIGNED | Conduct.DKIM_ONLY | Conduct.MISALIGNED:
                self.capable += line.count


@dataclass(slots=True)
class Expected:
    """All that is told of one domain over the window.

    ``reports`` has, by (kind, reporter, report id), the messages or sessions and those that passed;
    ``failures`` how many failure reports there are of messages that arrived at a time.
    """

    days: dict[date, Sum] = field(default_factory=dict)
    reports: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    sources: dict[str, Sum] = field(default_factory=dict)
    reporters: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> Sum:
        return sum(self.days.values(), Sum())


def expected_of(truths: Iterable[Truth], domain: str, *, first: date, last: date) -> Expected:
    """What the reports of one domain add up to, for the UTC days from first to last."""
    expected = Expected()
    for truth in truths:
        if truth.domain == domain and first <= truth.day <= last:
            _count(expected, truth)
    return expected


def rfc3339(epoch: int) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _count(expected: Expected, truth: Truth) -> None:
    match truth:
        case Aggregate():
            expected.reports["aggregate", truth.reporter.org, truth.report_id] = (
                truth.messages,
                truth.dmarc_pass,
            )
            expected.reporters[truth.reporter.org] += 1
            day = expected.days.setdefault(truth.day, Sum())
            for line in truth.lines:
                day.add(line)
                expected.sources.setdefault(line.ip, Sum()).add(line)
        case Tls():
            sessions = truth.successful + truth.failed
            expected.reports["tls", truth.org, truth.report_id] = (sessions, truth.successful)
        case Failure():
            expected.failures[rfc3339(truth.arrived)] += 1


def recognised(watched: Watched) -> dict[str, str]:
    """Address -> the sender domain that it must be shown under, where the demo can say."""
    return {
        host.ip: sender.recognised_as
        for sender in watched.senders
        if sender.recognised_as
        for host in sender.hosts
    }
