"""TLS reports as they come, filed and rolled up."""

from __future__ import annotations

from datetime import date

from shared.core.clock import epoch_of
from shared.core.domains import Domain
from shared.core.facts import said_by
from shared.mailauth.reports.reading import Parsed
from shared.mailauth.reports.values import TlsFailure, TlsPolicy, TlsReport
from tests.unit.core.world import ACCOUNT, DOMAIN, TODAY, delivery
from tests.unit.functions.api.client import Api


def failed(result: str, sessions: int = 1, *, host: str = "mx1.orchard.example") -> TlsFailure:
    return TlsFailure(result, "192.0.2.1", host, None, "192.0.2.9", sessions, None, "x509: expired")


def file_tls(
    api: Api,
    *failures: TlsFailure,
    domain: Domain = DOMAIN,
    day: date = TODAY,
    reporter: str = "reporter.example",
    mode: str = "enforce",
    successful: int = 10,
    failed_sessions: int = 0,
) -> None:
    begin = epoch_of(day)
    strings = ("version: STSv1", f"mode: {mode}", "mx: *.orchard.example")
    policy = TlsPolicy("sts", domain.name, strings, (), successful, failed_sessions, failures)
    report = TlsReport(reporter, None, f"{reporter}-{day}", begin, begin + 86_399, (policy,))
    (said,) = said_by(Parsed("", report))
    api.file(said.as_fact(domain, ACCOUNT, delivery(), sole=True))
