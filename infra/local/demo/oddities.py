"""Mails that no demo should be without: poison, and what tries to count twice or to pass as another's.

Each says by which reason it must end in quarantine, or that it must change nothing.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from infra.local.demo.dialects import render
from infra.local.demo.packaging import attachment, mail_of, message, multipart
from infra.local.demo.traffic import Parameters, epoch_of
from infra.local.demo.truth import Aggregate

_BOMB_BYTES: Final = 30 * 2**20
_NOBODY: Final = "nobodys-mailbox-here"


@dataclass(frozen=True, slots=True)
class Oddity:
    """A mail to ``recipient``; ``reason`` is that of the quarantine entry it leaves, "" for none."""

    what: str
    recipient: str
    mail: bytes
    reason: str = ""


def oddities(
    parameters: Parameters, reports: Sequence[Aggregate], addresses: dict[str, str], report_domain: str
) -> Iterator[Oddity]:
    """``reports`` are those sent before, ``addresses`` the reporting address of each domain."""
    domain = parameters.domains[0].name
    to = addresses[domain]
    about = [report for report in reports if report.domain == domain]
    first, second = about[-1], about[-2]
    yield _poison("a gzip that inflates to 30 MB of nothing", to, _bomb(), "compression_bomb", parameters)
    yield _poison(
        "a gzip that breaks off",
        to,
        gzip.compress(render(first), mtime=0)[:300],
        "malformed_archive",
        parameters,
    )
    yield _poison("an XML document with a DTD", to, _with_dtd(first), "forbidden_xml", parameters)
    yield Oddity("the same report again", to, mail_of(first, to))
    yield Oddity(
        "the same content under another id",
        to,
        mail_of(replace(second, report_id=f"{second.report_id}7"), to),
    )
    yield Oddity("the same report with other numbers", to, mail_of(_altered(first), to), "conflict")
    foreign = replace(first, domain="stranger.example", report_id="stranger-1")
    yield Oddity("a report about somebody else's domain", to, mail_of(foreign, to), "unknown_domain")
    nobody = f"{_NOBODY}@{report_domain}"
    yield Oddity("a report to nobody's address", nobody, mail_of(first, nobody), "unknown_recipient")


def _poison(what: str, recipient: str, data: bytes, reason: str, parameters: Parameters) -> Oddity:
    part = attachment(data, 'application/gzip; name="report.xml.gz"', filename='filename="report.xml.gz"')
    note = "Content-Type: text/plain\n\nReport attached.\n"
    fields, body = multipart("mixed", [note, part])
    mail = message(
        fields,
        body,
        sender="reports@heron.example",
        recipient=recipient,
        subject=f"Report: {what}",
        sent=epoch_of(parameters.last_day),
    )
    return Oddity(what, recipient, mail, reason)


def _bomb() -> bytes:
    element = b"<extension>none</extension>\n"
    return gzip.compress(b"<feedback>" + element * (_BOMB_BYTES // len(element)), mtime=0)


def _with_dtd(report: Aggregate) -> bytes:
    declaration = b'<!DOCTYPE feedback [<!ENTITY a "a">]><feedback>'
    return render(report).replace(b"<feedback>", declaration, 1)


def _altered(report: Aggregate) -> Aggregate:
    first, *rest = report.lines
    return replace(report, lines=(replace(first, count=first.count + 1_000), *rest))
