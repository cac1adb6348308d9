"""Everything about one domain: all its records, and what they mean together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.mailauth.evaluate import whole_flaws as flaws
from shared.mailauth.evaluate.bimi import BimiInspection, inspect_bimi
from shared.mailauth.evaluate.dkim import DkimSurvey, inspect_selectors
from shared.mailauth.evaluate.dmarc import DmarcInspection, inspect_dmarc
from shared.mailauth.evaluate.inspection import Inspection, State
from shared.mailauth.evaluate.mta_sts import (
    MtaStsInspection,
    MtaStsPolicyInspection,
    inspect_mta_sts,
    inspect_mta_sts_policy,
)
from shared.mailauth.evaluate.mx import MxInspection, inspect_mx
from shared.mailauth.evaluate.questions import Asking, together
from shared.mailauth.evaluate.spf_tree import SpfInspection, inspect_spf
from shared.mailauth.evaluate.tls_rpt import TlsRptInspection, inspect_tls_rpt
from shared.mailauth.findings import Finding, Severity

PARTS: Final = ("dmarc", "spf", "dkim", "mx", "mta_sts", "mta_sts_policy", "tls_rpt", "bimi")
_NOBODY: Final = re.compile(r"v=spf1 +-all *", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSummary:
    """One kind of record in short; the numbers are of its findings, for DKIM those of the keys included."""

    name: str
    state: State
    errors: int
    warnings: int
    infos: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DomainInspection:
    """``state`` is invalid where any finding is an error, else error where anything is not known.

    ``findings`` are those that no single record shows. ``errors``, ``warnings`` and ``infos`` count what was
    found anywhere, each once. ``parked``: SPF, DMARC and MX say that the domain has no
    mail, and no DKIM key was found.
    """

    domain: str
    state: State
    errors: int
    warnings: int
    infos: int
    parked: bool
    summary: tuple[PartSummary, ...]
    findings: tuple[Finding, ...]
    dmarc: DmarcInspection
    spf: SpfInspection
    dkim: DkimSurvey
    mx: MxInspection
    mta_sts: MtaStsInspection
    mta_sts_policy: MtaStsPolicyInspection
    tls_rpt: TlsRptInspection
    bimi: BimiInspection

    @property
    def valid(self) -> bool:
        return self.state is State.VALID


def inspect_domain(
    domain: str, selectors: Iterable[str] = (), *, now: float, well_known: bool | None = None
) -> Asking[DomainInspection]:
    """All parts in step: few rounds, each as slow as its slowest answer (see ``parts_of``).

    ``now`` is in epoch seconds; ``well_known`` selectors are tried, too, by default where none is named.
    """
    askings = parts_of(domain, selectors, now=now, well_known=well_known)
    return assembled(domain, (yield from together(askings)))


def parts_of(
    domain: str, selectors: Iterable[str] = (), *, now: float, well_known: bool | None = None
) -> tuple[Asking[Any], ...]:
    """One evaluation for each of ``PARTS``, to be driven side by side, so that none waits for another; their
    results in the same order are for ``assembled``."""
    named = tuple(selectors)
    return (
        inspect_dmarc(domain),
        inspect_spf(domain),
        inspect_selectors(domain, named, well_known=not named if well_known is None else well_known),
        inspect_mx(domain, zone=True),
        inspect_mta_sts(domain),
        inspect_mta_sts_policy(domain),
        inspect_tls_rpt(domain),
        inspect_bimi(domain, now=now),
    )


def assembled(domain: str, results: Sequence[Any]) -> DomainInspection:
    """``results`` are those of ``parts_of``."""
    parts: dict[str, Any] = dict(zip(PARTS, results, strict=True))
    parked, lacking = _parking(parts["dmarc"], parts["spf"], parts["dkim"], parts["mx"])
    across = tuple(_across(domain, parts, parked, lacking))
    found = {name: _findings(part) for name, part in parts.items()}
    everything = set(across).union(*found.values())
    return DomainInspection(
        domain=domain,
        state=_state(everything, parts.values()),
        errors=_count(everything, Severity.ERROR),
        warnings=_count(everything, Severity.WARNING),
        infos=_count(everything, Severity.INFO),
        parked=parked,
        summary=tuple(_summary(name, part, found[name]) for name, part in parts.items()),
        findings=across,
        **parts,
    )


def _findings(part: Inspection) -> set[Finding]:
    keys = part.keys if isinstance(part, DkimSurvey) else ()
    return {*part.findings, *(finding for key in keys for finding in key.findings)}


def _summary(name: str, part: Inspection, found: set[Finding]) -> PartSummary:
    return PartSummary(
        name=name,
        state=part.state,
        errors=_count(found, Severity.ERROR),
        warnings=_count(found, Severity.WARNING),
        infos=_count(found, Severity.INFO),
    )


def _count(findings: set[Finding], severity: Severity) -> int:
    return sum(finding.severity is severity for finding in findings)


def _state(findings: set[Finding], parts: Iterable[Inspection]) -> State:
    if _count(findings, Severity.ERROR):
        return State.INVALID
    return State.ERROR if any(part.state is State.ERROR for part in parts) else State.VALID


def _parking(
    dmarc: DmarcInspection, spf: SpfInspection, dkim: DkimSurvey, mx: MxInspection
) -> tuple[bool, tuple[str, ...]]:
    """Whether the domain is parked, and what it lacks if it only seems to be: it says somewhere that it has
    no mail, and nothing of what is known says otherwise."""
    sends_nothing = _sends_nothing(spf)
    silent = mx.null_mx or (mx.state is State.MISSING and not mx.receives)
    if State.ERROR in (dmarc.state, spf.state, dkim.state, mx.state) or not (sends_nothing or mx.null_mx):
        return False, ()
    if dkim.signs or mx.receives:
        return False, ()
    policies = {dmarc.effective_policy, dmarc.subdomain_policy, dmarc.nonexistent_policy}
    wants = {
        "SPF is not v=spf1 -all": sends_nothing,
        "there is no null MX": silent,
        "the DMARC policies are not all reject": policies == {"reject"},
    }
    lacking = tuple(want for want, has in wants.items() if not has)
    return not lacking, lacking


def _sends_nothing(spf: SpfInspection) -> bool:
    """Whether the record is ``v=spf1 -all``, or redirects to one that is."""
    tree = spf.tree
    while tree is not None and len(tree.components) == 1 and tree.components[0].type == "redirect":
        tree = tree.components[0].result
    return tree is not None and tree.record is not None and _NOBODY.fullmatch(tree.record) is not None


def _across(domain: str, parts: dict[str, Any], parked: bool, lacking: tuple[str, ...]) -> Iterator[Finding]:
    mx: MxInspection = parts["mx"]
    spf: SpfInspection = parts["spf"]
    if parts["mta_sts"].records and parts["tls_rpt"].state is State.MISSING:
        yield flaws.STS_WITHOUT_REPORTS.found(domain)
    yield from _undeliverable(domain, parts["dmarc"], mx)
    dkim: DkimSurvey = parts["dkim"]
    unsigned = not dkim.signs and dkim.state is not State.ERROR
    sends = not (lacking or _sends_nothing(spf))
    if parts["dmarc"].effective_policy == "reject" and unsigned and sends:
        yield flaws.REJECT_WITHOUT_DKIM.found(domain)
    if parked:
        yield flaws.PARKED.found(domain)
        if dkim.looked_everywhere and not dkim.wildcard:
            yield flaws.KEYS_NOT_REVOKED.found(domain)
    elif mx.null_mx and spf.records and not _sends_nothing(spf):
        yield flaws.NULL_MX_BUT_SENDS.found(domain)
    elif lacking:
        yield flaws.PARKED_IN_PART.found(domain, lacking="; ".join(lacking))


def _undeliverable(domain: str, dmarc: DmarcInspection, mx: MxInspection) -> Iterator[Finding]:
    if mx.receives or mx.state is State.ERROR:
        return
    for destination in dmarc.destinations:
        if destination.host == domain:
            yield flaws.REPORTS_TO_NOWHERE.found(destination.uri, host=domain)
