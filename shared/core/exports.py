"""An account's data, to take away: archives that hold JSON lines and the raw mail.

An export is made of pieces, each an archive of its own that is written anew when its piece is done again. The
first holds everything but reports, the others the reports of a domain with the mails they came in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Protocol

from shared.core.accounts import Accounts, Status
from shared.core.clock import DAY_SECONDS
from shared.core.domains import Domain, Domains
from shared.core.errors import NotFound
from shared.core.holdings import Holdings, Place
from shared.core.ids import AccountId, DomainId, mint
from shared.core.mail import Mailbox
from shared.core.plain import plain
from shared.core.queues import Exportings, ExportPiece
from shared.core.reports import Fact
from shared.core.segments import unpack, unpack_document
from shared.mailauth.reports.values import Kind

_REPORTS: Final = 200
_MAIL_BYTES: Final = 64_000_000
"""In one piece: after these no further report is begun."""

_CHUNK: Final = 65_536
_LINK_SECONDS: Final = 3_600
PATIENCE: Final = DAY_SECONDS
"""Seconds after which an export that did not end is given up, so that another can begin."""


@dataclass(frozen=True, slots=True)
class Export:
    account: AccountId
    id: int
    started: int
    finished: int | None = None


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    name: str
    size: int


class Exports(Protocol):
    def get(self, account: AccountId) -> Export | None: ...

    def begin(self, export: Export) -> Export:
        """The one that is under way already, if it began less than ``PATIENCE`` before; else this one."""

    def finish(self, export: Export, now: int) -> None:
        """Nothing happens when it is another's turn by now."""


Entry = tuple[str, Iterable[bytes]]
"""A file of an archive: its name, and its content in chunks."""


class Archive(Protocol):
    """Where exports rest, for some days."""

    def write(self, account: AccountId, export: int, name: str, entries: Iterable[Entry]) -> None:
        """A ZIP file, in place of one of that name. The entries are never all in memory."""

    def files(self, account: AccountId, export: int) -> list[ArchivedFile]:
        """By name."""

    def link(self, account: AccountId, export: int, name: str, *, seconds: int) -> str:
        """A presigned URL."""


def begin_export(
    exports: Exports,
    exportings: Exportings,
    account: AccountId,
    *,
    now: float,
    random_bits: Callable[[int], int],
) -> Export:
    """Have the account exported; the export that is under way, where there is one."""
    wanted = Export(account, mint(now, random_bits(12)), int(now))
    begun = exports.begin(wanted)
    if begun == wanted:
        exportings.send([ExportPiece(account, begun.id)])
    return begun


def links(archive: Archive, export: Export) -> list[tuple[ArchivedFile, str]]:
    """The files of an export that is finished, with URLs that are good for an hour."""
    if export.finished is None:
        return []
    found = archive.files(export.account, export.id)
    return [
        (file, archive.link(export.account, export.id, file.name, seconds=_LINK_SECONDS)) for file in found
    ]


@dataclass(frozen=True, slots=True)
class Exporter:
    accounts: Accounts
    domains: Domains
    holdings: Holdings
    mailbox: Mailbox
    exports: Exports
    archive: Archive

    def advance(self, piece: ExportPiece, now: int) -> ExportPiece | None:
        """Write one archive; the piece that comes next. None when it was the last, or it is of no use any
        more."""
        account = self.accounts.get(piece.account)
        export = self.exports.get(piece.account)
        if account is None or account.status is Status.DELETING or export is None:
            return None
        if export.id != piece.export or export.finished is not None:
            return None
        after = self._records(piece) if piece.piece == 0 else self._reports(piece)
        if after is None:
            self.exports.finish(export, now)
        return after

    def _records(self, piece: ExportPiece) -> ExportPiece | None:
        lines = (_line(record) for record in self.holdings.records(piece.account))
        self._write(piece, "account", [("records.jsonl", lines)])
        return self._following(piece, None)

    def _reports(self, piece: ExportPiece) -> ExportPiece | None:
        domain = None if piece.domain is None else self.domains.get(piece.account, piece.domain)
        if domain is None:
            return self._following(piece, piece.domain)
        after = Place(Kind(piece.kind), piece.report) if piece.kind else None
        page = self.holdings.facts(piece.account, domain.id, after=after, limit=_REPORTS)
        done: list[Fact] = []
        self._write(piece, domain.name, self._entries(page.items, done))
        if len(done) == len(page.items) and not page.more:
            return self._following(piece, domain.id)
        last = done[-1].summary
        return ExportPiece(piece.account, piece.export, piece.piece + 1, domain.id, last.kind.value, last.id)

    def _following(self, piece: ExportPiece, domain: DomainId | None) -> ExportPiece | None:
        """The first piece of the next domain."""
        page = self.domains.page(piece.account, after=domain, limit=1)
        if not page.items:
            return None
        following: Domain = page.items[0]
        return ExportPiece(piece.account, piece.export, piece.piece + 1, following.id)

    def _entries(self, facts: list[Fact], done: list[Fact]) -> Iterator[Entry]:
        """The raw mails first, each once; then the reports that came in them. ``done`` is what there was
        room for."""
        size = 0
        mails: set[str] = set()
        for fact in facts:
            if size >= _MAIL_BYTES:
                break
            if fact.summary.mail not in mails:
                mails.add(fact.summary.mail)
                for chunks in self._mail(fact.summary.mail):
                    sizes: list[int] = []
                    yield f"raw/{fact.summary.mail}", _counting(chunks, sizes)
                    size += sum(sizes)
            done.append(fact)
        yield "reports.jsonl", (_line(_plain_fact(fact)) for fact in done)

    def _mail(self, place: str) -> Iterator[Iterator[bytes]]:
        """Nothing where it is gone: its time was over before the report's."""
        try:
            with self.mailbox.open(place) as source:
                yield iter(lambda: source.read(_CHUNK), b"")
        except NotFound:
            return

    def _write(self, piece: ExportPiece, label: str, entries: Iterable[Entry]) -> None:
        self.archive.write(piece.account, piece.export, f"{piece.piece:05d}-{label}.zip", entries)


def _counting(chunks: Iterable[bytes], sizes: list[int]) -> Iterator[bytes]:
    for chunk in chunks:
        sizes.append(len(chunk))
        yield chunk


def _plain_fact(fact: Fact) -> dict[str, Any]:
    """``rows`` are those of an aggregate report, never their number; other kinds have all in ``said``."""
    summary = {name: value for name, value in plain(fact.summary).items() if name not in {"account", "rows"}}
    rows = fact.summary.kind is Kind.AGGREGATE
    said: Any = [plain(row) for row in unpack(fact.segment)] if rows else unpack_document(fact.segment)
    return {**summary, "notes": plain(fact.notes), "rows" if rows else "said": said}


def _line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace") + b"\n"
