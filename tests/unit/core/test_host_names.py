from __future__ import annotations

from collections.abc import Mapping

from shared.core.addresses import CONFIRMED_LIFETIME, FAILURE_LIFETIME, HostName
from shared.core.host_names import learn
from tests.fakes import FakeHosts

NOW = 1_800_000_000
NAMED = HostName("dns.google", confirmed=True, checked=NOW)


class Dns:
    def __init__(self, answers: dict[str, HostName]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, addresses: list[str]) -> Mapping[str, HostName]:
        self.asked += addresses
        return {address: self.answers[address] for address in addresses}


def test_what_is_learnt_is_kept_and_not_asked_again() -> None:
    hosts, dns = FakeHosts(), Dns({"8.8.8.8": NAMED})
    assert learn(hosts, dns, ["8.8.8.8", "8.8.8.8", "10.0.0.1", "not an address"], NOW)
    learn(hosts, dns, ["8.8.8.8"], NOW + 1)
    assert dns.asked == ["8.8.8.8"]


def test_every_day_that_asked_gets_the_name_that_was_learnt_for_the_first() -> None:
    """Both were rolled up before anything was known."""
    hosts, dns = FakeHosts(), Dns({"8.8.8.8": NAMED})
    assert learn(hosts, dns, ["8.8.8.8"], NOW)
    assert learn(hosts, dns, ["8.8.8.8"], NOW)


def test_no_name_is_an_answer_but_changes_no_rollup() -> None:
    hosts, dns = FakeHosts(), Dns({"8.8.8.8": HostName(None, confirmed=False, checked=NOW)})
    assert not learn(hosts, dns, ["8.8.8.8"], NOW)
    assert not learn(hosts, dns, ["8.8.8.8"], NOW)
    assert "8.8.8.8" in hosts.get_many(["8.8.8.8"])


def test_a_failure_erases_no_name_and_is_tried_again_soon() -> None:
    hosts = FakeHosts()
    hosts.put_many({"8.8.8.8": NAMED})
    later = NOW + CONFIRMED_LIFETIME
    dns = Dns({"8.8.8.8": HostName(None, confirmed=False, checked=later, failed=True)})
    assert not learn(hosts, dns, ["8.8.8.8"], later)
    assert hosts.get_many(["8.8.8.8"])["8.8.8.8"].name == "dns.google"
    learn(hosts, dns, ["8.8.8.8"], later + 1)
    learn(hosts, dns, ["8.8.8.8"], later + FAILURE_LIFETIME)
    assert dns.asked == ["8.8.8.8", "8.8.8.8"]


def test_a_changed_name_makes_rollups_due() -> None:
    hosts = FakeHosts()
    hosts.put_many({"8.8.8.8": NAMED})
    later = NOW + CONFIRMED_LIFETIME
    dns = Dns({"8.8.8.8": HostName("resolver.example", confirmed=True, checked=later)})
    assert learn(hosts, dns, ["8.8.8.8"], later)
