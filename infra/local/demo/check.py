"""Whether the API tells what was sent: every way in which it does not, in one line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from infra.local.demo.cast import Watched
from infra.local.demo.expected import Expected, Sum, expected_of, recognised
from infra.local.demo.observed import Observed, Sources, source_sum
from infra.local.demo.script import Script
from infra.local.demo.verdicts import differences as verdict_differences


def differences(script: Script, watched: Watched, observed: Observed) -> list[str]:
    """What the API says of a domain, against what was sent of it."""
    parameters = script.parameters
    expected = expected_of(script.truths, watched.name, first=parameters.first_day, last=parameters.last_day)
    found = [*_day_lines(expected, observed), *_report_lines(expected, observed)]
    for sources in observed.sources:
        meant = expected_of(script.truths, watched.name, first=sources.first, last=sources.last)
        found += _source_lines(meant, sources, recognised(watched))
        found += verdict_differences(script.truths, watched, sources)
    return [f"{watched.name}: {line}" for line in found]


def _day_lines(expected: Expected, observed: Observed) -> Iterator[str]:
    yield from _unequal("all days", expected.total, observed.total)
    for day in sorted(expected.days.keys() | observed.days.keys()):
        yield from _unequal(str(day), expected.days.get(day, Sum()), observed.days.get(day, Sum()))


def _report_lines(expected: Expected, observed: Observed) -> Iterator[str]:
    for key in sorted(expected.reports.keys() | observed.reports.keys()):
        sent, told = expected.reports.get(key), observed.reports.get(key)
        if sent != told:
            yield f"report {' '.join(key)}: sent {_pair(sent)}, the API says {_pair(told)}"
    yield from (f"report {' '.join(key)} is listed twice" for key in observed.twice)
    if expected.failures != observed.failures:
        sent_count, told_count = expected.failures.total(), observed.failures.total()
        apart = (expected.failures - observed.failures) + (observed.failures - expected.failures)
        yield f"failure reports: sent {sent_count}, the API says {told_count}, apart at {sorted(apart)[:3]}"


def _source_lines(expected: Expected, sources: Sources, names: dict[str, str]) -> Iterator[str]:
    """An address may stand under several senders, for a relay sends for many: it is summed over them.
    Of a sender with very many addresses only some are listed; then the sums over senders still bind."""
    span = f"sources {sources.first} to {sources.last}"
    told: dict[str, Sum] = {}
    for sender in sources.senders:
        for address in sender["ips"]:
            told[address["ip"]] = told.get(address["ip"], Sum()) + source_sum(address)
            if names.get(address["ip"], sender["sender_domain"]) != sender["sender_domain"]:
                right = names[address["ip"]]
                yield f"{span}, {address['ip']} is shown under {sender['sender_domain']} and is of {right}"
    complete = all(len(sender["ips"]) == sender["ip_count"] for sender in sources.senders)
    for ip in sorted(told.keys() | expected.sources.keys() if complete else told.keys()):
        yield from _unequal(f"{span}, {ip}", expected.sources.get(ip, Sum()), told.get(ip, Sum()))
    for name, field in (
        ("messages", "total_messages"),
        ("rejected", "rejected"),
        ("quarantined", "quarantined"),
    ):
        sent = sum(getattr(each, name) for each in expected.sources.values())
        said = sum(sender[field] for sender in sources.senders)
        if sent != said:
            yield f"{span}: sent {name} {sent}, the API says {said}"


def quarantine_differences(expected: Counter[str], observed: Iterable[str]) -> list[str]:
    """``observed`` are the reasons of the entries that came since the demo began."""
    told = Counter(observed)
    return [
        f"quarantine: {reason} expected {expected[reason]} times, the API says {told[reason]}"
        for reason in sorted(expected.keys() | told.keys())
        if expected[reason] != told[reason]
    ]


def _unequal(what: str, sent: Sum, told: Sum) -> Iterator[str]:
    for name in Sum.__slots__:
        mine, theirs = getattr(sent, name), getattr(told, name)
        if mine != theirs:
            yield f"{what}: sent {name} {mine}, the API says {theirs}"


def _pair(numbers: tuple[int, int] | None) -> str:
    return "nothing" if numbers is None else f"{numbers[0]} with {numbers[1]} passed"
