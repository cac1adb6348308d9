"""The demo's tables, made of what the API answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from infra.local.demo.answers import Json
from infra.local.demo.cast import ORCHARD
from infra.local.demo.expected import Sum
from infra.local.demo.observed import Observed
from infra.local.demo.records import Told, cnames, listed
from infra.local.demo.verdicts import Verdict, verdict
from infra.local.stack_file import Stack

_PLAIN_WIDTH: Final = 130
"""Columns where the output is no terminal."""


def domains_table(told: dict[str, Observed]) -> Table:
    """One line a domain."""
    lines = [
        (
            name,
            len(observed.reports) + observed.failures.total(),
            observed.total.messages,
            percent(observed.total.dmarc_pass, observed.total.messages),
            observed.total.quarantined,
            observed.total.rejected,
        )
        for name, observed in told.items()
    ]
    return table(
        "Domains", ("domain", "#reports", "#messages", "#DMARC pass", "#quarantined", "#rejected"), lines
    )


def weeks_table(name: str, observed: Observed) -> Table:
    """One line a week, Monday first."""
    lines = [
        (
            week,
            total.messages,
            total.accepted,
            total.quarantined,
            total.rejected,
            percent(total.dmarc_pass, total.messages),
        )
        for week, total in _weeks(observed)
    ]
    columns = ("week of", "#messages", "#accepted", "#quarantined", "#rejected", "#DMARC pass")
    return table(f"{name} by week", columns, lines)


def _weeks(observed: Observed) -> Iterator[tuple[str, Sum]]:
    weeks: dict[str, Sum] = {}
    for day, figures in sorted(observed.days.items()):
        monday = str(day - timedelta(days=day.weekday()))
        weeks[monday] = weeks.get(monday, Sum()) + figures
    yield from weeks.items()


def sources_table(name: str, observed: Observed) -> Table:
    """Who sent as the domain in the longest range that was asked for, and what each is."""
    longest = max(observed.sources, key=lambda sources: sources.last - sources.first)
    lines = [
        (
            sender["sender_domain"],
            verdict(sender),
            _standing(sender),
            sender["total_messages"],
            sender["ip_count"],
            ", ".join(sorted({address["country"] for address in sender["ips"] if address["country"]})[:4]),
            f"{sender['spf_alignment']:.0f} %",
            f"{sender['dkim_alignment']:.0f} %",
            f"{sender['dmarc_alignment']:.0f} %",
        )
        for sender in longest.senders
    ]
    columns = (
        "sender", "it is", "standing", "#messages", "#addresses", "countries", "#SPF", "#DKIM", "#DMARC",
    )  # fmt: skip
    shown = table(f"Who sends as {name} ({longest.first} to {longest.last})", columns, lines)
    shown.caption = "".join(map(_to_align, filter(_is_misaligned, longest.senders))) or None
    shown.caption_justify = "left"
    return shown


def _standing(sender: Json) -> str:
    """What it mostly is; with the rest in messages, where it is several things."""
    counts = sender["standings"]
    others = [f"{name} {count:,}" for name, count in counts.items() if count and name != sender["standing"]]
    return ", ".join([sender["standing"], *others])


def _is_misaligned(sender: Json) -> bool:
    return verdict(sender) is Verdict.MISALIGNED


def _to_align(sender: Json) -> str:
    """What is left to do."""
    known = sender["alignment"]
    how = known["how"] if known else "Sign with DKIM, or name it in SPF."
    return f"{sender['sender_domain']}: {how}\n"


def reporters_table(name: str, reporters: Iterable[Json]) -> Table:
    lines = [(each["reporter"], each["reports"], each["messages"]) for each in reporters]
    return table(f"Who reports on {name}", ("reporter", "#reports", "#messages"), lines)


def tls_table(told: dict[str, Observed]) -> Table:
    """Sessions by domain and submitter."""
    sums: dict[tuple[str, str], list[int]] = {}
    for name, observed in told.items():
        for (kind, submitter, _), (sessions, succeeded) in observed.reports.items():
            if kind == "tls":
                line = sums.setdefault((name, submitter), [0, 0, 0])
                line[0] += 1
                line[1] += sessions
                line[2] += sessions - succeeded
    lines = [(*key, *numbers) for key, numbers in sorted(sums.items())]
    return table("TLS reports", ("domain", "submitter", "#reports", "#sessions", "#failed"), lines)


def quarantine_table(entries: Iterable[Json]) -> Table:
    """What this run left in quarantine, by reason."""
    reasons: dict[str, list[Json]] = {}
    for entry in entries:
        reasons.setdefault(entry["reason"], []).append(entry)
    lines = [(reason, len(found), found[0]["detail"]) for reason, found in sorted(reasons.items())]
    return table("Quarantine", ("reason", "#entries", "for instance"), lines)


def findings_table(inspections: Mapping[str, Json]) -> Table:
    """What is wrong with the records of each domain."""
    lines = [
        (name, part, finding["severity"], finding["message"])
        for name, inspection in inspections.items()
        for part, finding in listed(inspection)
    ]
    return table("Records, as the DNS has them", ("domain", "part", "severity", "finding"), lines)


def hosting_table(told: Told) -> Table:
    """The CNAMEs that lead to us by now, and how long it took until all was found in place."""
    lines = [
        (cname["host"], cname["expected_value"], cname["status"], f"{told.seconds[service]:.1f} s")
        for service, hosted in told.hosted.items()
        for cname in cnames(hosted)
    ]
    columns = ("name", "CNAME to", "status", "#ready after")
    return table(f"Hosted for {ORCHARD.name}", columns, lines)


def next_steps(stack: Stack, domain: str) -> str:
    """Where the API is, the key, and three lines to try."""
    api, key = f"{stack.api_url}/v1", stack.api_key
    ask = f'curl -H "Authorization: Bearer {key}"'
    return "\n".join(
        (
            f"API   {api}",
            f"Key   {key}",
            "",
            "Four things to try:",
            f"  {ask} {api}/domains/{domain}/stats",
            f'  {ask} "{api}/domains/{domain}/sources?range=30d"',
            f'  {ask} "{api}/reports?domain={domain}&limit=5"',
            f"  .venv/bin/postseal inspect spf {domain} --resolver {stack.dns.host}:{stack.dns.port}",
        )
    )


def print_all(tables: Iterable[Table]) -> None:
    console = Console()
    if not console.is_terminal:
        console = Console(width=_PLAIN_WIDTH)
    for table in tables:
        console.print(table)


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def table(title: str, columns: Sequence[str], lines: Iterable[Sequence[object]]) -> Table:
    """Columns whose name begins with ``#`` hold numbers. Cells are text, never markup."""
    shown = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        shown.add_column(column.removeprefix("#"), justify="right" if column.startswith("#") else "left")
    for line in lines:
        shown.add_row(*(Text(f"{value:,}" if isinstance(value, int) else str(value)) for value in line))
    return shown
