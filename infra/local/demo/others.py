"""The demo's TLS reports (RFC 8460) and failure reports (RFC 9991): what they say and how it is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from random import Random
from typing import Any, Final

from infra.local.demo.cast import SPOOFED_FROM, Watched
from infra.local.demo.traffic import DAY_SECONDS, Parameters, drawn, epoch_of
from infra.local.demo.truth import Failure, Tls, TlsFailed


@dataclass(frozen=True, slots=True)
class TlsSubmitter:
    """Who sends TLS reports: every ``every`` days, about so many sessions."""

    org: str
    contact: str
    host: str
    ip: str
    every: int
    sessions: int


SUBMITTERS: Final = (
    TlsSubmitter(
        "Google Inc.",
        "smtp-tls-reporting@google.com",
        "google.com",
        "209.85.222.201",
        4,
        420,
    ),
    TlsSubmitter(
        "Microsoft Corporation",
        "tlsrpt-noreply@microsoft.com",
        "microsoft.com",
        "40.107.22.98",
        6,
        180,
    ),
    TlsSubmitter("Kestrel Mail", "tls@kestrel.example", "kestrel.example", "51.195.7.20", 10, 25),
)
_TROUBLE: Final = (
    "certificate-expired",
    "starttls-not-supported",
    "sts-webpki-invalid",
    "validation-failure",
)
_FAILURE_EVERY: Final = 8


def tls_reports(parameters: Parameters) -> Iterator[Tls]:
    """Every TLS report of the window, by day."""
    for day in parameters.window:
        for watched in parameters.domains:
            for submitter in SUBMITTERS:
                if (day.toordinal() + len(watched.name)) % submitter.every == 0:
                    random = drawn(parameters.seed, "tls", watched.name, submitter.org, str(day))
                    yield _tls(watched, submitter, day, random)


def _tls(watched: Watched, submitter: TlsSubmitter, day: date, random: Random) -> Tls:
    troubles = random.sample(_TROUBLE, random.choice((0, 0, 0, 1, 2)))
    failures = tuple(
        TlsFailed(
            trouble,
            f"mx{random.randrange(1, 3)}.{watched.name}",
            submitter.ip,
            random.randrange(1, 9),
        )
        for trouble in troubles
    )
    return Tls(
        domain=watched.name,
        org=submitter.org,
        contact=submitter.contact,
        host=submitter.host,
        report_id=f"{day}T00:00:00Z_{watched.name}_{random.getrandbits(32):08x}",
        day=day,
        successful=round(submitter.sessions * random.uniform(0.6, 1.4)),
        failures=failures,
    )


def render_tls(report: Tls) -> bytes:
    """The JSON document of a TLS report."""
    policy = {
        "policy-type": "sts",
        "policy-string": [
            "version: STSv1",
            "mode: testing",
            f"mx: *.{report.domain}",
            "max_age: 86400",
        ],
        "policy-domain": report.domain,
        "mx-host": [f"*.{report.domain}"],
    }
    about: dict[str, Any] = {
        "policy": policy,
        "summary": {
            "total-successful-session-count": report.successful,
            "total-failure-session-count": report.failed,
        },
    }
    if report.failures:
        about["failure-details"] = [
            {
                "result-type": failure.result_type,
                "sending-mta-ip": failure.sending_ip,
                "receiving-mx-hostname": failure.mx,
                "failed-session-count": failure.sessions,
            }
            for failure in report.failures
        ]
    document = {
        "organization-name": report.org,
        "date-range": {
            "start-datetime": f"{report.day}T00:00:00Z",
            "end-datetime": f"{report.day}T23:59:59Z",
        },
        "contact-info": report.contact,
        "report-id": report.report_id,
        "policies": [about],
    }
    return json.dumps(document, indent=1).encode()


def failure_reports(parameters: Parameters) -> Iterator[Failure]:
    """One failed message every few days for each domain: kept where the domain asks for them."""
    for day in parameters.window:
        for watched in parameters.domains:
            if (day.toordinal() + len(watched.name)) % _FAILURE_EVERY == 0:
                random = drawn(parameters.seed, "failure", watched.name, str(day))
                yield _failure(watched, day, random)


def _failure(watched: Watched, day: date, random: Random) -> Failure:
    return Failure(
        domain=watched.name,
        org="heron.example",
        source_ip=f"{random.choice(SPOOFED_FROM)}.{random.randrange(2, 250)}",
        arrived=epoch_of(day) + random.randrange(DAY_SECONDS),
        report_id=f"{random.getrandbits(48):012x}",
        subject=random.choice(("Your parcel is waiting", "Invoice overdue", "Confirm your account")),
        recipient=f"user{random.randrange(1000)}@heron.example",
    )


def render_feedback(report: Failure) -> str:
    """The machine-readable part of a failure report."""
    fields = (
        ("Feedback-Type", "auth-failure"),
        ("User-Agent", "Heron-FBL/2.4"),
        ("Version", "1"),
        ("Original-Mail-From", f"<billing@{report.domain}>"),
        ("Original-Rcpt-To", f"<{report.recipient}>"),
        ("Arrival-Date", _mail_date(report.arrived)),
        ("Source-IP", report.source_ip),
        ("Reported-Domain", report.domain),
        ("Reporting-MTA", "dns; mx.heron.example"),
        ("Auth-Failure", "dmarc"),
        ("Identity-Alignment", "dkim, spf"),
        ("Delivery-Result", "reject"),
        (
            "Authentication-Results",
            f"mx.heron.example; dmarc=fail header.from={report.domain}; spf=fail",
        ),
    )
    return "".join(f"{name}: {value}\n" for name, value in fields)


def render_original(report: Failure) -> str:
    """The header fields of the message that failed."""
    fields = (
        ("From", f"Billing <billing@{report.domain}>"),
        ("To", f"<{report.recipient}>"),
        ("Date", _mail_date(report.arrived)),
        ("Message-ID", f"<{report.report_id}@{report.domain}>"),
        ("Subject", report.subject),
    )
    return "".join(f"{name}: {value}\n" for name, value in fields)


def _mail_date(epoch: int) -> str:
    return format_datetime(datetime.fromtimestamp(epoch, UTC))
