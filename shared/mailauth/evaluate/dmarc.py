"""Everything about the DMARC policy of one domain: the record, where it is from, and what it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.mailauth.evaluate.destinations import Destination, authorizations
from shared.mailauth.evaluate.discovery import (
    Discovery,
    PolicySource,
    SuffixListView,
    compared,
    discover,
    suffix_list_view,
)
from shared.mailauth.evaluate.dmarc_flaws import MISSING
from shared.mailauth.evaluate.dmarc_placement import Alias, alias_of, placement_findings
from shared.mailauth.evaluate.dmarc_tags import TagValue, tag_values
from shared.mailauth.evaluate.inspection import Inspection, State
from shared.mailauth.evaluate.questions import Answer, Asking, Outcome, Question, Type, ask_all, both
from shared.mailauth.evaluate.walk import Step
from shared.mailauth.findings import Finding, has_errors
from shared.mailauth.names import LONGEST
from shared.mailauth.records import dmarc

_NOT_ASKED: Final = Answer(Outcome.NXDOMAIN, reason="name too long")


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcInspection(Inspection):
    """``query`` and ``records`` are of the name whose record applies; of the domain itself where none does.

    ``policy``, ``subdomain_policy`` and ``nonexistent_policy`` are the record's, defaults filled in;
    ``effective_policy`` is what applies to mail from ``domain``, lowered by ``testing``. They are None where
    there is no record, or it has no effect.
    """

    policy_domain: str | None = None
    organizational_domain: str | None = None
    policy_source: PolicySource = PolicySource.NONE
    exists: bool | None = None
    policy: str | None = None
    subdomain_policy: str | None = None
    nonexistent_policy: str | None = None
    effective_policy: str | None = None
    testing: bool = False
    tags: tuple[TagValue, ...] = ()
    rua: tuple[str, ...] = ()
    ruf: tuple[str, ...] = ()
    destinations: tuple[Destination, ...] = ()
    cname: Alias | None = None
    walk: tuple[Step, ...] = ()
    suffix_list: SuffixListView | None = None
    """None where no DNS was asked."""


def validate_dmarc(text: str, domain: str = "") -> DmarcInspection:
    """The text of a record, without the DNS; of what it does at ``domain`` only what the text says."""
    record = dmarc.parse(text)
    return DmarcInspection(
        domain=domain,
        query=f"_dmarc.{domain}" if domain else "",
        state=State.INVALID if has_errors(record.findings) else State.VALID,
        records=(text,),
        findings=record.findings,
        policy_domain=domain or None,
        policy_source=PolicySource.OWN if record.is_record else PolicySource.NONE,
        policy=record.policy,
        subdomain_policy=record.subdomain_policy,
        nonexistent_policy=record.nonexistent_policy,
        effective_policy=record.applied(record.policy),
        testing=record.testing,
        tags=tag_values(text),
        rua=_usable(record, "rua"),
        ruf=_usable(record, "ruf"),
    )


def inspect_dmarc(domain: str) -> Asking[DmarcInspection]:
    """``domain`` as ``names.normalised`` spells it. Two rounds: the policy, then its destinations."""
    alias = Question(f"_dmarc.{domain}", Type.CNAME)
    anything = Question(f"*.{domain}", Type.A)
    beside = ask_all(question for question in (alias, anything) if len(question.name) <= LONGEST)
    views = both(discover(domain), suffix_list_view(domain))
    (discovery, suffix_list), answers = yield from both(views, beside)
    suffix_list = compared(suffix_list, discovery)
    record = dmarc.parse(discovery.record) if discovery.record is not None else None
    destinations: tuple[Destination, ...] = ()
    if record is not None and discovery.policy_domain is not None:
        destinations = yield from authorizations(discovery.policy_domain, record)
    cname = alias_of(discovery.walk.steps[0], answers.get(alias, _NOT_ASKED))
    findings = (
        *(record.findings if record is not None else ()),
        *placement_findings(discovery, suffix_list, record, cname, answers.get(anything, _NOT_ASKED)),
    )
    return _inspection(discovery, suffix_list, record, destinations, cname, findings)


def _inspection(
    discovery: Discovery,
    suffix_list: SuffixListView,
    record: dmarc.DmarcRecord | None,
    destinations: tuple[Destination, ...],
    cname: Alias | None,
    findings: tuple[Finding, ...],
) -> DmarcInspection:
    step = discovery.walk.step_of(discovery.policy_domain) or discovery.walk.steps[0]
    return DmarcInspection(
        domain=discovery.domain,
        query=step.query,
        state=_state(discovery, step, findings),
        records=step.records,
        ttl=None if step.failed else step.ttl,
        findings=findings + tuple(found for destination in destinations for found in destination.findings),
        policy_domain=discovery.policy_domain,
        organizational_domain=discovery.organizational_domain,
        policy_source=discovery.policy_source,
        exists=discovery.exists,
        policy=record.policy if record is not None else None,
        subdomain_policy=record.subdomain_policy if record is not None else None,
        nonexistent_policy=record.nonexistent_policy if record is not None else None,
        effective_policy=discovery.applied_policy,
        testing=discovery.testing,
        tags=tag_values(record.text) if record is not None else (),
        rua=_usable(record, "rua") if record is not None else (),
        ruf=_usable(record, "ruf") if record is not None else (),
        destinations=destinations,
        cname=cname,
        walk=discovery.walk.steps,
        suffix_list=suffix_list,
    )


def _state(discovery: Discovery, step: Step, findings: tuple[Finding, ...]) -> State:
    """Of the record as such; that a destination does not consent makes no record invalid."""
    if discovery.failed:
        return State.ERROR
    nothing = discovery.policy_source is PolicySource.NONE and not step.records
    if nothing and not has_errors(finding for finding in findings if finding.code != MISSING.code):
        return State.MISSING
    return State.INVALID if has_errors(findings) else State.VALID


def _usable(record: dmarc.DmarcRecord, tag: str) -> tuple[str, ...]:
    uris = record.rua if tag == "rua" else record.ruf
    return tuple(uri.uri for uri in uris if uri.valid and uri.scheme == "mailto")
