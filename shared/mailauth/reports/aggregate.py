"""Aggregate reports: bytes in, rows out one by one, the report at the end (RFC 9990, RFC 7489)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.mailauth.reports import elements
from shared.mailauth.reports.deviations import Deviations
from shared.mailauth.reports.elements import Metadata
from shared.mailauth.reports.meter import Meter
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.records import RecordReader
from shared.mailauth.reports.safe_xml import Node
from shared.mailauth.reports.utf8 import as_utf8
from shared.mailauth.reports.values import AggregateReport, PolicyPublished, RowSink
from shared.mailauth.reports.xml_pieces import Pieces

_LONG = 48 * 3600


def read_aggregate(chunks: Iterable[bytes], sink: RowSink, meter: Meter) -> AggregateReport:
    """Read one report; its rows go to ``sink`` as they come, also when the report proves unreadable.

    Raises ``Unreadable`` when it is no report or a broken one, ``Exceeded`` when it costs too much.
    """
    deviations = Deviations()
    reader = _Reader(sink, meter, deviations)
    pieces = Pieces(meter, deviations, reader.child, reader.records.plain, reader.records.bad)
    for chunk in as_utf8(chunks, deviations):
        meter.tick()
        pieces.feed(chunk)
    pieces.close()
    if not pieces.ended():
        raise Unreadable(
            Reason.MALFORMED_XML, f"ends before </feedback>, after {reader.records.rows} records"
        )
    return reader.report(pieces.namespace)


class _Reader:
    """Gathers what the children of the root say."""

    def __init__(self, sink: RowSink, meter: Meter, deviations: Deviations) -> None:
        self.records = RecordReader(sink, meter.limits, deviations)
        self._deviations = deviations
        self._note = deviations.note
        self._metadata: Metadata | None = None
        self._policy: PolicyPublished | None = None
        self._version: str | None = None

    def child(self, node: Node) -> None:
        """Take a child of the root. Others than these are extensions (RFC 9990 section 3.1)."""
        if node.name == "record":
            self.records.tree(node)
        elif node.name == "report_metadata":
            self._take_metadata(node)
        elif node.name == "policy_published":
            self._take_policy(node)
        elif node.name == "version":
            self._version = node.text or None

    def _take_metadata(self, node: Node) -> None:
        if self._metadata is not None:
            self._note("repeated_report_metadata", "the first counts")
            return
        self._in_order("report_metadata")
        self._metadata = elements.metadata(node, self._note)

    def _take_policy(self, node: Node) -> None:
        if self._policy is not None:
            self._note("repeated_policy_published", "the first counts")
            return
        self._in_order("policy_published")
        self._policy = elements.policy(node, self._note)
        self.records.policy_domain = self._policy.domain

    def _in_order(self, name: str) -> None:
        if self.records.rows or self.records.bad_rows:
            self._note("wrong_order", f"{name} behind a record")

    def report(self, namespace: str | None) -> AggregateReport:
        """The report, once everything has been read."""
        metadata, records = self._metadata, self.records
        if metadata is None or metadata.begin is None or metadata.end is None:
            raise Unreadable(Reason.NO_PERIOD, "no date range that can be read")
        policy = self._with_domain(self._policy)
        self._judge_period(metadata.begin, metadata.end)
        if not records.rows + records.bad_rows:
            self._note("no_records", "")
        return AggregateReport(
            org_name=metadata.org_name,
            email=metadata.email,
            extra_contact_info=metadata.extra_contact_info,
            report_id=metadata.report_id,
            begin=metadata.begin,
            end=metadata.end,
            policy=policy,
            rows=records.rows,
            bad_rows=records.bad_rows,
            messages=records.messages,
            dmarc_pass=records.dmarc_pass,
            errors=metadata.errors,
            generator=metadata.generator,
            version=self._version,
            namespace=namespace,
            deviations=self._deviations.listed(),
        )

    def _with_domain(self, policy: PolicyPublished | None) -> PolicyPublished:
        """The policy; one without a domain takes the header-from on which all rows agree."""
        if policy is not None and policy.domain:
            return policy
        if len(self.records.header_froms) != 1 or self.records.bad_rows:
            raise Unreadable(Reason.NO_POLICY_DOMAIN, "no policy domain, and the rows agree on none")
        (domain,) = self.records.header_froms
        self._note("no_policy_domain", f"taken from the rows: {domain}")
        return PolicyPublished(domain) if policy is None else replace(policy, domain=domain)

    def _judge_period(self, begin: int, end: int) -> None:
        if begin > end:
            self._note("period_reversed", f"{begin} to {end}")
        elif end - begin > _LONG:
            self._note("long_period", f"{end - begin} s")
