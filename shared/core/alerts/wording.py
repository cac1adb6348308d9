"""Alerts in words: one line of what happened, and its facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from shared.core.alerts.alerts import Alert
from shared.core.alerts.events import AlertKind

_LONGEST_FACT: Final = 300

_Facts = Mapping[str, str | int]


def _new_source(facts: _Facts) -> str:
    return f"A new source sends mail: {facts.get('source', 'unknown')}"


def _failure_spike(facts: _Facts) -> str:
    return (
        f"{facts.get('failed', 'Much')} of {facts.get('messages', 'all')} messages of "
        f"{facts.get('day', 'a day')} failed DMARC, {facts.get('usual', 'fewer')} are usual"
    )


def _dns_change(facts: _Facts) -> str:
    return f"DNS changed: {facts.get('part', 'a record')}"


def _issue_opened(facts: _Facts) -> str:
    return f"New issue: {facts.get('title', facts.get('rule', 'see the list of issues'))}"


def _hosting_live(facts: _Facts) -> str:
    return f"Hosting is live: {facts.get('service', 'a record')}"


def _hosting_broken(facts: _Facts) -> str:
    return f"Hosting is broken: {facts.get('service', 'a record')}"


def _quota_near(facts: _Facts) -> str:
    used, allowed = facts.get("used", "?"), facts.get("allowed", "?")
    return f"{used} of {allowed} {facts.get('limit', 'of a limit')} are used"


def _reporter_silent(facts: _Facts) -> str:
    return f"{facts.get('reporter', 'A reporter')} has sent no report since {facts.get('last', 'some days')}"


_TITLES: Final[Mapping[AlertKind, Callable[[_Facts], str]]] = {
    AlertKind.NEW_SOURCE: _new_source,
    AlertKind.FAILURE_SPIKE: _failure_spike,
    AlertKind.DNS_CHANGE: _dns_change,
    AlertKind.ISSUE_OPENED: _issue_opened,
    AlertKind.HOSTING_LIVE: _hosting_live,
    AlertKind.HOSTING_BROKEN: _hosting_broken,
    AlertKind.QUOTA_NEAR: _quota_near,
    AlertKind.REPORTER_SILENT: _reporter_silent,
}


def title_of(alert: Alert) -> str:
    """One line, with the domain in front; facts come from strangers' mail, so controls are taken out."""
    said = _plain(_TITLES[alert.kind](alert.facts))
    return f"{alert.name}: {said}" if alert.name else said


def facts_of(alert: Alert) -> list[tuple[str, str]]:
    """Name and value of each fact, for people."""
    return [(name.replace("_", " "), _plain(str(value))) for name, value in sorted(alert.facts.items())]


def _plain(text: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in text)
    return " ".join(shown.split())[:_LONGEST_FACT]
