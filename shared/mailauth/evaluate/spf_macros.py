"""What the macros of an SPF record stand for in one delivery (RFC 7208 section 7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final
from urllib.parse import quote

from shared.mailauth.evaluate.questions import Asking, Question, Type, ask, ask_all
from shared.mailauth.records.macros import Macro, MacroString, parse_macros

LONGEST_NAME: Final = 253
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


_ANY: Final = Delivery(ip=IPv4Address(0), sender="postmaster@unknown", helo="unknown")


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
    while len(name) > LONGEST_NAME and "." in name:
        name = name.partition(".")[2]
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
    return quote(text, safe=_UNRESERVED) if macro.escaped else text
