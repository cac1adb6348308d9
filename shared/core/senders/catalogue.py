"""Organisations that send mail for others, and by what they are recognised.

The built-in entries are the TOML files in ``data``; an operator's file has the same form. Each
``[[sender]]`` holds:

- ``id``, ``name``, ``domain`` (its own, that sources are grouped by) and ``category``
- ``domains``: more names that it signs with, bounces to and calls its hosts, as it may with ``domain``
- ``dkim``, ``return_path``, ``hosts``: names it uses in that one place only
- ``selectors``: DKIM selectors that customers' own keys get nowhere else; a trailing ``*`` is a prefix
- ``networks``: its AS numbers, ``network_names``: what they are registered as
- ``spf``: what its customers include in their SPF record
- ``alignment``: what they do so that its mail passes DMARC: ``dkim``, ``spf``, ``how`` and perhaps ``docs``

A name stands for itself and everything below it. Within one file a name belongs to one sender.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from shared.core.senders.entries import EntryError, sender_of
from shared.core.senders.sender import Sender


class CatalogueError(ValueError):
    """A catalogue file breaks a rule; the message names the file and the entry."""


class ListedTwice(CatalogueError):
    """Two entries of a file claim the same evidence, or one does twice; ``key`` is the latter's field."""

    def __init__(self, origin: str, sender: Sender, key: str, value: str | int) -> None:
        super().__init__(f"{origin}: {sender.id}: {key}: {value!r} is listed twice")
        self.value = value
        self.key = key
        everywhere = (sender.domain, *sender.domains)
        if key != "network_names" and value in everywhere and value not in getattr(sender, key):
            self.key = "domains" if value in sender.domains else "domain"


@dataclass(frozen=True, slots=True)
class _Index:
    """To the sender, by each kind of evidence."""

    dkim: dict[str, Sender] = field(default_factory=dict)
    return_path: dict[str, Sender] = field(default_factory=dict)
    hosts: dict[str, Sender] = field(default_factory=dict)
    spf: dict[str, Sender] = field(default_factory=dict)
    selectors: dict[str, Sender] = field(default_factory=dict)
    networks: dict[int, Sender] = field(default_factory=dict)
    network_names: dict[str, Sender] = field(default_factory=dict)

    def add(self, sender: Sender, origin: str, taken: set[tuple[str, str | int]]) -> None:
        everywhere = (sender.domain, *sender.domains)
        names: tuple[tuple[str, dict[Any, Sender], Iterable[str | int]], ...] = (
            ("dkim", self.dkim, everywhere + sender.dkim),
            ("return_path", self.return_path, everywhere + sender.return_path),
            ("hosts", self.hosts, everywhere + sender.hosts),
            ("spf", self.spf, sender.spf),
            ("selectors", self.selectors, sender.selectors),
            ("networks", self.networks, sender.networks),
            ("network_names", self.network_names, [name.casefold() for name in sender.network_names]),
        )
        for key, index, values in names:
            for value in values:
                if (key, value) in taken:
                    raise ListedTwice(origin, sender, key, value)
                taken.add((key, value))
                index[value] = sender


class Catalogue:
    """Senders by id and by evidence. Where two files claim the same, the later file has it."""

    def __init__(self, sources: Iterable[tuple[str, tuple[Sender, ...]]]) -> None:
        """``sources`` are files: a name to call each by in errors, and its senders."""
        self._sources = tuple(sources)
        latest = {sender.id: sender for _, senders in self._sources for sender in senders}
        self.senders: Mapping[str, Sender] = latest
        self._own = {sender.domain: sender for sender in latest.values()}
        self._index = _Index()
        for origin, senders in self._sources:
            taken: set[tuple[str, str | int]] = set()
            for sender in senders:
                if latest[sender.id] is sender:
                    self._index.add(sender, origin, taken)
        self._prefixes = tuple(
            (pattern[:-1], sender)
            for pattern, sender in self._index.selectors.items()
            if pattern.endswith("*")
        )

    def extended(self, text: str, origin: str) -> Catalogue:
        """With an operator's file on top: an entry of a known id replaces that one whole."""
        return self.with_senders(parse(text, origin), origin)

    def with_senders(self, senders: tuple[Sender, ...], origin: str) -> Catalogue:
        """With these on top, as one file."""
        return Catalogue([*self._sources, (origin, senders)])

    def by_dkim(self, domain: str) -> Sender | None:
        return _nearest(self._index.dkim, domain)

    def by_return_path(self, domain: str) -> Sender | None:
        return _nearest(self._index.return_path, domain)

    def by_host(self, name: str) -> Sender | None:
        return _nearest(self._index.hosts, name)

    def by_include(self, domain: str) -> Sender | None:
        """By the domain that a published SPF record includes."""
        return _nearest(self._index.spf, domain) or self.by_return_path(domain)

    def by_own_domain(self, domain: str) -> Sender | None:
        """By what its sources are grouped under."""
        return self._own.get(domain)

    def by_selector(self, selector: str) -> Sender | None:
        found = self._index.selectors.get(selector)
        if found is not None:
            return found
        return next((sender for prefix, sender in self._prefixes if selector.startswith(prefix)), None)

    def by_network(self, asn: int | None, name: str | None) -> Sender | None:
        found = self._index.networks.get(asn) if asn is not None else None
        if found is not None or name is None:
            return found
        return self._index.network_names.get(name.casefold())


def _nearest(index: Mapping[str, Sender], name: str) -> Sender | None:
    """The entry of the name or of its nearest parent."""
    while name:
        if (found := index.get(name)) is not None:
            return found
        name = name.partition(".")[2]
    return None


@cache
def builtin() -> Catalogue:
    """What Postseal knows by itself. Read once."""
    texts = sorted(
        (entry.name, entry.read_text(encoding="utf-8"))
        for entry in files(__package__).joinpath("data").iterdir()
        if entry.name.endswith(".toml")
    )
    senders = tuple(sender for name, text in texts for sender in parse(text, name))
    _refuse_repeated((sender.id for sender in senders), "built-in catalogue")
    return Catalogue([("built-in catalogue", senders)])


def parse(text: str, origin: str) -> tuple[Sender, ...]:
    """The senders of one file; ``CatalogueError`` names the entry that is wrong."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"{origin}: {error}") from None
    entries = document.pop("sender", [])
    if document or not isinstance(entries, list):
        raise CatalogueError(f"{origin}: holds nothing but [[sender]] tables")
    senders = tuple(_sender(entry, f"{origin}: entry {n}") for n, entry in enumerate(entries, start=1))
    _refuse_repeated((sender.id for sender in senders), origin)
    return senders


def _sender(entry: Any, where: str) -> Sender:
    if not isinstance(entry, dict):
        raise CatalogueError(f"{where}: is not a table")
    named = f"{where} ({entry['id']})" if isinstance(entry.get("id"), str) else where
    try:
        return sender_of(entry)
    except EntryError as error:
        raise CatalogueError(f"{named}: {error}") from None


def _refuse_repeated(ids: Iterable[str], origin: str) -> None:
    seen: set[str] = set()
    for id_ in ids:
        if id_ in seen:
            raise CatalogueError(f"{origin}: {id_}: there are two entries of this id")
        seen.add(id_)
