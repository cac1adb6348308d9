"""What BIMI asks of a domain's DMARC policy, and of that of its Organizational Domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.mailauth.evaluate import bimi_flaws as flaws
from shared.mailauth.evaluate.discovery import Discovery
from shared.mailauth.findings import Finding
from shared.mailauth.records import dmarc

_ENFORCED: Final = ("quarantine", "reject")


@dataclass(frozen=True, slots=True, kw_only=True)
class DmarcPrerequisite:
    """``ready`` is None where the DNS did not say enough. ``t=y`` makes a policy not ready: the BIMI draft
    does not say how receivers take it. ``organizational_policy`` is that domain's ``p``."""

    ready: bool | None
    policy_domain: str | None
    record: str | None
    policy: str | None
    applied_policy: str | None
    organizational_domain: str | None
    organizational_policy: str | None
    findings: tuple[Finding, ...] = ()


def prerequisite_of(discovery: Discovery) -> DmarcPrerequisite:
    records = _records(discovery)
    organization = records.get(discovery.organizational_domain or "")
    unknown = discovery.failed or discovery.organizational_domain is None
    findings = [*_policy_findings(discovery, organization)]
    for name, record in records.items():
        findings += _record_findings(name, record)
    if unknown:
        findings.append(flaws.DMARC_UNKNOWN.found(discovery.undecided or "a query failed"))
    return DmarcPrerequisite(
        ready=None if unknown else not findings,
        policy_domain=discovery.policy_domain,
        record=discovery.record,
        policy=discovery.policy,
        applied_policy=discovery.applied_policy,
        organizational_domain=discovery.organizational_domain,
        organizational_policy=organization.policy if organization is not None else None,
        findings=tuple(findings),
    )


def _records(discovery: Discovery) -> dict[str, dmarc.DmarcRecord]:
    """By name: the record the policy is from, and the Organizational Domain's."""
    found = {}
    for name in (discovery.policy_domain, discovery.organizational_domain):
        step = discovery.walk.step_of(name) if name is not None else None
        if name is not None and step is not None and step.record is not None:
            found[name] = dmarc.parse(step.record)
    return found


def _policy_findings(discovery: Discovery, organization: dmarc.DmarcRecord | None) -> list[Finding]:
    if discovery.failed:
        return []
    if discovery.policy is None:
        return [flaws.NO_DMARC.found(discovery.domain)]
    policies = {discovery.domain: discovery.policy}
    if organization is not None and discovery.organizational_domain is not None:
        policies.setdefault(discovery.organizational_domain, organization.policy or "none")
    return [
        flaws.NOT_ENFORCED.found(name, None, policy=policy)
        for name, policy in policies.items()
        if policy not in _ENFORCED
    ]


def _record_findings(name: str, record: dmarc.DmarcRecord) -> list[Finding]:
    found = []
    if record.sp == "none":
        found.append(flaws.SUBDOMAINS_NOT_ENFORCED.found(name))
    percent = record.value("pct") or ""
    if record.p == "quarantine" and percent.isdecimal() and percent != "100":
        found.append(flaws.PARTLY_ENFORCED.found(name, None, pct=percent))
    if record.testing:
        found.append(flaws.TESTING.found(name))
    return found
