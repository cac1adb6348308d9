"""What an SPF record with everything that it includes looks like, as a tree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    """Why a branch has no record, or an unusable one."""

    NONE = ""
    NOT_FOUND = "not_found"
    SEVERAL = "several_records"
    SYNTAX = "syntax"
    LOOP = "loop"
    DNS = "dns_error"
    NAME = "bad_name"
    DYNAMIC = "dynamic"
    """The name holds macros: what it is differs from delivery to delivery."""
    CUT = "too_large"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A term of a record. ``lookups`` counts it and all below it; ``networks`` are those it names itself,
    ``hosts`` the first mail exchangers of ``mx``, one more than are allowed.

    ``void``: its question was answered with nothing (that of ``a``: for IPv4 and for IPv6). ``reason``: why
    it is not known what it covers. ``ttl`` is the smallest of the answers, those below it left out.
    """

    qualifier: str
    type: str
    value: str
    text: str
    lookups: int
    networks: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    dynamic: bool = False
    void: bool = False
    reason: str = ""
    ttl: int | None = None
    result: Branch | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """The record of one domain. ``lookups`` is the worst case: what a receiver spends if nothing matches.

    ``aliases`` are the CNAMEs that led to it.
    """

    domain: str
    record: str | None
    records: tuple[str, ...] = ()
    trouble: Trouble = Trouble.NONE
    reason: str = ""
    ttl: int | None = None
    aliases: tuple[str, ...] = ()
    all: str | None = None
    components: tuple[Component, ...] = ()
    lookups: int = 0

    def walk(self) -> Iterator[Branch]:
        """This branch and all below it."""
        yield self
        for component in self.components:
            if component.result is not None:
                yield from component.result.walk()
