"""The catalogue as a list: looked through, and page by page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.core.paging import Cursor, Page, PageRequest
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.own import OwnSenders
from shared.core.senders.sender import Sender, SenderCategory


@dataclass(frozen=True, slots=True)
class Listed:
    """A sender, and whether the account's own entry is what it says."""

    sender: Sender
    own: bool


@dataclass(frozen=True, slots=True)
class SenderFilter:
    """``text`` is part of the id, the name or any domain, in any case."""

    text: str = ""
    category: SenderCategory | None = None
    capable: bool | None = None
    own: bool | None = None

    def matches(self, listed: Listed) -> bool:
        sender = listed.sender
        wanted = self.text.casefold()
        return (
            (self.category is None or sender.category is self.category)
            and (self.capable is None or sender.capable is self.capable)
            and (self.own is None or listed.own is self.own)
            and any(wanted in text for text in _texts(sender))
        )


def list_senders(
    catalogue: Catalogue, own: OwnSenders, wanted: SenderFilter, page: PageRequest
) -> Page[Listed]:
    """By id. The cursor is a place in the list."""
    owned = {sender.id for sender in own.senders}
    every = (Listed(sender, id_ in owned) for id_, sender in sorted(catalogue.senders.items()))
    found = [listed for listed in every if wanted.matches(listed)]
    start = page.cursor.id if page.cursor else 0
    end = start + page.limit
    return Page(found[start:end], Cursor(end, len(found)) if end < len(found) else None, len(found))


def _texts(sender: Sender) -> Iterator[str]:
    yield sender.id
    yield sender.name.casefold()
    yield sender.domain
    for names in (sender.domains, sender.dkim, sender.return_path, sender.hosts, sender.spf):
        yield from names
