from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.mailauth.evaluate.inspection import State
from shared.mailauth.evaluate.questions import Answer, Asked, Fetch, Fetched, Fetching, Outcome
from shared.mailauth.evaluate.whole import PARTS, DomainInspection, assembled, inspect_domain, parts_of
from tests.fakes.dns import FAILED, FakeDns, drive
from tests.fixtures.keys import rsa_key

NOW = 1_800_000_000.0
DMARC = ("_dmarc.example.com", "TXT")
SPF = ("example.com", "TXT")
MX = ("example.com", "MX")
STS = ("_mta-sts.example.com", "TXT")
TLS_RPT = ("_smtp._tls.example.com", "TXT")
KEY = ("s1._domainkey.example.com", "TXT")
POLICY = "https://mta-sts.example.com/.well-known/mta-sts.txt"

SOUND: dict[tuple[str, str], Any] = {
    DMARC: ["v=DMARC1; p=quarantine; np=reject; rua=mailto:a@example.com"],
    SPF: ["v=spf1 mx -all"],
    MX: ["10 mx.example.com"],
    ("mx.example.com", "A"): ["192.0.2.1"],
    KEY: [f"v=DKIM1; p={rsa_key(2048)}"],
    STS: ["v=STSv1; id=1;"],
    TLS_RPT: ["v=TLSRPTv1; rua=mailto:a@example.com"],
}
PARKED: dict[tuple[str, str], Any] = {
    DMARC: ["v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; rua=mailto:a@reports.example.net"],
    ("example.com._report._dmarc.reports.example.net", "TXT"): ["v=DMARC1"],
    SPF: ["v=spf1 -all"],
    MX: ["0 "],
    ("*._domainkey.example.com", "TXT"): ["v=DKIM1; p="],
}


def served(policy: bytes = b"version: STSv1\nmode: enforce\nmx: mx.example.com\nmax_age: 604800\n") -> Any:
    return {POLICY: Fetched(Fetching.FETCHED, status=200, content_type="text/plain", body=policy)}


def inspected(zone: Any, selectors: Any = ("s1",), web: Any = None) -> DomainInspection:
    return drive(
        inspect_domain("example.com", selectors, now=NOW), FakeDns(zone, served() if web is None else web)
    )


def codes(inspection: DomainInspection) -> list[str]:
    return [finding.code for finding in inspection.findings]


def test_a_sound_domain() -> None:
    seen = inspected(SOUND)
    assert (seen.state, seen.errors, seen.findings, seen.parked) == (State.VALID, 0, (), False)
    assert [part.name for part in seen.summary] == list(PARTS)
    assert [seen.dmarc.state, seen.spf.state, seen.dkim.state, seen.mx.state] == [State.VALID] * 4
    assert [seen.mta_sts.state, seen.mta_sts_policy.state, seen.tls_rpt.state] == [State.VALID] * 3
    assert seen.bimi.state is State.MISSING


def test_few_rounds_do() -> None:
    dns = FakeDns(SOUND, served())
    drive(inspect_domain("example.com", ["s1"], now=NOW), dns)
    assert dns.rounds <= 3


def test_parts_driven_side_by_side_make_the_same() -> None:
    results = [drive(part, FakeDns(SOUND, served())) for part in parts_of("example.com", ["s1"], now=NOW)]
    assert assembled("example.com", results) == inspected(SOUND)


def test_selectors_that_are_named_are_the_only_ones_by_default() -> None:
    assert inspected(SOUND).dkim.tried == ("s1",)
    assert len(inspected(SOUND, ()).dkim.tried) > 20


def test_errors_anywhere_make_it_invalid_and_count_once() -> None:
    seen = inspected(SOUND | {DMARC: SOUND[DMARC] * 2})
    assert (seen.state, seen.dmarc.state) == (State.INVALID, State.INVALID)
    counted = {(part.name, part.errors) for part in seen.summary if part.errors}
    assert ("dmarc", 2) in counted
    assert seen.errors <= sum(part.errors for part in seen.summary)


def test_a_weak_key_counts_for_dkim() -> None:
    seen = inspected(SOUND | {KEY: [f"v=DKIM1; p={rsa_key(512)}"]})
    assert (seen.state, seen.summary[PARTS.index("dkim")].errors) == (State.INVALID, 1)


@pytest.mark.statement("1.16")
@pytest.mark.parametrize("name", [DMARC, SPF, MX, KEY, STS, TLS_RPT])
def test_what_is_not_known_is_said_and_makes_nothing_invalid(name: Any) -> None:
    seen = inspected(SOUND | {name: FAILED})
    assert (seen.state, seen.errors) == (State.ERROR, 0)


def test_mta_sts_without_reports() -> None:
    without = {name: texts for name, texts in SOUND.items() if name != TLS_RPT}
    assert codes(inspected(without)) == ["mta_sts_without_tls_rpt"]


def test_a_mail_host_that_the_policy_does_not_cover() -> None:
    seen = inspected(
        SOUND, web=served(b"version: STSv1\nmode: enforce\nmx: other.example\nmax_age: 604800\n")
    )
    assert "mta_sts_mx_not_covered" in {finding.code for finding in seen.mta_sts_policy.findings}
    assert seen.state is State.INVALID


def test_reports_to_a_domain_that_receives_nothing() -> None:
    assert "reports_undeliverable" in codes(inspected(SOUND | {MX: ["0 "]}))


@pytest.mark.statement("1.20")
def test_reject_relies_on_dkim() -> None:
    reject = SOUND | {DMARC: ["v=DMARC1; p=reject; rua=mailto:a@example.com"]}
    assert codes(inspected(reject)) == []
    assert codes(inspected(reject | {KEY: ["v=DKIM1; p="]})) == ["dmarc_reject_without_dkim"]
    assert codes(inspected(reject | {KEY: FAILED})) == []


@pytest.mark.statement("12.1")
def test_a_parked_domain_is_recognised() -> None:
    seen = inspected(PARKED, (), {})
    assert (seen.parked, codes(seen), seen.state) == (True, ["domain_parked"], State.VALID)


@pytest.mark.statement("12.1", "12.2")
@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        ({SPF: []}, "SPF"),
        ({DMARC: ["v=DMARC1; p=reject; sp=none; rua=mailto:a@reports.example.net"]}, "DMARC"),
        ({DMARC: ["v=DMARC1; p=reject; t=y; rua=mailto:a@reports.example.net"]}, "DMARC"),
    ],
)
def test_a_domain_that_is_parked_in_part_is_told_what_it_lacks(change: Any, lacking: str) -> None:
    seen = inspected(PARKED | change, ())
    assert (seen.parked, codes(seen)) == (False, ["domain_parked_incomplete"])
    assert lacking in seen.findings[0].message


@pytest.mark.statement("12.2")
def test_an_implicit_mx_receives_mail_so_nothing_is_parked() -> None:
    seen = inspected({**PARKED, MX: [], ("example.com", "A"): ["192.0.2.1"]}, ())
    assert (seen.parked, codes(seen)) == (False, [])


@pytest.mark.statement("12.4")
def test_a_usable_key_contradicts_parking() -> None:
    assert not inspected(PARKED | {KEY: SOUND[KEY]}, ()).parked


@pytest.mark.statement("12.4")
def test_a_usable_key_of_a_wildcard_does_so_too() -> None:
    wildcard = ("*._domainkey.example.com", "TXT")
    assert not inspected(PARKED | {wildcard: SOUND[KEY]}, ()).parked
    assert not inspected(PARKED | {KEY: FAILED}, ["s1"]).parked


@pytest.mark.statement("12.1")
def test_a_parked_domain_may_have_its_spf_by_redirect() -> None:
    elsewhere = {SPF: ["v=spf1 redirect=parked.example"], ("parked.example", "TXT"): ["v=spf1 -all"]}
    assert inspected(PARKED | elsewhere, ()).parked
    assert not inspected(PARKED | elsewhere | {("parked.example", "TXT"): ["v=spf1 a -all"]}, ()).parked


@pytest.mark.statement("12.1")
def test_a_parked_domain_is_told_to_revoke_its_keys() -> None:
    without = {name: texts for name, texts in PARKED.items() if "_domainkey" not in name[0]}
    assert codes(inspected(without, ())) == ["domain_parked", "domain_parked_keys_not_revoked"]
    assert codes(inspected(without, ["s1"])) == ["domain_parked"]


def test_a_null_mx_and_hosts_that_may_send() -> None:
    assert "null_mx_but_sends" in codes(inspected(PARKED | {SPF: ["v=spf1 ip4:192.0.2.1 -all"]}, ()))


@pytest.mark.statement("1.16", "12.1")
@pytest.mark.parametrize("name", [DMARC, SPF, MX])
def test_nothing_is_said_about_parking_that_is_not_known(name: Any) -> None:
    seen = inspected(PARKED | {name: FAILED}, ())
    assert not seen.parked
    assert not {"domain_parked", "domain_parked_incomplete"} & set(codes(seen))


class _Random(FakeDns):
    """Answers anything to anything."""

    def __init__(self, data: st.DataObject) -> None:
        super().__init__({})
        self._data = data

    def reply(self, asked: Asked) -> Answer | Fetched:
        if isinstance(asked, Fetch):
            return self._data.draw(_FETCHED)
        return self._data.draw(_ANSWERS)


_TEXTS = st.text(max_size=30) | st.sampled_from(
    [text for texts in (*SOUND.values(), *PARKED.values()) for text in texts]
)
_ALIASES = st.lists(st.text(max_size=10), max_size=2).map(tuple)
_ANSWERS = st.builds(
    Answer,
    st.just(Outcome.FOUND),
    st.lists(_TEXTS, min_size=1, max_size=3).map(tuple),
    aliases=_ALIASES,
) | st.builds(Answer, st.sampled_from(list(Outcome)[1:]), aliases=_ALIASES)
_FETCHED = st.builds(
    Fetched, st.sampled_from(Fetching), st.integers(0, 999), st.text(max_size=10), st.binary(max_size=60)
)


@settings(max_examples=60)
@given(st.data())
def test_no_answer_upsets_it(data: st.DataObject) -> None:
    seen = drive(inspect_domain("example.com", ["s1"], now=NOW), _Random(data))
    assert seen.domain == "example.com"
