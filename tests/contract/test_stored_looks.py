from __future__ import annotations

from shared.core.watching.looking import advance
from shared.mailauth.evaluate.whole import inspect_domain
from tests.contract import given
from tests.contract.stores import Stores
from tests.fakes.dns import FakeDns, drive

NOW = 1_790_000_000
ZONE = {
    ("example.com", "TXT"): ["v=spf1 include:a.example.com include:b.example.com -all"],
    ("a.example.com", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
    ("b.example.com", "TXT"): ["v=spf1 ip6:2001:db8::1 -all"],
    ("_dmarc.example.com", "TXT"): ["v=DMARC1; p=none; rua=mailto:a@example.com"],
    ("example.com", "MX"): ["10 mx.example.com"],
    ("mx.example.com", "A"): ["192.0.2.2"],
}


def test_a_look_that_sees_what_is_stored_leaves_it_as_it_is(stores: Stores) -> None:
    domain = given.domain(stores, given.account(stores))
    seen = drive(inspect_domain("example.com", now=NOW), FakeDns(ZONE))
    first, _ = advance(None, seen, account=domain.account, domain=domain.id, now=NOW, last_checked=None)
    assert stores.dns_states.replace(first, (), expires=NOW)
    stored = stores.dns_states.get(domain.account, domain.id)

    again, changes = advance(
        stored, seen, account=domain.account, domain=domain.id, now=NOW + 900, last_checked=NOW
    )

    assert again is stored
    assert changes == ()
