"""How the DNS of all domains of an account is, by the last checks of the deployment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cli.stops import REFUSED, UNREACHABLE
from cli.tables import show

_NEEDED = ("dmarc", "spf")
"""Every domain's to have; of the other records only a wrong one is a fault."""

_FAULTS = frozenset({"missing", "invalid"})

if TYPE_CHECKING:
    from cli.client import Api

State = Mapping[str, Any]


def states(api: Api) -> list[State]:
    """What ``GET /domains/{id}/dns`` says, of every domain."""
    return [api.get(f"/domains/{domain['id']}/dns")["data"] for domain in api.every("/domains")]


def show_states(found: Sequence[State]) -> None:
    records = list(dict.fromkeys(name for state in found for name in _statuses(state)))
    rows = [
        [state["domain"], *(_statuses(state).get(name) for name in records), state["last_checked_at"]]
        for state in found
    ]
    show(("domain", *records, "checked"), rows)
    faulty = [state["domain"] for state in found if _faults(state)]
    print(f"{len(faulty)} domain(s) have DNS issues" if faulty else f"{len(found)} domain(s), no DNS issues")


def exit_code(found: Sequence[State]) -> int:
    """1 where a domain's record is wrong, or its DMARC or SPF missing; 3 where one is not known yet."""
    if any(_faults(state) for state in found):
        return REFUSED
    known = all(_statuses(state).get(name) == "valid" for state in found for name in _NEEDED)
    return 0 if known else UNREACHABLE


def _statuses(state: State) -> dict[str, str]:
    return {
        name: str(value["status"])
        for name, value in state.items()
        if isinstance(value, Mapping) and "status" in value
    }


def _faults(state: State) -> list[str]:
    return [
        name
        for name, status in _statuses(state).items()
        if status == "invalid" or (name in _NEEDED and status in _FAULTS)
    ]
