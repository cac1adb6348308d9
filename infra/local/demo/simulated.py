"""What a policy would have done to the mail of a domain, worked out line by line from what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Final

from infra.local.demo.answers import Json
from infra.local.demo.cast import SENDERS
from infra.local.demo.planned import FORWARDED
from infra.local.demo.reporters import Reporter
from infra.local.demo.truth import Aggregate, Line
from infra.local.demo.verdicts import shown_as

_SIGNERS: Final = {("lists.debian.org", "google"): "google.com"}
"""Whom mail is named after that came with its signature through a relay no catalogue has: by the selector."""

Fate = dict[str, int]
"""Messages by what becomes of them, under the API's names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A policy and some days. ``sp`` as the record would have it: None is the same as ``p``."""

    domain: str
    first: date
    last: date
    p: str
    sp: str | None = None
    adkim: str = "r"
    aspf: str = "r"
    t: bool = False

    @property
    def body(self) -> Json:
        said = asdict(self)
        days = {"start_date": str(said.pop("first")), "end_date": str(said.pop("last"))}
        del said["domain"]
        return {name: value for name, value in said.items() if value is not None} | days

    @property
    def policy(self) -> str:
        tags = {"p": self.p, "sp": self.sp, "adkim": self.adkim, "aspf": self.aspf}
        tags["t"] = "y" if self.t else None
        usual = {"adkim": "r", "aspf": "r"}
        return "; ".join(f"{tag}={said}" for tag, said in tags.items() if said and said != usual.get(tag))


def differences(reports: Iterable[Aggregate], asked: Asked, told: Json) -> Iterator[str]:
    lines = [
        (line, name_of(line, report.reporter))
        for report in reports
        if report.domain == asked.domain and asked.first <= report.day <= asked.last
        for line in report.lines
    ]
    sources: dict[str, Fate] = {}
    total, reported = _nothing(), _nothing()
    for line, name in lines:
        fate = fate_of(line, asked)
        for counted in (total, sources.setdefault(name, _nothing())):
            _count(counted, fate, line)
        _count(reported, line.disposition, line)
    said = {
        source["sender_domain"]: {field: source[field] for field in _nothing()} for source in told["sources"]
    }
    about = f"simulated {asked.policy} for {asked.domain} from {asked.first} to {asked.last}"
    pairs: list[tuple[str, object, object]] = [("rows", len(lines), told["rows"])]
    pairs += [("all mail", total, told["simulated"]), ("as reported", reported, told["reported"])]
    pairs += [(name, sources.get(name), said.get(name)) for name in sorted(sources.keys() | said.keys())]
    yield from (f"{about}: {what} {sent}, the API says {api}" for what, sent, api in pairs if sent != api)


def name_of(line: Line, reporter: Reporter) -> str:
    """The sender domain under which the table of sources has it. Sparse reports name no selector."""
    sender = SENDERS[line.sender]
    told = line.signatures if reporter.dialect != "sparse" else ()
    signed = (selector for _, selector, result in told if result == "pass")
    named = (_SIGNERS.get((sender.own_domain, selector)) for selector in signed)
    return next(filter(None, named), shown_as(sender))


def fate_of(line: Line, asked: Asked) -> str:
    """What a receiver does that does as it is asked: a disposition."""
    if _passes(line, asked):
        return "none"
    policy = asked.p if line.header_from == asked.domain else (asked.sp or asked.p)
    if asked.t:
        return {"reject": "quarantine"}.get(policy, "none")
    return policy


def _passes(line: Line, asked: Asked) -> bool:
    """The domain of the demo is the organizational one of every name in it."""
    passed = [(domain, asked.adkim) for domain, _, result in line.signatures if result == "pass"]
    if line.bounce_result == "pass":
        passed.append((line.bounce, asked.aspf))
    return any(
        domain == line.header_from if mode == "s" else f".{domain}".endswith(f".{asked.domain}")
        for domain, mode in passed
    )


def _nothing() -> Fate:
    return dict.fromkeys(("messages", "delivered", "quarantined", "rejected", "forwarded"), 0)


def _count(fate: Fate, disposition: str, line: Line) -> None:
    fate["messages"] += line.count
    fate[{"quarantine": "quarantined", "reject": "rejected"}.get(disposition, "delivered")] += line.count
    if disposition != "none" and line.override in FORWARDED:
        fate["forwarded"] += line.count
