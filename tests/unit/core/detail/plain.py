"""The answer to a question, reckoned row by row and without any haste."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from ipaddress import ip_address, ip_network

from shared.core.addresses import HostName, Network, Place, is_worth_asking
from shared.core.detail.questions import Question
from shared.core.detail.reading import Knowledge
from shared.core.domain_names import organizational_domain
from shared.core.ids import DomainId
from shared.core.reports import Fact
from shared.core.segments import unpack
from shared.core.senders.catalogue import Catalogue, builtin
from shared.core.senders.identification import Evidence, host_domain, identify, sender_domain
from shared.core.senders.numbers import source_number
from shared.core.senders.passed import what_passed
from shared.core.senders.standing import Standing, standing_of
from shared.mailauth.reports.values import DkimAuth, Kind, Row

FORWARDED = ("forwarded", "trusted_forwarder", "mailing_list")


@dataclass(frozen=True)
class Known:
    """``Places`` and host names, by address."""

    countries: Mapping[str, str]
    hosts: Mapping[str, HostName]

    def place(self, address: str) -> Place:
        return Place(self.countries.get(address))

    def network(self, address: str) -> Network:
        return Network()

    def names(self, addresses: Iterable[str]) -> dict[str, HostName]:
        return {address: self.hosts[address] for address in addresses if address in self.hosts}

    @property
    def knowledge(self) -> Knowledge:
        return Knowledge(self, lambda _: catalogue(), self.names, lambda account, domain: lambda ip: ())


def catalogue() -> Catalogue:
    return builtin()


@dataclass(frozen=True, order=True)
class Line:
    """``sort`` orders the address."""

    from_domain: str
    ip: str
    ptr: str
    ptr_org: str
    country_code: str
    policy_applied: str
    reason: str
    override_comment: str
    dkim_policy_result: str
    dkim_result: str
    dkim_d: str
    spf_policy_result: str
    spf_result: str
    spf_d: str
    number: int
    standing: Standing
    server: str

    @property
    def passed(self) -> bool:
        return self.dkim_policy_result == "pass" or self.spf_policy_result == "pass"

    @property
    def affected(self) -> bool:
        return not self.passed and self.policy_applied not in ("quarantine", "reject")

    @property
    def forwarded(self) -> bool:
        return self.affected and any(type_ in self.reason.split(",") for type_ in FORWARDED)

    def key(self, field: str, count: int) -> object:
        if field == "message_count":
            return count
        if field == "ip":
            return address_order(self.ip)
        return getattr(self, field)


def address_order(ip: str) -> tuple[int, int, str]:
    try:
        parsed = ip_address(ip)
    except ValueError:
        return 7, 0, ip
    return parsed.version, int(parsed), ""


def lines_of(
    question: Question, facts: Iterable[Fact], known: Known
) -> tuple[Counter[Line], dict[date, Counter[Standing]]]:
    """Messages of every line, and of every day by standing."""
    lines: Counter[Line] = Counter()
    days: dict[date, Counter[Standing]] = {}
    for fact in facts:
        if not _asked(question, fact):
            continue
        for row in unpack(fact.segment):
            line = line_of(row, known)
            if _wanted(question, line):
                lines[line] += row.count
                days.setdefault(fact.summary.day, Counter())[line.standing] += row.count
    return lines, days


def line_of(row: Row, known: Known) -> Line:
    host = known.hosts.get(row.source_ip) if is_worth_asking(row.source_ip) else None
    evidence = Evidence(row.identifiers.header_from, what_passed(row.auth), host, Network())
    identified = identify(evidence, catalogue())
    dkim = _signature(row)
    envelope = [check for check in row.auth.spf if check.scope != "helo"]
    spf = (envelope + list(row.auth.spf))[0] if row.auth.spf else None
    name = (host.name if host else None) or ""
    return Line(
        from_domain=row.identifiers.header_from,
        ip=row.source_ip,
        ptr=name,
        ptr_org=host_domain(name) if name else "",
        country_code=known.countries.get(row.source_ip, ""),
        policy_applied=row.evaluated.disposition or "unknown",
        reason=",".join(sorted({override.type for override in row.evaluated.overrides})),
        override_comment="; ".join(
            dict.fromkeys(override.comment for override in row.evaluated.overrides if override.comment)
        ),
        dkim_policy_result=row.evaluated.dkim or "fail",
        dkim_result=_word(dkim.result, "policy") if dkim else "none",
        dkim_d=dkim.domain if dkim else "",
        spf_policy_result=row.evaluated.spf or "fail",
        spf_result=_word(spf.result, "softfail") if spf else "none",
        spf_d=spf.domain if spf else "",
        number=source_number(sender_domain(evidence, identified)),
        standing=standing_of(row.evaluated, evidence, identified),
        server=name if host and host.confirmed else row.source_ip,
    )


def proofs_of(
    question: Question, facts: Iterable[Fact], known: Known
) -> dict[tuple[int, Standing], set[tuple[str, str]]]:
    """Of every source in each standing, all that gave its sender away."""
    found: dict[tuple[int, Standing], set[tuple[str, str]]] = {}
    for fact in facts:
        for row in unpack(fact.segment) if _asked(question, fact) else ():
            line = line_of(row, known)
            if _wanted(question, line):
                host = known.hosts.get(row.source_ip) if is_worth_asking(row.source_ip) else None
                author = row.identifiers.header_from
                who = identify(Evidence(author, what_passed(row.auth), host, Network()), catalogue())
                proof = (who.proof.value, who.value) if who else ("none", "")
                found.setdefault((line.number, line.standing), set()).add(proof)
    return found


def _word(result: str, own: str) -> str:
    usual = ("none", "pass", "fail", "neutral", "temperror", "permerror", own)
    return result if result in usual else "unknown"


def _signature(row: Row) -> DkimAuth | None:
    author = organizational_domain(row.identifiers.header_from)
    passed = [each for each in row.auth.dkim if each.result == "pass"]
    aligned = [each for each in passed if organizational_domain(each.domain) == author]
    ranked = (aligned if row.evaluated.dkim == "pass" else []) + passed + list(row.auth.dkim)
    return ranked[0] if ranked else None


def _asked(question: Question, fact: Fact) -> bool:
    filters, summary = question.filters, fact.summary
    names = (summary.reporter.lower(), summary.email.split("@")[-1].lower())
    return (
        summary.kind is Kind.AGGREGATE
        and summary.domain_id in (question.domains or (DomainId(19), DomainId(20)))
        and question.first <= summary.day <= question.last
        and summary.trust in filters.trusts
        and (not filters.reporters or any(name in filters.reporters for name in names))
    )


def _wanted(question: Question, line: Line) -> bool:
    filters = question.filters
    option = {"n": True, "o": line.affected, "x": not line.passed, "d": line.passed}
    return (
        option[filters.option.value]
        and (not filters.network or _within(line.ip, filters.network))
        and (not filters.countries or line.country_code in filters.countries)
        and (not filters.spf_results or line.spf_result in filters.spf_results)
        and (not filters.dkim_results or line.dkim_result in filters.dkim_results)
        and (not filters.spf_aligned or line.spf_policy_result == filters.spf_aligned)
        and (not filters.dkim_aligned or line.dkim_policy_result == filters.dkim_aligned)
        and (not filters.dispositions or line.policy_applied in filters.dispositions)
        and (not filters.numbers or line.number in filters.numbers)
        and (not filters.spf_domain or f".{line.spf_d}".endswith(f".{filters.spf_domain}"))
        and (not filters.host or f".{line.ptr}".endswith(f".{filters.host}"))
        and (not filters.comment or filters.comment in line.override_comment.lower())
    )


def _within(ip: str, network: str) -> bool:
    try:
        return ip_address(ip) in ip_network(network)
    except ValueError:
        return False
