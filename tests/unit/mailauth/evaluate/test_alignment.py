from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.alignment import Alignment, Mode, Modes, align, spf_identifier
from tests.fakes.dns import FAILED, FakeDns, drive

ORGANIZATION = {"example.com": ["v=DMARC1; p=reject"]}
BOTH_RELAXED = Modes()
BANK = {"bank.example": ["v=DMARC1; p=reject; psd=y"], "giant.bank.example": ["v=DMARC1; p=none"]}


def dns_of(published: Any) -> FakeDns:
    return FakeDns({(f"_dmarc.{name}", "TXT"): texts for name, texts in published.items()})


def aligned(
    author: str, spf: Any, dkim: Any = (), published: Any = ORGANIZATION, modes: Any = BOTH_RELAXED
) -> Alignment:
    return drive(align(author, spf, dkim, modes), dns_of(published))


@pytest.mark.statement("2.9")
@pytest.mark.parametrize(
    ("author", "spf", "relaxed", "strict"),
    [
        ("example.com", "example.com", True, True),
        ("example.com", "EXAMPLE.com.", True, True),
        ("example.com", "mail.example.com", True, False),
        ("a.example.com", "b.example.com", True, False),
        ("example.com", "example.net", False, False),
        ("bücher.example.com", "xn--bcher-kva.example.com", True, True),
        ("example.com", "not a name", False, False),
        ("example.com", "", False, False),
    ],
)
def test_relaxed_is_the_same_organization_and_strict_the_same_name(
    author: Any, spf: Any, relaxed: Any, strict: Any
) -> None:
    assert aligned(author, spf).aligned is relaxed
    assert aligned(author, spf, modes=Modes(spf=Mode.STRICT)).aligned is strict


@pytest.mark.statement("2.9", "2.11")
def test_each_identifier_has_its_own_walk() -> None:
    seen = aligned("giant.bank.example", None, ["mail.giant.bank.example", "mail.mega.bank.example"], BANK)
    assert seen.organizational_domain == "giant.bank.example"
    assert [(one.organizational_domain, one.aligned) for one in seen.dkim] == [
        ("giant.bank.example", True),
        ("mega.bank.example", False),
    ]


@pytest.mark.statement("2.9")
def test_a_subdomain_that_is_its_own_organization_is_not_aligned() -> None:
    published = ORGANIZATION | {"mail.example.com": ["v=DMARC1; p=none; psd=n"]}
    assert aligned("example.com", "mail.example.com", published=published).aligned is False


@pytest.mark.statement("2.9")
@pytest.mark.parametrize(
    ("spf", "dkim", "modes"),
    [
        ("example.com", ["example.com"], {}),
        ("a.example.com", ["b.example.com"], {"spf": Mode.STRICT, "dkim": Mode.STRICT}),
        (None, [], {}),
    ],
)
def test_no_walk_where_none_is_needed(spf: Any, dkim: Any, modes: Any) -> None:
    dns = dns_of(ORGANIZATION)
    drive(align("example.com", spf, dkim, Modes(**modes)), dns)
    assert dns.asked == []


@pytest.mark.statement("2.9")
def test_all_walks_go_in_one_round() -> None:
    dns = dns_of(ORGANIZATION)
    drive(align("example.com", "a.example.com", ["b.example.com", "c.example.net"]), dns)
    assert dns.rounds == 1


@pytest.mark.statement("2.9")
def test_modes_are_for_spf_and_dkim_apart() -> None:
    seen = aligned("example.com", "a.example.com", ["a.example.com"], modes=Modes(spf=Mode.STRICT))
    assert seen.spf is not None
    assert (seen.spf.aligned, seen.dkim[0].aligned, seen.aligned) == (False, True, True)


@pytest.mark.statement("2.10")
@pytest.mark.parametrize(
    ("envelope_from", "helo", "identifier"),
    [
        ("user@example.com", "mx.example.net", "example.com"),
        ("", "mx.example.net", "mx.example.net"),
        ('"odd@local"@example.com', "mx.example.net", "example.com"),
    ],
)
def test_the_spf_identifier_is_the_envelope_or_helo_of_a_null_sender(
    envelope_from: Any, helo: Any, identifier: Any
) -> None:
    assert spf_identifier(envelope_from, helo) == identifier


@pytest.mark.statement("1.16", "2.9")
def test_a_failed_walk_leaves_it_open() -> None:
    assert aligned("example.com", "a.example.com", published={"com": FAILED}).aligned is None
    assert aligned("example.com", "example.com", ["a.example.com"], {"com": FAILED}).aligned is True


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=3))
def test_no_identifier_upsets_it(spf: Any, dkim: Any) -> None:
    assert len(aligned("example.com", spf, dkim).dkim) == len(dkim)
