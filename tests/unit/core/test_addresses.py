from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.addresses import (
    CONFIRMED_LIFETIME,
    FAILURE_LIFETIME,
    MAX_HOST_NAMES,
    NEGATIVE_LIFETIME,
    HostName,
    Network,
    NoPlaces,
    Place,
    candidates,
    confirms,
    host_name_of,
    is_stale,
    is_worth_asking,
    lifetime,
    renewed,
)

NOW = 1_760_000_000
CONFIRMED = HostName("mx.example.net", True, NOW)
UNCONFIRMED = HostName("mx.example.net", False, NOW)
NAMELESS = HostName(None, False, NOW)
FAILED = HostName(None, False, NOW, failed=True)


@pytest.mark.parametrize("address", ["8.8.8.8", "209.85.220.41", "2a00:1450:4864:20::536"])
def test_global_unicast_is_worth_asking(address: str) -> None:
    assert is_worth_asking(address)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.2.7",
        "0.0.0.0",
        "255.255.255.255",
        "224.0.0.251",
        "240.0.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "fd00::1",
        "ff0e::1",
        "2001:db8::1",
        "::ffff:8.8.8.8",
        "::ffff:808:808",
        "2A00:1450::1",
        "08.8.8.8",
        " 8.8.8.8",
        "8.8.8.8\n",
        "8.8.8",
        "mail.example.net",
        "",
    ],
)
def test_everything_else_is_never_asked_about(address: str) -> None:
    assert not is_worth_asking(address)


def test_no_places_knows_nothing() -> None:
    places = NoPlaces()
    assert (places.place("8.8.8.8"), places.network("8.8.8.8")) == (Place(), Network())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Mail-SOR-F41.Google.com.", "mail-sor-f41.google.com"),
        ("xn--mgbh0fb.xn--kgbechtv.", "xn--mgbh0fb.xn--kgbechtv"),
        ("_spf.example.net", "_spf.example.net"),
        ("localhost.", None),
        ("1.2.3.4", None),
        ("", None),
        (".", None),
        ("a..example.net", None),
        ("-a.example.net", None),
        ("a-.example.net", None),
        ("bad name.example.net", None),
        ("evil\\000.example.net", None),
        ("evil\x1b[2J.example.net", None),
        ("example.net\n", None),
        ("mün.example.net", None),
        ("\u212aelvin.example.net", None),
        ("<script>.example.net", None),
        ("a" * 64 + ".example.net", None),
        ("a." * 125 + "net", "a." * 125 + "net"),
        ("a." * 126 + "net", None),
    ],
)
def test_only_host_names_come_through(text: str, name: str | None) -> None:
    assert host_name_of(text) == name


@given(st.text(max_size=300))
def test_what_comes_through_is_plain_ascii(text: str) -> None:
    name = host_name_of(text)
    assert name is None or set(name) <= set(string.ascii_lowercase + string.digits + "-._")
    assert name is None or (len(name) <= 253 and host_name_of(name) == name)


def test_candidates_are_bounded_and_do_not_depend_on_order() -> None:
    names = [f"h{number:04}.example.net." for number in range(5_000)]
    assert candidates(names) == candidates(reversed(names))
    assert candidates(names) == tuple(f"h{number:04}.example.net" for number in range(MAX_HOST_NAMES))


def test_invalid_names_do_not_crowd_out_valid_ones() -> None:
    assert candidates([*(f"!{n}." for n in range(100)), "mx.example.net."]) == ("mx.example.net",)


@pytest.mark.parametrize(
    ("address", "forward", "confirmed"),
    [
        ("8.8.8.8", ["8.8.4.4", "8.8.8.8"], True),
        ("8.8.8.8", ["8.8.4.4"], False),
        ("8.8.8.8", [], False),
        ("2a00:1450::1", ["2A00:1450:0:0::0001"], True),
        ("8.8.8.8", ["nonsense", "::ffff:8.8.8.8"], False),
    ],
)
def test_a_name_is_confirmed_by_leading_back(address: str, forward: list[str], confirmed: bool) -> None:
    assert confirms(address, forward) is confirmed


@pytest.mark.parametrize(
    ("host", "seconds"),
    [
        (CONFIRMED, CONFIRMED_LIFETIME),
        (UNCONFIRMED, NEGATIVE_LIFETIME),
        (NAMELESS, NEGATIVE_LIFETIME),
        (FAILED, FAILURE_LIFETIME),
    ],
)
def test_answers_hold_for_their_lifetime(host: HostName, seconds: int) -> None:
    assert lifetime(host) == seconds
    assert not is_stale(host, NOW + seconds - 1)
    assert is_stale(host, NOW + seconds)


def test_what_was_never_looked_at_is_stale() -> None:
    assert is_stale(None, NOW)


def test_a_failure_never_replaces_an_answer() -> None:
    later = NOW + CONFIRMED_LIFETIME + 5
    kept = renewed(CONFIRMED, HostName(None, False, later, failed=True))
    assert (kept.name, kept.confirmed, kept.failed) == ("mx.example.net", True, False)
    assert not is_stale(kept, later + FAILURE_LIFETIME - 1)
    assert is_stale(kept, later + FAILURE_LIFETIME)


def test_an_answer_replaces_whatever_was_known() -> None:
    assert renewed(CONFIRMED, NAMELESS) == NAMELESS
    assert renewed(FAILED, CONFIRMED) == CONFIRMED
    assert renewed(None, FAILED) == FAILED
