"""Inspections on request: which evaluation answers which question, and what may be asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Final, TypeVar

from shared.core.domain_names import normalise
from shared.core.errors import Invalid
from shared.core.lookups import PATIENCE, Lookups
from shared.mailauth.evaluate.bimi import inspect_bimi
from shared.mailauth.evaluate.dkim import DkimInspection, DkimSurvey, inspect_dkim, inspect_selectors
from shared.mailauth.evaluate.dmarc import inspect_dmarc
from shared.mailauth.evaluate.inspection import Inspection
from shared.mailauth.evaluate.mta_sts import inspect_mta_sts, inspect_mta_sts_policy
from shared.mailauth.evaluate.mx import inspect_mx
from shared.mailauth.evaluate.questions import Asking
from shared.mailauth.evaluate.spf_check import SpfCheck, check
from shared.mailauth.evaluate.spf_tree import inspect_spf, inspect_spf_record
from shared.mailauth.evaluate.tls_rpt import inspect_tls_rpt
from shared.mailauth.evaluate.validation import Kind as Validated
from shared.mailauth.evaluate.validation import validate
from shared.mailauth.evaluate.whole import DomainInspection, assembled, parts_of
from shared.mailauth.records.spf import parse

T = TypeVar("T")
Clock = Callable[[], float]

MOST_SELECTORS: Final = 20
LONGEST_RECORD: Final = 2**16
"""Characters of a text to be validated: no TXT record, and no policy that senders read, is longer."""

_LONGEST_SENDER: Final = 320
_LONGEST_HELO: Final = 255
_SELECTOR: Final = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63}){0,9}", re.ASCII)


class Kind(StrEnum):
    DMARC = "dmarc"
    SPF = "spf"
    DKIM = "dkim"
    BIMI = "bimi"
    MTA_STS = "mta-sts"
    MTA_STS_POLICY = "mta-sts-policy"
    TLS_RPT = "tls-rpt"
    MX = "mx"


_BY_DOMAIN: Final[Mapping[Kind, Callable[[str], Asking[Inspection]]]] = {
    Kind.DMARC: inspect_dmarc,
    Kind.SPF: inspect_spf,
    Kind.MTA_STS: inspect_mta_sts,
    Kind.MTA_STS_POLICY: inspect_mta_sts_policy,
    Kind.TLS_RPT: inspect_tls_rpt,
    Kind.MX: inspect_mx,
}


def inspected_name(text: str, *, param: str = "domain") -> str:
    """The one spelling of a name that can be inspected: any domain, a public suffix and a name with
    underscores included, but no address. ``Invalid`` otherwise."""
    name = normalise(text, param=param)
    if name.rpartition(".")[2].isdigit():
        raise Invalid(f"{text[:300]!r} is not a domain name", param=param)
    return name


def selectors_of(text: str, *, param: str = "selector") -> tuple[str, ...]:
    """Selectors separated by commas, each once. ``Invalid`` for what can be none, and for too many."""
    named = [part.strip().rstrip(".").lower() for part in text.split(",") if part.strip()]
    for selector in named:
        if _SELECTOR.fullmatch(selector) is None:
            raise Invalid(f"{selector[:100]!r} is not a selector", param=param)
    found = tuple(dict.fromkeys(named))
    if len(found) > MOST_SELECTORS:
        raise Invalid(f"At most {MOST_SELECTORS} selectors can be inspected at once", param=param)
    return found


def inspection(kind: Kind, domain: str, selectors: Sequence[str] = (), *, now: float) -> Asking[Inspection]:
    """The evaluation of one kind. DKIM looks at one selector as ``DkimInspection``, at several, or the
    well-known ones where none is named, as ``DkimSurvey``; BIMI takes the first."""
    if kind is Kind.DKIM:
        return dkim_inspection(domain, selectors)
    if kind is Kind.BIMI:
        return inspect_bimi(domain, selectors[0] if selectors else "default", now=now)
    return _BY_DOMAIN[kind](domain)


def dkim_inspection(domain: str, selectors: Sequence[str]) -> Asking[DkimInspection] | Asking[DkimSurvey]:
    if len(selectors) == 1:
        return inspect_dkim(domain, selectors[0])
    return inspect_selectors(domain, selectors, well_known=not selectors)


def whole_inspection(
    lookups: Lookups, domain: str, selectors: Sequence[str] = (), *, now: float, within: float = PATIENCE
) -> DomainInspection:
    """Everything about the domain, its parts driven side by side."""
    return assembled(domain, lookups.run_all(parts_of(domain, selectors, now=now), within=within))


def validation(lookups: Lookups, kind: Kind, text: str, domain: str = "") -> Inspection:
    """What a text says that is to be a record of ``domain``; of every kind but MX. The DNS is asked for one
    thing only: for what an SPF record includes, where its domain is named."""
    if len(text) > LONGEST_RECORD:
        raise Invalid(f"A record has {LONGEST_RECORD} characters at most", param="record")
    owner = inspected_name(domain) if domain else ""
    found = validate(Validated(kind.replace("-", "_")), text, owner)
    if kind is Kind.SPF and owner and parse(found.records[0]).valid:
        return lookups.run(inspect_spf_record(found.records[0], owner))
    return found


def delivery_check(ip: str, mail_from: str, helo: str, *, now: float) -> Asking[SpfCheck]:
    """The SPF check of one delivery; U-labels become A-labels before (RFC 8616 section 4)."""
    try:
        ip_address(ip.strip())
    except ValueError:
        raise Invalid(f"{ip[:100]!r} is not an IP address", param="ip") from None
    sender, host = mail_from.strip().strip("<>"), helo.strip()
    if len(sender) > _LONGEST_SENDER:
        raise Invalid(f"An address has {_LONGEST_SENDER} characters at most", param="mail_from")
    if len(host) > _LONGEST_HELO:
        raise Invalid(f"A host has {_LONGEST_HELO} characters at most", param="helo")
    if not (sender or host):
        raise Invalid("Say the envelope-from, or the HELO name where it is empty", param="mail_from")
    local, at, domain = sender.rpartition("@")
    sender = f"{local}{at}{_in_ascii(domain, 'mail_from')}"
    return check(ip.strip(), sender, _in_ascii(host, "helo"), now=int(now))


def _in_ascii(name: str, param: str) -> str:
    return name if name.isascii() else normalise(name, param=param)


@dataclass(slots=True)
class TimedLookups:
    """Lookups that note how many seconds they only waited for the world: the time of their runs in which
    this thread did no work."""

    lookups: Lookups
    wall: Clock
    work: Clock
    """The seconds that the thread has worked so far."""
    waited: float = field(default=0.0, init=False)

    def run(self, asking: Asking[T], *, within: float = PATIENCE) -> T:
        return self.run_all([asking], within=within)[0]

    def run_all(self, askings: Sequence[Asking[T]], *, within: float = PATIENCE) -> list[T]:
        began, worked = self.wall(), self.work()
        try:
            return self.lookups.run_all(askings, within=within)
        finally:
            self.waited += max(self.wall() - began - (self.work() - worked), 0.0)
