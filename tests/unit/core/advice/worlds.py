"""Worlds for rules to look at: a domain, what the DNS holds of it, and the mail of thirty days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from shared.core.advice.advices import PlanRow
from shared.core.advice.planning import Recommendation
from shared.core.advice.traffic import Traffic, traffic
from shared.core.advice.world import Stance, World, stance_of
from shared.core.clock import DAY_SECONDS, utc_day
from shared.core.counters import Counters
from shared.core.domains import Domain
from shared.core.lookups import Lookups
from shared.core.mail import Trust
from shared.core.rollups import DayDetail, DayTotals, ReporterLine, Share, ShareDetail, SourceLine
from shared.core.senders.standing import Standing
from shared.core.watching.looking import advance
from shared.core.watching.states import DnsState, Part
from shared.mailauth.evaluate.whole import assembled, parts_of
from tests.fakes.dns import FakeDns, FakeLookups
from tests.unit.core.world import DOMAIN, NOW

TODAY = utc_day(NOW)
ADDRESS = f"{DOMAIN.token}@reports.example"
RECORD = f"v=DMARC1; p=none; np=reject; rua=mailto:{ADDRESS}"
CONSENT = {(f"{DOMAIN.name}._report._dmarc.reports.example", "TXT"): ["v=DMARC1"]}

Zone = dict[tuple[str, str], Any]


def plan_row(domain: Domain = DOMAIN, **changes: Any) -> PlanRow:
    made = PlanRow(domain.id, domain.name, "", False, 0, False, Recommendation.NONE, 0, 0, 0, 0)
    return replace(made, **changes)


def zone(dmarc: str | None = RECORD, **records: Any) -> Zone:
    """Of a domain with all in order; ``records`` by name, such as ``spf=[...]``."""
    name = DOMAIN.name
    made: Zone = {
        (name, "TXT"): records.pop("spf", ["v=spf1 ip4:192.0.2.0/28 -all"]),
        (name, "MX"): records.pop("mx", [f"10 mx.{name}"]),
        (f"mx.{name}", "A"): ["192.0.2.1"],
        **CONSENT,
    }
    if dmarc is not None:
        made[f"_dmarc.{name}", "TXT"] = [dmarc]
    made.update(records.pop("more", {}))
    return made


def looked(
    published: Zone,
    *,
    selectors: tuple[str, ...] = (),
    web: Mapping[str, Any] | None = None,
    now: float = NOW,
    previous: DnsState | None = None,
) -> DnsState:
    """What is known after a look at a zone."""
    lookups: Lookups = FakeLookups(FakeDns(published, dict(web or {})))
    results = lookups.run_all(parts_of(DOMAIN.name, selectors, now=now))
    seen = assembled(DOMAIN.name, results)
    state, _ = advance(
        previous, seen, account=DOMAIN.account, domain=DOMAIN.id, now=int(now), last_checked=int(now)
    )
    return state


def failing(state: DnsState, *parts: Part) -> DnsState:
    """The same, while the DNS gives no answer to some parts: to all where none is named."""
    known = {
        part: replace(each, failing=int(NOW) - 60, trouble="SERVFAIL") if part in (parts or Part) else each
        for part, each in state.parts.items()
    }
    return replace(state, parts=known)


def with_finding(state: DnsState, part: Part, code: str) -> DnsState:
    """As if a look had found something more about a part."""
    known = state.parts[part]
    finding = {"code": code, "severity": "error", "message": "It says so.", "subject": ""}
    inspection = {**known.inspection, "findings": [*known.inspection["findings"], finding]}
    return replace(state, parts={**state.parts, part: replace(known, inspection=inspection)})


def counters(passed: int = 0, failed: int = 0, *, forwarded: int = 0, spf_only: int = 0) -> Counters:
    """Messages by what became of them; the passing ones are signed, but for ``spf_only``."""
    cells = [0] * 12
    cells[0], cells[3], cells[2] = failed + forwarded, passed, spf_only
    return Counters(tuple(cells), forwarded)


def line(sender: str, counted: Counters, standing: Standing = Standing.CAPABLE, **more: Any) -> SourceLine:
    made = SourceLine(sender, sender.title(), "marketing", "dkim", "192.0.2.1", counted, standing=standing)
    return replace(made, **more)


def mail(
    days: Mapping[int, list[SourceLine]],
    *,
    reporters: tuple[str, ...] = ("google.com", "yahoo.com"),
    trust: Trust = Trust.AUTHENTICATED,
    today: date = TODAY,
) -> Traffic:
    """By days ago. Every reporter reports every day."""
    totals, details = [], []
    for ago, lines in days.items():
        day = today - timedelta(days=ago)
        counted = sum((each.counters for each in lines), Counters())
        heard = tuple(ReporterLine(name, 1, counted.messages) for name in sorted(reporters))
        totals.append(DayTotals(day, ((trust, Share(1, counted)),)))
        details.append(DayDetail(day, (ShareDetail(trust, tuple(lines), heard),)))
    return traffic(today, totals, details)


def every_day(*lines: SourceLine, first: int = 29, last: int = 0, **more: Any) -> Traffic:
    return mail({ago: list(lines) for ago in range(first, last - 1, -1)}, **more)


def world(
    dns: DnsState | None = None, seen_mail: Traffic | None = None, *, days: int | None = None, **changes: Any
) -> World:
    """``days`` is for how long the policy has been as it is."""
    made = World(
        domain=DOMAIN,
        now=int(NOW),
        traffic=seen_mail if seen_mail is not None else Traffic(TODAY),
        dns=dns,
        addresses=(ADDRESS,),
        stance=stance_of(dns, None),
    )
    if days is not None and made.stance is not None:
        made = replace(made, stance=replace(made.stance, since=int(NOW) - days * DAY_SECONDS))
    return replace(made, **changes)


def at(policy: str, *, testing: bool = False, days: int = 40) -> Stance:
    return Stance(policy, testing, int(NOW) - days * DAY_SECONDS)
