from __future__ import annotations

from dataclasses import replace
from datetime import date
from unittest.mock import Mock

import pytest

from shared.core.domains import DmarcPolicy, DnsStatus, Presence, Proof
from shared.core.queues import DnsCheck
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.checking import PATIENCE, SECOND_LOOK, SOURCES_PATIENCE, Contended
from shared.core.watching.schedule import Turn
from shared.core.watching.seen import Seen
from shared.core.watching.states import PARTS, Part
from tests.fakes.dns import FAILED, FakeLookups
from tests.unit.core.watching.world import CHECK, DMARC, NAME, SELECTOR, World, dead
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW


@pytest.fixture
def world() -> World:
    return World()


def test_a_look_is_noted_at_the_domain(world: World) -> None:
    domain = world.look()
    assert (domain.dns_status, domain.dns_status_message) == (DnsStatus.VALID, "DNS verified")
    assert domain.dns_checked == NOW
    assert (domain.dns.policy, domain.dns.dkim, domain.dns.spf_lookups) == (
        DmarcPolicy.REJECT,
        Presence.UNKNOWN,
        0,
    )


def test_selectors_of_reports_are_looked_at(world: World) -> None:
    world.states.mail.put(ACCOUNT.id, DOMAIN.id, Seen(None, {SELECTOR: date(2026, 11, 1)}))
    assert world.look().dns.dkim is Presence.PRESENT
    assert {key["selector"] for key in world.state.inspection(Part.DKIM)["keys"]} == {SELECTOR}


def test_a_look_without_news_replaces_nothing(world: World) -> None:
    world.look()
    first = world.state
    domain = world.look(after=3_600)
    assert world.state is first
    assert domain.dns_checked == NOW + 3_600
    assert world.checks.sent == []


def test_a_change_is_looked_at_again_soon_and_then_told_once(world: World) -> None:
    world.look()
    del world.zone[f"_dmarc.{NAME}", "TXT"]
    assert world.look(after=10).dns_status is DnsStatus.MISSING
    assert world.checks.sent == [(CHECK, SECOND_LOOK)]
    assert world.history == []
    world.look(after=600)
    world.look(after=600)
    (change,) = world.history
    assert (change.part, change.at) == (Part.DMARC, NOW + 10)
    assert (change.before, change.after) == ((f"_dmarc.{NAME} TXT {DMARC}",), ())
    assert len(world.checks.sent) == 1


def test_records_that_change_at_every_look_are_left_to_the_schedule(world: World) -> None:
    world.look()
    for number in range(10):
        world.zone[f"_dmarc.{NAME}", "TXT"] = [f"{DMARC}; n={number}"]
        world.look(after=SECOND_LOOK)
    assert len(world.checks.sent) == 1


@pytest.mark.statement("1.16")
def test_a_dead_dns_changes_no_verdict(world: World) -> None:
    before = world.look()
    world.zone = dead(world.zone)
    after = world.look(after=3_600)
    assert after == replace(before, dns_checked=NOW + 3_600)


def test_proof_is_looked_for_until_it_is_found(world: World) -> None:
    world.domains.stored[ACCOUNT.id, DOMAIN.id] = replace(DOMAIN, active=False, verified=None)
    world.states.turns.put(Turn(ACCOUNT.id, DOMAIN.id, 24))
    domain = world.look()
    assert (domain.verified, domain.proof) == (NOW, Proof.REPORTING_ADDRESS)
    assert domain.dns_status is DnsStatus.VALID
    assert world.states.turns.stored == {}
    asked = len(world.dns.asked)
    world.look()
    assert len(world.dns.asked) < asked


def test_there_is_nothing_to_look_at_of_a_domain_that_is_gone(world: World) -> None:
    world.states.turns.put(Turn(ACCOUNT.id, DOMAIN.id, 24))
    world.domains.remove(DOMAIN)
    assert world.watcher.watched(CHECK, NOW) is None
    assert world.states.turns.stored == {}


def test_nothing_is_left_of_a_domain_that_goes_during_a_look(world: World) -> None:
    watched = world.watcher.watched(CHECK, NOW)
    assert watched is not None
    (looked,) = world.watcher.look([watched], NOW)
    world.domains.remove(DOMAIN)
    world.watcher.put_away(looked, NOW)
    assert world.states.stored == {}


def test_two_looks_at_once_end_in_one_state(world: World) -> None:
    watched = world.watcher.watched(CHECK, NOW)
    assert watched is not None
    for looked in world.watcher.look([watched, watched], NOW):
        world.watcher.put_away(looked, NOW)
    assert world.state.version == 1


def test_a_look_gives_up_where_others_keep_replacing(world: World) -> None:
    watched = world.watcher.watched(CHECK, NOW)
    assert watched is not None
    (looked,) = world.watcher.look([watched], NOW)
    world.states.replace = lambda *_, **__: False  # type: ignore[method-assign]
    with pytest.raises(Contended):
        world.watcher.put_away(looked, NOW)


def test_many_domains_are_looked_at_together(world: World) -> None:
    other = replace(DOMAIN, id=type(DOMAIN.id)(20), name="vineyard.example", token="vine")
    world.domains.add(other)
    checks = [CHECK, DnsCheck(ACCOUNT.id, other.id)]
    watched = [each for check in checks if (each := world.watcher.watched(check, NOW)) is not None]
    for looked in world.watcher.look(watched, NOW):
        world.watcher.put_away(looked, NOW)
    found = {each.name: each.dns_status for each in world.domains.stored.values()}
    assert found == {NAME: DnsStatus.VALID, other.name: DnsStatus.MISSING}


def source(**changes: object) -> ApprovedSource:
    made = ApprovedSource("mailer", "Mailer", "mailer.example", "tag", NOW, NOW)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_slow_sources_take_no_time_of_anybodys_records(world: World) -> None:
    """Nothing of a source is asked before all records have their answers."""
    for number in range(50):
        world.states.sources.put(ACCOUNT.id, DOMAIN.id, replace(source(), slug=f"s{number}"))
    watched = world.watcher.watched(CHECK, NOW)
    assert watched is not None
    lookups = Mock(wraps=FakeLookups(world.dns))
    (looked, _) = replace(world.watcher, lookups=lookups).look([watched, watched], NOW)
    first, second = lookups.run_all.call_args_list
    assert (len(first.args[0]), first.kwargs["within"]) == (2 * len(PARTS), PATIENCE)
    assert (len(second.args[0]), second.kwargs["within"]) == (2 * 50, SOURCES_PATIENCE)
    assert len(looked.sources) == 50


def test_approved_sources_get_the_networks_of_their_spf(world: World) -> None:
    world.states.sources.put(ACCOUNT.id, DOMAIN.id, source())
    world.zone["mailer.example", "TXT"] = [
        "v=spf1 ip4:198.51.100.0/24 -ip4:203.0.113.0/24 ip6:2001:db8::/32 -all"
    ]
    world.look()
    found = world.states.sources.get(ACCOUNT.id, DOMAIN.id, "mailer")
    assert found == source(ips=("198.51.100.0/24", "2001:db8::/32"), resolved=NOW)
    asked = len(world.dns.asked)
    world.look(after=3_600)
    assert len(world.dns.asked) == asked - 1


def test_networks_stay_when_there_is_no_answer_and_go_when_there_is_no_record(world: World) -> None:
    old = source(ips=("198.51.100.0/24",), resolved=NOW - 100_000)
    world.states.sources.put(ACCOUNT.id, DOMAIN.id, old)
    world.zone["mailer.example", "TXT"] = FAILED
    world.look()
    found = world.states.sources.get(ACCOUNT.id, DOMAIN.id, "mailer")
    assert found == replace(old, trouble="The DNS gave no answer to its SPF record")
    world.zone["mailer.example", "TXT"] = ["nothing of the kind"]
    world.look()
    found = world.states.sources.get(ACCOUNT.id, DOMAIN.id, "mailer")
    assert found == source(resolved=NOW, trouble="It has no SPF record")


def test_lookups_have_the_whole_batch_at_once(world: World) -> None:
    batches: list[int] = []

    class Counting(FakeLookups):
        def run_all(self, askings, *, within=8.0):  # type: ignore[no-untyped-def]
            batches.append(len(askings))
            return super().run_all(askings, within=within)

    watcher = replace(world.watcher, lookups=Counting(world.dns))
    watched = watcher.watched(CHECK, NOW)
    assert watched is not None
    watcher.look([watched] * 3, NOW)
    assert batches == [24]
