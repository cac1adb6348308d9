"""Which DMARC policy applies to a domain: by RFC 9989, and as receivers that follow RFC 7489 see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from shared.mailauth.evaluate.questions import Answer, Asking, Outcome, Type, ask, both
from shared.mailauth.evaluate.walk import Step, Walk, ask_dmarc, step_from, walk
from shared.mailauth.names import organization_by_suffix_list
from shared.mailauth.records import dmarc

OPEN: Final = "sp or np"


class PolicySource(StrEnum):
    """Whose record the policy is from."""

    OWN = "own"
    ORGANIZATIONAL = "organizational"
    PUBLIC_SUFFIX = "public_suffix"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """The policy for mail whose header-from domain is ``domain``.

    ``policy`` is what the record asks for (of its tag ``policy_tag``), ``applied_policy`` the same after
    ``t=y`` lowered it. Both are None where no DMARC processing takes place, and where ``undecided`` says
    why nothing is known: a query of the DNS failed that decides.
    """

    domain: str
    exists: bool | None
    """None where the DNS did not say."""
    organizational_domain: str | None
    policy_domain: str | None
    policy_source: PolicySource
    record: str | None
    policy: str | None
    policy_tag: str
    applied_policy: str | None
    testing: bool
    undecided: str
    walk: Walk

    @property
    def failed(self) -> bool:
        return bool(self.undecided)


@dataclass(frozen=True, slots=True, kw_only=True)
class SuffixListView:
    """What a receiver finds that follows RFC 7489: the domain's own record, or that of its Organizational
    Domain by the public suffix list. It knows neither ``np`` nor ``psd`` nor ``t``.

    ``differences`` names what is otherwise than by RFC 9989: ``organizational_domain``, ``policy_domain``,
    ``applied_policy``.
    """

    organizational_domain: str
    policy_domain: str | None
    policy_source: PolicySource
    record: str | None
    policy: str | None
    undecided: str
    differences: tuple[str, ...] = ()


def discover(domain: str) -> Asking[Discovery]:
    """RFC 9989 section 4.10.1, on one walk from ``domain`` (as ``names.normalised`` spells it)."""
    walked, presence = yield from both(walk(domain), ask(domain, Type.MX))
    return discovery_of(walked, name_exists(presence))


def name_exists(answer: Answer) -> bool | None:
    """Whether the name that was asked for exists. Past an alias NXDOMAIN is about the alias's target."""
    if answer.failed:
        return None
    return answer.outcome is not Outcome.NXDOMAIN or bool(answer.aliases)


def discovery_of(walked: Walk, exists: bool | None) -> Discovery:
    domain, source, undecided = _policy_domain(walked)
    step = walked.step_of(domain) if domain is not None else None
    record = step.record if step is not None else None
    parsed = dmarc.parse(record) if record is not None else None
    policy, tag = policy_of(parsed, source, exists) if parsed is not None else (None, "")
    if tag == OPEN:
        undecided = f"{walked.start}: no answer"
    return Discovery(
        domain=walked.start,
        exists=exists,
        organizational_domain=walked.organizational_domain,
        policy_domain=domain,
        policy_source=source,
        record=record,
        policy=policy,
        policy_tag=tag,
        applied_policy=parsed.applied(policy) if parsed is not None else None,
        testing=parsed is not None and parsed.testing,
        undecided=undecided,
        walk=walked,
    )


def policy_of(record: dmarc.DmarcRecord, source: PolicySource, exists: bool | None) -> tuple[str | None, str]:
    """The policy before ``t``, and the tag it is from (section 4.7 with its defaults). No policy for the tag
    ``sp or np`` means that it depends on whether the domain exists, and that nobody knows."""
    if record.policy is None:
        return None, ""
    if source is PolicySource.OWN:
        return record.policy, "p"
    existing = record.subdomain_policy, "sp" if record.sp else "p"
    missing = record.nonexistent_policy, "np" if record.np else existing[1]
    if exists is None and existing[0] != missing[0]:
        return None, OPEN
    return missing if exists is False else existing


def _policy_domain(walked: Walk) -> tuple[str | None, PolicySource, str]:
    """The name whose record counts, whose it is, and the query that left it open."""
    if walked.steps[0].record is not None:
        return walked.start, PolicySource.OWN, ""
    if walked.failed:
        first = walked.failed[0]
        return None, PolicySource.NONE, f"{first.query}: {first.reason or 'no answer'}"
    organization = walked.step_of(walked.organizational_domain)
    if organization is not None and organization.record is not None:
        return organization.domain, PolicySource.ORGANIZATIONAL, ""
    last = walked.steps[-1]
    if last.psd == "y":
        return last.domain, PolicySource.PUBLIC_SUFFIX, ""
    return None, PolicySource.NONE, ""


def suffix_list_view(domain: str) -> Asking[SuffixListView]:
    """RFC 7489 section 6.6.3. Several records at the domain itself end the discovery there."""
    organization = organization_by_suffix_list(domain) or domain
    names = tuple(dict.fromkeys((domain, organization)))
    answers = yield from ask_dmarc(names)
    found: Step | None = None
    source, undecided = PolicySource.NONE, ""
    for name in names:
        step = step_from(name, answers[name])
        if step.failed:
            undecided = f"{step.query}: {step.reason or 'no answer'}"
            break
        if step.record is not None:
            found = step
            source = PolicySource.OWN if name == domain else PolicySource.ORGANIZATIONAL
        if step.records:
            break
    return SuffixListView(
        organizational_domain=organization,
        policy_domain=found.domain if found is not None else None,
        policy_source=source,
        record=found.record if found is not None else None,
        policy=_policy_by_suffix_list(found, source),
        undecided=undecided,
    )


def compared(view: SuffixListView, discovery: Discovery) -> SuffixListView:
    """The view with its ``differences`` from what RFC 9989 finds, as far as both are known."""
    if view.undecided or discovery.failed:
        return view
    pairs = {
        "organizational_domain": (view.organizational_domain, discovery.organizational_domain),
        "policy_domain": (view.policy_domain, discovery.policy_domain),
        "applied_policy": (view.policy, discovery.applied_policy),
    }
    unlike = (name for name, (there, here) in pairs.items() if there != here)
    if discovery.organizational_domain is None:
        unlike = (name for name in unlike if name != "organizational_domain")
    return replace(view, differences=tuple(unlike))


def _policy_by_suffix_list(step: Step | None, source: PolicySource) -> str | None:
    """Section 6.6.3: sp or p, and none where they are bad and there is somewhere to report to."""
    if step is None or step.record is None:
        return None
    parsed = dmarc.parse(step.record)
    return parsed.policy if source is PolicySource.OWN else parsed.subdomain_policy
