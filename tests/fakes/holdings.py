from __future__ import annotations

from collections.abc import Iterable

from shared.core.exports import PATIENCE, ArchivedFile, Entry, Export
from shared.core.holdings import FiledMail
from shared.core.ids import AccountId


class FakeFiledMails:
    def __init__(self) -> None:
        self.noted: dict[tuple[AccountId, str], FiledMail] = {}

    def note(self, account: AccountId, mail: FiledMail, received: int) -> None:
        self.noted[account, mail.place] = mail


class FakeExports:
    def __init__(self) -> None:
        self.stored: dict[AccountId, Export] = {}

    def get(self, account: AccountId) -> Export | None:
        return self.stored.get(account)

    def begin(self, export: Export) -> Export:
        current = self.stored.get(export.account)
        if current is None or current.finished or current.started < export.started - PATIENCE:
            self.stored[export.account] = export
        return self.stored[export.account]

    def finish(self, export: Export, now: int) -> None:
        current = self.stored.get(export.account)
        if current is not None and current.id == export.id:
            self.stored[export.account] = Export(export.account, export.id, export.started, now)


class FakeArchive:
    """The content of every entry, by file and name."""

    def __init__(self) -> None:
        self.written: dict[tuple[AccountId, int, str], dict[str, bytes]] = {}

    def write(self, account: AccountId, export: int, name: str, entries: Iterable[Entry]) -> None:
        self.written[account, export, name] = {entry: b"".join(chunks) for entry, chunks in entries}

    def files(self, account: AccountId, export: int) -> list[ArchivedFile]:
        return [
            ArchivedFile(name, sum(map(len, entries.values())))
            for (owner, number, name), entries in sorted(self.written.items())
            if (owner, number) == (account, export)
        ]

    def link(self, account: AccountId, export: int, name: str, *, seconds: int) -> str:
        return f"https://data.test/exports/{account}/{export}/{name}?for={seconds}"
