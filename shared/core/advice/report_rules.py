"""Issues that the reports show (standards 12.4, 13.1, 13.4)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from shared.core.advice.sights import BLIND, CLEAR, Basis, Found, Rule, Sight, several, sight_if
from shared.core.advice.traffic import RECENT_DAYS, SourceTraffic, failing
from shared.core.advice.world import World
from shared.core.counters import Counters
from shared.core.senders.standing import Standing
from shared.core.watching.states import Part
from shared.mailauth.evaluate.inspection import State

FEWEST: Final = 10
"""Messages below which a source is not worth a word."""

JUMP: Final = 5
"""Times its usual volume that a source must send on a day to be told of."""

JUMP_FEWEST: Final = 500
JUMP_DAYS: Final = 3
"""Days for which a jump stays open."""

SILENT_DAYS: Final = 4
"""Days without a report of a reporter that reported on most days. Reports come up to two days later."""

REGULAR_DAYS: Final = 15
REGULAR_WITHIN: Final = 20
STOPPED_DAYS: Final = 5
BULK: Final = 5_000
"""Messages a day from which the large mailbox providers ask for SPF and DKIM and DMARC."""

_OURS: Final = (Standing.CAPABLE, Standing.NON_COMPLIANT)


def _new_unaligned(world: World) -> Sight:
    """New: nothing of it in the window before the last week. It stays open as long as it goes on to fail."""
    traffic, since = world.traffic, world.traffic.ago(RECENT_DAYS)
    if not traffic.reported_since(since):
        return BLIND
    if traffic.days[0][0] >= since:
        # All sources of a domain without a past look new.
        return Sight(tuple(_still_failing(world)), complete=False)
    return several((*_still_failing(world), *_newly_failing(world)))


def _newly_failing(world: World) -> Iterator[Found]:
    since = world.traffic.ago(RECENT_DAYS)
    for source in world.traffic.in_standing(*_OURS):
        failed = failing(source.counters(since))
        if source.days[0][0] >= since and failed >= FEWEST:
            yield Found(source.sender_domain, _failing_text(source, failed))


def _still_failing(world: World) -> Iterator[Found]:
    since = world.traffic.ago(RECENT_DAYS)
    for source in world.traffic.in_standing(*_OURS):
        failed = failing(source.counters(since))
        if failed and world.was_open("source_new_unaligned", source.sender_domain):
            yield Found(source.sender_domain, _failing_text(source, failed))


def _failing_text(source: SourceTraffic, failed: int) -> str:
    return f"{source.sender_name}: {failed:,} messages of the last {RECENT_DAYS} days failed DMARC."


def _volume_jump(world: World) -> Sight:
    """Against the mean of the source's own days before, with those on which it sent nothing."""
    traffic = world.traffic
    if not traffic.reported_since(traffic.ago(JUMP_DAYS)):
        return BLIND
    return several(jump for source in traffic.sources if (jump := _jump_of(source, world)) is not None)


def _jump_of(source: SourceTraffic, world: World) -> Found | None:
    since = world.traffic.ago(JUMP_DAYS)
    before = [counted.messages for day, counted in source.days if day < since]
    if len(before) < RECENT_DAYS:
        return None
    days = (since - source.days[0][0]).days
    usual = sum(before) / days
    day, most = max(
        ((day, c.messages) for day, c in source.days if day >= since), key=_second, default=(since, 0)
    )
    if most < JUMP_FEWEST or most < JUMP * usual:
        return None
    text = f"{source.sender_name}: {most:,} messages on {day}, usually {usual:,.0f} a day."
    return Found(source.sender_domain, text)


def _second(pair: tuple[object, int]) -> int:
    return pair[1]


def _reporter_silent(world: World) -> Sight:
    """Only while others report: where nobody does, the fault is elsewhere."""
    traffic = world.traffic
    since = traffic.ago(SILENT_DAYS)
    if not traffic.reported_since(since):
        return BLIND
    before = since - timedelta(days=REGULAR_WITHIN)
    found = []
    for name, days in traffic.reporters.items():
        regular = sum(before <= day < since for day in days) >= REGULAR_DAYS
        if days[-1] < since and (regular or world.was_open("reporter_silent", name)):
            found.append(Found(name, f"The last report is of {days[-1]}."))
    forgotten = world.open.get("reporter_silent", frozenset()) - traffic.reporters.keys()
    found += [Found(name, "No report in a month.") for name in forgotten]
    return several(found)


def _reports_stopped(world: World) -> Sight:
    traffic = world.traffic
    if traffic.last is None:
        stayed = world.was_open("reports_stopped")
        return Sight((Found("", "No report in a month."),)) if stayed else BLIND
    regular = len(traffic.days) >= RECENT_DAYS or world.was_open("reports_stopped")
    stopped = regular and traffic.last < traffic.ago(STOPPED_DAYS)
    return sight_if(stopped, f"The last report is of {traffic.last}.")


def _parked_but_sends(world: World) -> Sight:
    if not world.domain.parked:
        return CLEAR
    passed = world.traffic.total.dmarc_pass
    if world.traffic.last is None:
        return BLIND
    return sight_if(passed >= FEWEST, f"{passed:,} messages passed DMARC in the last 30 days.")


def _bulk_requirements(world: World) -> Sight:
    """Of what the domain's senders send, not of what is forged. Who was a bulk sender once remains one."""
    traffic = world.traffic
    parts = {part: world.part(part) for part in (Part.DMARC, Part.SPF)}
    if traffic.last is None or any(known is None for known in parts.values()):
        return BLIND
    busiest = traffic.busiest_of(*_OURS)
    if busiest < BULK and not world.was_open("bulk_requirements"):
        return CLEAR
    own = sum((source.counters() for source in traffic.in_standing(Standing.CAPABLE)), Counters())
    lacking = [
        *(part.value.upper() for part, known in parts.items() if known and known.state is State.MISSING),
        *(["DKIM"] if own.messages and own.dkim_pass * 2 < own.messages else []),
    ]
    return sight_if(bool(lacking), f"{busiest:,} messages on the busiest day; lacking: {', '.join(lacking)}.")


RULES: Final = (
    Rule(
        "source_new_unaligned",
        Basis.REPORTS,
        "{subject} began to send as {domain}, and its mail fails DMARC.",
        "If it is yours, set up DKIM or a return-path of your own domain there. If not, a stricter policy "
        "keeps its mail out.",
        _new_unaligned,
    ),
    Rule(
        "source_volume_jump",
        Basis.REPORTS,
        "{subject} suddenly sends far more mail as {domain}.",
        "See whether that was meant: an account with the service may be misused.",
        _volume_jump,
    ),
    Rule(
        "reporter_silent",
        Basis.REPORTS,
        "{subject} has stopped to report about {domain}.",
        "Nothing is wrong with your mail. If your record changed lately, compare its rua.",
        _reporter_silent,
    ),
    Rule(
        "reports_stopped",
        Basis.REPORTS,
        "No more reports come in about {domain}.",
        "Compare the rua of your DMARC record with the address of the domain, and see whether it sends.",
        _reports_stopped,
    ),
    Rule(
        "parked_but_sends",
        Basis.REPORTS,
        "{domain} is parked, but mail of it passes DMARC.",
        "Find out who sends it. If it is yours, the domain is not parked: take it out of the parked ones "
        "before you publish that it sends nothing.",
        _parked_but_sends,
    ),
    Rule(
        "bulk_requirements",
        Basis.REPORTS,
        "{domain} sends as much as bulk senders do, and lacks what mailbox providers ask of them.",
        "Gmail, Yahoo and Outlook.com ask such senders for SPF and DKIM and a DMARC record.",
        _bulk_requirements,
    ),
)
