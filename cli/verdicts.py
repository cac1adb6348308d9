"""Inspections for people: what was found, what is wrong with it, what to do; and for CI an exit code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from cli.facts import delivery_facts, facts_of
from cli.stops import REFUSED, UNREACHABLE
from cli.tables import console, table, text_of

_COLOURS: Final = {
    "valid": "green",
    "pass": "green",
    "invalid": "red",
    "fail": "red",
    "permerror": "red",
    "missing": "yellow",
    "softfail": "yellow",
    "error": "magenta",
    "temperror": "magenta",
    "unknown": "magenta",
}
_SEVERITIES: Final = {"error": "red", "warning": "yellow", "info": "cyan"}
_FAULTS: Final = frozenset({"invalid", "missing"})
_NOT_KNOWN: Final = frozenset({"error", "unknown"})
_LONGEST: Final = 500
"""Characters of a record that are shown."""

_CHECKS: Final = {"pass": 0, "temperror": UNREACHABLE}


def exit_code(states: Iterable[str]) -> int:
    """0 all well, 1 something is wrong or missing, 3 the DNS did not say."""
    seen = set(states)
    if seen & _FAULTS:
        return REFUSED
    return UNREACHABLE if seen & _NOT_KNOWN else 0


def check_exit_code(result: str) -> int:
    """Of an SPF check: 0 for pass, 3 for temperror, 1 for every other result."""
    return _CHECKS.get(result, REFUSED)


def states_of(inspected: Mapping[str, Any]) -> list[str]:
    """Those that decide on the exit code of one inspection: of DKIM those of each key, too."""
    return [inspected["state"], *(key["state"] for key in inspected.get("keys", ()))]


def whole_states(inspected: Mapping[str, Any]) -> list[str]:
    """Those of a whole domain. DMARC and SPF are every domain's to have; what else is missing, may be."""
    needed = [inspected[name]["state"] for name in ("dmarc", "spf")]
    parts = [part["state"] for part in inspected["summary"]]
    return [inspected["state"], *needed, *(state for state in parts if state == "error")]


def show_inspection(kind: str, inspected: Mapping[str, Any], *, to: Console | None = None) -> None:
    """One inspection: its state, the records, the facts, the findings."""
    out = to or console()
    _head(out, kind, inspected["state"], inspected["query"])
    for record in inspected["records"]:
        text = text_of(record)
        _line(out, text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ... ({len(text):,} characters)")
    for line in facts_of(kind, inspected):
        _line(out, text_of(line), "dim")
    _findings(out, inspected["findings"])
    for key in inspected.get("keys", ()):
        _findings(out, key["findings"], of=key["selector"])


def show_whole(inspected: Mapping[str, Any], *, to: Console | None = None) -> None:
    """Everything about a domain: a summary, then each of its parts."""
    out = to or console()
    _head(out, inspected["domain"], inspected["state"], "parked" if inspected["parked"] else "")
    columns = ("record", "state", "#errors", "#warnings", "#infos")
    rows = [
        (_kind_of(part["name"]), part["state"], part["errors"], part["warnings"], part["infos"])
        for part in inspected["summary"]
    ]
    out.print(table(columns, rows))
    _findings(out, inspected["findings"])
    for part in inspected["summary"]:
        out.print()
        show_inspection(_kind_of(part["name"]), inspected[part["name"]], to=out)


def show_check(check: Mapping[str, Any], *, to: Console | None = None) -> None:
    """One delivery as SPF sees it."""
    out = to or console()
    _head(out, "spf", check["result"], check["ip"])
    for line in delivery_facts(check):
        _line(out, line)


def _kind_of(part: str) -> str:
    return part.replace("_", "-")


def _head(out: Console, title: str, state: str, about: str) -> None:
    head = Text(f"{title}  ", "bold")
    head.append(state, _COLOURS.get(state, ""))
    head.append(f"  {text_of(about)}", "dim")
    out.print(head)


def _line(out: Console, text: str, style: str = "") -> None:
    out.print(Text(f"  {text}", style), soft_wrap=True)


def _findings(out: Console, findings: Sequence[Mapping[str, Any]], *, of: str = "") -> None:
    for finding in findings:
        line = Text("  ")
        line.append(f"{finding['severity']:<8}", _SEVERITIES.get(finding["severity"], ""))
        line.append(f"{of}: " if of else "")
        line.append(text_of(finding["message"]))
        place = f"; at {finding['start']}-{finding['end']}" if finding["start"] is not None else ""
        line.append(f"  [{finding['code']}; {finding['rule']}{place}]", "dim")
        out.print(line, soft_wrap=True)
        if finding["advice"]:
            _line(out, f"        {text_of(finding['advice'])}")
