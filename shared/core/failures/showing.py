"""A failure report as people look at it: flat, and with nothing in it that could be followed or run."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from shared.core.addresses import HostName
from shared.core.failures.marks import authors, recipients
from shared.core.ids import REPORT, ReportId, parse, render
from shared.core.reports import ReportSummary
from shared.mailauth.reports.redaction import defang
from shared.mailauth.reports.values import FailureReport

_RESULT: Final = re.compile(r"(?:^|[;\s])(spf|dkim|dmarc)\s*=\s*([a-z]+)", re.IGNORECASE)
_SIGNATURE: Final = frozenset({"signature", "bodyhash", "revoked"})
_SUFFIX: Final = ".eml"


@dataclass(frozen=True, slots=True)
class Shown:
    """``source_ptr`` leads back to the address. ``spf_result`` and ``dkim_result`` are those of the receiver
    that reported, before alignment; None where it does not say. ``headers`` one on a line."""

    email_file_name: str
    domain: str
    arrival_date: int
    reported_domain: str
    source_ip: str | None
    source_ptr: str | None
    country_code: str | None
    provider: str
    feedback_type: str
    from_address: str
    to_address: str
    subject: str
    message_id: str | None
    auth_failure: tuple[str, ...]
    spf_result: str | None
    dkim_result: str | None
    delivery_result: str | None
    headers: str
    urls: tuple[str, ...]


def shown(summary: ReportSummary, said: FailureReport, hosts: Mapping[str, HostName]) -> Shown:
    """``said`` is the report as stored, or with its personal data."""
    host = hosts.get(said.source_ip or "")
    spf, dkim = results_of(said)
    return Shown(
        email_file_name=file_name(summary.id),
        domain=summary.domain,
        arrival_date=summary.begin,
        reported_domain=summary.policy_domain,
        source_ip=said.source_ip,
        source_ptr=host.name if host is not None and host.confirmed else None,
        country_code=(summary.marks.country or None) if summary.marks is not None else None,
        provider=defang(summary.reporter),
        feedback_type=said.feedback_type,
        from_address=_joined(authors(said)),
        to_address=_joined(recipients(said)),
        subject=defang(said.original_header("subject") or ""),
        message_id=_clean(said.original_header("message-id")),
        auth_failure=said.auth_failure,
        spf_result=spf,
        dkim_result=dkim,
        delivery_result=_clean(said.delivery_result),
        headers=defang("\n".join(f"{name}: {value}" for name, value in said.original_headers)),
        urls=tuple(map(defang, said.urls)),
    )


def results_of(said: FailureReport) -> tuple[str | None, str | None]:
    """Of SPF and DKIM: of several signatures one that passed. What failed by name (RFC 6591 section 3.2.2)
    counts where no results are given. Never derived from the alignment: its field lists what failed to
    align, and not every reporter lists all (standards 6.6)."""
    found: dict[str, list[str]] = {"spf": [], "dkim": []}
    for text in said.authentication_results:
        for name, result in _RESULT.findall(text):
            found.setdefault(name.lower(), []).append(result.lower())
    spf = next(iter(found["spf"]), "fail" if "spf" in said.auth_failure else None)
    failed = "fail" if _SIGNATURE.intersection(said.auth_failure) else None
    dkim = "pass" if "pass" in found["dkim"] else next(iter(found["dkim"]), failed)
    return spf, dkim


def file_name(number: ReportId) -> str:
    """Of the mail that brought a report."""
    return render(REPORT, number) + _SUFFIX


def number_of(named: str) -> ReportId:
    """Of a report that is named by its id, or by its mail. ``NotFound`` for what names none."""
    return ReportId(parse(REPORT, named.removesuffix(_SUFFIX)))


def _joined(addresses: Iterable[str]) -> str:
    return defang(", ".join(addresses))


def _clean(text: str | None) -> str | None:
    return None if text is None else defang(text)
