from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.hosting.names import Service
from shared.core.watching.checking import SECOND_LOOK
from tests.unit.core.hosting.world import RECORD, served
from tests.unit.core.hosting.world import World as Hosts
from tests.unit.core.watching.world import DMARC, NAME
from tests.unit.core.watching.world import World as Watched
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW


def told(world: Hosts) -> list[tuple[AlertKind, str | int]]:
    return [(event.kind, event.facts["service"]) for event in world.alerts.sent]


def test_a_record_that_changed_is_told_of_once_it_was_seen_twice() -> None:
    world = Watched()
    world.look()
    del world.zone[f"_dmarc.{NAME}", "TXT"]
    world.look(after=10)
    assert world.alerts.sent == []
    for _ in range(3):
        world.look(after=SECOND_LOOK)

    (change,) = world.history
    assert world.alerts.sent == [
        AlertEvent(
            ACCOUNT.id,
            DOMAIN.id,
            AlertKind.DNS_CHANGE,
            str(change.id),
            NOW + 10,
            {"part": "dmarc", "before": f"_dmarc.{NAME} TXT {DMARC}", "after": ""},
        )
    ]


def test_a_first_look_is_no_change() -> None:
    world = Watched()
    world.look()
    world.look(after=SECOND_LOOK)
    assert world.alerts.sent == []


def test_each_service_is_told_of_when_it_is_live() -> None:
    world = served()
    assert sorted(told(world)) == [
        (AlertKind.HOSTING_LIVE, "DMARC record"),
        (AlertKind.HOSTING_LIVE, "MTA-STS policy"),
    ]
    world.look(after=60)
    assert len(world.alerts.sent) == 2


def test_a_cname_that_goes_away_breaks_the_hosting_and_back_it_is_live_again() -> None:
    world = served()
    world.alerts.sent.clear()
    world.cut(Service.DMARC)
    world.look(after=60)
    world.look(after=60)
    assert told(world) == [(AlertKind.HOSTING_BROKEN, "DMARC record")]
    assert world.alerts.sent[0].facts["reason"] == "the CNAME is gone"

    world.point(Service.DMARC)
    world.look(after=60)
    assert told(world)[1:] == [(AlertKind.HOSTING_LIVE, "DMARC record")]
    assert len({event.key for event in world.alerts.sent}) == 2


class Died(Exception):
    """What a killed worker is to those who called it."""


class Dying:
    """A port that was not reached any more."""

    def __getattr__(self, name: str) -> Any:
        def called(*_: Any, **__: Any) -> None:
            raise Died

        return called


class Unstored(Dying):
    """Hostings that are read and not stored."""

    def __init__(self, hostings: Any) -> None:
        self.get = hostings.get


@pytest.mark.parametrize("dies", ["before it is told", "before it is stored"])
def test_a_turn_is_told_of_under_one_key_though_whoever_saw_it_died(dies: str) -> None:
    world = served()
    world.alerts.sent.clear()
    world.cut(Service.DMARC)
    world.look(after=60)
    whole = world.tender
    if dies == "before it is told":
        world.tender = replace(whole, alerts=cast(Any, Dying()))
    else:
        world.tender = replace(whole, hostings=cast(Any, Unstored(world.hostings)))
    with pytest.raises(Died):
        world.look(after=60)
    world.tender = whole
    world.look(after=60)
    world.look(after=60)

    assert set(told(world)) == {(AlertKind.HOSTING_BROKEN, "DMARC record")}
    assert len({event.key for event in world.alerts.sent}) == 1


def test_a_change_of_the_record_is_no_break() -> None:
    world = served()
    world.alerts.sent.clear()
    world.dmarc_on(RECORD.replace("p=none", "p=reject"))
    world.settle()
    assert world.alerts.sent == []


def test_what_is_switched_off_is_not_broken() -> None:
    world = served()
    world.alerts.sent.clear()
    world.switches.dmarc_off(world.right, now=world.now)
    world.cut(Service.DMARC)
    world.settle()
    assert world.alerts.sent == []


def test_a_look_that_gets_no_answer_breaks_nothing() -> None:
    world = served()
    world.alerts.sent.clear()
    world.web_down = True
    world.look(after=60)
    assert world.alerts.sent == []
