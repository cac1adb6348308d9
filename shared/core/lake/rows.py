"""The rows of aggregate reports as the lake has them: flat but for what there are several of, each with what
was known of its address when it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from shared.core.addresses import HostName, is_worth_asking
from shared.core.detail.reading import Includes, Knowledge
from shared.core.ids import AccountId
from shared.core.reports import Fact, ReportSummary
from shared.core.segments import unpack
from shared.core.senders.catalogue import Catalogue
from shared.core.senders.identification import Evidence, identify, sender_domain
from shared.core.senders.passed import what_passed
from shared.core.senders.standing import standing_of, what_bears
from shared.mailauth.reports.values import AuthResults, Evaluated, Row

LakeRow = dict[str, Any]
"""A row by column, as plain values that JSON can hold."""

_BATCH: Final = 10_000
"""Rows whose addresses are looked up together. What was found is forgotten with them."""


def rows_of(account: AccountId, facts: Iterable[Fact], knowledge: Knowledge) -> Iterator[LakeRow]:
    """Of aggregate reports, domain after domain. Of how many there are, memory has a batch at a time."""
    catalogue = knowledge.catalogue(account)
    said = ((fact.summary, row) for fact in facts for row in unpack(fact.segment))
    includes: dict[int, Includes] = {}
    while batch := list(islice(said, _BATCH)):
        addresses = {row.source_ip for _, row in batch}
        hosts = knowledge.hosts(sorted(filter(is_worth_asking, addresses)))
        reader = _Reader(knowledge, catalogue, hosts)
        for summary, row in batch:
            if summary.domain_id not in includes:
                includes = {summary.domain_id: knowledge.includes(account, summary.domain_id)}
            yield _of_report(summary) | _of_row(row) | reader.known(row, includes[summary.domain_id])


def _of_report(summary: ReportSummary) -> LakeRow:
    policy = summary.policy
    return {
        "domain": summary.domain,
        "domain_id": summary.domain_id,
        "report_id": summary.id,
        "reporter_report_id": summary.report_id,
        "reporter": summary.reporter,
        "period_begin": summary.begin,
        "period_end": summary.end,
        "trust": summary.trust.value,
        "policy_domain": summary.policy_domain,
        "p": policy.p,
        "sp": policy.sp,
        "np": policy.np,
        "adkim": policy.adkim,
        "aspf": policy.aspf,
        "testing": policy.testing,
    }


def _of_row(row: Row) -> LakeRow:
    evaluated, identifiers, auth = row.evaluated, row.identifiers, row.auth
    return {
        "source_ip": row.source_ip,
        "messages": row.count,
        "disposition": evaluated.disposition,
        "spf_aligned": evaluated.spf == "pass",
        "dkim_aligned": evaluated.dkim == "pass",
        "dmarc_pass": evaluated.dmarc_pass,
        "header_from": identifiers.header_from,
        "envelope_from": identifiers.envelope_from,
        "envelope_to": identifiers.envelope_to,
        "overrides": [{"type": each.type, "comment": each.comment} for each in evaluated.overrides],
        "dkim": [
            {"domain": each.domain, "selector": each.selector, "result": each.result} for each in auth.dkim
        ],
        "spf": [{"domain": each.domain, "scope": each.scope, "result": each.result} for each in auth.spf],
    }


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who sends from an address, and of what standing, by what a row says of it."""

    ip: str
    header_from: str
    proven: AuthResults
    judged: Evaluated
    included: tuple[str, ...]


class _Reader:
    """What is known of the addresses of a batch."""

    def __init__(self, knowledge: Knowledge, catalogue: Catalogue, hosts: dict[str, HostName]) -> None:
        self._places = knowledge.places
        self._catalogue = catalogue
        self._hosts = hosts
        self._told: dict[_Sender, LakeRow] = {}

    def known(self, row: Row, includes: Includes) -> LakeRow:
        proven, judged = what_passed(row.auth), what_bears(row.evaluated)
        sender = _Sender(row.source_ip, row.identifiers.header_from, proven, judged, includes(row.source_ip))
        if sender not in self._told:
            self._told[sender] = self._tell(sender)
        return self._told[sender]

    def _tell(self, sender: _Sender) -> LakeRow:
        host = self._hosts.get(sender.ip)
        network = self._places.network(sender.ip)
        evidence = Evidence(sender.header_from, sender.proven, host, network, sender.included)
        identified = identify(evidence, self._catalogue)
        domain = sender_domain(evidence, identified)
        return {
            "sender_domain": domain,
            "sender_name": identified.sender.name if identified else domain,
            "standing": standing_of(sender.judged, evidence, identified).value,
            "host": host.name if host else None,
            "country": self._places.place(sender.ip).country,
        }
