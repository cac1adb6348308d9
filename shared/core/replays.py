"""Replays: what was quarantined is delivered again, after its reason was seen to."""

from __future__ import annotations

from dataclasses import dataclass

from shared.core.access import Caller
from shared.core.errors import Invalid, NotFound
from shared.core.ids import AccountId, QuarantineId
from shared.core.mail import Delivery, Door, Trust, Verdicts
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.quarantine import NOBODY, Entry, Quarantine, Why
from shared.core.queues import Replays

_BATCH = 100
_DMARC = {Trust.AUTHENTICATED: "PASS", Trust.FAILED: "FAIL", Trust.UNVERIFIED: ""}


@dataclass(frozen=True, slots=True)
class Replayed:
    """``after`` is the entry to go on from when there may be more."""

    count: int
    after: QuarantineId | None


def owners(caller: Caller) -> tuple[AccountId, ...]:
    """Whose entries a caller sees: an operator also those that are nobody's."""
    mine = caller.account_id
    return (mine, NOBODY) if caller.account.operator else (mine,)


def list_entries(quarantine: Quarantine, caller: Caller, page: PageRequest) -> Page[Entry]:
    """Newest first. The total is counted for the first page and travels in the cursor."""
    mine, cursor = owners(caller), page.cursor
    after = QuarantineId(cursor.id) if cursor else None
    found = quarantine.page(mine, after=after, limit=page.limit + 1)
    total = cursor.total if cursor and cursor.total is not None else quarantine.count(mine)
    items = found[: page.limit]
    return Page(items, Cursor(items[-1].id, total) if len(found) > page.limit else None, total)


def find_entry(quarantine: Quarantine, caller: Caller, entry: QuarantineId) -> Entry:
    found = quarantine.get(owners(caller), entry)
    if found is None:
        raise NotFound("The requested resource could not be found", param="id")
    return found


def replay(quarantine: Quarantine, replays: Replays, entry: Entry, now: float) -> None:
    """Deliver once more what the entry came from. ``Invalid`` for mail with a virus."""
    if entry.reason == Why.VIRUS:
        raise Invalid("Mail with a virus is not delivered again", param="id")
    replays.send([delivery_of(entry)])
    quarantine.mark_replayed(entry, int(now))


def replay_all(
    quarantine: Quarantine,
    replays: Replays,
    caller: Caller,
    *,
    reason: str | None,
    after: QuarantineId | None,
    limit: int,
) -> Replayed:
    """Deliver again what up to ``limit`` entries came from, those of one reason if it is given."""
    looked_at, count, seen = 0, 0, set[str]()
    while looked_at < limit:
        size = min(_BATCH, limit - looked_at)
        batch = quarantine.page(owners(caller), after=after, limit=size)
        wanted = [entry for entry in batch if entry.reason != Why.VIRUS and reason in (None, entry.reason)]
        fresh = {entry.mail: entry for entry in wanted if entry.mail not in seen}
        replays.send([delivery_of(entry) for entry in fresh.values()])
        seen.update(fresh)
        for entry in wanted:
            quarantine.mark_replayed(entry, int(caller.now))
        looked_at, count = looked_at + len(batch), count + len(wanted)
        if len(batch) < size:
            return Replayed(count, None)
        after = batch[-1].id
    return Replayed(count, after)


def delivery_of(entry: Entry) -> Delivery:
    """The delivery that left the entry, as far as it was noted: its verdicts by what they were worth."""
    return Delivery(
        key=entry.mail,
        door=entry.door,
        received=entry.received,
        recipients=entry.recipients,
        account=entry.account if entry.door is Door.UPLOAD else None,
        verdicts=Verdicts(dmarc=_DMARC[entry.trust]),
        sender=entry.sender,
        subject=entry.subject,
        replay=True,
    )
