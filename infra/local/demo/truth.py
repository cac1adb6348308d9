"""What was sent, as the generator knows it. The check compares the API's answers with this alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from infra.local.demo.cast import Policy
from infra.local.demo.reporters import Reporter


@dataclass(frozen=True, slots=True)
class Line:
    """One row of an aggregate report: messages of one address that fared alike.

    ``dkim`` and ``spf`` say whether that mechanism passed for an aligned domain; ``signatures`` are
    (domain, selector, result), ``bounce`` is the domain of the envelope sender and ``bounce_result`` what
    SPF said of it.
    """

    sender: str
    ip: str
    count: int
    disposition: str
    dkim: bool
    spf: bool
    header_from: str
    bounce: str
    bounce_result: str
    signatures: tuple[tuple[str, str, str], ...] = ()
    override: str | None = None

    @property
    def dmarc_pass(self) -> bool:
        return self.dkim or self.spf


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``begin`` and ``end`` in epoch seconds; it counts for the UTC day of ``begin``."""

    domain: str
    policy: Policy
    reporter: Reporter
    report_id: str
    begin: int
    end: int
    lines: tuple[Line, ...]

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.begin, UTC).date()

    @property
    def messages(self) -> int:
        return sum(line.count for line in self.lines)

    @property
    def dmarc_pass(self) -> int:
        return sum(line.count for line in self.lines if line.dmarc_pass)


@dataclass(frozen=True, slots=True)
class TlsFailed:
    """Sessions that failed for one reason."""

    result_type: str
    mx: str
    sending_ip: str
    sessions: int


@dataclass(frozen=True, slots=True)
class Tls:
    domain: str
    org: str
    contact: str
    host: str
    report_id: str
    day: date
    successful: int
    failures: tuple[TlsFailed, ...]

    @property
    def failed(self) -> int:
        return sum(failure.sessions for failure in self.failures)


@dataclass(frozen=True, slots=True)
class Failure:
    """One message that failed, as its receiver reports it at ``arrived`` (epoch seconds)."""

    domain: str
    org: str
    source_ip: str
    arrived: int
    report_id: str
    subject: str
    recipient: str

    @property
    def day(self) -> date:
        return datetime.fromtimestamp(self.arrived, UTC).date()


Truth = Aggregate | Tls | Failure
