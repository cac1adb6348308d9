"""Inspections made here, without a deployment: by the resolver that is named, or the system's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from cli.stops import USAGE, Stop
from shared.core.errors import Refusal
from shared.core.inspections import (
    Kind,
    delivery_check,
    inspected_name,
    inspection,
    selectors_of,
    validation,
    whole_inspection,
)
from shared.core.lookups import Lookups
from shared.core.plain import plain
from shared.wiring import lookups as wiring
from shared.wiring.entropy import now

Found = dict[str, Any]
"""What the API answers to the same question, as ``data``."""


def inspected(kind: Kind | None, domain: str, selectors: str, resolver: str | None) -> Found:
    """One inspection of a domain, or everything where no kind is named."""
    with _wrong_usage():
        name, named = inspected_name(domain), selectors_of(selectors)
        lookups = _lookups(resolver)
        if kind is None:
            return _found(whole_inspection(lookups, name, named, now=now()))
        return _found(lookups.run(inspection(kind, name, named, now=now())))


def validated(kind: Kind, text: str, domain: str, resolver: str | None) -> Found:
    with _wrong_usage():
        return _found(validation(_lookups(resolver), kind, _printable(text), domain))


def checked(ip: str, mail_from: str, helo: str, resolver: str | None) -> Found:
    """One delivery as SPF sees it."""
    with _wrong_usage():
        asking = delivery_check(ip, _printable(mail_from), _printable(helo), now=now())
        return _found(_lookups(resolver).run(asking))


def _lookups(resolver: str | None) -> Lookups:
    if resolver is None:
        return wiring.fresh_lookups()
    if not resolver.strip(" ,"):
        raise Stop("--resolver names no DNS server", USAGE)
    return wiring.lookups_at(resolver)


def _printable(argument: str) -> str:
    """Octets of an argument that are no UTF-8 reach us as what cannot be printed again."""
    return argument.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _found(value: object) -> Found:
    return cast(Found, plain(value))


@contextmanager
def _wrong_usage() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        raise Stop(refusal.message, USAGE) from None
    except wiring.DnsMisconfigured as wrong:
        raise Stop(str(wrong), USAGE) from None
