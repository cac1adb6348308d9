"""Reports as items.

The names are short because a report is many small values and is written twice, to the table and to the
index: ``dn`` domain (absent when the report is about just that), ``pd`` policy domain, ``ro`` reporter,
``rl`` the same in lower case to search in, ``em`` e-mail (what a failure report is found by), ``ri`` report
id, ``be`` begin, ``en`` end, ``re`` received, ``me`` messages, ``pa`` passed, ``rw`` rows, ``tr`` trust,
``po`` policy, ``ma`` mail, ``idn`` identity, ``con`` content, ``dv`` deviations, ``so`` sole. Account,
domain, kind and id are in the keys.
Notes and rows are one body: ``body`` holds it while it is small, ``blob`` the key of it in the data bucket.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, replace
from typing import Any, Final

from shared import settings
from shared.adapters.blobs import kept_until
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain, in_index
from shared.core.failures.marks import Marks
from shared.core.ids import AccountId, DomainId, ReportId
from shared.core.mail import Trust
from shared.core.reports import Fact, ReportNotes, ReportSummary
from shared.core.segments import pack_document, unpack_document
from shared.mailauth.reports.values import Deviation, Kind, PolicyPublished

SUMMARY: Final = ("pk", "sk", *settings.INDEX_ATTRIBUTES)
INLINE: Final = 2_048
"""Bytes of body that stay in the item. Measured: some 90 rows. At this size a page of 25 reports of a domain,
read from the table, stays within 10 read units, and a report of 10 rows within 8 write units."""

_KINDS: Final = {letter: kind for kind, letter in keys.KINDS.items()}
_LENGTH: Final = 4
SEPARATOR: Final = "\x1f"


def summary_item(summary: ReportSummary) -> dict[str, Plain | None]:
    home, number = (summary.account, summary.domain_id), summary.id
    return {
        **keys.fact(*home, summary.kind, number)._asdict(),
        **in_index(keys.reports_of(summary.account, summary.kind, number)),
        "dn": None if summary.domain == summary.policy_domain else summary.domain,
        "pd": summary.policy_domain,
        "ro": summary.reporter,
        "rl": summary.reporter.lower(),
        "em": summary.email if summary.marks is None else packed_marks(summary.marks),
        "ri": summary.report_id,
        "be": summary.begin,
        "en": summary.end,
        "re": summary.received,
        "expires": summary.expires,
        "me": summary.messages,
        "pa": summary.passed,
        "rw": summary.rows,
        "tr": summary.trust.value,
        "po": _plain_policy(summary.policy),
        "ma": summary.mail,
        "idn": summary.identity,
        "con": summary.content,
        "dv": summary.deviations,
        "so": summary.sole,
    }


def summary_of(item: Item) -> ReportSummary:
    _, account, domain = item["pk"].split("#")
    letter, number = item["sk"].split("#")
    marks = _marks(item["em"]) if _KINDS[letter] is Kind.FAILURE else None
    return ReportSummary(
        id=ReportId(int(number)),
        account=AccountId(int(account)),
        domain_id=DomainId(int(domain)),
        domain=item["dn"] if "dn" in item else item["pd"],
        kind=_KINDS[letter],
        policy_domain=item["pd"],
        reporter=item["ro"],
        email=item["em"] if marks is None else "",
        report_id=item["ri"],
        begin=item["be"],
        end=item["en"],
        received=item["re"],
        expires=item["expires"],
        messages=item["me"],
        passed=item["pa"],
        rows=item["rw"],
        trust=Trust(item["tr"]),
        policy=PolicyPublished(*json.loads(item["po"])),
        mail=item["ma"],
        identity=item["idn"],
        content=item["con"],
        deviations=item["dv"],
        sole=item["so"],
        marks=marks,
    )


def packed_marks(marks: Marks) -> str:
    """Each before a separator, the type first: what somebody looks for is in the text as it was."""
    fields = (marks.feedback_type, marks.source_ip, marks.country, marks.subject, *marks.addresses)
    return "".join(field.replace(SEPARATOR, " ") + SEPARATOR for field in fields)


def _marks(packed: str) -> Marks | None:
    feedback_type, *rest = packed.split(SEPARATOR)[:-1] or [""]
    return Marks(feedback_type, rest[0], rest[2], tuple(rest[3:]), rest[1]) if rest else None


def body_of(fact: Fact) -> bytes:
    notes = pack_document(_plain_notes(fact.notes))
    return len(notes).to_bytes(_LENGTH, "big") + notes + fact.segment


def fact_of(item: Item, body: bytes) -> Fact:
    start = _LENGTH + int.from_bytes(body[:_LENGTH], "big")
    notes = _notes(unpack_document(body[_LENGTH:start]))
    return Fact(summary_of(item), notes, body[start:])


def blob_key(summary: ReportSummary, body: bytes, now: int) -> str:
    """By report and content: two reports never share a blob."""
    digest = hashlib.sha256(body).hexdigest()[:32]
    kept = kept_until(summary.expires, now)
    return f"{kept}/segments/{summary.account}/{summary.domain_id}/{summary.identity[:32]}-{digest}"


def renumbered(summary: ReportSummary, number: int) -> ReportSummary:
    return replace(summary, id=ReportId(number))


def _plain_policy(policy: PolicyPublished) -> str:
    fields: list[Any] = list(astuple(policy))
    while fields[-1] is None:
        fields.pop()
    return json.dumps(fields, separators=(",", ":"))


def _plain_notes(notes: ReportNotes) -> list[Any]:
    return [
        notes.extra_contact_info,
        notes.errors,
        notes.generator,
        notes.version,
        notes.namespace,
        notes.bad_rows,
        [[deviation.code, deviation.detail] for deviation in notes.deviations],
    ]


def _notes(plain: list[Any]) -> ReportNotes:
    contact, errors, generator, version, namespace, bad_rows, deviations = plain
    return ReportNotes(
        extra_contact_info=contact,
        errors=tuple(errors),
        generator=generator,
        version=version,
        namespace=namespace,
        bad_rows=bad_rows,
        deviations=tuple(Deviation(code, detail) for code, detail in deviations),
    )
