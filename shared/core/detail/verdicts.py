"""What the parts that rows share say, brought to one line: one DKIM result, one SPF result, one reason.

A row can have several signatures and several reasons. The signature that speaks for it is the one that DMARC
passed by; else one that passed; else the first. Filters look at what is shown, and at nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shared.core.detail.codes import DISPOSITIONS, DKIM_RESULTS, SPF_RESULTS, FilterOption, known
from shared.core.detail.questions import Filters
from shared.core.domain_names import organizational_domain
from shared.core.senders.standing import FORWARDED
from shared.mailauth.reports.values import AuthResults, DkimAuth, Evaluated, Identifiers, SpfAuth

_TEXT: Final = 500
"""Characters of the comments that a line shows."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``dkim_aligned`` and ``spf_aligned`` are ``pass`` or ``fail``; what was left out did not pass."""

    from_domain: str
    policy_applied: str
    reason: str
    override_comment: str
    dkim_aligned: str
    dkim_result: str
    dkim_domain: str
    spf_aligned: str
    spf_result: str
    spf_domain: str
    forwarded: bool
    """It failed DMARC, and the receiver knows it for forwarded or list mail."""

    @property
    def dmarc_pass(self) -> bool:
        return "pass" in (self.dkim_aligned, self.spf_aligned)

    @property
    def affected(self) -> bool:
        """Whether a stricter policy would have changed what became of it."""
        return not self.dmarc_pass and self.policy_applied not in ("quarantine", "reject")


def verdict_of(evaluated: Evaluated, identifiers: Identifiers, auth: AuthResults) -> Verdict:
    dkim = _signature(evaluated, identifiers.header_from, auth)
    spf = _check(auth)
    types = {override.type for override in evaluated.overrides}
    comments = dict.fromkeys(override.comment for override in evaluated.overrides if override.comment)
    return Verdict(
        from_domain=clean(identifiers.header_from),
        policy_applied=known(evaluated.disposition, DISPOSITIONS),
        reason=clean(",".join(sorted(types))),
        override_comment=clean("; ".join(comments)),
        dkim_aligned="pass" if evaluated.dkim == "pass" else "fail",
        dkim_result=known(dkim.result, DKIM_RESULTS) if dkim else "none",
        dkim_domain=clean(dkim.domain) if dkim else "",
        spf_aligned="pass" if evaluated.spf == "pass" else "fail",
        spf_result=known(spf.result, SPF_RESULTS) if spf else "none",
        spf_domain=clean(spf.domain) if spf else "",
        forwarded=not evaluated.dmarc_pass and not types.isdisjoint(FORWARDED),
    )


def wants(filters: Filters, verdict: Verdict) -> bool:
    """Whether the filters let it through, as far as it is theirs to say."""
    return (
        _option(filters.option, verdict)
        and verdict.spf_result in (filters.spf_results or SPF_RESULTS.values())
        and verdict.dkim_result in (filters.dkim_results or DKIM_RESULTS.values())
        and filters.spf_aligned in ("", verdict.spf_aligned)
        and filters.dkim_aligned in ("", verdict.dkim_aligned)
        and verdict.policy_applied in (filters.dispositions or DISPOSITIONS.values())
        and is_below(verdict.spf_domain, filters.spf_domain)
        and filters.comment in verdict.override_comment.lower()
    )


def is_below(name: str, wanted: str) -> bool:
    """Whether a name is the wanted one or below it; every name is below none."""
    return not wanted or name == wanted or name.endswith(f".{wanted}")


def _option(option: FilterOption, verdict: Verdict) -> bool:
    if option is FilterOption.IMPACT:
        return verdict.affected
    return option is FilterOption.ALL or verdict.dmarc_pass is (option is FilterOption.COMPLIANT)


def _signature(evaluated: Evaluated, header_from: str, auth: AuthResults) -> DkimAuth | None:
    own = _organizational(header_from) if evaluated.dkim == "pass" else None

    def rank(signature: DkimAuth) -> tuple[bool, bool]:
        passed = signature.result == "pass"
        return not (passed and _organizational(signature.domain) == own), not passed

    return min(auth.dkim, key=rank, default=None)


def _check(auth: AuthResults) -> SpfAuth | None:
    """Of the envelope-from, before one of the HELO name."""
    return min(auth.spf, key=lambda check: check.scope == "helo", default=None)


def clean(text: str) -> str:
    """As far as it is text: reports can hold halves of characters."""
    return text[:_TEXT].encode("utf-8", "replace").decode()


@lru_cache(maxsize=16_384)
def _organizational(name: str) -> str:
    return organizational_domain(name)
