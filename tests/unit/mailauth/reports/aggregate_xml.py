"""Aggregate reports for tests: written as XML in whatever manner a test wants, and read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest

from shared.mailauth.reports.aggregate import read_aggregate
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.values import AggregateReport, Row

METADATA = """<report_metadata><org_name>receiver.example</org_name><email>dmarc@receiver.example</email>\
<report_id>r-1</report_id><date_range><begin>1772323200</begin><end>1772409599</end></date_range>\
</report_metadata>"""
POLICY = """<policy_published><domain>example.com</domain><adkim>r</adkim><aspf>r</aspf><p>reject</p>\
<sp>none</sp><pct>100</pct></policy_published>"""
RECORD = """<record><row><source_ip>192.0.2.1</source_ip><count>3</count><policy_evaluated>\
<disposition>none</disposition><dkim>pass</dkim><spf>fail</spf></policy_evaluated></row><identifiers>\
<header_from>example.com</header_from></identifiers><auth_results><dkim><domain>example.com</domain>\
<selector>s1</selector><result>pass</result></dkim><spf><domain>bounce.example.net</domain>\
<scope>mfrom</scope><result>pass</result></spf></auth_results></record>"""
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def feedback(*children: str, root: str = "feedback") -> str:
    return f"<{root}>" + "\n".join(children) + "</feedback>"


REPORT = DECLARATION + feedback(METADATA, POLICY, RECORD)


@dataclass(frozen=True)
class Read:
    report: AggregateReport
    rows: list[Row]

    @property
    def codes(self) -> list[str]:
        return [deviation.code for deviation in self.report.deviations]


def read(document: str | bytes | Iterable[bytes], limits: Limits | None = None) -> Read:
    if isinstance(document, str):
        document = document.encode()
    chunks = [document] if isinstance(document, bytes) else document
    rows: list[Row] = []
    report = read_aggregate(chunks, rows.append, Meter(limits or Limits(), lambda: 0.0))
    return Read(report, rows)


def refused(document: str | bytes | Iterable[bytes], limits: Limits | None = None) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read(document, limits)
    return caught.value


def reason(document: str | bytes | Iterable[bytes], limits: Limits | None = None) -> Reason:
    return refused(document, limits).reason
