"""What the policy planner must say of reports, counted over their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from infra.local.demo.answers import Json
from infra.local.demo.cast import CONDUCTS, SENDERS, Conduct
from infra.local.demo.truth import Aggregate, Line
from infra.local.demo.verdicts import shown_as

FORWARDED: Final = ("forwarded", "trusted_forwarder", "mailing_list")
_ELSEWHERE: Final = (Conduct.FORWARDER, Conduct.SPOOFER)
_LATEST_DAYS: Final = 7
_MOST_SHOWN: Final = 3

Figures = dict[str, int | float | None]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the planner must conclude. ``blockers`` are None where they depend on more than reports."""

    ready: bool
    recommendation: str | None = None
    blockers: Collection[str] | None = None


def differences(reports: Iterable[Aggregate], meant: Verdict, told: Json) -> Iterator[str]:
    """``reports`` are those that advice may be drawn from; of them, those of the plan's own days count."""
    first, last = date.fromisoformat(told["start_date"]), date.fromisoformat(told["end_date"])
    lines = [(report, line) for report in reports if first <= report.day <= last for line in report.lines]
    for name, value in figures(lines).items():
        if told[name] != value:
            yield f"plan: {name} is {value}, the API says {told[name]}"
    lost, said = losses(line for _, line in lines), _said(told)
    for sender in sorted(lost.keys() | said.keys()):
        if lost.get(sender) != said.get(sender):
            yield f"plan: {sender} loses {lost.get(sender)}, the API says {said.get(sender)}"
    yield from _conclusions(meant, told)


def figures(lines: Iterable[tuple[Aggregate, Line]]) -> Figures:
    """By the names that the API has for them."""
    total = passed = forwarded = relayed = own = own_passed = own_signed = 0
    reporters, days = set(), set()
    by_day: dict[str, dict[date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for report, line in lines:
        conduct, count = CONDUCTS[line.sender], line.count
        passes = count if line.dmarc_pass else 0
        known = 0 if passes or line.override not in FORWARDED else count
        total, passed, forwarded = total + count, passed + passes, forwarded + known
        relayed += count - passes if conduct is Conduct.FORWARDER else known
        reporters.add(report.reporter.org)
        days.add(report.day)
        if conduct not in _ELSEWHERE:
            own, own_passed = own + count, own_passed + passes
            own_signed += count if line.dkim else 0
            day = by_day[line.sender][report.day]
            day[0] += count
            day[1] += passes
    latest = [day for sent in by_day.values() for _, day in sorted(sent.items())[-_LATEST_DAYS:]]
    lately, lately_passed = sum(day[0] for day in latest), sum(day[1] for day in latest)
    return {
        "message_count": total,
        "passed_count": passed,
        "dmarc_compliance_percent": _percent(passed, total),
        "compliance_without_forwarded_percent": _percent(passed, total - forwarded),
        "senders_compliance_percent": _percent(own_passed, own),
        "senders_latest_compliance_percent": _percent(lately_passed, lately),
        "signed_percent": _percent(own_signed, own_passed),
        "forwarded_percent": _percent(relayed, total),
        "reporter_count": len(reporters),
        "reported_days": len(days),
    }


def losses(lines: Iterable[Line]) -> dict[str, tuple[int, int]]:
    """Sender domain -> messages that fail, and those that fail and were known to be forwarded."""
    lost: dict[str, tuple[int, int]] = {}
    for line in lines:
        if not line.dmarc_pass:
            name = shown_as(SENDERS[line.sender])
            failing, forwarded = lost.get(name, (0, 0))
            if line.override in FORWARDED:
                lost[name] = failing, forwarded + line.count
            else:
                lost[name] = failing + line.count, forwarded
    return lost


def concluded(told: Json) -> str:
    """The plan in one line."""
    now = f"p={told['current_policy']}" if told["current_policy"] else "no policy"
    latest = told["senders_latest_compliance_percent"]
    compliance = f"{latest} % of its senders' latest mail passes"
    if told["policy_ready"]:
        going = {"keep": "and there to stay"}.get(told["recommendation"], f"to p={told['recommendation']}")
        return f"ready at {now}, {going}: {compliance}"
    blockers = ", ".join(blocker["code"] for blocker in told["blockers"])
    losing = [source for source in told["sources"] if source["yours"] and source["failing"]][:_MOST_SHOWN]
    lost = "".join(
        f"; {each['sender_domain']} fails in {each['failing']:,} of {each['messages']:,} messages"
        for each in losing
    )
    return f"not ready at {now} ({blockers}): {compliance}{lost}"


def _said(told: Json) -> dict[str, tuple[int, int]]:
    """Of a sender in several standings the sum."""
    said: dict[str, tuple[int, int]] = {}
    for source in told["sources"]:
        failing, forwarded = said.get(source["sender_domain"], (0, 0))
        said[source["sender_domain"]] = (failing + source["failing"], forwarded + source["forwarded"])
    return said


def _conclusions(meant: Verdict, told: Json) -> Iterator[str]:
    if told["policy_ready"] is not meant.ready:
        yield f"plan: ready is {meant.ready}, the API says {told['policy_ready']}"
    if meant.recommendation is not None and told["recommendation"] != meant.recommendation:
        yield f"plan: {meant.recommendation} is next, the API says {told['recommendation']}"
    blockers = sorted(blocker["code"] for blocker in told["blockers"])
    if meant.blockers is not None and blockers != sorted(meant.blockers):
        yield f"plan: {sorted(meant.blockers)} are in the way, the API says {blockers}"


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None
