"""Storing a report exactly once.

One transaction puts the report and a marker of its content, each only if nothing is there. What was there
tells the outcome, so that the usual case, a new report, costs no read:

- the same identity at the report's key: the same report, or one that says something else;
- another identity there: two reports whose 37 hash bits of a day are equal; the next number is tried;
- a marker of the content: the same words under another report id.

What has expired counts as gone, as the table deletes it late. A body too large for the item rests in the
data bucket before the transaction; if that then fails, an object is left that nothing leads to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from shared.adapters.blobs import Blobs
from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.report_items import INLINE, blob_key, body_of, renumbered, summary_item
from shared.adapters.dynamodb.table import Cancelled, ConditionFailed, Table, put
from shared.core.ids import ReportId, last_of
from shared.core.reports import Fact, Filed, Outcome, ReportSummary

_IS_NEW: Final = "attribute_not_exists(#pk) OR #expires <= :now"
_REPORT, _MARKER = 0, 1


def file(table: Table, blobs: Blobs, fact: Fact, now: int) -> Filed:
    body = body_of(fact)
    held: dict[str, Plain] = {"body": body}
    if len(body) > INLINE:
        known = _look(table, fact.summary, now)
        if known is not None:
            return known
        blob = blob_key(fact.summary, body, now)
        blobs.put(blob, body)
        held = {"blob": blob}
    for summary in _numbers(fact.summary):
        try:
            _put(table, summary, held, now)
        except Cancelled as cancelled:
            filed = _read(summary, cancelled.failed)
            if filed is not None:
                return filed
        else:
            return Filed(Outcome.STORED, summary.id)
    raise OverflowError("every number of the day is taken")


def unfile(table: Table, blobs: Blobs, summary: ReportSummary) -> None:
    """The marker goes first and the body last: stopped anywhere, a reader sees whole reports only, and
    the report can be removed again."""
    where = keys.fact(summary.account, summary.domain_id, summary.kind, summary.id)
    there = table.get(where)
    for key in (keys.content(summary.account, summary.domain_id, summary.content), where):
        try:
            table.delete(key, "#idn = :idn", {"idn": summary.identity})
        except ConditionFailed:
            # Gone already, or another report's by now.
            continue
    if there is not None and there["idn"] == summary.identity and "blob" in there:
        blobs.remove(there["blob"])


def _numbers(summary: ReportSummary) -> Iterator[ReportSummary]:
    for number in range(summary.id, last_of(summary.day) + 1):
        yield renumbered(summary, number)


def _put(table: Table, summary: ReportSummary, held: dict[str, Plain], now: int) -> None:
    marker = {
        **keys.content(summary.account, summary.domain_id, summary.content)._asdict(),
        "idn": summary.identity,
        "id": summary.id,
        "expires": summary.expires,
    }
    table.transact(
        put({**summary_item(summary), **held}, _IS_NEW, {"now": now}),
        put(marker, _IS_NEW, {"now": now}),
    )


def _look(table: Table, summary: ReportSummary, now: int) -> Filed | None:
    """What filing would come to, as far as two reads can tell; spares writing a body for nothing."""
    where = keys.fact(summary.account, summary.domain_id, summary.kind, summary.id)
    marker = keys.content(summary.account, summary.domain_id, summary.content)
    found = {key: item for key, item in table.get_many([where, marker]).items() if item["expires"] > now}
    failed: dict[int, Item | None] = {
        step: found[key] for step, key in ((_REPORT, where), (_MARKER, marker)) if key in found
    }
    return _read(summary, failed) if failed else None


def _read(summary: ReportSummary, failed: Mapping[int, Item | None]) -> Filed | None:
    """The outcome, by what was there; None when the number belongs to another report."""
    there = failed.get(_REPORT)
    if there is not None:
        if there["idn"] != summary.identity:
            return None
        same = there["con"] == summary.content
        return Filed(Outcome.DUPLICATE if same else Outcome.CONFLICT, summary.id)
    marker = failed.get(_MARKER)
    if marker is None:
        raise RuntimeError("a condition failed on nothing")
    outcome = Outcome.DUPLICATE if marker["idn"] == summary.identity else Outcome.RESENT
    return Filed(outcome, ReportId(marker["id"]))
