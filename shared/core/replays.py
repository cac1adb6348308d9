"""Replays: what was quarantined is delivered again, after its reason was seen to."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.access import Arrivals, WritableArrivals, read_arrivals
from shared.core.callers import Caller, require_scope
from shared.core.errors import Forbidden, Invalid, NotFound
from shared.core.ids import AccountId, QuarantineId
from shared.core.mail import Delivery, Door, Mailbox, Trust, Verdicts
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.quarantine import NOBODY, Entry, Quarantine, Why
from shared.core.queues import Replays
from shared.core.rights import Scope

_BATCH = 100
_VERDICTS = {Trust.AUTHENTICATED: "PASS", Trust.FAILED: "FAIL", Trust.UNVERIFIED: ""}


@dataclass(frozen=True, slots=True)
class Replayed:
    """``after`` is the entry to go on from when there may be more."""

    count: int
    after: QuarantineId | None


def owners(right: Arrivals) -> tuple[AccountId, ...]:
    """Whose entries are open to the right: an operator's to those that are nobody's, too."""
    mine = right.account.id
    return (mine, NOBODY) if right.account.operator else (mine,)


def list_entries(quarantine: Quarantine, right: Arrivals, page: PageRequest) -> Page[Entry]:
    """Newest first. The total is counted for the first page and travels in the cursor."""
    mine, cursor = owners(right), page.cursor
    after = QuarantineId(cursor.id) if cursor else None
    found = quarantine.page(mine, after=after, limit=page.limit + 1)
    total = cursor.total if cursor and cursor.total is not None else quarantine.count(mine)
    items = found[: page.limit]
    return Page(items, Cursor(items[-1].id, total) if len(found) > page.limit else None, total)


def find_entry(quarantine: Quarantine, right: Arrivals, entry: QuarantineId) -> Entry:
    found = quarantine.get(owners(right), entry)
    if found is None:
        raise NotFound("The requested resource could not be found", param="id")
    return found


def find_entry_mail(quarantine: Quarantine, mailbox: Mailbox, caller: Caller, entry: QuarantineId) -> Entry:
    """An entry whose mail may be read: what could not be opened may hold a failure report. Where it is known
    to, it needs the right to administer, too, as all of a failure report that hides no personal data."""
    right = read_arrivals(caller)
    found = find_entry(quarantine, right, entry)
    if not right.forensic:
        raise Forbidden("This mail may hold failure reports: it needs the forensic right")
    if mailbox.is_secluded(found.mail):
        require_scope(caller, Scope.ADMIN)
    return found


def remove_entry(quarantine: Quarantine, right: WritableArrivals, entry: QuarantineId) -> None:
    quarantine.remove(find_entry(quarantine, right, entry))


def replay(
    quarantine: Quarantine, replays: Replays, right: WritableArrivals, number: QuarantineId, now: float
) -> Entry:
    """Deliver once more what the entry came from. ``Invalid`` for mail with a virus."""
    entry = find_entry(quarantine, right, number)
    if entry.reason == Why.VIRUS:
        raise Invalid("Mail with a virus is not delivered again", param="id")
    replays.send([delivery_of(entry)])
    quarantine.mark_replayed(entry, int(now))
    return find_entry(quarantine, right, number)


def replay_all(
    quarantine: Quarantine,
    replays: Replays,
    right: WritableArrivals,
    *,
    now: float,
    reason: str | None,
    after: QuarantineId | None,
    limit: int,
) -> Replayed:
    """Deliver again what up to ``limit`` entries came from, those of one reason if it is given."""
    looked_at, count, seen = 0, 0, set[str]()
    while looked_at < limit:
        size = min(_BATCH, limit - looked_at)
        batch = quarantine.page(owners(right), after=after, limit=size)
        wanted = [entry for entry in batch if entry.reason != Why.VIRUS and reason in (None, entry.reason)]
        fresh = {entry.mail: entry for entry in wanted if entry.mail not in seen}
        replays.send([delivery_of(entry) for entry in fresh.values()])
        seen.update(fresh)
        for entry in wanted:
            quarantine.mark_replayed(entry, int(now))
        looked_at, count = looked_at + len(batch), count + len(wanted)
        if len(batch) < size:
            return Replayed(count, None)
        after = batch[-1].id
    return Replayed(count, after)


def delivery_of(entry: Entry) -> Delivery:
    """The delivery that left the entry, as far as it was noted: its verdicts by what they were worth. That it
    was signed is known only where a report of a domain was read in it."""
    verdict = _VERDICTS[entry.trust]
    return Delivery(
        key=entry.mail,
        door=entry.door,
        received=entry.received,
        recipients=entry.recipients,
        account=entry.account if entry.door is Door.UPLOAD else None,
        verdicts=Verdicts(dkim=verdict if entry.domain else "", dmarc=verdict),
        sender=entry.sender,
        subject=entry.subject,
        replay=True,
    )
