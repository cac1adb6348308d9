from __future__ import annotations

from shared.core.ids import AccountId, DomainId
from shared.core.senders.includes import Includes, includes_of
from shared.core.watching.approved import ApprovedSource
from shared.core.watching.states import DnsState, Knowledge, Known, Part
from shared.mailauth.evaluate.inspection import State


def knowledge(record: str, **networks: tuple[str, ...]) -> Knowledge:
    known = Known(Part.SPF, State.VALID, {"records": [record]})
    sources = tuple(
        ApprovedSource(name, name, f"{name}.example", "t", 0, 0, ips) for name, ips in networks.items()
    )
    return Knowledge(DnsState(AccountId(1), DomainId(2), {Part.SPF: known}), sources=sources)


def test_what_is_published_and_known_covers_its_addresses() -> None:
    found = includes_of(
        knowledge(
            "v=spf1 include:_spf.other.example include:Mailer.example. redirect=last.example",
            mailer=("192.0.2.0/24", "2001:db8::/32"),
            last=("192.0.2.7/32",),
            unpublished=("0.0.0.0/0",),
        )
    )
    assert found.covering("192.0.2.7") == ("mailer.example", "last.example")
    assert found.covering("2001:db8::1") == ("mailer.example",)
    assert found.covering("198.51.100.1") == found.covering("mail.example") == ()


def test_nothing_is_known_without_a_state_a_record_or_a_source() -> None:
    assert includes_of(Knowledge()) == includes_of(knowledge("v=spf1 include:a.example -all")) == Includes()
    assert includes_of(knowledge("no record", mailer=("192.0.2.0/24",))) == Includes()
    assert Includes().covering("192.0.2.1") == ()
