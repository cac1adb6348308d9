"""The DNS tree walk of RFC 9989 section 4.10, and the Organizational Domain that it finds.

Which names a walk may ask for is known before the first answer, so all are asked at once; the steps hold
only those that the rules of the walk would have asked, in its order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.mailauth.evaluate.questions import Answer, Asking, Outcome, Question, Type, ask_all
from shared.mailauth.names import LONGEST
from shared.mailauth.records import dmarc

MOST_QUERIES: Final = 8
_PREFIX: Final = "_dmarc."
_TOO_LONG: Final = Answer(Outcome.NXDOMAIN, reason="name too long")


class Stop(StrEnum):
    """Why a walk asked no further."""

    PSD_N = "psd=n"
    PSD_Y = "psd=y"
    ROOT = "root"
    """No label was left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One query of a walk. ``outcome`` is that of the DNS in lower case, ``ignored`` are the TXT records that
    are no DMARC records, ``record`` is the one that counts: there is none where several are published."""

    domain: str
    query: str
    outcome: str
    records: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    record: str | None = None
    psd: str | None = None
    aliases: tuple[str, ...] = ()
    ttl: int = 0
    reason: str = ""

    @property
    def failed(self) -> bool:
        return self.outcome == Outcome.FAILED.name.lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """``organizational_domain`` is None where a query failed that might have decided otherwise."""

    start: str
    steps: tuple[Step, ...]
    stop: Stop
    organizational_domain: str | None

    @property
    def queries(self) -> tuple[str, ...]:
        return tuple(step.query for step in self.steps)

    @property
    def failed(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.failed)

    def step_of(self, domain: str | None) -> Step | None:
        return next((step for step in self.steps if step.domain == domain), None)


def names_of_walk(start: str) -> tuple[str, ...]:
    """The start, then its ancestors down to a single label; of a name of more than eight labels only those
    of seven and fewer."""
    labels = start.split(".")
    first = max(1, len(labels) - (MOST_QUERIES - 1))
    return (start, *(".".join(labels[place:]) for place in range(first, len(labels))))


def walk(start: str) -> Asking[Walk]:
    """``start`` as ``names.normalised`` spells it."""
    names = names_of_walk(start)
    answers = yield from ask_dmarc(names)
    steps: list[Step] = []
    stop = Stop.ROOT
    for name in names:
        step = step_from(name, answers[name])
        steps.append(step)
        if step.psd in ("y", "n"):
            stop = Stop.PSD_Y if step.psd == "y" else Stop.PSD_N
            break
    return Walk(
        start=start, steps=tuple(steps), stop=stop, organizational_domain=_organizational_domain(start, steps)
    )


def ask_dmarc(names: Iterable[str]) -> Asking[Mapping[str, Answer]]:
    """What each name publishes at ``_dmarc``; a query that no name server could hold is not asked."""
    questions = {name: Question(_PREFIX + name, Type.TXT) for name in names}
    answers = yield from ask_all(q for q in questions.values() if len(q.name) <= LONGEST)
    return {name: answers.get(question, _TOO_LONG) for name, question in questions.items()}


def step_from(name: str, answer: Answer) -> Step:
    texts = answer.records if answer.found else ()
    records = tuple(text for text in texts if dmarc.is_dmarc(text))
    record = records[0] if len(records) == 1 else None
    return Step(
        domain=name,
        query=_PREFIX + name,
        outcome=answer.outcome.name.lower(),
        records=records,
        ignored=tuple(text for text in texts if not dmarc.is_dmarc(text)),
        record=record,
        psd=dmarc.parse(record).psd if record is not None else None,
        aliases=answer.aliases,
        ttl=answer.ttl,
        reason=answer.reason,
    )


def _organizational_domain(start: str, steps: list[Step]) -> str | None:
    """Section 4.10.2. The steps run from the longest name to the shortest, and a ``psd`` ends them."""
    if any(step.failed for step in steps):
        return None
    last = steps[-1]
    if last.psd == "n":
        return last.domain
    if last.psd == "y" and last.domain != start:
        labels = start.split(".")
        return ".".join(labels[len(labels) - len(last.domain.split(".")) - 1 :])
    return next((step.domain for step in reversed(steps) if step.record is not None), start)
