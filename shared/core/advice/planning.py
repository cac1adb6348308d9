"""May this domain move to a stricter policy: the numbers, the rule, and what would be lost.

The rule is written down in docs/decisions/0019-advice.md. No policy is a goal in itself: quarantine is a
place to stay at (RFC 9989 section 7.4), and a domain whose users post to mailing lists should.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.advice.report_rules import FEWEST
from shared.core.advice.traffic import SourceTraffic, Traffic, failing
from shared.core.advice.world import Stance, World
from shared.core.counters import Counters
from shared.core.senders.standing import Standing

FEWEST_MESSAGES: Final = 100
FEWEST_DAYS: Final = 7
FEWEST_REPORTERS: Final = 2
DAYS_AT_POLICY: Final = 30
"""A month at none, and as long at quarantine (RFC 9989 section 5.1.7)."""

WANTED_PERCENT: Final = 98.0
"""Of the messages of senders that can be made to pass."""

SOURCE_PERCENT: Final = 1.0
"""Share of the latest of those messages from which a failing source stands in the way by itself."""

SIGNED_PERCENT: Final = 90.0
"""Of passing mail that has to be signed before p=reject."""

LISTS_PERCENT: Final = 0.5
"""Share of forwarded mail from which a domain counts as one that posts to lists."""

_OURS: Final = (Standing.CAPABLE, Standing.NON_COMPLIANT)


class Recommendation(StrEnum):
    """The policy to publish next. ``NONE``: publish p=none, or stay there."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"
    KEEP = "keep"


class Blocker(StrEnum):
    """What is in the way of the next policy."""

    NO_RECORD = "no_record"
    UNKNOWN_RECORD = "unknown_record"
    FEW_MESSAGES = "few_messages"
    FEW_DAYS = "few_days"
    FEW_REPORTERS = "few_reporters"
    SHORT_TIME = "short_time"
    COMPLIANCE = "compliance"
    FAILING_SOURCES = "failing_sources"
    UNSIGNED = "unsigned"
    MAILING_LISTS = "mailing_lists"
    PARKED_BUT_SENDS = "parked_but_sends"


@dataclass(frozen=True, slots=True)
class Loss:
    """Messages of one source that a stricter policy would have touched. ``failing`` were not forwarded as far
    as their receivers know, ``forwarded`` were. ``ours``: it is a sender that somebody may have chosen."""

    sender_domain: str
    sender_name: str
    standing: Standing
    messages: int
    failing: int
    forwarded: int

    @property
    def ours(self) -> bool:
        return self.standing in _OURS


@dataclass(frozen=True, slots=True)
class Figures:
    """Of the window. Percentages are None where there was no such mail; ``compliance`` is of all messages,
    ``unforwarded`` without those that were forwarded, ``own`` of the senders that somebody may have chosen,
    and ``lately`` of the last days on which each of these sent."""

    messages: int
    passed: int
    compliance: float | None
    unforwarded: float | None
    own: float | None
    lately: float | None
    signed: float | None
    forwarded: float | None
    reporters: int
    days: int


@dataclass(frozen=True, slots=True)
class Plan:
    """``ready``: nothing is in the way of the next policy, or there is none to go to."""

    stance: Stance | None
    figures: Figures
    recommendation: Recommendation
    ready: bool
    blockers: tuple[Blocker, ...]
    losses: tuple[Loss, ...]


def plan_of(world: World) -> Plan:
    figures, losses = figures_of(world.traffic), losses_of(world.traffic)
    if world.domain.parked:
        recommendation, blockers = _parked(world)
    else:
        blockers = tuple(_blockers(world, figures))
        recommendation = _recommended(world.stance, blockers)
    return Plan(world.stance, figures, recommendation, not blockers, blockers, losses)


def percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def figures_of(traffic: Traffic) -> Figures:
    total = traffic.total
    own = sum((source.counters() for source in traffic.in_standing(*_OURS)), Counters())
    lately = _own_lately(traffic)
    return Figures(
        messages=total.messages,
        passed=total.dmarc_pass,
        compliance=percent(total.dmarc_pass, total.messages),
        unforwarded=percent(total.dmarc_pass, total.messages - total.forwarded),
        own=percent(own.dmarc_pass, own.messages - own.forwarded),
        lately=percent(lately.dmarc_pass, lately.messages - lately.forwarded),
        signed=percent(own.dkim_pass, own.dmarc_pass),
        forwarded=percent(_relayed(traffic), total.messages),
        reporters=len(traffic.reporters),
        days=len(traffic.days),
    )


def _relayed(traffic: Traffic) -> int:
    """Messages that fail on a way that is not their sender's: those of forwarders, and those that receivers
    knew to be forwarded."""
    relays = sum(
        source.counters().messages - source.counters().dmarc_pass
        for source in traffic.in_standing(Standing.FORWARDER)
    )
    others = (source for source in traffic.sources if source.standing is not Standing.FORWARDER)
    return relays + sum(source.counters().forwarded for source in others)


def losses_of(traffic: Traffic) -> tuple[Loss, ...]:
    """Sources with mail that fails, most of it first."""
    found = []
    for source in traffic.sources:
        counted = source.counters()
        failed = failing(counted)
        if failed or counted.forwarded:
            named = (source.sender_domain, source.sender_name, source.standing)
            found.append(Loss(*named, counted.messages, failed, counted.forwarded))
    return tuple(
        sorted(found, key=lambda each: (-each.failing - each.forwarded, each.sender_domain, each.standing))
    )


def troubled(traffic: Traffic) -> tuple[SourceTraffic, ...]:
    """Sources of ours of whose latest mail so much fails that each is in the way, most first. One that was
    put right is not among them, though it failed a week before."""
    own = _own_lately(traffic).messages
    found = [
        source
        for source in traffic.in_standing(*_OURS)
        if (failed := failing(source.lately)) >= FEWEST and 100 * failed >= SOURCE_PERCENT * own
    ]
    return tuple(sorted(found, key=lambda source: (-failing(source.lately), source.sender_domain)))


def _own_lately(traffic: Traffic) -> Counters:
    return sum((source.lately for source in traffic.in_standing(*_OURS)), Counters())


def _blockers(world: World, figures: Figures) -> Iterator[Blocker]:
    stance = world.stance
    if stance is None:
        yield Blocker.UNKNOWN_RECORD
        return
    if not stance.policy:
        yield Blocker.NO_RECORD
        return
    if stance.effective == "reject":
        return
    yield from _too_little(figures)
    if stance.days(world.now) < DAYS_AT_POLICY:
        yield Blocker.SHORT_TIME
    if figures.lately is not None and figures.lately < WANTED_PERCENT:
        yield Blocker.COMPLIANCE
    if troubled(world.traffic):
        yield Blocker.FAILING_SOURCES
    if stance.effective == "quarantine":
        yield from _beyond_quarantine(figures)


def _too_little(figures: Figures) -> Iterator[Blocker]:
    if figures.messages < FEWEST_MESSAGES:
        yield Blocker.FEW_MESSAGES
    if figures.days < FEWEST_DAYS:
        yield Blocker.FEW_DAYS
    if figures.reporters < FEWEST_REPORTERS:
        yield Blocker.FEW_REPORTERS


def _beyond_quarantine(figures: Figures) -> Iterator[Blocker]:
    """What speaks for staying at quarantine, however well all else is."""
    if figures.signed is not None and figures.signed < SIGNED_PERCENT:
        yield Blocker.UNSIGNED
    if figures.forwarded is not None and figures.forwarded >= LISTS_PERCENT:
        yield Blocker.MAILING_LISTS


def _recommended(stance: Stance | None, blockers: tuple[Blocker, ...]) -> Recommendation:
    if stance is None:
        return Recommendation.KEEP
    match stance.effective:
        case "reject":
            return Recommendation.KEEP
        case "quarantine":
            return Recommendation.KEEP if blockers else Recommendation.REJECT
        case _:
            return Recommendation.NONE if blockers else Recommendation.QUARANTINE


def _parked(world: World) -> tuple[Recommendation, tuple[Blocker, ...]]:
    """A parked domain goes to reject at once, unless mail of it passes (standards 12.4)."""
    if world.traffic.total.dmarc_pass >= FEWEST:
        return Recommendation.KEEP, (Blocker.PARKED_BUT_SENDS,)
    if world.stance is None:
        return Recommendation.KEEP, (Blocker.UNKNOWN_RECORD,)
    done = world.stance.effective == "reject"
    return (Recommendation.KEEP if done else Recommendation.REJECT), ()
