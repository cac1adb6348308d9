"""The fields of one feedback report, by name, and the small grammars of their values."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence

from shared.mailauth.reports.texts import plain
from shared.mailauth.reports.values import Deviation

_VALUES = 100
_TEXT = 4000
_REPEATABLE = frozenset(
    {
        "authentication-results",
        "original-rcpt-to",
        "reported-domain",
        "reported-uri",
        "removal-recipient",
        "spf-dns",
        "redacted-address",
    }
)
_COMMENT = re.compile(r"\([^()]*\)")
_KEYWORD = re.compile(
    r"(?:^|[\s;])([a-z][a-z0-9-]{0,40}(?:\.[a-z][a-z0-9-]{0,40})?)\s?=\s?\"?<?([^\s;\">]{1,300})",
    re.IGNORECASE,
)


class Feedback:
    """Looks fields up by lower-case name, and collects what was wrong with them."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        self._notes: dict[Deviation, None] = {}
        for name, value in pairs:
            found = self._values.setdefault(name.lower(), [])
            if found and name.lower() not in _REPEATABLE:
                self.note("repeated_field", name.lower())
            if len(found) < _VALUES:
                found.append(plain(value, _TEXT))

    def first(self, name: str) -> str | None:
        """The first value, which is the one that counts (also where repeating is not allowed)."""
        return next(iter(self._values.get(name, ())), None)

    def text(self, name: str) -> str | None:
        return self.first(name) or None

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self._values.get(name, ()) if value)

    def number(self, name: str, most: int) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if value.isascii() and value.isdigit() and len(value) < 20 and int(value) <= most:
            return int(value)
        self.note("bad_value", name)
        return None

    def note(self, code: str, detail: str = "") -> None:
        self._notes[Deviation(code, detail)] = None

    def deviations(self) -> tuple[Deviation, ...]:
        return tuple(self._notes)


def without_comments(value: str) -> str:
    """Without the comments of RFC 5322 (CFWS), also nested ones."""
    for _ in range(5):
        value, removed = _COMMENT.subn(" ", value)
        if not removed:
            break
    return value


def listed(value: str | None) -> tuple[str, ...] | None:
    """A comma list with CFWS in lower case, each once; ``none`` is an empty one, ``None`` stays."""
    if value is None:
        return None
    words = (word.strip().lower() for word in without_comments(value).split(","))
    return tuple(dict.fromkeys(word for word in words if word and word != "none"))


def addresses(values: Sequence[str]) -> tuple[str, ...]:
    """Addresses without their angle brackets; the null sender ``<>`` is an empty one."""
    return tuple(value.strip().removeprefix("rfc822;").strip().strip("<>").strip() for value in values)


def host(value: str | None) -> str | None:
    """A host or domain name in lower case, without the ``dns;`` that RFC 3464 puts before it."""
    if not value:
        return None
    name = without_comments(value.rpartition(";")[2]).strip().lower().rstrip(".")
    return name[:255] or None


def canonical_ip(value: str) -> str | None:
    """The canonical text of an address, out of ``[192.0.2.1]``, ``IPv6:...`` or a v4-mapped form."""
    text = without_comments(value).strip().strip("[]").lower().removeprefix("ipv6:")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def keywords(context: str) -> dict[str, str]:
    """``smtp.mailfrom=a@b`` and the like out of Authentication-Results or Received-SPF; the first counts."""
    found: dict[str, str] = {}
    for match in _KEYWORD.finditer(without_comments(context[:20_000])):
        found.setdefault(match.group(1).lower(), match.group(2))
    return found
