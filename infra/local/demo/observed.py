"""From the API's answers to the same shape that is expected of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from infra.local.demo.answers import Answers, Json
from infra.local.demo.expected import Sum

KINDS: Final = ("aggregate", "tls", "failure")
RANGES: Final = ("7d", "30d")

_NAMES: Final = {
    "messages": "total_messages",
    "accepted": "accepted",
    "quarantined": "quarantined",
    "rejected": "rejected",
    "spf_pass": "spf_pass",
    "dkim_pass": "dkim_pass",
    "dmarc_pass": "dmarc_pass",
}
_STANDINGS: Final = {
    "capable": "dmarc_capable",
    "non_compliant": "non_compliant",
    "forwarders": "forwarders",
    "threat": "threat_unknown",
}
_DAY_NAMES: Final = {
    **_NAMES,
    "capable": "count_dmarc_capable",
    "non_compliant": "count_non_dmarc_capable",
    "forwarders": "count_forwarded",
    "threat": "count_threat_other",
}
_SOURCE_NAMES: Final = {**_NAMES, "spf_pass": "spf_aligned", "dkim_pass": "dkim_aligned"}


@dataclass(frozen=True, slots=True)
class Sources:
    """``first`` and ``last`` are the days that the API says it means."""

    first: date
    last: date
    senders: list[Json]


@dataclass(slots=True)
class Observed:
    """All that the API says of one domain over some days."""

    total: Sum
    days: dict[date, Sum]
    reports: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    twice: list[tuple[str, str, str]] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    sources: list[Sources] = field(default_factory=list)


def observe(answers: Answers, domain: str, *, first: date, last: date) -> Observed:
    """Ask for statistics, every report of every kind, and the sources of each range."""
    span: Json = {"start_date": first, "end_date": last}
    stats = answers.ask("GET", f"/domains/{domain}/stats", **span)["data"]
    days = {date.fromisoformat(day["date"]): sum_of(day, _DAY_NAMES) for day in stats["daily_stats"]}
    observed = Observed(sum_of(stats["totals"], _DAY_NAMES), days)
    for kind in KINDS:
        for report in answers.every("/reports", domain=domain, type=kind, **span):
            _note(observed, kind, report)
    for wanted in RANGES:
        said = answers.ask("GET", f"/domains/{domain}/sources", range=wanted)["data"]
        observed.sources.append(sources_of(said))
    return observed


def _note(observed: Observed, kind: str, report: Json) -> None:
    if kind == "failure":
        observed.failures[report["begin_date"]] += 1
        return
    key = (kind, report["sender_org"], report["report_id"])
    if key in observed.reports:
        observed.twice.append(key)
    observed.reports[key] = (report["total_messages"], report["pass_count"])


def sources_of(said: Json) -> Sources:
    return Sources(
        date.fromisoformat(said["start_date"]), date.fromisoformat(said["end_date"]), said["sources"]
    )


def sum_of(said: Any, names: dict[str, str]) -> Sum:
    return Sum(**{mine: said[theirs] for mine, theirs in names.items()})


def source_sum(address: Json) -> Sum:
    """The figures of one address."""
    return sum_of({**address, **address["standings"]}, {**_SOURCE_NAMES, **_STANDINGS})
