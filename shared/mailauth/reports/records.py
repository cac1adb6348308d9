"""The records of one aggregate report, read one by one.

Rows differ in address and count; what else they say repeats. A record of a shape that is known is not
parsed again, and what its texts say is worked out once for each combination of texts. A record of any
other shape is read as the tree it is. Both ways go through the same functions of ``elements``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeVar

from shared.mailauth.reports import elements, vocabulary
from shared.mailauth.reports.deviations import Deviations, Notes
from shared.mailauth.reports.limits import Limits
from shared.mailauth.reports.reading import Reason, Unreadable
from shared.mailauth.reports.safe_xml import Node
from shared.mailauth.reports.shapes import Element, Learner, Shape
from shared.mailauth.reports.values import AuthResults, Evaluated, Identifiers, Row, RowSink
from shared.mailauth.reports.xml_pieces import RECORD

_Value = TypeVar("_Value")

_Key = tuple[object, ...]
_Noted = tuple[tuple[str, str], ...]

_REMEMBERED = 4096
_LONGEST = 2048
# What texts say, with what is to be noted about them. It follows from the texts alone, so it is kept
# between reports: those about one domain, or of one reporter, repeat each other.
_SAID: dict[_Key, tuple[Evaluated, _Noted]] = {}
_PARTIES: dict[_Key, tuple[tuple[Identifiers, AuthResults], _Noted]] = {}


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
            elements.evaluated(parts.evaluated, self._note),
            identifiers,
            elements.auth_results(parts.auth, self._limits.dkim_per_row, self._note),
        )
        self._see(row.identifiers)
        return self._emit(row)

    def bad(self, why: str) -> None:
        self._admit()
        self.bad_rows += 1
        self._note("bad_record", why)

    def plain(self, record: bytes, shapes: Learner) -> bool:
        """Read a record of the usual shape from its bytes; ``False`` when it has another."""
        found = shapes.find(record, RECORD) if len(record) <= _LONGEST else None
        if found is None:
            return False
        shape, texts = found
        layout = _layout(shape)
        if not layout.usual or (parties := self._parties(layout, texts)) is None:
            return False
        count = vocabulary.count(texts[1], self._note)
        if count is None:
            self.bad(f"count: {texts[1]}")
        else:
            source_ip = vocabulary.address(texts[0], self._note)
            self._emit(Row(source_ip, count, self._said(layout, texts), *parties))
        return True

    def _said(self, layout: _Layout, texts: list[str]) -> Evaluated:
        key = (layout, *texts[2 : layout.cut])
        known = _SAID.get(key)
        if known is None:
            notes = Notes()
            known = elements.evaluated(layout.evaluated.filled(texts), notes.take), notes.taken()
            _remember(_SAID, key, known)
        value, noted = known
        for code, detail in noted:
            self._note(code, detail)
        return value

    def _parties(self, layout: _Layout, texts: list[str]) -> tuple[Identifiers, AuthResults] | None:
        key = (layout, *texts[layout.cut :])
        known = _PARTIES.get(key)
        if known is None:
            notes = Notes()
            identifiers = elements.identifiers(layout.identifiers.filled(texts), None, notes.take)
            if identifiers is None:
                return None
            auth = elements.auth_results(layout.auth.filled(texts), self._limits.dkim_per_row, notes.take)
            known = (identifiers, auth), notes.taken()
            _remember(_PARTIES, key, known)
        value, noted = known
        for code, detail in noted:
            self._note(code, detail)
        self._see(value[0])
        return value

    def _see(self, identifiers: Identifiers) -> None:
        if len(self.header_froms) < 2:
            self.header_froms.add(identifiers.header_from)

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


class _Layout:
    """Where the parts of a record are in its shape."""

    __slots__ = ("auth", "cut", "evaluated", "identifiers", "usual")

    def __init__(self, record: Element) -> None:
        names = [child.name for child in record.children]
        row = record.children[0] if record.children else record
        self.usual = (
            names == ["row", "identifiers", "auth_results"]
            and not record.fields
            and row.fields == [("source_ip", 0), ("count", 1)]
            and [child.name for child in row.children] == ["policy_evaluated"]
        )
        if self.usual:
            (self.evaluated,) = row.children
            self.identifiers, self.auth = record.children[1:]
            self.cut = row.size()


@lru_cache(maxsize=1000)
def _layout(shape: Shape) -> _Layout:
    return _Layout(shape.elements[0])


def _remember(known: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    if len(known) >= _REMEMBERED:
        known.clear()
    known[key] = value
