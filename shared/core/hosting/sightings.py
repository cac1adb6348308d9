"""What was seen of a customer's CNAME, and what follows from seeing it again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from typing import Final

_SHORTEST: Final = 300
_LONGEST: Final = 7 * 86_400
"""Seconds between two looks of which the second confirms that a CNAME is gone, whatever its TTL."""


class CnameStatus(StrEnum):
    VERIFIED = "verified"
    AWAITING_SETUP = "awaiting_setup"
    MISCONFIGURED = "misconfigured"


class Seen(Enum):
    HERE = auto()
    """The CNAME leads to our name, directly or through others."""
    COPIED = auto()
    """No CNAME, but the answers of our name: the DNS host flattens it, or somebody copied the record."""
    ELSEWHERE = auto()
    """The CNAME leads to somebody else's name."""
    UNCLEAR = auto()
    """Not to our name directly, and whether in the end cannot be followed."""
    OTHER_RECORDS = auto()
    """No CNAME, but records of the type that a CNAME would have brought."""
    NOTHING = auto()
    UNKNOWN = auto()
    """The DNS gave no usable answer."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """``current`` is what stands at the customer's name, as text; ``ttl`` that of the CNAME."""

    seen: Seen
    current: str = ""
    ttl: int = 0
    reason: str = ""


_STATUS: Final = {
    Seen.HERE: CnameStatus.VERIFIED,
    Seen.COPIED: CnameStatus.MISCONFIGURED,
    Seen.ELSEWHERE: CnameStatus.MISCONFIGURED,
    Seen.UNCLEAR: CnameStatus.MISCONFIGURED,
    Seen.OTHER_RECORDS: CnameStatus.MISCONFIGURED,
    Seen.NOTHING: CnameStatus.AWAITING_SETUP,
}
_REASONS: Final = {
    Seen.COPIED: "flattened",
    Seen.ELSEWHERE: "other_target",
    Seen.UNCLEAR: "unresolvable_target",
    Seen.OTHER_RECORDS: "not_a_cname",
}


@dataclass(frozen=True, slots=True)
class Pointing:
    """How a customer's name stands to ours. Times are epoch seconds of looks that got an answer.

    ``pointed`` is when it last depended on our name, ``gone`` the first look after that at which it did
    not (or the first look at all). ``ttl`` is that of the CNAME when it was last there.
    """

    status: CnameStatus = CnameStatus.AWAITING_SETUP
    current: str = ""
    reason: str = ""
    ttl: int = 0
    checked: int | None = None
    pointed: int | None = None
    gone: int | None = None

    @property
    def is_here(self) -> bool:
        return self.status is CnameStatus.VERIFIED

    @property
    def is_gone(self) -> bool:
        """Two looks, at least the CNAME's TTL apart, found that nothing leads here, and none between
        them found otherwise."""
        if self.gone is None or self.checked is None:
            return False
        return self.checked - self.gone >= min(max(self.ttl, _SHORTEST), _LONGEST)

    @property
    def is_elsewhere(self) -> bool:
        """Gone, to a target that is not ours."""
        return self.is_gone and self.reason == _REASONS[Seen.ELSEWHERE]

    def after(self, sighting: Sighting, now: int) -> Pointing:
        """A look that got no answer changes nothing: silence is not absence."""
        if sighting.seen is Seen.UNKNOWN:
            return self
        status, reason = status_of(sighting)
        looked = replace(self, status=status, current=sighting.current, reason=reason, checked=now)
        if sighting.seen is Seen.UNCLEAR:
            return replace(looked, checked=self.checked)
        if sighting.seen in (Seen.HERE, Seen.COPIED):
            ttl = sighting.ttl if sighting.seen is Seen.HERE else self.ttl
            return replace(looked, pointed=now, gone=None, ttl=ttl)
        return replace(looked, gone=now if self.gone is None else self.gone)


def status_of(sighting: Sighting) -> tuple[CnameStatus, str]:
    """What a look that got an answer says, and in one word what is wrong."""
    return _STATUS[sighting.seen], _REASONS.get(sighting.seen, "")
