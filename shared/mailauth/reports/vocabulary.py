"""The words of reports, brought to one form: results, domains, addresses, times.

Each function takes what the reporter wrote and a ``note`` for what had to be overlooked.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

import idna

Note = Callable[[str, str], None]

DISPOSITIONS = frozenset(("none", "pass", "quarantine", "reject"))
POLICIES = frozenset(("none", "quarantine", "reject"))
# RFC 9990 section 3.1 and, from RFC 7489 appendix C, "forwarded" and "sampled_out".
OVERRIDES = frozenset(
    [
        "local_policy",
        "mailing_list",
        "other",
        "policy_test_mode",
        "trusted_forwarder",
        "forwarded",
        "sampled_out",
    ]
)
DKIM_RESULTS = frozenset(["none", "pass", "fail", "policy", "neutral", "temperror", "permerror"])
SPF_RESULTS = DKIM_RESULTS | {"softfail"}
_HISTORIC = {"unknown": "temperror", "error": "permerror", "hardfail": "fail"}

_USUAL_COUNT = re.compile("[1-9][0-9]{0,8}")
_DIGITS = re.compile(r"\d{1,18}")
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:\.\d*)?(?:[eE]\+?\d{1,2})?")
_LATEST = 253402300799  # the last second of the year 9999
_MILLISECONDS = 10**11  # in seconds, the year 5138: whoever writes more counts finer
COUNT_FLAGGED = 10**9
COUNT_LIMIT = 2**53

_DOMAIN = re.compile(r"[a-z0-9_-][a-z0-9_.-]*[a-z0-9_-]")
_LONGEST_NAME = 400
_LONGEST_ADDRESS = 64
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_CANONICAL_IPV4 = re.compile(rf"{_OCTET}\.{_OCTET}\.{_OCTET}\.{_OCTET}")


def word(text: str, allowed: frozenset[str], code: str, note: Note) -> str | None:
    """A word of a closed list in lower case; an unknown one is kept, an empty one is ``None``."""
    lower = text.lower()
    if not lower:
        note(f"empty_{code}", "")
        return None
    if lower not in allowed:
        note(f"unknown_{code}", text)
    elif lower != text:
        note("letter_case", text)
    return lower


def verdict(text: str | None, mechanism: str, note: Note) -> str | None:
    """An aligned result: ``pass``, ``fail``, or ``None`` when the reporter says nothing."""
    if not text:
        note(f"no_{mechanism}_verdict", "")
        return None
    lower = text.lower()
    if lower not in ("pass", "fail"):
        note("unknown_verdict", f"{mechanism}: {text}")
        return "fail"
    if lower != text:
        note("letter_case", text)
    return lower


def result(text: str | None, allowed: frozenset[str], note: Note) -> str:
    """A raw authentication result; historic names are mapped to today's."""
    if not text:
        note("no_result", "")
        return "none"
    lower = text.lower()
    if lower in _HISTORIC:
        note("historic_result", text)
        return _HISTORIC[lower]
    if lower not in allowed:
        note("unknown_result", text)
    elif lower != text:
        note("letter_case", text)
    return lower


def domain(text: str, note: Note) -> str:
    """A domain name in A-labels, lower case, without the trailing dot; a mailbox gives its domain."""
    if _DOMAIN.fullmatch(text):
        return text
    if len(text) > _LONGEST_NAME:
        note("invalid_domain", text)
        return text.lower()
    name, codes = _domain(text)
    for code in codes:
        note(code, text)
    return name


@lru_cache(maxsize=4096)
def _domain(text: str) -> tuple[str, tuple[str, ...]]:
    codes = []
    name = text
    if "@" in name:
        codes.append("mailbox_for_domain")
        name = name.rpartition("@")[2].rstrip(">")
    name = name.lower()
    if name.endswith("."):
        codes.append("trailing_dot")
        name = name.rstrip(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
            codes.append("u_label")
        except (idna.IDNAError, UnicodeError):
            codes.append("invalid_domain")
    return name, tuple(codes)


def address(text: str, note: Note) -> str:
    """The canonical text of an address; IPv4-mapped IPv6 is IPv4. What is none stays as it is."""
    if _CANONICAL_IPV4.fullmatch(text):
        return text
    if not text:
        note("no_source_ip", "")
        return ""
    canonical = _address(text) if len(text) <= _LONGEST_ADDRESS else None
    if canonical is None:
        note("source_ip_not_an_address", text)
        return text
    return canonical


@lru_cache(maxsize=4096)
def _address(text: str) -> str | None:
    bare = text.strip("[]")
    try:
        parsed = ipaddress.ip_address(bare)
    except ValueError:
        padded = _zero_padded(bare)
        return None if padded is None else str(padded)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(parsed.ipv4_mapped or parsed)
    return str(parsed)


def _zero_padded(text: str) -> ipaddress.IPv4Address | None:
    """Dotted decimal with leading zeros: Python refuses it, reporters mean decimal by it."""
    parts = text.split(".")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) <= 3 for part in parts):
        return None
    try:
        return ipaddress.IPv4Address(".".join(str(int(part)) for part in parts))
    except ValueError:
        return None


def count(text: str, note: Note) -> int | None:
    """A number of messages, never negative; ``None`` when it is no number or beyond reason."""
    if _USUAL_COUNT.fullmatch(text):
        return int(text)
    if not _NUMBER.fullmatch(text):
        return None
    if text.isascii() and text.isdigit():
        number = int(text)
    else:
        note("odd_count", text)
        number = max(0, int(float(text)))
    if number == 0:
        note("odd_count", text)
    if number > COUNT_FLAGGED:
        note("huge_count", text)
    return number if number < COUNT_LIMIT else None


def epoch(text: str, note: Note) -> int | None:
    """Epoch seconds out of an integer, a decimal number, milliseconds or an ISO 8601 text."""
    if _DIGITS.fullmatch(text) and text.isascii():
        seconds = int(text)
    elif _NUMBER.fullmatch(text) and text.isascii():
        note("odd_time", text)
        seconds = int(float(text))
    else:
        moment = iso_time(text)
        if moment is None:
            return None
        note("odd_time", text)
        seconds = moment
    if seconds > _MILLISECONDS:
        note("time_in_milliseconds", text)
        seconds //= 1000 if seconds <= 1000 * _MILLISECONDS else 10**6
    return seconds if 0 <= seconds <= _LATEST else None


def iso_time(text: str) -> int | None:
    """Epoch seconds of an ISO 8601 / RFC 3339 text; without an offset it is UTC."""
    try:
        moment = datetime.fromisoformat(text.strip().upper())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = int(aware.timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds if 0 <= seconds <= _LATEST else None
