from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from shared.core.access import system_writable
from shared.core.domains import Domain, Proof
from shared.core.errors import Invalid
from shared.core.ids import DomainId
from shared.core.ownership import (
    Secrets,
    Seen,
    Verification,
    alias_to_publish,
    is_owned,
    record_to_publish,
    require_owned,
    secrets_of,
    trust_operator,
    verify,
)
from shared.mailauth.evaluate.questions import Answer
from tests.fakes import FakeDomains
from tests.fakes.dns import FAILED, FakeDns, FakeLookups
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW, stored_domains

Zone = dict[tuple[str, str], Sequence[str] | Answer]
NEW = replace(DOMAIN, id=DomainId(20), name="new.example", token="newtoken", active=False, verified=None)


SECRETS = secrets_of(NEW, ACCOUNT.token)


@pytest.fixture
def domains() -> FakeDomains:
    made = stored_domains()
    made.add(NEW)
    return made


def looked(
    domains: FakeDomains, zone: Zone, domain: Domain = NEW, secrets: Secrets | None = None
) -> Verification:
    known = secrets or secrets_of(domain, ACCOUNT.token)
    return verify(domains, FakeLookups(FakeDns(zone)), system_writable(domain), known, now=NOW)


def test_the_record_to_publish_proves_it(domains: FakeDomains) -> None:
    record = record_to_publish(NEW)
    assert (record.name, record.type) == ("_postseal.new.example", "TXT")
    seen = looked(domains, {(record.name, "TXT"): ["something else", f" {record.value} "]})
    assert seen.domain == domains.get(NEW.account, NEW.id)
    assert (seen.domain.verified, seen.domain.proof) == (NOW, Proof.TXT_RECORD)


@pytest.mark.parametrize(
    "other",
    [replace(NEW, token="another"), replace(NEW, id=DomainId(21)), replace(NEW, token="")],
)
def test_the_record_of_another_domain_or_account_proves_nothing(domains: FakeDomains, other: Domain) -> None:
    seen = looked(domains, {("_postseal.new.example", "TXT"): [record_to_publish(other).value]})
    assert seen.domain.verified is None
    assert "another value" in seen.checks[0].detail


OWN = alias_to_publish(NEW, "reports.example").value
ANOTHERS = alias_to_publish(replace(NEW, token="another"), "reports.example").value


@pytest.mark.parametrize(
    ("name", "target", "found"),
    [
        ("_postseal.new.example", OWN, True),
        ("_postseal.new.example", OWN.upper() + ".", True),
        ("_postseal.new.example", f"x.{OWN}", False),
        ("_postseal.new.example", ANOTHERS, False),
        ("_dmarc.new.example", OWN, False),
        ("new.example", OWN, False),
    ],
)
def test_a_cname_to_its_own_name_proves_it(domains: FakeDomains, name: str, target: str, found: bool) -> None:
    seen = looked(domains, {(name, "CNAME"): [target], (target.lower(), "TXT"): FAILED})
    assert seen.domain.proof is (Proof.CNAME_RECORD if found else None)


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("_dmarc", "v=DMARC1; p=none; rua=mailto:newtoken@reports.example", True),
        ("_dmarc", "v=DMARC1;p=none;rua=mailto:a@b.example, mailto:ACCT+x@reports.example!10m", True),
        ("_dmarc", "v=DMARC1; p=none; ruf=mailto:acct@reports.example", True),
        ("_smtp._tls", "v=TLSRPTv1; rua=mailto:acct@reports.example", True),
        ("_smtp._tls", "v=TLSRPTv1; rua=https://api.example/tlsrpt/newtoken", True),
        ("_dmarc", "v=DMARC1; p=none; rua=mailto:stranger@reports.example", False),
        ("_dmarc", "v=DMARC1; p=none; rua=mailto:x@newtoken.example", False),
        ("_dmarc", "v=DMARC1; p=none; note=mailto:acct@reports.example", False),
        ("_dmarc", "rua=mailto:acct@reports.example", False),
        ("_mta-sts", "v=DMARC1; p=none; rua=mailto:acct@reports.example", False),
    ],
)
def test_a_reporting_address_of_ours_proves_it(
    domains: FakeDomains, name: str, text: str, found: bool
) -> None:
    seen = looked(domains, {(f"{name}.new.example", "TXT"): [text]})
    assert seen.domain.proof is (Proof.REPORTING_ADDRESS if found else None)


def test_the_record_of_the_parent_proves_nothing_of_the_child(domains: FakeDomains) -> None:
    zone: Zone = {("_dmarc.example", "TXT"): ["v=DMARC1; p=none; rua=mailto:acct@reports.example"]}
    assert looked(domains, zone).domain.verified is None


def test_a_domain_below_a_verified_one_is_owned(domains: FakeDomains) -> None:
    child = replace(NEW, id=DomainId(22), name="a.b.orchard.example", token="child")
    between = replace(NEW, id=DomainId(23), name="b.orchard.example", token="between")
    domains.add(between)
    domains.add(child)
    assert is_owned(domains, child)
    assert not is_owned(domains, NEW)
    assert looked(domains, {}, child).domain.proof is Proof.PARENT_DOMAIN


def test_no_answer_changes_nothing(domains: FakeDomains) -> None:
    zone: Zone = {(f"{label}.new.example", "TXT"): FAILED for label in ("_postseal", "_dmarc", "_smtp._tls")}
    zone["_postseal.new.example", "CNAME"] = FAILED
    seen = looked(domains, zone)
    assert seen.unsure
    assert [check.seen for check in seen.checks] == [Seen.ERROR, Seen.ERROR, Seen.ERROR]
    with pytest.raises(Invalid, match="gave no answer"):
        require_owned(domains, FakeLookups(FakeDns(zone)), system_writable(NEW), SECRETS, now=NOW)
    verified = trust_operator(domains, system_writable(NEW), now=NOW)
    assert looked(domains, zone, verified).domain == verified


def test_the_refusal_says_what_to_publish(domains: FakeDomains) -> None:
    record = record_to_publish(NEW)
    with pytest.raises(Invalid, match=f"{record.name} with the value {record.value}") as refusal:
        require_owned(domains, FakeLookups(FakeDns({})), system_writable(NEW), SECRETS, now=NOW)
    assert refusal.value.param == "id"


def test_what_is_verified_is_not_looked_at_again(domains: FakeDomains) -> None:
    dns = FakeDns({})
    right = system_writable(DOMAIN)
    assert require_owned(domains, FakeLookups(dns), right, Secrets(frozenset()), now=NOW) == right
    assert dns.asked == []


def test_looking_takes_one_round(domains: FakeDomains) -> None:
    dns = FakeDns({})
    verify(domains, FakeLookups(dns), system_writable(NEW), SECRETS, now=NOW)
    assert dns.rounds == 1


def test_the_operators_word_is_remembered_as_such(domains: FakeDomains) -> None:
    assert trust_operator(domains, system_writable(NEW), now=NOW).proof is Proof.OPERATOR
    assert trust_operator(domains, system_writable(DOMAIN), now=NOW) == DOMAIN
