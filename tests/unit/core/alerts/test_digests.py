from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.core.accounts import Status
from shared.core.alerts.alerts import alert_of
from shared.core.alerts.digests import Digester
from shared.core.alerts.events import AlertEvent, AlertKind
from shared.core.alerts.report_watch import DigestOrder
from shared.core.alerts.unsubscribing import unsubscribe, unsubscribe_token
from shared.core.clock import epoch_of
from shared.core.counters import Counters
from shared.core.domains import Domain
from shared.core.errors import Invalid
from shared.core.groups import Group
from shared.core.ids import DomainId, GroupId, UserId
from shared.core.letters import Letter
from shared.core.mail import Trust
from shared.core.rights import Level
from shared.core.rollups import DayDetail, DayRollup, DayTotals, Share
from tests import fakes
from tests.unit.core.people.world import MEMBER, OWNER, PENDING, PeopleWorld
from tests.unit.core.world import ACCOUNT, DOMAIN, stored_domains

MONDAY = date(2026, 11, 23)
OTHER = replace(DOMAIN, id=DomainId(20), name="vineyard.example", token="vine")
KEY = b"key"


class World(PeopleWorld):
    def __init__(self) -> None:
        super().__init__()
        self.now = float(epoch_of(MONDAY) + 4 * 3_600)
        self.domains = stored_domains()
        self.domains.add(OTHER)
        self.groups = fakes.FakeGroups(self.domains)
        self.rollups = fakes.FakeRollups()
        self.alerts = fakes.FakeAlerts(lambda: self.now)
        self.advices = fakes.FakeAdvices()
        self.marks = fakes.FakeDigestMarks()
        self.digester = Digester(
            accounts=self.domains.accounts,
            members=self.members,
            domains=self.domains,
            groups=self.groups,
            rollups=self.rollups,
            alerts=self.alerts,
            advices=self.advices,
            marks=self.marks,
            letters=self.letters,
            pages="https://postseal.example/v1",
            key=KEY,
        )

    def ask(self, user: UserId, rhythm: str) -> None:
        member = self.member(user)
        self.members.stored[ACCOUNT.id, user] = replace(member, settings=f'{{"digest": "{rhythm}"}}')

    def report(self, domain: Domain, day: date, passed: int, failed: int = 0) -> None:
        shares = ((Trust.AUTHENTICATED, Share(1, Counters((failed, passed, *[0] * 10)))),)
        rollup = DayRollup(ACCOUNT.id, domain.id, DayTotals(day, shares), DayDetail(day, ()), 2**40)
        assert self.rollups.replace(rollup, expected=0)

    def alert(self, domain: Domain, key: str, raised: float) -> None:
        event = AlertEvent(ACCOUNT.id, domain.id, AlertKind.NEW_SOURCE, key, int(raised), {"source": key})
        self.alerts.keep(alert_of(event, ACCOUNT, domain, int(raised)))

    def send(self, today: date = MONDAY) -> list[Letter]:
        before = len(self.letters.sent)
        count = self.digester.send(DigestOrder(ACCOUNT.id, today), int(self.now))
        sent = self.letters.sent[before:]
        assert len(sent) == count
        return sent


@pytest.fixture
def world() -> World:
    return World()


def test_nobody_gets_what_nobody_asked_for(world: World) -> None:
    assert world.send() == []


def test_a_digest_has_the_numbers_of_each_domain_and_what_happened(world: World) -> None:
    world.ask(OWNER, "weekly")
    world.report(DOMAIN, MONDAY - timedelta(days=7), 90, 10)
    world.report(DOMAIN, MONDAY - timedelta(days=1), 95, 5)
    world.report(DOMAIN, MONDAY - timedelta(days=8), 7_777)
    world.report(DOMAIN, MONDAY, 8_888)
    world.alert(DOMAIN, "mailer.example", world.now - 3_600)

    (letter,) = world.send()
    assert letter.to == "owner@orchard.example"
    assert letter.subject == "Your week at postmaster@orchard.example: 2026-11-16 to 2026-11-22"
    assert "200 messages were reported, 92.5 % of them passed DMARC. 1 alerts." in letter.text
    assert "- orchard.example: A new source sends mail: mailer.example" in letter.text
    line = "orchard.example: 200 messages, 92.5 % DMARC pass, 1 new sources, 1 alerts, 0 open issues"
    assert line in letter.text
    assert "vineyard.example: 0 messages, - DMARC pass" in letter.text
    assert "<td>92.5 %</td>" in letter.html


def test_a_quiet_week_still_sends(world: World) -> None:
    world.ask(OWNER, "weekly")
    (letter,) = world.send()
    assert "Nothing out of the ordinary" in letter.text


def test_each_period_is_sent_once_and_the_next_one_goes_on_from_there(world: World) -> None:
    world.ask(OWNER, "daily")
    world.alert(DOMAIN, "early.example", world.now - 7_200)
    assert len(world.send()) == 1
    assert world.send() == []

    world.alert(DOMAIN, "between.example", world.now + 3_600)
    world.now += 86_400
    (letter,) = world.send(MONDAY + timedelta(days=1))
    assert "between.example" in letter.text
    assert "early.example" not in letter.text


def test_weekly_ones_wait_for_monday(world: World) -> None:
    world.ask(OWNER, "weekly")
    assert world.send(MONDAY + timedelta(days=1)) == []


def test_who_sees_one_group_reads_of_its_domains_alone(world: World) -> None:
    group = Group(GroupId(5), ACCOUNT.id, "Orchards", 1)
    world.groups.add(group, most=9)
    world.groups.assign(DOMAIN, group.id)
    world.members.grant(ACCOUNT.id, MEMBER, group.id, Level.READ)
    world.ask(MEMBER, "daily")
    for domain in (DOMAIN, OTHER):
        world.report(domain, MONDAY - timedelta(days=1), 40)
        world.alert(domain, f"new.{domain.name}", world.now - 60)

    (letter,) = world.send()
    assert "40 messages" in letter.text
    assert "vineyard" not in letter.text + letter.html
    assert letter.text.count("A new source") == 1


def test_who_sees_nothing_reads_that_there_is_nothing(world: World) -> None:
    world.ask(MEMBER, "daily")
    world.report(DOMAIN, MONDAY - timedelta(days=1), 40)
    (letter,) = world.send()
    assert "0 domains: 0 messages" in letter.text


def test_invited_people_and_accounts_without_subscription_get_none(world: World) -> None:
    world.ask(PENDING, "daily")
    assert world.send() == []
    world.ask(OWNER, "daily")
    world.domains.accounts.stored[ACCOUNT.id] = replace(ACCOUNT, status=Status.EXPIRED)
    assert world.send() == []
    world.domains.accounts.stored[ACCOUNT.id] = replace(ACCOUNT, status=Status.CLOSING)
    assert world.send() == []


def test_a_letter_that_could_not_be_sent_is_sent_when_it_is_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Letter) -> None:
        raise ConnectionError

    world.ask(OWNER, "daily")
    with monkeypatch.context() as patch:
        patch.setattr(world.letters, "send", broken)
        with pytest.raises(ConnectionError):
            world.send()
    assert len(world.send()) == 1


def test_an_address_that_takes_no_letters_holds_nobody_up(world: World) -> None:
    for user in (OWNER, MEMBER):
        world.ask(user, "daily")
    world.letters.refused.add("owner@orchard.example")
    assert [letter.to for letter in world.send()] == ["member@orchard.example"]


def test_what_domains_are_called_is_escaped(world: World) -> None:
    world.ask(OWNER, "daily")
    world.alert(DOMAIN, "<script>x</script>", world.now - 60)
    (letter,) = world.send()
    assert "<script>" not in letter.html


def test_a_link_ends_the_digests_of_one_member(world: World) -> None:
    for user in (OWNER, MEMBER):
        world.ask(user, "daily")
    letter = next(each for each in world.send() if each.to == "owner@orchard.example")
    token = unsubscribe_token(KEY, ACCOUNT.id, OWNER)
    assert letter.headers == (
        ("List-Unsubscribe", f"<https://postseal.example/v1/unsubscribe?token={token}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    )
    assert f"https://postseal.example/v1/unsubscribe#{token}" in letter.text

    for _ in range(2):
        assert unsubscribe(world.people, KEY, token).user == OWNER
    assert [each.to for each in world.send(MONDAY + timedelta(days=1))] == ["member@orchard.example"]


@pytest.mark.parametrize(
    "change", ["", "x", "dig_7_11_", "dig_7_12_{proof}", "dig_8_11_{proof}", "dig_7_99_{own}"]
)
def test_nobody_ends_the_digests_of_others(world: World, change: str) -> None:
    proof = unsubscribe_token(KEY, ACCOUNT.id, OWNER).rpartition("_")[2]
    own = unsubscribe_token(KEY, ACCOUNT.id, UserId(99)).rpartition("_")[2]
    with pytest.raises(Invalid):
        unsubscribe(world.people, KEY, change.format(proof=proof, own=own))
