"""What the reports tell about a domain's own mail that its DNS does not: the selectors of its signatures, and
the last day of which there was a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, Protocol

from shared.core.domains import Domain
from shared.core.ids import AccountId, DomainId
from shared.core.mail import Trust
from shared.core.rollups import DayRollup

MOST_SELECTORS: Final = 60
REMEMBERED: Final = timedelta(days=90)
_STALE: Final = timedelta(days=7)
"""How old a remembered day may be before it is written anew: it need not be exact."""


@dataclass(frozen=True, slots=True)
class Seen:
    """``selectors`` with the last day on which a signature with each of them passed, about."""

    last_report: date | None = None
    selectors: Mapping[str, date] = field(default_factory=dict, hash=False)


class SeenMail(Protocol):
    def get(self, account: AccountId, domain: DomainId) -> Seen: ...

    def put(self, account: AccountId, domain: DomainId, seen: Seen) -> None: ...


def remember(mail: SeenMail, domain: Domain, rollup: DayRollup) -> None:
    """Note what the reports of a day tell, if it is news. Two that run at once may lose one selector until
    the next day's reports bring it again."""
    if all(trust is Trust.FAILED for trust, _ in rollup.totals.shares):
        return
    known = mail.get(domain.account, domain.id)
    told = with_day(known, domain.name, rollup)
    if told != known:
        mail.put(domain.account, domain.id, told)


def with_day(known: Seen, name: str, rollup: DayRollup) -> Seen:
    """Only signatures that passed count, and no reports that failed authentication themselves: forged mail
    and forged reports can name any number of selectors."""
    day = rollup.day
    fresh = {
        selector.lower(): day
        for share in rollup.detail.shares
        if share.trust is not Trust.FAILED
        for signer, selector in share.selectors
        if signer.lower() == name and _is_newer(known.selectors.get(selector.lower()), day)
    }
    last = day if _is_newer(known.last_report, day, timedelta(days=1)) else known.last_report
    if not fresh and last == known.last_report:
        return known
    newest = max(day, last or day)
    latest = sorted(((when, each) for each, when in {**known.selectors, **fresh}.items()), reverse=True)
    kept = {each: when for when, each in latest[:MOST_SELECTORS] if newest - when <= REMEMBERED}
    return Seen(last, kept)


def selectors_seen(seen: Seen) -> tuple[str, ...]:
    """Most recent first."""
    return tuple(name for name, _ in sorted(seen.selectors.items(), key=lambda each: each[1], reverse=True))


def _is_newer(known: date | None, day: date, by: timedelta = _STALE) -> bool:
    return known is None or day - known >= by
