"""What a rule sees when it looks at a domain, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from shared.core.advice.world import World
from shared.core.watching.states import Known, Part

LONGEST_DETAILS: Final = 600
MOST_SUBJECTS: Final = 10
"""Of one rule and domain: a record can name hundreds of bad things, and nobody works off such a list."""


class Basis(StrEnum):
    """What a rule looks at. Reports do not flicker; the DNS and hosts do, so that what is gone there has to
    be seen gone twice before anything is solved."""

    DNS = "dns"
    HOSTING = "hosting"
    REPORTS = "reports"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is the matter. ``subject`` tells it from others of the same rule."""

    subject: str = ""
    details: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """``found`` is there for certain. All else that the rule could find is not there if the sight is
    ``complete``, and unknown otherwise. What is no longer found is solved, unless its subject is in ``moot``:
    then nothing was done about it, and the question has gone away."""

    found: tuple[Found, ...] = ()
    complete: bool = True
    moot: frozenset[str] = frozenset()

    def says(self, subject: str) -> bool | None:
        """Whether it is there; None where that is not known."""
        if any(each.subject == subject for each in self.found):
            return True
        return False if self.complete else None


BLIND: Final = Sight(complete=False)
CLEAR: Final = Sight()


@dataclass(frozen=True, slots=True)
class Rule:
    """``problem`` and ``solution`` may hold ``{subject}`` and ``{domain}``. ``category`` is a task's."""

    id: str
    basis: Basis
    problem: str
    solution: str
    look: Callable[[World], Sight]
    category: str = ""

    def told(self, text: str, domain: str, subject: str) -> str:
        return text.replace("{domain}", domain).replace("{subject}", subject or domain)


def one(details: str = "") -> Sight:
    """Found, without a subject."""
    return Sight((Found("", details[:LONGEST_DETAILS]),))


def several(found: Iterable[Found], *, complete: bool = True) -> Sight:
    """Each subject once, in the order of the subjects."""
    distinct = {each.subject: Found(each.subject, each.details[:LONGEST_DETAILS]) for each in found}
    return Sight(tuple(distinct[subject] for subject in sorted(distinct)[:MOST_SUBJECTS]), complete)


def sight_if(there: bool, details: str = "") -> Sight:
    return one(details) if there else CLEAR


Finding = Mapping[str, Any]


def findings(known: Known, codes: frozenset[str]) -> list[Finding]:
    return [found for found in known.findings if found["code"] in codes]


def says(found: Iterable[Finding]) -> str:
    """The messages, each once."""
    return " ".join(dict.fromkeys(str(each["message"]) for each in found))


def sees(
    part: Part, codes: Iterable[str], *, open_codes: Iterable[str] = (), by_subject: bool = False
) -> Callable[[World], Sight]:
    """A look for findings of one part. ``open_codes`` are those that say that something was not answered: as
    long as one is there, nothing else can be said to be absent."""
    wanted, unanswered = frozenset(codes), frozenset({*open_codes, "dns_error"})

    def look(world: World) -> Sight:
        known = world.part(part)
        if known is None:
            return BLIND
        complete = not findings(known, unanswered)
        found = findings(known, wanted)
        if not by_subject:
            return Sight((Found("", says(found)[:LONGEST_DETAILS]),) if found else (), complete)
        subjects = (Found(str(each.get("subject") or ""), str(each["message"])) for each in found)
        return several(subjects, complete=complete)

    return look
