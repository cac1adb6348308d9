"""What an import came to, as a table or as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict

from cli.importing import Imported
from cli.tables import show, show_json


def show_outcomes(imported: list[Imported], as_json: bool) -> bool:
    """Show it; whether anything was quarantined or refused."""
    if as_json:
        show_json([asdict(each) for each in imported])
    else:
        show(("outcome", "#reports"), sorted(_counts(imported).items()))
        troubles = [(each.file, reason, detail) for each in imported for reason, detail in _troubles(each)]
        if troubles:
            show(("file", "reason", "detail"), troubles)
    return any(each.problems or each.error for each in imported)


def _counts(imported: Iterable[Imported]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for each in imported:
        counts.update(report["outcome"] for report in each.reports)
        counts["quarantined"] += len(each.problems)
        counts["refused"] += each.error is not None
    return +counts


def _troubles(imported: Imported) -> Iterable[tuple[str, str]]:
    for problem in imported.problems:
        yield problem["reason"], problem["detail"]
    if imported.error is not None:
        yield "refused", imported.error
