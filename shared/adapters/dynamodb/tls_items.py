"""What TLS reports say of a domain, as one item: an attribute for each of its last days.

``d<n>`` holds the day whose number is n modulo ``DAYS``, so that the item stops growing and nothing has to be
cleared up: a day takes the place of the one that is too old. It is JSON, without what is the same for most.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, Final

from shared.adapters.dynamodb import keys
from shared.adapters.dynamodb.expressions import Item, Plain
from shared.adapters.dynamodb.table import Range, Step, Table, update
from shared.core.access import Readable
from shared.core.clock import DAY_SECONDS, epoch_of, utc_day
from shared.core.ids import DomainId, day_number
from shared.core.rollups import DayRollup
from shared.core.tls.days import DAYS, Cause, Policy, PolicyLine, TlsDay, folded

_EPOCH: Final = date(1970, 1, 1)
_FEW: Final = 100
_LARGEST: Final = 5_000
"""Bytes of a day."""

_CODES: Final = {
    ("sts", "enforce"): "e",
    ("sts", "testing"): "t",
    ("sts", "none"): "s",
    ("tlsa", "none"): "d",
    ("no-policy-found", "none"): "n",
}
_POLICIES: Final = {code: policy for policy, code in _CODES.items()}
_USUAL_END: Final = DAY_SECONDS - 1
_FOLDS: Final = ((16, 12), (4, 4))


def tls_step(rollup: DayRollup, now: int, *, had: bool) -> Step | None:
    """Moves the day to what its rollup says; None when there is nothing to move."""
    today = utc_day(now)
    if not (rollup.tls or had) or not today - timedelta(days=DAYS - 2) <= rollup.day <= today + timedelta(1):
        return None
    where, slot = keys.tls_days(rollup.account, rollup.domain), f"d{day_number(rollup.day) % DAYS}"
    if not rollup.tls:
        return update(where, f"REMOVE #{slot}")
    values: dict[str, Plain] = {"lines": _packed(rollup), "expires": now + (DAYS + 2) * DAY_SECONDS}
    return update(where, f"SET #{slot} = :lines, #expires = :expires", values=values)


def read_tls(table: Table, right: Readable, now: int) -> Iterator[TlsDay]:
    """Of the domains that the right covers, by their numbers."""
    for item in _items(table, right):
        if item["expires"] > now:
            home = DomainId(int(item["sk"]))
            days = (_day(home, value) for name, value in item.items() if name[0] == "d")
            yield from sorted(days, key=lambda each: each.day)


def _items(table: Table, right: Readable) -> Iterator[Item]:
    alone = right.within if right.domain is None else frozenset({right.domain.id})
    if alone is not None and len(alone) <= _FEW:
        found = table.get_many((keys.tls_days(right.account, home) for home in alone), consistent=False)
        yield from (found[key] for key in sorted(found) if "expires" in found[key])
        return
    everything = Range(keys.tls_days(right.account, DomainId(0)).pk)
    for item in table.query(everything):
        if right.covers(DomainId(int(item["sk"]))) and "expires" in item:
            yield item


def _packed(rollup: DayRollup) -> str:
    """Whatever senders make up, the item stays within the table's limit."""
    packed = _said(rollup.day, rollup.tls)
    for policies, causes in _FOLDS:
        if len(packed.encode()) <= _LARGEST:
            break
        packed = _said(rollup.day, folded(rollup.tls, policies=policies, causes=causes))
    return packed


def _said(day: date, said: tuple[PolicyLine, ...]) -> str:
    midnight = epoch_of(day)
    lines: list[list[Any]] = []
    for line in said:
        kind = _CODES.get((line.policy.type, line.policy.mode)) or [line.policy.type, line.policy.mode]
        seen = line.last_seen - midnight
        plain: list[Any] = [kind, line.successful, line.failed, "" if seen == _USUAL_END else seen]
        plain.append(line.policy.domain)
        plain += [[cause.result_type, cause.sessions, cause.details] for cause in line.causes]
        lines.append(plain)
    return json.dumps([day_number(day), *lines], separators=(",", ":"), ensure_ascii=False)


def _day(home: DomainId, packed: str) -> TlsDay:
    number, *lines = json.loads(packed)
    day = _EPOCH + timedelta(days=number)
    return TlsDay(home, day, tuple(_line(epoch_of(day), *plain) for plain in lines))


def _line(
    midnight: int,
    kind: str | list[str],
    successful: int,
    failed: int,
    seen: int | str,
    domain: str,
    *causes: Any,
) -> PolicyLine:
    policy = Policy(domain, *(_POLICIES[kind] if isinstance(kind, str) else kind))
    end = midnight + (_USUAL_END if isinstance(seen, str) else seen)
    return PolicyLine(policy, successful, failed, end, tuple(Cause(*cause) for cause in causes))
