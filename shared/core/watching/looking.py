"""From one look at the DNS to what is known: a failure takes nothing away, and only what was seen twice in a
row is a change.

A resolver, a lame server or an unreachable host says nothing about a record (standards 1.16 and trap 39), so
the last answer stays, marked with the time since which there is none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from shared.core.ids import AccountId, DomainId
from shared.core.plain import plain
from shared.core.watching.states import PARTS, Change, DnsState, Known, Part, change_number
from shared.mailauth.evaluate.inspection import State

if TYPE_CHECKING:
    from shared.mailauth.evaluate.whole import DomainInspection

_KINDS: Final = {Part.MX: "MX"}
_PASSING: Final = frozenset({"ttl", "addresses"})
"""What differs between two looks at the same records: large providers rotate their addresses."""

_BULKY: Final = {Part.SPF: frozenset({"tree", "networks", "flattened", "flattened_ttl"})}
"""What an inspection on request shows anew."""

_LARGEST: Final = {Part.DKIM: 40_000}
_LARGE: Final = 16_000
_CUTS: Final = ((1_000, 100), (300, 30), (100, 10), (50, 3))
"""Most characters of a text and most members of a list, of what is too large otherwise."""


def advance(
    previous: DnsState | None,
    seen: DomainInspection,
    *,
    account: AccountId,
    domain: DomainId,
    now: int,
    last_checked: int | None,
) -> tuple[DnsState, tuple[Change, ...]]:
    """What is known after a look, and what is thereby known to have changed.

    The state is ``previous`` itself if it says the same; else its version is the next one. ``last_checked``
    is when the look before was."""
    known = {
        part: _known(previous.parts.get(part) if previous else None, part, seen, now, last_checked)
        for part in PARTS
    }
    changes = tuple(
        Change(change_number(each.since, each.part), each.part, each.since, old.settled or (), each.lines)
        for each in known.values()
        if (old := previous.parts.get(each.part) if previous else None) is not None
        and old.settled is not None
        and each.settled != old.settled
    )
    failing = any(each.failing is not None for each in known.values())
    across = tuple(plain(seen.findings)) if previous is None or not failing else previous.findings
    state = DnsState(account, domain, known, across, previous.version if previous else 0)
    if previous is not None and _essence(state) == _essence(previous):
        return previous, changes
    return replace(state, version=state.version + 1), changes


def selectors_to_ask(previous: DnsState | None, reported: tuple[str, ...]) -> tuple[str, ...]:
    """Selectors that the reports name, and those that had a record the last time."""
    keys = previous.inspection(Part.DKIM).get("keys", ()) if previous else ()
    had = (str(key["selector"]) for key in keys if key.get("records"))
    return tuple(dict.fromkeys((*reported, *had)))


def lines_of(part: Part, inspection: Mapping[str, Any]) -> tuple[str, ...]:
    """The records that an inspection rests on, each with its name, and the aliases that led there; sorted, as
    servers answer in any order they like."""
    if part is Part.MTA_STS_POLICY:
        return tuple(inspection["records"])
    if part is Part.DKIM:
        return tuple(sorted(line for key in inspection["keys"] for line in _record_lines(part, key)))
    return tuple(sorted(_record_lines(part, inspection)))


def _record_lines(part: Part, inspection: Mapping[str, Any]) -> Iterator[str]:
    name = inspection["query"]
    for record in inspection["records"]:
        yield f"{name} {_KINDS.get(part, 'TXT')} {record}"
    alias = alias_of(inspection)
    if alias is not None:
        yield f"{_alias_name(part, inspection)} CNAME {alias}"


def alias_of(inspection: Mapping[str, Any]) -> str | None:
    """What the inspected name is an alias of."""
    cname = inspection.get("cname")
    if isinstance(cname, Mapping):
        return str(cname["target"])
    if cname:
        return str(cname)
    aliases = inspection.get("aliases") or ()
    return str(aliases[0]) if aliases else None


def _alias_name(part: Part, inspection: Mapping[str, Any]) -> str:
    return f"_dmarc.{inspection['domain']}" if part is Part.DMARC else str(inspection["query"])


def _known(
    old: Known | None, part: Part, seen: DomainInspection, now: int, last_checked: int | None
) -> Known:
    inspection = _kept(part, plain(getattr(seen, part.value)))
    if part is Part.DKIM and old is not None:
        inspection = _with_old_keys(inspection, old.inspection)
    if part is Part.MX and old is not None and inspection["soa"] is None:
        inspection = {**inspection, "soa": old.inspection.get("soa")}
    state = State(inspection["state"])
    lines = lines_of(part, inspection)
    if state is State.ERROR:
        trouble = next((str(found["message"]) for found in inspection["findings"]), "no usable answer")
        if old is None:
            return Known(part, state, inspection, failing=now, trouble=trouble)
        # An SPF record that was read is news, even if what it includes gave no answer.
        news = part is Part.SPF and bool(inspection["records"])
        if not news or lines == old.lines:
            first = old.failing is None
            return replace(
                old,
                settled=lines if news else old.settled,
                failing=now if first else old.failing,
                answered=last_checked if first else old.answered,
                trouble=trouble,
            )
    if old is None or old.settled is None:
        return Known(part, state, inspection, lines, since=now, settled=lines)
    if lines != old.lines:
        # Back to what it was: nothing happened.
        return Known(part, state, inspection, lines, since=now, settled=old.settled)
    return Known(part, state, inspection, lines, since=old.since, settled=lines)


def _kept(part: Part, inspection: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is stored of an inspection: bounded, whatever a hostile server answered."""
    bulky = _BULKY.get(part, frozenset())
    kept: Any = {name: held for name, held in inspection.items() if name not in bulky}
    for longest, most in _CUTS:
        if len(json.dumps(kept)) <= _LARGEST.get(part, _LARGE):
            break
        kept = _cut(kept, longest, most)
    bounded: Mapping[str, Any] = kept
    return bounded


def _cut(value: Any, longest: int, most: int) -> Any:
    if isinstance(value, str):
        return value if len(value) <= longest else f"{value[:longest]}..."
    if isinstance(value, Mapping):
        return {name: _cut(held, longest, most) for name, held in value.items()}
    if isinstance(value, list):
        return [_cut(each, longest, most) for each in value[:most]]
    return value


def _with_old_keys(inspection: Mapping[str, Any], old: Mapping[str, Any]) -> Mapping[str, Any]:
    """Keys that gave no answer, as they were when they last did."""
    before = {key["selector"]: key for key in old.get("keys", ()) if key["state"] != State.ERROR}
    keys = [
        before.get(key["selector"], key) if key["state"] == State.ERROR else key for key in inspection["keys"]
    ]
    return {**inspection, "keys": keys}


def _essence(state: DnsState) -> Any:
    """All but what differs from look to look."""
    parts = [
        (known.part, known.state, known.lines, known.since, known.settled, known.failing, known.answered)
        for known in state.parts.values()
    ]
    inspections = [known.inspection for known in state.parts.values()]
    return parts, _lasting(list(state.findings)), _lasting(inspections)


def _lasting(value: Any) -> Any:
    """Order is none: servers answer in any, and where it counts ``lines`` has it; what was stored comes back
    with its keys in another."""
    if isinstance(value, Mapping):
        return {key: _lasting(held) for key, held in sorted(value.items()) if key not in _PASSING}
    if isinstance(value, (list, tuple)):
        return sorted((_lasting(each) for each in value), key=repr)
    return value
