"""The records of one aggregate report, read one by one.

Rows differ in address and count; what else they say repeats. A record of the usual shape is therefore
cut into its address, its count and three elements, and of the elements only those are parsed whose
bytes have not been parsed before. A record of any other shape is read as the tree it is. Both ways
go through the same functions of ``elements``.
"""

from __future__ import annotations

from typing import TypeVar, cast

from shared.mailauth.reports import elements, vocabulary
from shared.mailauth.reports.deviations import Deviations
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.safe_xml import Node
from shared.mailauth.reports.values import AuthResults, Evaluated, Identifiers, Row, RowSink
from shared.mailauth.reports.xml_pieces import ParseElements

_Value = TypeVar("_Value", Evaluated, Identifiers, AuthResults)

_REMEMBERED = 4096
_COUNT_DIGITS = 9


class RecordReader:
    """Hands rows to the sink and keeps the sums. ``policy_domain`` may become known on the way."""

    def __init__(self, sink: RowSink, limits: Limits, deviations: Deviations) -> None:
        self.rows = 0
        self.bad_rows = 0
        self.messages = 0
        self.dmarc_pass = 0
        self.policy_domain: str | None = None
        self.header_froms: set[str] = set()
        """The header-froms seen; of more than two only two."""
        self._sink = sink
        self._limits = limits
        self._note = deviations.note
        self._evaluated: dict[bytes, Evaluated] = {}
        self._who_hows: dict[bytes, tuple[Identifiers, AuthResults]] = {}
        self._shared: dict[object, object] = {}

    def tree(self, record: Node) -> None:
        """Read a record from its tree; what cannot be read is counted and noted."""
        parts = elements.record(record, self._note)
        if parts is None:
            return self.bad("no row")
        count = vocabulary.count(parts.count, self._note)
        if count is None:
            return self.bad(f"count: {parts.count}")
        identifiers = elements.identifiers(parts.identifiers, self.policy_domain, self._note)
        if identifiers is None:
            return self.bad("no header-from")
        row = Row(
            vocabulary.address(parts.source_ip, self._note),
            count,
            self._share(elements.evaluated(parts.evaluated, self._note)),
            self._share(identifiers),
            self._share(elements.auth_results(parts.auth, self._limits.dkim_per_row, self._note)),
        )
        self._see(row.identifiers)
        return self._emit(row)

    def bad(self, why: str) -> None:
        self._admit()
        self.bad_rows += 1
        self._note("bad_record", why)

    def plain(self, record: bytes, parse: ParseElements) -> bool:
        """Read a record of the usual shape from its bytes; ``False`` when it has another.

        The cuts are safe on the text alone: every part is either matched literally or an element
        that the parser has found well-formed, so their concatenation is what the parser would see.
        """
        opening, _, rest = record.partition(b"<source_ip>")
        ip, _, rest = rest.partition(b"</source_ip>")
        between, _, rest = rest.partition(b"<count>")
        digits, _, rest = rest.partition(b"</count>")
        evaluated, _, parties = rest.partition(b"</row>")
        if (
            b"".join(opening.split()) != b"<record><row>"
            or between.strip()
            or not digits.isdigit()
            or digits.startswith(b"0")
            or len(digits) > _COUNT_DIGITS
            or (source_ip := self._address(ip)) is None
            or (said := self._said(evaluated.strip(), parse)) is None
            or (who_how := self._who_how(parties[: -len(b"</record>")].strip(), parse)) is None
        ):
            return False
        self._emit(Row(source_ip, int(digits), said, *who_how))
        return True

    def _address(self, ip: bytes) -> str | None:
        if vocabulary.CANONICAL_IPV4.fullmatch(ip):
            return ip.decode("ascii")
        if ip.isascii() and b":" in ip and b"<" not in ip and b"&" not in ip:
            return vocabulary.address(ip.decode("ascii").strip(), self._note)
        return None

    def _said(self, element: bytes, parse: ParseElements) -> Evaluated | None:
        if (known := self._evaluated.get(element)) is not None:
            return known
        nodes = parse(element, ("policy_evaluated",))
        if nodes is None:
            return None
        value = self._share(elements.evaluated(nodes[0], self._note))
        if len(self._evaluated) >= _REMEMBERED:
            self._evaluated.clear()
        self._evaluated[element] = value
        return value

    def _who_how(self, parties: bytes, parse: ParseElements) -> tuple[Identifiers, AuthResults] | None:
        if (known := self._who_hows.get(parties)) is not None:
            return known
        nodes = parse(parties, ("identifiers", "auth_results"))
        if nodes is None or (who := elements.identifiers(nodes[0], None, self._note)) is None:
            return None
        how = elements.auth_results(nodes[1], self._limits.dkim_per_row, self._note)
        self._see(who)
        if len(self._who_hows) >= _REMEMBERED:
            self._who_hows.clear()
        value = self._who_hows[parties] = (self._share(who), self._share(how))
        return value

    def _see(self, identifiers: Identifiers) -> None:
        if len(self.header_froms) < 2:
            self.header_froms.add(identifiers.header_from)

    def _share(self, value: _Value) -> _Value:
        """The value that equals this one and was seen first."""
        if len(self._shared) >= _REMEMBERED:
            self._shared.clear()
        return cast(_Value, self._shared.setdefault(value, value))

    def _admit(self) -> None:
        if self.rows + self.bad_rows >= self._limits.rows:
            raise Unreadable(Reason.TOO_MANY_ROWS, f"more than {self._limits.rows} records")

    def _emit(self, row: Row) -> None:
        self._admit()
        self.rows += 1
        self.messages += row.count
        if row.evaluated.dmarc_pass:
            self.dmarc_pass += row.count
        self._sink(row)
