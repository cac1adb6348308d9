"""Alerts seen and moved by those who have the right to it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shared.core import ids
from shared.core.access import Readable, read_account, write_arrivals, write_domain
from shared.core.alerts.alerts import Alert, AlertFilter, AlertPage, Alerts, AlertState
from shared.core.callers import Caller
from shared.core.domains import Domains
from shared.core.errors import Malformed, NotFound
from shared.core.groups import Groups
from shared.core.ids import AlertId
from shared.core.paging import PageRequest


@dataclass(frozen=True, slots=True)
class AlertShelf:
    alerts: Alerts
    domains: Domains
    groups: Groups


def list_alerts(shelf: AlertShelf, caller: Caller, wanted: AlertFilter, page: PageRequest) -> AlertPage:
    """Those of the domains that the caller sees; those of the account itself only for who sees them all.
    ``Malformed`` where the times are in the wrong order."""
    first, last = wanted.raised_from, wanted.raised_to
    if first is not None and last is not None and first > last:
        raise Malformed("created_after is after created_before", param="created_after")
    right = read_account(caller, shelf.groups)
    after = AlertId(page.cursor.id) if page.cursor else None
    seen = replace(wanted, within=right.within)
    return shelf.alerts.page(right.account, seen, after=after, limit=page.limit)


def find_alert(shelf: AlertShelf, caller: Caller, reference: str) -> Alert:
    """``NotFound``, also for one of a domain that is out of sight."""
    right = read_account(caller, shelf.groups)
    alert = shelf.alerts.get(right.account, AlertId(ids.parse(ids.ALERT, reference)))
    if alert is None or not _covers(right, alert):
        raise NotFound("The requested resource could not be found", param="id")
    return alert


def move_alert(shelf: AlertShelf, caller: Caller, reference: str, state: AlertState, *, now: float) -> Alert:
    """Whoever may write to the domain may say what became of its alerts; for those of the account that is
    who may write to every domain. ``Outdated``."""
    alert = find_alert(shelf, caller, reference)
    if alert.domain is None:
        write_arrivals(caller)
    else:
        write_domain(caller, ids.render(ids.DOMAIN, alert.domain), shelf.domains)
    moved = alert.moved(state, int(now), caller.label)
    return alert if moved == alert else shelf.alerts.change(moved)


def _covers(right: Readable, alert: Alert) -> bool:
    return right.whole if alert.domain is None else right.covers(alert.domain)
