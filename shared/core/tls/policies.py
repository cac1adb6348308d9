"""The policies under which senders delivered, each with its sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from shared.core.access import Readable
from shared.core.errors import Malformed, NotFound
from shared.core.ids import TLS_POLICY, DomainId, parse
from shared.core.paging import Cursor, Page, PageRequest
from shared.core.rollups import Rollups
from shared.core.statistics import Span
from shared.core.tls.days import PolicyLine, added_up


class PolicyOrder(StrEnum):
    P_DOMAIN = "p_domain"
    SUM_SUCCESS = "sum_success"
    SUM_FAILED = "sum_failed"
    P_TYPE = "p_type"
    STS_P_MODE = "sts_p_mode"
    LAST_SEEN = "last_seen"


@dataclass(frozen=True, slots=True)
class SeenPolicy:
    """``number`` is made of the domain and the policy: the same one on every day."""

    number: int
    domain: DomainId
    line: PolicyLine


_KEYS: Final[dict[PolicyOrder, Callable[[PolicyLine], Any]]] = {
    PolicyOrder.P_DOMAIN: lambda line: line.policy.domain,
    PolicyOrder.SUM_SUCCESS: lambda line: line.successful,
    PolicyOrder.SUM_FAILED: lambda line: line.failed,
    PolicyOrder.P_TYPE: lambda line: line.policy.type,
    PolicyOrder.STS_P_MODE: lambda line: line.policy.mode,
    PolicyOrder.LAST_SEEN: lambda line: line.last_seen,
}


def policies_page(
    rollups: Rollups,
    right: Readable,
    span: Span,
    page: PageRequest,
    *,
    order: PolicyOrder = PolicyOrder.P_DOMAIN,
    descending: bool = False,
) -> Page[SeenPolicy]:
    """What is equal in the order is in that of domain, type, mode and number. The cursor counts policies."""
    found = sorted(_seen(rollups, right, span), key=lambda each: (each.line.policy, each.number))
    found.sort(key=lambda each: _KEYS[order](each.line), reverse=descending)
    start = page.cursor.id if page.cursor else 0
    if start > len(found):
        raise Malformed("The cursor is not one of ours", param="cursor")
    end = start + page.limit
    return Page(found[start:end], Cursor(end) if end < len(found) else None, len(found))


def find_policy(rollups: Rollups, right: Readable, span: Span, reference: str) -> SeenPolicy:
    number = parse(TLS_POLICY, reference)
    found = next((each for each in _seen(rollups, right, span) if each.number == number), None)
    if found is None:
        raise NotFound("The requested resource could not be found", param="id")
    return found


def _seen(rollups: Rollups, right: Readable, span: Span) -> Iterable[SeenPolicy]:
    lines: dict[DomainId, list[PolicyLine]] = {}
    for day in rollups.tls_days(right, span.first, span.last):
        lines.setdefault(day.domain, []).extend(day.lines)
    for domain, mine in lines.items():
        for line in added_up(mine).values():
            yield SeenPolicy(_number(domain, line), domain, line)


def _number(domain: DomainId, line: PolicyLine) -> int:
    policy = line.policy
    said = "\x1f".join((str(domain), policy.domain, policy.type, policy.mode))
    digest = hashlib.sha256(said.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:6], "big") or 1
