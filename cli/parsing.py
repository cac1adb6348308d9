"""What ``postseal parse`` says of a delivery: one plain object for each report in it."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from cli.deliveries import Found
from shared.core.clock import rfc3339
from shared.mailauth.reports.envelope import read_delivery
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Parsed, Refused
from shared.mailauth.reports.values import (
    AggregateReport,
    FailureReport,
    Report,
    Row,
    TlsPolicy,
    TlsReport,
)

_IN_MEMORY: Final = 4 * 2**20
"""Bytes of rows that are kept in memory before they go to a temporary file."""


class RowSpool:
    """Takes the rows of one report and gives them again, in little memory however many they are."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, mode="w+", encoding="utf-8")  # noqa: SIM115

    def __call__(self, row: Row) -> None:
        self._file.write(json.dumps(record_of(row), ensure_ascii=False) + "\n")

    def lines(self) -> Iterator[str]:
        """Each row as a JSON object on a line."""
        self._file.seek(0)
        yield from self._file


@dataclass(frozen=True, slots=True)
class Result:
    """One object to be printed. ``records`` are JSON objects, one a string, where they were asked for."""

    values: dict[str, Any]
    records: Iterable[str] = ()

    @property
    def refused(self) -> bool:
        return "refused" in self.values


def results(found: Found, *, with_rows: bool) -> Iterator[Result]:
    """Every report of one delivery, and every refusal, in the order in which they lie in it."""
    with found.open() as source:
        meter = Meter(Limits(), time.thread_time)
        name = found.name.rpartition("/")[2]
        readings = read_delivery(
            source, open_sink=RowSpool if with_rows else lambda: _discard, meter=meter, name=name
        )
        for reading in readings:
            where = {"file": found.name, "path": reading.path}
            if isinstance(reading, Refused):
                yield Result({**where, "refused": str(reading.reason), "detail": reading.detail})
            else:
                yield Result({**summary_of(reading.report), **where}, _records(reading, with_rows))


def _discard(row: Row) -> None:
    pass


def summary_of(report: Report) -> dict[str, Any]:
    """The report without its rows.

    A TLS report counts sessions as its messages and says which succeeded; DMARC is no matter of its
    (``dmarc_pass`` is null). A failure report counts incidents, none of which passed.
    """
    match report:
        case AggregateReport():
            said: tuple[Any, ...] = (
                report.org_name,
                report.policy.domain,
                report.messages,
                report.dmarc_pass,
            )
            return _summary(report, *said, rows=report.rows)
        case TlsReport():
            domains = ", ".join(dict.fromkeys(policy.policy_domain for policy in report.policies))
            succeeded = sum(policy.successful_sessions for policy in report.policies)
            failed = sum(policy.failed_sessions for policy in report.policies)
            summary = _summary(
                report, report.organization, domains, succeeded + failed, None, rows=len(report.policies)
            )
            return {**summary, "sessions_ok": succeeded, "sessions_failed": failed}
        case FailureReport():
            return _summary(report, report.reporter, report.reported_domain, report.incidents, 0, rows=1)


def _summary(
    report: Report, reporter: str, domain: str, messages: int, dmarc_pass: int | None, *, rows: int
) -> dict[str, Any]:
    if isinstance(report, FailureReport):
        begin = end = report.arrival
    else:
        begin, end = report.begin, report.end
    return {
        "kind": report.kind.value,
        "reporter": reporter,
        "report_id": report.report_id,
        "domain": domain,
        "begin": None if begin is None else rfc3339(begin),
        "end": None if end is None else rfc3339(end),
        "messages": messages,
        "dmarc_pass": dmarc_pass,
        "rows": rows,
        "deviations": [asdict(deviation) for deviation in report.deviations],
    }


def _records(parsed: Parsed, with_rows: bool) -> Iterable[str]:
    if not with_rows:
        return ()
    if isinstance(parsed.rows, RowSpool):
        return parsed.rows.lines()
    match parsed.report:
        case TlsReport():
            return [
                json.dumps(_policy_record(policy), ensure_ascii=False) for policy in parsed.report.policies
            ]
        case FailureReport():
            record = {"source_ip": parsed.report.source_ip, "count": parsed.report.incidents}
            detail = {**asdict(parsed.report), "kind": None, "deviations": None}
            wanted = {name: value for name, value in detail.items() if value not in (None, (), [])}
            return [json.dumps({**record, **wanted}, ensure_ascii=False)]
        case _:
            return ()


def _policy_record(policy: TlsPolicy) -> dict[str, Any]:
    record = asdict(policy)
    record["sessions_ok"] = record.pop("successful_sessions")
    record["sessions_failed"] = record.pop("failed_sessions")
    return record


def record_of(row: Row) -> dict[str, Any]:
    """One row of an aggregate report. ``dkim`` and ``spf`` are the aligned results; the raw ones, before
    alignment, are in ``dkim_auth`` and ``spf_auth``."""
    return {
        "source_ip": row.source_ip,
        "count": row.count,
        "disposition": row.evaluated.disposition,
        "dkim": row.evaluated.dkim,
        "spf": row.evaluated.spf,
        "overrides": [asdict(override) for override in row.evaluated.overrides],
        "header_from": row.identifiers.header_from,
        "envelope_from": row.identifiers.envelope_from,
        "envelope_to": row.identifiers.envelope_to,
        "dkim_auth": [asdict(result) for result in row.auth.dkim],
        "spf_auth": [asdict(result) for result in row.auth.spf],
    }
