"""A domain's TLS-RPT record as published (RFC 8460 section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shared.mailauth.evaluate.inspection import Inspection, state_of
from shared.mailauth.evaluate.questions import Answer, Asking, Outcome, Question, Type, ask_all
from shared.mailauth.findings import Finding, Flaw, Severity
from shared.mailauth.names import LONGEST
from shared.mailauth.records import tls_rpt
from shared.mailauth.records.report_uris import ReportUri

_RULE: Final = "RFC 8460 section 3"
_NO_SUCH_NAME: Final = Answer(Outcome.NXDOMAIN, reason="name too long")

MISSING: Final = Flaw(
    "tls_rpt_missing",
    Severity.INFO,
    "{subject} publishes no TLS-RPT record: nobody reports failures of TLS on the way to it.",
    'Publish a TXT record at _smtp._tls.{subject}: "v=TLSRPTv1; rua=mailto:...".',
    _RULE,
)
SEVERAL: Final = Flaw(
    "tls_rpt_multiple_records",
    Severity.ERROR,
    "There are {count} TLS-RPT records at {subject}; senders act as if there were none.",
    "Keep one.",
    _RULE,
)
OTHER_TEXT: Final = Flaw(
    "tls_rpt_other_text",
    Severity.INFO,
    "There is a TXT record at {subject} that is no TLS-RPT record; senders ignore it.",
    "Remove it, or begin it with v=TLSRPTv1; if it was meant to be one.",
    _RULE,
)
DANGLING: Final = Flaw(
    "tls_rpt_alias_dangling",
    Severity.ERROR,
    "{subject} is an alias (CNAME) of {target}, where there is no TLS-RPT record.",
    "Publish the record there, or remove the CNAME.",
    _RULE,
)
DNS_ERROR: Final = Flaw(
    "dns_error",
    Severity.WARNING,
    "The DNS gave no usable answer for {subject} ({reason}): nothing is known about it.",
    "Try again; if it stays so, check the name servers of the domain.",
    _RULE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsRptInspection(Inspection):
    """``rua`` are the places that reports are sent to. There is neither a walk nor a consent of these."""

    rua: tuple[ReportUri, ...] = ()
    cname: str | None = None


def validate_tls_rpt(text: str, domain: str = "") -> TlsRptInspection:
    """The text of a record, without the DNS."""
    query = f"_smtp._tls.{domain}" if domain else ""
    record = tls_rpt.parse(text)
    answer = Answer(Outcome.FOUND, (text,))
    return TlsRptInspection(
        domain=domain,
        query=query,
        state=state_of(answer, True, record.findings),
        records=(text,),
        findings=record.findings,
        rua=record.rua,
    )


def inspect_tls_rpt(domain: str) -> Asking[TlsRptInspection]:
    """``domain`` as ``names.normalised`` spells it."""
    question = Question(f"_smtp._tls.{domain}", Type.TXT)
    answers = yield from ask_all([question] if len(question.name) <= LONGEST else [])
    answer = answers.get(question, _NO_SUCH_NAME)
    texts = answer.records if answer.found else ()
    records = tuple(text for text in texts if tls_rpt.is_tls_rpt(text))
    parsed = tls_rpt.parse(records[0]) if len(records) == 1 else None
    findings = tuple(_findings(domain, question.name, answer, records))
    if parsed is not None:
        findings += parsed.findings
    return TlsRptInspection(
        domain=domain,
        query=question.name,
        state=state_of(answer, bool(records), findings),
        records=records,
        ttl=None if answer.failed else answer.ttl,
        findings=findings,
        rua=parsed.rua if parsed is not None else (),
        cname=answer.aliases[0] if answer.aliases else None,
    )


def _findings(domain: str, query: str, answer: Answer, records: tuple[str, ...]) -> list[Finding]:
    if answer.failed:
        return [DNS_ERROR.found(query, reason=answer.reason or "no answer")]
    findings = [OTHER_TEXT.found(query)] if len(records) < len(answer.records) else []
    if len(records) > 1:
        findings.append(SEVERAL.found(query, count=len(records)))
    elif not records and answer.aliases:
        findings.append(DANGLING.found(query, target=answer.aliases[-1]))
    elif not records:
        findings.append(MISSING.found(domain))
    return findings
