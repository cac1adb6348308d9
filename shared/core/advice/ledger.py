"""What was found about a domain over time: opened, solved, opened again, ignored.

A rule that cannot see changes nothing. What a rule of the DNS or of hosting no longer finds is solved when a
second look finds it gone, too, at least ``SECOND_LOOK`` later: one good answer may come from a server that is
behind, or be about to go again. Reports are facts: what they no longer show is solved at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from shared.core.advice.journey import TASKS
from shared.core.advice.rules import ISSUES
from shared.core.advice.sights import Basis, Found, Rule, Sight
from shared.core.clock import DAY_SECONDS
from shared.core.ids import DomainId, MatterId

SECOND_LOOK: Final = 600
"""Seconds between two looks of which the second confirms."""

WORDED_SECONDS: Final = 7 * DAY_SECONDS

KEPT_SECONDS: Final = 365 * DAY_SECONDS
"""For how long what was solved is remembered."""

MOST: Final = 150
"""Of one domain. The oldest that are solved make room."""

_BITS: Final = 52


class Kind(StrEnum):
    ISSUE = "issue"
    TASK = "task"


RULES: Final = {
    Kind.ISSUE: {rule.id: rule for rule in ISSUES},
    Kind.TASK: {rule.id: rule for rule in TASKS},
}


@dataclass(frozen=True, slots=True)
class Matter:
    """An issue or a task: what one rule found about one subject of a domain. Times are epoch seconds.

    ``created`` is when it was first opened, ``reopened`` the last time after that, ``solved`` is None while
    it is open; ``fading`` is the look at which it was first found gone. ``worded`` is when ``details`` was
    written: numbers in it change every day, and are brought up to date once a week."""

    id: MatterId
    kind: Kind
    rule: str
    subject: str
    details: str
    created: int
    reopened: int | None = None
    solved: int | None = None
    ignored: bool = False
    fading: int | None = None
    category: str = ""
    worded: int = 0

    @property
    def is_open(self) -> bool:
        return self.solved is None

    @property
    def counts(self) -> bool:
        """Whether it is among what somebody should see to."""
        return self.is_open and not self.ignored

    @property
    def opened(self) -> int:
        return self.created if self.reopened is None else self.reopened


def matter_number(domain: DomainId, kind: Kind, rule: str, subject: str) -> MatterId:
    """One identity for each domain, rule and subject."""
    text = "\x1f".join((str(domain), kind.value, rule, subject))
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return MatterId((int.from_bytes(digest[:7]) >> (56 - _BITS)) + 1)


@dataclass(frozen=True, slots=True)
class Looks:
    """When the last look at the DNS was, and when it is now: what was found gone twice is told by these."""

    dns: int | None
    now: int

    def of(self, basis: Basis) -> int | None:
        return self.dns if basis is Basis.DNS else self.now


def advance(
    matters: Sequence[Matter],
    domain: DomainId,
    kind: Kind,
    sights: Iterable[tuple[Rule, Sight]],
    looks: Looks,
) -> tuple[Matter, ...]:
    """The matters of one kind after all rules have looked, by id; those of rules that are no more go."""
    known = {(each.rule, each.subject): each for each in matters if each.kind is kind}
    after: list[Matter] = []
    for rule, sight in sights:
        subjects = {subject: matter for (name, subject), matter in known.items() if name == rule.id}
        found = {each.subject for each in sight.found}
        after += [_seen(subjects.get(each.subject), each, domain, kind, rule, looks) for each in sight.found]
        gone = (matter for subject, matter in subjects.items() if subject not in found)
        after += [kept for matter in gone if (kept := _unseen(matter, rule, sight, looks)) is not None]
    return tuple(_bounded(after, looks.now))


def _seen(old: Matter | None, found: Found, domain: DomainId, kind: Kind, rule: Rule, looks: Looks) -> Matter:
    if old is None:
        number = matter_number(domain, kind, rule.id, found.subject)
        said = (rule.id, found.subject, found.details)
        return Matter(number, kind, *said, looks.now, category=rule.category, worded=looks.now)
    if not old.is_open:
        anew = replace(old, reopened=looks.now, solved=None, fading=None)
        return replace(anew, details=found.details, worded=looks.now)
    if looks.now - old.worded < WORDED_SECONDS or found.details == old.details:
        return replace(old, fading=None)
    return replace(old, details=found.details, worded=looks.now, fading=None)


def _unseen(old: Matter, rule: Rule, sight: Sight, looks: Looks) -> Matter | None:
    """What becomes of a matter that the rule does not find; None where it leaves no trace."""
    if not sight.complete or not old.is_open:
        return old
    if old.subject in sight.moot:
        return None
    if rule.basis is Basis.REPORTS:
        return replace(old, solved=looks.now, fading=None)
    return _fading(old, looks.of(rule.basis), looks.now)


def _fading(old: Matter, look: int | None, now: int) -> Matter:
    """After a look that found it gone: the first of two, or the second."""
    if look is not None and old.fading is None:
        return replace(old, fading=look)
    if look is None or old.fading is None or look - old.fading < SECOND_LOOK:
        return old
    return replace(old, solved=now, fading=None)


def _bounded(matters: Iterable[Matter], now: int) -> Iterator[Matter]:
    lasting = [each for each in matters if each.solved is None or now - each.solved < KEPT_SECONDS]
    dearest = sorted(lasting, key=lambda each: (each.is_open, each.solved or 0, each.id), reverse=True)
    return iter(sorted(dearest[:MOST], key=lambda each: each.id))
