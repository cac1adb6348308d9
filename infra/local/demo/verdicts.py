"""What the table of sources says that a sender is, against what the cast says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final

from infra.local.demo.answers import Json
from infra.local.demo.cast import Conduct, Sender, Watched
from infra.local.demo.observed import Sources
from infra.local.demo.truth import Aggregate, Truth

_ALIGNED: Final = 95.0
"""Per cent of messages from which on a sender is as it should be."""

_NOBODY: Final = "unknown"


class Verdict(StrEnum):
    LEGITIMATE = "legitimate"
    MISALIGNED = "misaligned"
    FORWARDER = "forwarder"
    SPOOFER = "spoofer"


_MEANT: Final = {
    Conduct.ALIGNED: Verdict.LEGITIMATE,
    Conduct.DKIM_ONLY: Verdict.LEGITIMATE,
    Conduct.MISALIGNED: Verdict.MISALIGNED,
    Conduct.FORWARDER: Verdict.FORWARDER,
    Conduct.SPOOFER: Verdict.SPOOFER,
}


def verdict(told: Json) -> Verdict:
    """In one word what a line of the table of sources says, by its standing and by what passes."""
    match told["standing"]:
        case "forwarders":
            return Verdict.FORWARDER
        case "threat_unknown":
            return Verdict.SPOOFER
        case "dmarc_capable" if told["dmarc_alignment"] >= _ALIGNED:
            return Verdict.LEGITIMATE
        case _:
            return Verdict.MISALIGNED


def told_in_a_line(senders: Iterable[Json]) -> str:
    """All lines of the table of sources, each under its word."""
    named: dict[Verdict, list[str]] = {}
    for sender in senders:
        named.setdefault(verdict(sender), []).append(sender["sender_domain"])
    return "; ".join(f"{word}: {', '.join(named[word])}" for word in Verdict if word in named)


def shown_as(sender: Sender) -> str:
    """The sender domain under which sources show it."""
    if sender.conduct is Conduct.SPOOFER:
        return _NOBODY
    return sender.recognised_as or ".".join(sender.own_domain.split(".")[-2:])


def differences(truths: Iterable[Truth], watched: Watched, sources: Sources) -> Iterator[str]:
    """Senders of these days that are not shown as what they are. Mail that a forwarder left intact may stand
    under whoever signed it, so that one need not be there."""
    told = {each["sender_domain"]: verdict(each) for each in sources.senders}
    sent = {
        line.sender
        for truth in truths
        if isinstance(truth, Aggregate) and sources.first <= truth.day <= sources.last
        for line in truth.lines
    }
    for sender in watched.senders:
        name, meant = shown_as(sender), _MEANT[sender.conduct]
        if sender.key not in sent or (name not in told and meant is Verdict.FORWARDER):
            continue
        if told.get(name) is not meant:
            shown = told.get(name, "not there")
            yield f"sources {sources.first} to {sources.last}: {name} is a {meant} and shown as {shown}"
