"""What the macros of an SPF record stand for in one delivery (RFC 7208 section 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote

from shared.mailauth.evaluate.questions import Asking, Question, Type, ask, ask_all
from shared.mailauth.records.macros import BadMacro, Macro, MacroString, parse_macros

LONGEST_NAME: Final = 253
LONGEST_EXPLANATION: Final = 500
"""So that it fits into a line of an SMTP reply (RFC 5321 section 4.5.3.1.5)."""

MOST_NAMES: Final = 10
"""Names of a reverse look-up that are used, at most (section 4.6.4)."""

_UNRESERVED: Final = "-._~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The facts that a record is evaluated for. ``sender`` has a local part; ``receiver`` and ``now`` (epoch
    seconds) are for explanations only."""

    ip: IPv4Address | IPv6Address
    sender: str
    helo: str
    receiver: str = "unknown"
    now: int = 0

    @property
    def address_type(self) -> Type:
        return Type.A if self.ip.version == 4 else Type.AAAA


@dataclass(slots=True)
class Expansions:
    """The expansions of one evaluation. The reverse DNS is asked once at the most, and for ``%{p}`` only."""

    delivery: Delivery
    names: tuple[str, ...] | None = None

    def target(self, value: str, domain: str) -> Asking[str]:
        """The name that a term of the record of ``domain`` asks for; ``value`` is its domain-spec, if any."""
        if not value:
            return domain
        pieces = parse_macros(value)
        return expand_domain(pieces, self.delivery, domain, (yield from self._validated(pieces, domain)))

    def explanation(self, text: str, domain: str) -> Asking[str]:
        """Out of the TXT record that exp leads to; empty where that breaks the syntax, or what it makes is
        not ASCII (section 6.2)."""
        try:
            pieces = parse_macros(text, explains=True)
        except BadMacro:
            return ""
        made = expand(pieces, self.delivery, domain, (yield from self._validated(pieces, domain)))
        return made[:LONGEST_EXPLANATION] if made.isascii() else ""

    def _validated(self, pieces: MacroString, domain: str) -> Asking[str]:
        if not needs_names(pieces):
            return "unknown"
        if self.names is None:
            self.names = yield from validated_names(self.delivery)
        return preferred_name(self.names, domain)


_ANY: Final = Delivery(ip=IPv4Address(0), sender="postmaster@unknown", helo="unknown")


def never_matches(value: str, delivery: Delivery) -> bool:
    """Whether a domain-spec holds a local part that is not ASCII: such a term matches nothing (RFC 8616
    section 4)."""
    local = delivery.sender.rpartition("@")[0]
    return not local.isascii() and any(
        isinstance(piece, Macro) and piece.letter in ("s", "l") for piece in parse_macros(value)
    )


def needs_names(pieces: MacroString) -> bool:
    return any(isinstance(piece, Macro) and piece.letter == "p" for piece in pieces)


def expand(pieces: MacroString, delivery: Delivery, domain: str, validated: str = "unknown") -> str:
    """``domain`` is the one whose record is evaluated, ``validated`` what ``%{p}`` stands for."""
    return "".join(
        piece
        if isinstance(piece, str)
        else _expanded(piece, _value(piece.letter, delivery, domain, validated))
        for piece in pieces
    )


def expand_domain(pieces: MacroString, delivery: Delivery, domain: str, validated: str = "unknown") -> str:
    """A name to ask for: labels are cut from the left until it is short enough (section 7.3)."""
    name = expand(pieces, delivery, domain, validated).removesuffix(".")
    if len(name) > LONGEST_NAME:
        name = name[name.find(".", len(name) - LONGEST_NAME - 1) + 1 :]
    return name.lower()


def settled_domain(value: str, domain: str) -> str:
    """The name that a term of the record of ``domain`` asks for in every delivery: ``value`` is not dynamic
    (see ``macros.is_dynamic``)."""
    return expand_domain(parse_macros(value), _ANY, domain)


def validated_names(delivery: Delivery) -> Asking[tuple[str, ...]]:
    """The names that the address has in the reverse DNS and that lead back to it (section 5.5). What the DNS
    fails to say is left out."""
    pointers = yield from ask(delivery.ip.reverse_pointer, Type.PTR)
    names = tuple(dict.fromkeys(name.lower() for name in pointers.records if name))[:MOST_NAMES]
    questions = {name: Question(name, delivery.address_type) for name in names}
    answers = yield from ask_all(questions.values())
    return tuple(name for name in names if leads_to(answers[questions[name]].records, delivery))


def leads_to(addresses: tuple[str, ...], delivery: Delivery) -> bool:
    kind = IPv4Address if delivery.ip.version == 4 else IPv6Address
    for text in addresses:
        try:
            if kind(text) == delivery.ip:
                return True
        except ValueError:
            continue
    return False


def preferred_name(names: tuple[str, ...], domain: str) -> str:
    """The name for ``%{p}``: the domain itself, else one below it, else any (section 7.3)."""
    domain = domain.lower()
    for fits in (domain.__eq__, lambda name: name.endswith(f".{domain}"), bool):
        found = next((name for name in names if fits(name)), None)
        if found is not None:
            return found
    return "unknown"


def _value(letter: str, delivery: Delivery, domain: str, validated: str) -> str:
    local, _, sender_domain = delivery.sender.rpartition("@")
    values = {
        "s": delivery.sender,
        "l": local,
        "o": sender_domain,
        "d": domain,
        "i": _dotted(delivery.ip),
        "p": validated,
        "v": "in-addr" if delivery.ip.version == 4 else "ip6",
        "h": delivery.helo,
        "c": str(delivery.ip),
        "r": delivery.receiver,
        "t": str(delivery.now),
    }
    return values[letter]


def _dotted(ip: IPv4Address | IPv6Address) -> str:
    return str(ip) if ip.version == 4 else ".".join(ip.exploded.replace(":", ""))


def _expanded(macro: Macro, value: str) -> str:
    parts = re.split(f"[{re.escape(macro.delimiters)}]", value)
    if macro.reverse:
        parts.reverse()
    if macro.keep:
        parts = parts[-macro.keep :]
    text = ".".join(parts)
    return quote(text, safe=_UNRESERVED, errors="replace") if macro.escaped else text
