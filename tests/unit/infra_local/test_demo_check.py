"""The demo's check finds every way in which an API may be wrong, and passes one that is right."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from infra.local.demo.cast import ORCHARD
from infra.local.demo.check import differences, quarantine_differences
from infra.local.demo.expected import Expected, Sum, expected_of, recognised
from infra.local.demo.observed import Observed, Sources
from infra.local.demo.script import Script, write_script
from infra.local.demo.settling import settle, until_equal
from infra.local.demo.traffic import Parameters

LAST_DAY = date(2026, 11, 20)
PARAMETERS = Parameters(LAST_DAY, days=3)
ADDRESSES = {watched.name: "token@reports.example" for watched in PARAMETERS.domains}


@pytest.fixture(scope="module")
def script() -> Script:
    return write_script(PARAMETERS, ADDRESSES, "reports.example")


def expected(script: Script) -> Expected:
    return expected_of(script.truths, ORCHARD.name, first=PARAMETERS.first_day, last=LAST_DAY)


def judged(ips: list[dict[str, Any]]) -> dict[str, Any]:
    """The standing that most of its messages have, and how many of 100 pass."""
    counts = Counter[str]()
    for each in ips:
        counts.update(each["standings"])
    passed = sum(each["dmarc_pass"] for each in ips)
    return {"standing": max(counts, key=counts.__getitem__), "dmarc_alignment": 100 * passed / counts.total()}


def as_told(script: Script) -> Observed:
    """What a right API would tell, sources grouped as they must be."""
    meant = expected(script)
    groups: dict[str, list[dict[str, Any]]] = {}
    names = recognised(ORCHARD)
    for ip, figures in meant.sources.items():
        groups.setdefault(names.get(ip, "unknown"), []).append(
            {
                "ip": ip,
                "total_messages": figures.messages,
                "accepted": figures.accepted,
                "quarantined": figures.quarantined,
                "rejected": figures.rejected,
                "spf_aligned": figures.spf_pass,
                "dkim_aligned": figures.dkim_pass,
                "dmarc_pass": figures.dmarc_pass,
                "standings": {
                    "dmarc_capable": figures.capable,
                    "non_compliant": figures.non_compliant,
                    "forwarders": figures.forwarders,
                    "threat_unknown": figures.threat,
                },
            }
        )
    senders = [
        {
            "sender_domain": name,
            "ip_count": len(ips),
            "ips": ips,
            **{
                field: sum(each[field] for each in ips)
                for field in ("total_messages", "rejected", "quarantined")
            },
            **judged(ips),
        }
        for name, ips in groups.items()
    ]
    return Observed(
        total=meant.total,
        days=dict(meant.days),
        reports=dict(meant.reports),
        failures=Counter(meant.failures),
        sources=[Sources(PARAMETERS.first_day, LAST_DAY, senders)],
    )


def told_wrong(script: Script, observed: Observed) -> str:
    return "\n".join(differences(script, ORCHARD, observed))


def test_what_is_right_has_no_differences(script: Script) -> None:
    assert differences(script, ORCHARD, as_told(script)) == []


def test_a_wrong_day_is_found(script: Script) -> None:
    observed = as_told(script)
    observed.days[LAST_DAY] = replace(observed.days[LAST_DAY], dkim_pass=0)
    assert f"{LAST_DAY}: sent dkim_pass" in told_wrong(script, observed)


def test_a_day_too_many_is_found(script: Script) -> None:
    observed = as_told(script)
    observed.days[date(2026, 1, 1)] = Sum(messages=1)
    assert "2026-01-01: sent messages 0, the API says 1" in told_wrong(script, observed)


def test_missing_altered_and_doubled_reports_are_found(script: Script) -> None:
    observed = as_told(script)
    first, second, third = list(observed.reports)[:3]
    del observed.reports[first]
    observed.reports[second] = (0, 0)
    observed.twice.append(third)
    said = told_wrong(script, observed)
    assert f"report {' '.join(first)}: sent " in said
    assert f"report {' '.join(second)}: sent " in said
    assert f"report {' '.join(third)} is listed twice" in said


def test_a_source_under_the_wrong_sender_or_with_wrong_figures_is_found(script: Script) -> None:
    observed = as_told(script)
    senders = observed.sources[0].senders
    google = next(sender for sender in senders if sender["sender_domain"] == "google.com")
    google["sender_domain"] = "elsewhere.example"
    google["ips"][0]["spf_aligned"] += 1
    said = told_wrong(script, observed)
    assert "is shown under elsewhere.example and is of google.com" in said
    assert "sent spf_pass" in said


def test_a_sender_taken_for_something_else_is_found(script: Script) -> None:
    observed = as_told(script)
    unknown = next(s for s in observed.sources[0].senders if s["sender_domain"] == "unknown")
    spoofed = next(each for each in unknown["ips"] if each["standings"]["threat_unknown"])
    messages = spoofed["standings"]["threat_unknown"]
    spoofed["standings"] |= {"threat_unknown": 0, "dmarc_capable": messages}
    said = told_wrong(script, observed)
    assert f"{spoofed['ip']}: sent threat {messages}, the API says 0" in said
    assert f"{spoofed['ip']}: sent capable 0, the API says {messages}" in said


def test_a_missing_source_is_found(script: Script) -> None:
    observed = as_told(script)
    unknown = next(s for s in observed.sources[0].senders if s["sender_domain"] == "unknown")
    gone = unknown["ips"].pop()
    unknown["ip_count"] -= 1
    assert f"{gone['ip']}: sent messages {gone['total_messages']}, the API says 0" in told_wrong(
        script, observed
    )


def test_quarantine_must_hold_each_reason_as_often_as_expected() -> None:
    assert quarantine_differences(Counter(conflict=1), ["conflict"]) == []
    assert len(quarantine_differences(Counter(conflict=2, empty=1), ["conflict", "virus"])) == 3


def test_settling_takes_several_quiet_looks() -> None:
    waiting = iter([3, 0, 1, 0, 0, 0, 9])
    assert settle(lambda: next(waiting), seconds=10, sleep=lambda _: None)
    assert next(waiting) == 9


def test_settling_gives_up() -> None:
    assert not settle(lambda: 1, seconds=2, sleep=lambda _: None)


def test_looking_ends_with_the_first_time_that_all_is_equal() -> None:
    answers = iter([["a"], ["b"], []])
    assert until_equal(lambda: next(answers), seconds=60, sleep=lambda _: None) == []
    assert until_equal(lambda: ["still"], seconds=0, sleep=lambda _: None) == ["still"]
