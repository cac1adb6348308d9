"""SPF records (RFC 7208 sections 4.5, 4.6 and 12): text to terms, or to what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Final

from shared.mailauth.findings import Finding, bounded, has_errors
from shared.mailauth.records import spf_flaws as flaws
from shared.mailauth.records.macros import BadMacro, is_domain_spec, is_dynamic, parse_macros

_IS_RECORD: Final = re.compile(r"v=spf1(?: |\Z)", re.IGNORECASE | re.ASCII)
_TERM: Final = re.compile(r"[^ ]+")
_MODIFIER: Final = re.compile(r"([A-Za-z][A-Za-z0-9\-_.]*)=(.*)", re.ASCII | re.DOTALL)
_DIRECTIVE: Final = re.compile(r"([+\-~?]?)([A-Za-z0-9]+)(.*)", re.ASCII | re.DOTALL)
_CIDR: Final = re.compile(r"(.*?)(?:/(0|[1-9][0-9]{0,2}))?(?://(0|[1-9][0-9]{0,2}))?", re.ASCII | re.DOTALL)
_IP6: Final = re.compile(r"[0-9A-Fa-f:.]+", re.ASCII)


class Result(StrEnum):
    """Of an evaluation (RFC 7208 section 2.6)."""

    NONE = "none"
    NEUTRAL = "neutral"
    PASS = "pass"  # noqa: S105 (the name of a result, no secret)
    FAIL = "fail"
    SOFTFAIL = "softfail"
    TEMPERROR = "temperror"
    PERMERROR = "permerror"


QUALIFIERS: Final = {"+": Result.PASS, "-": Result.FAIL, "~": Result.SOFTFAIL, "?": Result.NEUTRAL}
MECHANISMS: Final = ("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists")
QUERYING: Final = frozenset({"include", "a", "mx", "ptr", "exists"})
"""Mechanisms that count towards the limit of ten (section 4.6.4); the modifier redirect does, too."""

KNOWN_MODIFIERS: Final = ("redirect", "exp", "ra", "rp", "rr")


@dataclass(frozen=True, slots=True)
class Mechanism:
    """``value`` is the domain-spec, or the address of ip4 and ip6; empty where it is left out. A prefix
    length that is left out is that of a single address."""

    qualifier: str
    name: str
    value: str
    prefix4: int
    prefix6: int
    text: str
    start: int
    end: int

    @property
    def result(self) -> Result:
        return QUALIFIERS[self.qualifier]

    @property
    def queries(self) -> bool:
        return self.name in QUERYING

    @property
    def is_dynamic(self) -> bool:
        """Whether what it covers is known only once there is a delivery."""
        return self.name in ("ptr", "exists") or (self.queries and is_dynamic(self.value))

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


@dataclass(frozen=True, slots=True)
class Modifier:
    name: str
    value: str
    text: str
    start: int
    end: int

    @property
    def span(self) -> tuple[int, int]:
        return self.start, self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class SpfRecord:
    """``valid`` is False where any term breaks the syntax: the whole record is a permerror then."""

    text: str
    valid: bool
    mechanisms: tuple[Mechanism, ...]
    modifiers: tuple[Modifier, ...]
    findings: tuple[Finding, ...]

    def modifier(self, name: str) -> Modifier | None:
        return next((each for each in self.modifiers if each.name == name), None)

    @property
    def all(self) -> Mechanism | None:
        return next((each for each in self.mechanisms if each.name == "all"), None)

    @property
    def redirect(self) -> Modifier | None:
        """None, too, where an ``all`` makes it void (section 6.1)."""
        return None if self.all is not None else self.modifier("redirect")


def is_spf(text: str) -> bool:
    """Whether a TXT record is an SPF record: ``v=spf1`` and then a space or the end."""
    return _IS_RECORD.match(text) is not None


def parse(text: str) -> SpfRecord:
    mechanisms: list[Mechanism] = []
    modifiers: list[Modifier] = []
    findings: list[Finding] = []
    if not is_spf(text):
        findings.append(flaws.NOT_A_RECORD.found(span=(0, len(text))))
    for match in _TERM.finditer(text, len("v=spf1") if is_spf(text) else 0):
        term = _term(match[0], match.start(), match.end())
        if isinstance(term, Mechanism):
            mechanisms.append(term)
        elif isinstance(term, Modifier):
            modifiers.append(term)
        else:
            findings.append(term)
    for name in ("redirect", "exp"):
        again = [each for each in modifiers if each.name == name][1:]
        findings += [flaws.REPEATED.found(each.text[:200], each.span) for each in again]
    valid = not has_errors(findings)
    record = SpfRecord(
        text=text,
        valid=valid,
        mechanisms=tuple(mechanisms),
        modifiers=tuple(modifiers),
        findings=tuple(findings),
    )
    advice = tuple(_advice(record)) if valid else ()
    return SpfRecord(
        text=text,
        valid=valid,
        mechanisms=record.mechanisms,
        modifiers=record.modifiers,
        findings=bounded((*findings, *advice)),
    )


def _term(text: str, start: int, end: int) -> Mechanism | Modifier | Finding:
    modifier = _MODIFIER.fullmatch(text)
    if modifier is not None:
        return _modifier(modifier[1].lower(), modifier[2], text, start, end)
    directive = _DIRECTIVE.fullmatch(text)
    name = directive[2].lower() if directive is not None else ""
    if directive is None or name not in MECHANISMS:
        return flaws.UNKNOWN_MECHANISM.found(text[:200], (start, end))
    rest = directive[3]
    read = _ARGUMENTS[name](rest)
    if read is None:
        return flaws.BAD_ARGUMENT.found(text[:200], (start, end), name=name)
    value, prefix4, prefix6 = read
    return Mechanism(directive[1] or "+", name, value, prefix4, prefix6, text, start, end)


def _modifier(name: str, value: str, text: str, start: int, end: int) -> Modifier | Finding:
    try:
        parse_macros(value)
    except BadMacro:
        return flaws.BAD_MODIFIER.found(text[:200], (start, end))
    if name in ("redirect", "exp") and not is_domain_spec(value):
        return flaws.BAD_MODIFIER.found(text[:200], (start, end))
    return Modifier(name, value, text, start, end)


_Read = tuple[str, int, int] | None


def _nothing(rest: str) -> _Read:
    return None if rest else ("", 32, 128)


def _domain(rest: str) -> _Read:
    return (rest[1:], 32, 128) if rest.startswith(":") and is_domain_spec(rest[1:]) else None


def _optional_domain(rest: str) -> _Read:
    return _domain(rest) if rest else ("", 32, 128)


def _domain_and_lengths(rest: str) -> _Read:
    match = _CIDR.fullmatch(rest)
    if match is None:
        return None
    domain, prefix4, prefix6 = match[1], int(match[2] or "32"), int(match[3] or "128")
    if prefix4 > 32 or prefix6 > 128 or (domain and _domain(domain) is None):
        return None
    return domain[1:], prefix4, prefix6


def _ip4(rest: str) -> _Read:
    address, slash, prefix = rest.removeprefix(":").partition("/")
    length = _length(prefix, 32) if slash else 32
    try:
        IPv4Address(address)
    except AddressValueError:
        return None
    return (address, length, 128) if rest.startswith(":") and length is not None else None


def _ip6(rest: str) -> _Read:
    address, slash, prefix = rest.removeprefix(":").partition("/")
    length = _length(prefix, 128) if slash else 128
    if not rest.startswith(":") or length is None or not _IP6.fullmatch(address):
        return None
    try:
        IPv6Address(address)
    except AddressValueError:
        return None
    return address, 32, length


def _length(text: str, largest: int) -> int | None:
    if not re.fullmatch(r"0|[1-9][0-9]{0,2}", text, re.ASCII) or int(text) > largest:
        return None
    return int(text)


_ARGUMENTS: Final = {
    "all": _nothing,
    "include": _domain,
    "a": _domain_and_lengths,
    "mx": _domain_and_lengths,
    "ptr": _optional_domain,
    "ip4": _ip4,
    "ip6": _ip6,
    "exists": _domain,
}


def _advice(record: SpfRecord) -> Iterator[Finding]:
    """What is valid and still not as it should be, as far as the text alone shows it."""
    yield from _on_the_end(record)
    for mechanism in record.mechanisms:
        if mechanism.name == "ptr":
            yield flaws.PTR.found(mechanism.text[:200], mechanism.span)
    for modifier in record.modifiers:
        if modifier.name not in KNOWN_MODIFIERS:
            yield flaws.UNKNOWN_MODIFIER.found(modifier.text[:200], modifier.span)
    if len(record.text) > 450:
        yield flaws.LONG.found(str(len(record.text)), (450, len(record.text)))


def _on_the_end(record: SpfRecord) -> Iterator[Finding]:
    everything, redirect = record.all, record.modifier("redirect")
    if everything is None:
        if redirect is None:
            yield flaws.NO_ALL.found("all")
        return
    if everything.qualifier in ("+", "?"):
        flaw = flaws.PASS_ALL if everything.qualifier == "+" else flaws.NEUTRAL_ALL
        yield flaw.found(everything.text, everything.span)
    for mechanism in record.mechanisms:
        if mechanism.start > everything.start:
            yield flaws.AFTER_ALL.found(mechanism.text[:200], mechanism.span)
    if redirect is not None:
        yield flaws.VOID_REDIRECT.found(redirect.text[:200], redirect.span)
