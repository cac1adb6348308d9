from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.mailauth.evaluate.dkim import (
    DkimInspection,
    DkimSurvey,
    inspect_dkim,
    inspect_selectors,
    validate_dkim,
)
from shared.mailauth.evaluate.dkim_selectors import WELL_KNOWN_SELECTORS
from shared.mailauth.evaluate.inspection import State
from tests.fakes.dns import FAILED, FakeDns, drive
from tests.fixtures.keys import rsa_key

KEY = f"v=DKIM1; p={rsa_key(2048)}"
WEAK = f"v=DKIM1; p={rsa_key(512)}"


def zone(records: Any) -> Any:
    return {(f"{selector}._domainkey.example.com", "TXT"): texts for selector, texts in records.items()}


def inspected(records: Any, selector: Any = "s1") -> DkimInspection:
    return drive(inspect_dkim("example.com", selector), FakeDns(zone(records)))


def surveyed(records: Any, selectors: Any = (), **options: Any) -> DkimSurvey:
    return drive(inspect_selectors("example.com", selectors, **options), FakeDns(zone(records)))


def codes(inspection: Any) -> list[str]:
    return [finding.code for finding in inspection.findings]


@pytest.mark.statement("10.1")
def test_a_key_at_its_selector() -> None:
    seen = inspected({"s1": [KEY]})
    assert (seen.query, seen.selector, seen.state) == ("s1._domainkey.example.com", "s1", State.VALID)
    assert (seen.key_bits, seen.usable, seen.records, seen.ttl) == (2048, True, (KEY,), 300)


@pytest.mark.statement("10.1")
def test_an_alias_is_followed_and_shown() -> None:
    held = {("s1._domainkey.example.com", "CNAME"): ["key.host.example"], ("key.host.example", "TXT"): [KEY]}
    seen = drive(inspect_dkim("example.com", "s1"), FakeDns(held))
    assert (seen.state, seen.cname, seen.usable) == (State.VALID, "key.host.example", True)


def test_an_alias_of_nothing_is_an_error() -> None:
    held = {("s1._domainkey.example.com", "CNAME"): ["key.host.example"]}
    seen = drive(inspect_dkim("example.com", "s1"), FakeDns(held))
    assert (seen.state, codes(seen)) == (State.INVALID, ["dkim_dangling_alias"])


@pytest.mark.statement("10.2")
def test_a_revoked_key_is_valid() -> None:
    seen = inspected({"s1": ["v=DKIM1; p="]})
    assert (seen.state, seen.revoked, seen.usable) == (State.VALID, True, False)


@pytest.mark.statement("10.6")
def test_several_records_are_undefined() -> None:
    seen = inspected({"s1": [KEY, "v=DKIM1; p="]})
    assert (seen.state, seen.usable, codes(seen)) == (State.INVALID, False, ["dkim_several_records"])


@pytest.mark.statement("1.16")
def test_a_failed_answer_is_not_a_missing_key() -> None:
    assert inspected({"s1": FAILED}).state is State.ERROR
    assert inspected({}).state is State.MISSING


@pytest.mark.parametrize("selector", ["", "a b", "a..b", "x" * 64, ".".join(["x" * 60] * 4), "ü"])
def test_what_cannot_be_a_selector_is_not_asked_for(selector: Any) -> None:
    dns = FakeDns({})
    seen = drive(inspect_dkim("example.com", selector), dns)
    assert (seen.state, codes(seen), dns.asked) == (State.INVALID, ["dkim_bad_selector"], [])


def test_a_selector_may_have_several_labels() -> None:
    assert inspected({"2024.eu": [KEY]}, "2024.EU").usable


@pytest.mark.statement("10.7")
def test_well_known_selectors_are_tried_in_one_round() -> None:
    dns = FakeDns(zone({"google": [KEY], "fm1": [WEAK]}))
    seen = drive(inspect_selectors("example.com"), dns)
    assert dns.rounds == 1
    assert [(key.selector, key.service) for key in seen.keys] == [
        ("google", "Google Workspace"),
        ("fm1", "Fastmail"),
    ]
    assert (seen.selectors, seen.state) == (("google",), State.INVALID)
    assert set(WELL_KNOWN_SELECTORS) <= set(seen.tried)


@pytest.mark.statement("10.7")
def test_none_found_does_not_mean_no_dkim() -> None:
    seen = surveyed({"secret": [KEY]})
    assert (seen.state, seen.keys) == (State.UNKNOWN, ())
    assert codes(seen) == ["dkim_no_known_selector"]
    assert "does not mean" in seen.findings[0].message


@pytest.mark.statement("10.7")
def test_selectors_that_are_named_are_shown_missing_or_not() -> None:
    seen = surveyed({"a": [KEY]}, ["a", "B", "b."], well_known=False)
    assert [(key.selector, key.state) for key in seen.keys] == [("a", State.VALID), ("b", State.MISSING)]
    assert (seen.tried, seen.state) == (("a", "b"), State.VALID)


@pytest.mark.statement("10.8")
def test_an_empty_subtree_is_a_hint_only() -> None:
    seen = surveyed({})
    assert (seen.state, codes(seen)) == (
        State.UNKNOWN,
        ["dkim_no_known_selector", "dkim_nothing_below_domainkey"],
    )


@pytest.mark.statement("12.1")
def test_the_answers_of_a_wildcard_are_no_keys_of_their_own() -> None:
    revoked = ["v=DKIM1; p="]
    seen = surveyed({"*": revoked, "google": revoked, "s1": [KEY]})
    assert [key.selector for key in seen.keys] == ["s1"]
    assert (seen.wildcard, codes(seen)) == (("v=DKIM1; p=",), ["dkim_wildcard"])


@pytest.mark.statement("1.16")
def test_selectors_that_could_not_be_asked_leave_it_open() -> None:
    assert surveyed({"a": FAILED}, ["a"], well_known=False).state is State.ERROR


@pytest.mark.statement("10.7")
def test_selectors_that_were_only_tried_and_not_answered_leave_it_open() -> None:
    seen = surveyed({"google": FAILED})
    assert (seen.state, [finding.code for finding in seen.findings]) == (State.ERROR, ["dns_error"])
    assert "1 of the" in seen.findings[0].message
    found = surveyed({"google": FAILED, "s1": [KEY]})
    assert (found.state, found.findings) == (State.VALID, ())


@pytest.mark.statement("10.7", "12.4")
def test_a_key_at_every_selector_can_sign() -> None:
    assert (surveyed({"*": [KEY]}).signs, surveyed({"*": ["v=DKIM1; p="]}).signs) == (True, False)


def test_a_text_is_validated_without_the_dns() -> None:
    assert (seen := validate_dkim(KEY)).valid
    assert (seen.domain, seen.query, seen.key_bits) == ("", "", 2048)
    assert not validate_dkim("v=spf1 -all").valid


@given(st.lists(st.text(max_size=60), max_size=3), st.text(max_size=10))
def test_no_record_and_no_selector_upsets_it(texts: Any, selector: Any) -> None:
    inspected({"s1": texts}, selector)
    inspected({"s1": texts})
