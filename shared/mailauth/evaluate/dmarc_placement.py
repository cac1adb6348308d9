"""What is to be said about a DMARC record because of where it stands, and of what stands around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shared.mailauth.evaluate import dmarc_flaws as flaws
from shared.mailauth.evaluate.discovery import Discovery, PolicySource, SuffixListView, name_exists
from shared.mailauth.evaluate.questions import Answer
from shared.mailauth.evaluate.walk import MOST_QUERIES, Step
from shared.mailauth.findings import Finding
from shared.mailauth.names import organization_by_suffix_list
from shared.mailauth.records import dmarc


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A CNAME at ``_dmarc``. ``chain`` are all targets in order, ``resolves`` tells whether one DMARC record
    is at its end (None: the DNS did not say), ``beside_text`` whether a TXT record stands beside it."""

    target: str
    chain: tuple[str, ...]
    resolves: bool | None
    beside_text: bool


def alias_of(step: Step, answer: Answer) -> Alias | None:
    """``answer`` is that to the question for a CNAME. Name servers that hold one beside a TXT record, which
    they must not, answer with the text and no alias."""
    target = next(iter(step.aliases), answer.records[0] if answer.found and answer.records else None)
    if target is None:
        return None
    return Alias(
        target=target,
        chain=step.aliases or (target,),
        resolves=None if step.failed else step.record is not None,
        beside_text=bool(step.records or step.ignored) and not step.aliases,
    )


def placement_findings(
    discovery: Discovery,
    suffix_list: SuffixListView,
    record: dmarc.DmarcRecord | None,
    cname: Alias | None,
    anything: Answer,
) -> Iterator[Finding]:
    """``anything`` is the answer about ``*.domain``, a name that exists only where all names do."""
    own = discovery.walk.steps[0]
    yield from _on_failures(discovery)
    yield from _at(own, cname)
    if discovery.policy_source is not PolicySource.OWN and discovery.domain.count(".") >= MOST_QUERIES:
        yield flaws.TOO_DEEP.found(discovery.domain)
    if record is None:
        if not discovery.failed:
            yield flaws.MISSING.found(discovery.domain)
        return
    if discovery.policy_source is PolicySource.OWN:
        yield from _on_subdomain_tags(discovery, record, anything)
        yield from _on_suffixes(discovery, record)
    else:
        yield flaws.INHERITED.found(discovery.domain, policy_domain=discovery.policy_domain)
    yield from _on_claims(discovery, suffix_list)
    if suffix_list.differences:
        yield flaws.SEEN_OTHERWISE.found(discovery.domain, differences=_told(suffix_list, discovery))


def _on_failures(discovery: Discovery) -> Iterator[Finding]:
    for step in discovery.walk.failed:
        flaw = flaws.DNS_ERROR if discovery.failed else flaws.ORGANIZATION_OPEN
        yield flaw.found(step.query, reason=step.reason or "no answer")
    if discovery.failed and not discovery.walk.failed:
        yield flaws.EXISTENCE_OPEN.found(discovery.domain)


def _at(step: Step, cname: Alias | None) -> Iterator[Finding]:
    """Of what stands at the domain's own ``_dmarc``."""
    if len(step.records) > 1:
        yield flaws.SEVERAL.found(step.query, count=len(step.records))
    for text in step.ignored:
        if text.lower().startswith("v=spf1"):
            yield flaws.WILDCARD_SPF.found(step.query)
        else:
            meant = text.lower().lstrip(' "').startswith("v=dmarc")
            yield from dmarc.parse(text).findings[:1] if meant else [flaws.OTHER_TEXT.found(step.query)]
    if cname is None:
        return
    if cname.beside_text:
        yield flaws.ALIAS_AND_TEXT.found(step.query)
    elif cname.resolves is False and not step.records:
        flaw = flaws.ALIAS_WITHOUT_RECORD if step.ignored else flaws.ALIAS_DANGLING
        yield flaw.found(step.query, target=cname.chain[-1])


def _on_subdomain_tags(
    discovery: Discovery, record: dmarc.DmarcRecord, anything: Answer
) -> Iterator[Finding]:
    domain, organization = discovery.domain, discovery.organizational_domain
    written = [name for name in ("sp", "np") if record.value(name) is not None]
    if organization is not None and organization != domain and record.psd != "y":
        for name in written:
            yield flaws.SUBDOMAIN_TAG_IDLE.found(name, domain=domain, organization=organization)
        return
    exists = name_exists(anything) is True
    if record.np is not None and exists:
        yield flaws.NP_IDLE.found(domain)
    if "np" not in written and record.nonexistent_policy in ("none", "quarantine") and not exists:
        yield flaws.NP_ABSENT.found(domain, policy=record.nonexistent_policy)


def _on_suffixes(discovery: Discovery, record: dmarc.DmarcRecord) -> Iterator[Finding]:
    if organization_by_suffix_list(discovery.domain) is None and record.psd != "y":
        yield flaws.SUFFIX_WITHOUT_PSD.found(discovery.domain)


def _on_claims(discovery: Discovery, suffix_list: SuffixListView) -> Iterator[Finding]:
    """An Organizational Domain above the one that can be registered: somebody else's, it seems."""
    organization, owner = discovery.organizational_domain, suffix_list.organizational_domain
    if organization is not None and owner != organization and owner.endswith(f".{organization}"):
        yield flaws.CLAIMED_BY_PARENT.found(discovery.domain, organization=organization, owner=owner)


def _told(suffix_list: SuffixListView, discovery: Discovery) -> str:
    told = {
        "organizational_domain": f"the Organizational Domain is {suffix_list.organizational_domain}",
        "policy_domain": f"the record is that of {suffix_list.policy_domain or 'nobody'}",
        "applied_policy": f"the policy is {suffix_list.policy or 'none at all'},"
        f" not {discovery.applied_policy or 'none at all'}",
    }
    return "; ".join(told[difference] for difference in suffix_list.differences)
