"""Where a domain's mail is delivered: MX (RFC 5321 section 5.1) and null MX (RFC 7505)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from shared.mailauth.evaluate import mx_flaws
from shared.mailauth.evaluate.inspection import Inspection, State
from shared.mailauth.evaluate.questions import Answer, Asking, Question, Type, ask_all
from shared.mailauth.findings import Finding, has_errors
from shared.mailauth.names import BadName, normalised

MOST_HOSTS: Final = 20
"""Hosts whose addresses are asked for; others are listed only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailHost:
    """One MX. ``alias`` is what the host is a CNAME for, ``addresses`` are None where nothing is known."""

    name: str
    preference: int
    alias: str | None = None
    addresses: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MxInspection(Inspection):
    """``null_mx``: the domain says that it receives no mail. ``implicit``: there is no MX, and mail goes to
    the domain's own ``addresses``. ``soa``: first server and mailbox of the zone that begins at the domain,
    empty where none does, None where it was not asked or not answered."""

    hosts: tuple[MailHost, ...] = ()
    null_mx: bool = False
    implicit: bool = False
    addresses: tuple[str, ...] = ()
    soa: str | None = None

    @property
    def receives(self) -> bool:
        """Whether senders have somewhere to deliver to."""
        return self.implicit or (bool(self.hosts) and not self.null_mx)

    @property
    def names(self) -> tuple[str, ...]:
        """The hosts, most preferred first, without the root of a null MX."""
        return tuple(host.name for host in self.hosts if host.name)


def inspect_mx(domain: str, *, zone: bool = False) -> Asking[MxInspection]:
    """``domain`` as ``names.normalised`` spells it. ``zone``: look at the SOA, too."""
    types = (Type.MX, Type.A, Type.AAAA, *((Type.SOA,) if zone else ()))
    wanted = [Question(domain, type_) for type_ in types]
    answers = yield from ask_all(wanted)
    found = yield from _inspected(domain, [answers[question] for question in wanted[:3]])
    return replace(found, soa=_soa(answers[wanted[3]])) if zone else found


def _soa(answer: Answer) -> str | None:
    """Without its numbers, which change all the time. What an alias leads to is another zone's."""
    if answer.failed:
        return None
    return " ".join(answer.records[0].split()[:2]) if answer.found and not answer.aliases else ""


def _inspected(domain: str, answers: list[Answer]) -> Asking[MxInspection]:
    answer, *own = answers
    findings: list[Finding] = []
    if answer.failed:
        findings.append(mx_flaws.DNS_ERROR.found(domain, reason=answer.reason or "no answer"))
        return MxInspection(domain=domain, query=domain, state=State.ERROR, findings=tuple(findings))
    if not answer.found:
        return _without_mx(domain, answer, own)
    hosts = _hosts(answer.records, findings)
    null = [host for host in hosts if not host.name]
    if null and len(hosts) > 1:
        findings.append(mx_flaws.NULL_MX_AMONG_OTHERS.found(domain))
    asked = yield from _addresses([host for host in hosts if host.name][:MOST_HOSTS])
    if len(hosts) > MOST_HOSTS:
        findings.append(mx_flaws.MANY_HOSTS.found(domain, count=len(hosts), most=MOST_HOSTS))
    hosts = [_resolved(host, asked, findings) for host in hosts]
    return MxInspection(
        domain=domain,
        query=domain,
        state=State.INVALID if has_errors(findings) else State.VALID,
        records=answer.records,
        ttl=answer.ttl,
        findings=tuple(findings),
        hosts=tuple(hosts),
        null_mx=len(hosts) == 1 and bool(null),
    )


def _without_mx(domain: str, answer: Answer, own: list[Answer]) -> MxInspection:
    addresses = tuple(record for address in own if address.found for record in address.records)
    failed = [address for address in own if address.failed]
    findings = []
    if addresses:
        findings.append(mx_flaws.IMPLICIT_MX.found(domain))
    elif failed:
        findings.append(mx_flaws.DNS_ERROR.found(domain, reason=failed[0].reason or "no answer"))
    else:
        findings.append(mx_flaws.NO_MX.found(domain))
    return MxInspection(
        domain=domain,
        query=domain,
        state=State.ERROR if failed and not addresses else State.MISSING,
        ttl=answer.ttl,
        findings=tuple(findings),
        implicit=bool(addresses),
        addresses=addresses,
    )


def _hosts(records: tuple[str, ...], findings: list[Finding]) -> list[MailHost]:
    hosts: dict[str, MailHost] = {}
    for record in records:
        preference, _, name = record.strip().partition(" ")
        name = name.strip().rstrip(".").lower()
        if not (preference.isascii() and preference.isdigit()):
            findings.append(mx_flaws.UNREADABLE.found(record))
            continue
        host = MailHost(name=name, preference=int(preference[:9]))
        if name in hosts:
            findings.append(mx_flaws.TWICE.found(name))
        if name not in hosts or hosts[name].preference > host.preference:
            hosts[name] = host
    return sorted(hosts.values(), key=lambda host: (host.preference, host.name))


def _addresses(hosts: list[MailHost]) -> Asking[Mapping[Question, Answer]]:
    askable = [host.name for host in hosts if _is_host(host.name)]
    return (yield from ask_all(Question(name, type_) for name in askable for type_ in (Type.A, Type.AAAA)))


def _is_host(name: str) -> bool:
    try:
        return normalised(name) == name and not _is_address(name)
    except BadName:
        return False


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _resolved(host: MailHost, asked: Mapping[Question, Answer], findings: list[Finding]) -> MailHost:
    """The host with its addresses, and what is to be said about it."""
    if not host.name:
        return host
    if _is_address(host.name):
        findings.append(mx_flaws.ADDRESS.found(host.name))
        return host
    if not _is_host(host.name):
        findings.append(mx_flaws.BAD_NAME.found(host.name))
        return host
    answers = [asked.get(Question(host.name, type_)) for type_ in (Type.A, Type.AAAA)]
    if None in answers:
        return host
    known = [answer for answer in answers if answer is not None]
    addresses = tuple(record for answer in known if answer.found for record in answer.records)
    failed = [answer for answer in known if answer.failed]
    if failed and not addresses:
        findings.append(mx_flaws.DNS_ERROR.found(host.name, reason=failed[0].reason or "no answer"))
    elif not addresses:
        findings.append(mx_flaws.NO_ADDRESS.found(host.name))
    target = next((answer.aliases[0] for answer in known if answer.aliases), None)
    if target is not None:
        findings.append(mx_flaws.ALIAS.found(host.name, target=target))
    return MailHost(
        name=host.name,
        preference=host.preference,
        alias=target,
        addresses=None if failed and not addresses else addresses,
    )
