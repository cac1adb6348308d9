"""What somebody may do in an account, and in which groups of its domains."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.core.ids import GroupId

DEFAULT_GROUP: Final = GroupId(1)
"""Every account has it: it holds all domains, or (when it hides assigned ones) all in no other."""


class Scope(StrEnum):
    READ = "read"
    WRITE = "write"
    FORENSIC = "forensic"
    """Failure reports: they hold personal data of third parties."""
    BILLING = "billing"
    ADMIN = "admin"
    """People, groups, access, keys and the account itself."""


class Level(StrEnum):
    """What a user may do with the domains of a group."""

    NONE = "none"
    READ = "read"
    WRITE = "write"

    @property
    def rank(self) -> int:
        return _RANKS[self]


_RANKS: Final = {Level.NONE: 0, Level.READ: 1, Level.WRITE: 2}


@dataclass(frozen=True, slots=True)
class Rights:
    """``levels`` is None for who sees every domain; groups that are not in it are out of sight."""

    scopes: frozenset[Scope]
    levels: Mapping[GroupId, Level] | None = None
    owner: bool = False

    @property
    def sees_all(self) -> bool:
        return self.levels is None

    @property
    def highest(self) -> Level:
        """The most that the scopes allow, in whatever group."""
        if Scope.WRITE in self.scopes:
            return Level.WRITE
        return Level.READ if Scope.READ in self.scopes else Level.NONE

    def level(self, groups: Collection[GroupId]) -> Level:
        """In a domain that is in these groups, the default group among them where it shows the domain."""
        if self.levels is None:
            return self.highest
        granted = max(
            (self.levels.get(group, Level.NONE) for group in groups), key=_rank_of, default=Level.NONE
        )
        return min(granted, self.highest, key=_rank_of)


def _rank_of(level: Level) -> int:
    return level.rank


ALL: Final = Rights(frozenset(Scope), owner=True)
"""Of the operator's commands, which act on the store itself."""
