"""The status of a domain's DNS in the words of each service that clients know, as pure functions of what is
known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from shared.core.domains import DmarcPolicy, DnsStatus, DnsSummary, Presence
from shared.core.watching.states import DnsState, Part
from shared.mailauth.evaluate.destinations import Authorization
from shared.mailauth.evaluate.inspection import State
from shared.mailauth.findings import Severity

_PRESENCES: Final = {
    State.VALID: Presence.PRESENT,
    State.INVALID: Presence.ERROR,
    State.MISSING: Presence.MISSING,
    State.ERROR: Presence.UNKNOWN,
    State.UNKNOWN: Presence.UNKNOWN,
}
_UNHEARD: Final = frozenset(
    {Authorization.UNAUTHORIZED, Authorization.CONTRADICTED, Authorization.IMPOSSIBLE}
)


_LONGEST_SHOWN: Final = 100


class PartStatus(StrEnum):
    """Of one kind of record."""

    PENDING = "pending"
    VALID = "valid"
    INVALID = "invalid"
    MISSING = "missing"
    ERROR = "error"
    """The DNS never gave an answer: nothing is known."""
    UNKNOWN = "unknown"
    """DKIM: no key was found, which does not show that there is none."""


@dataclass(frozen=True, slots=True)
class Verdict:
    status: DnsStatus
    message: str


class Reporting(StrEnum):
    """How far a domain's DMARC has come, in DMARC Report's words."""

    INACTIVE = "dmarc_inactive"
    PUBLISHED = "dmarc_record_published"
    ACTIVE = "dmarc_active"


class TransportSecurity(StrEnum):
    INACTIVE = "mta_sts_inactive"
    PUBLISHED = "mta_sts_record_published"
    ACTIVE = "mta_sts_active"


class SpfStatus(StrEnum):
    """In MailerSend's words."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_FOUND = "not_found"


class Configuration(StrEnum):
    """What is wrong with a domain's DMARC configuration, in Cloudflare's words."""

    MISSING = "missing-dmarc-report"
    SEVERAL = "multiple-dmarc-reports"
    NO_ADDRESS = "missing-dmarc-rua"
    DANGLING = "cname-on-dmarc-record"
    UNAUTHORIZED = "unauthorized-reporting-domain"


def part_status(state: DnsState | None, part: Part) -> PartStatus:
    known = state.state(part) if state is not None else None
    return PartStatus.PENDING if known is None else PartStatus(known.value)


def dns_status(state: DnsState | None, addresses: Collection[str]) -> Verdict:
    """Of the domain: DMARC first, then SPF. ``addresses`` are where its reports should go."""
    if state is None:
        return Verdict(DnsStatus.PENDING, "DNS has not been checked yet")
    for part, name in ((Part.DMARC, "DMARC"), (Part.SPF, "SPF")):
        status = DnsStatus(part_status(state, part).value)
        if status is DnsStatus.ERROR:
            trouble = state.parts[part].trouble if part in state.parts else ""
            return Verdict(status, f"The DNS gave no answer to the {name} record. {trouble}".strip())
        if status is DnsStatus.MISSING:
            return Verdict(status, f"There is no {name} record")
        if status is DnsStatus.INVALID:
            return Verdict(status, f"The {name} record is wrong: {_first_error(state, part)}")
    if not reports_to_us(state, addresses):
        return Verdict(DnsStatus.VALID, "DNS verified; reports do not come here: rua names another address")
    return Verdict(DnsStatus.VALID, "DNS verified")


def reports_to_us(state: DnsState, addresses: Collection[str]) -> bool:
    """Whether one of our addresses is among those that aggregate reports go to."""
    ours = {address.lower() for address in addresses}
    return any(_mailbox(uri) in ours for uri in state.inspection(Part.DMARC).get("rua", ()))


def dmarc_status(state: DnsState | None, addresses: Collection[str], *, reports: bool) -> Reporting:
    """``reports`` tells whether any came lately."""
    if reports:
        return Reporting.ACTIVE
    published = state is not None and reports_to_us(state, addresses)
    return Reporting.PUBLISHED if published else Reporting.INACTIVE


def mta_sts_status(state: DnsState | None) -> TransportSecurity:
    if state is None or state.state(Part.MTA_STS) is not State.VALID:
        return TransportSecurity.INACTIVE
    if state.state(Part.MTA_STS_POLICY) is State.VALID:
        return TransportSecurity.ACTIVE
    return TransportSecurity.PUBLISHED


def dmarc_valid(state: DnsState | None, wanted: str) -> bool:
    """Whether the one record that is published says what is wanted, however it is written."""
    records = state.records(Part.DMARC) if state is not None else ()
    return len(records) == 1 and _tags(records[0]) == _tags(wanted)


def spf_status(state: DnsState | None) -> SpfStatus | None:
    """None as long as nothing is known."""
    known = state.state(Part.SPF) if state is not None else None
    statuses = {
        State.VALID: SpfStatus.VALID,
        State.INVALID: SpfStatus.INVALID,
        State.MISSING: SpfStatus.NOT_FOUND,
    }
    return statuses.get(known) if known is not None else None


def configuration(state: DnsState | None) -> Configuration | None:
    """None where DMARC is configured as it should be, and where nothing is known."""
    if state is None or state.state(Part.DMARC) in (None, State.ERROR):
        return None
    dmarc = state.inspection(Part.DMARC)
    cname = dmarc.get("cname")
    if cname and cname.get("resolves") is False:
        return Configuration.DANGLING
    if len(dmarc["records"]) > 1:
        return Configuration.SEVERAL
    if not dmarc["records"]:
        return Configuration.MISSING
    if not dmarc.get("rua"):
        return Configuration.NO_ADDRESS
    unheard = any(each["authorization"] in _UNHEARD for each in dmarc.get("destinations", ()))
    return Configuration.UNAUTHORIZED if unheard else None


def presence(state: DnsState | None, part: Part) -> Presence:
    """Of one kind of record, in dmarcian's words."""
    known = state.state(part) if state is not None else None
    return Presence.UNKNOWN if known is None else _PRESENCES[known]


def policy(state: DnsState | None) -> tuple[DmarcPolicy, bool]:
    """What applies to mail from the domain, and whether that is inherited."""
    known = state.state(Part.DMARC) if state is not None else None
    if state is None or known in (None, State.ERROR):
        return DmarcPolicy.UNKNOWN, False
    if known is State.MISSING:
        return DmarcPolicy.MISSING, False
    dmarc = state.inspection(Part.DMARC)
    effective = dmarc.get("effective_policy")
    inherited = dmarc.get("policy_domain") not in (None, dmarc["domain"])
    return (DmarcPolicy(effective) if effective else DmarcPolicy.INVALID), inherited


def spf_lookup_count(state: DnsState | None) -> int | None:
    spf: Mapping[str, Any] = state.inspection(Part.SPF) if state is not None else {}
    return spf.get("lookups")


def all_mechanism(state: DnsState | None) -> str | None:
    """As the SPF record has it, ``-all`` for instance."""
    spf: Mapping[str, Any] = state.inspection(Part.SPF) if state is not None else {}
    return spf.get("all_mechanism")


def exists(state: DnsState | None) -> bool | None:
    """Whether the name is in the DNS at all; None where that is not known."""
    return state.inspection(Part.DMARC).get("exists") if state is not None else None


def has_errors(state: DnsState | None) -> bool:
    return state is not None and any(found["severity"] == Severity.ERROR for found in state.every_finding)


def summary(state: DnsState) -> DnsSummary:
    return DnsSummary(
        *policy(state),
        spf_lookups=spf_lookup_count(state),
        has_errors=has_errors(state),
        exists=exists(state),
        dmarc=presence(state, Part.DMARC),
        spf=presence(state, Part.SPF),
        dkim=presence(state, Part.DKIM),
        mx=_shown(", ".join(sorted(state.records(Part.MX), key=_preference))),
        soa=_shown(state.inspection(Part.MX).get("soa") or ""),
    )


def _preference(record: str) -> tuple[int, str]:
    number, _, _ = record.partition(" ")
    return int(number) if number.isascii() and number.isdigit() else 0, record


def _shown(text: str) -> str:
    """What lists show of records, whatever a server says: short and printable."""
    plain = "".join(letter if " " <= letter <= "~" else "?" for letter in text)
    return plain if len(plain) <= _LONGEST_SHOWN else f"{plain[: _LONGEST_SHOWN - 3]}..."


def _first_error(state: DnsState, part: Part) -> str:
    found = (each for each in state.parts[part].findings if each["severity"] == Severity.ERROR)
    return next((str(each["message"]) for each in found), "receivers do not use it")


def _mailbox(uri: str) -> str:
    address = uri.partition("!")[0].strip()
    scheme, _, mailbox = address.partition(":")
    return mailbox.partition("?")[0].lower() if scheme.lower() == "mailto" else ""


def _tags(record: str) -> dict[str, str]:
    """The tags of a record, in whatever order, with the spaces that mean nothing taken out."""
    parts = (tag.partition("=") for tag in record.split(";") if tag.strip())
    return {name.strip().lower(): "".join(value.split()) for name, _, value in parts}
