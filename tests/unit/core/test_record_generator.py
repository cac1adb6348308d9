from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import Conflict, Invalid
from shared.core.record_generator import LONGEST, Generated, Wishes, generate, own_record, parked_records
from shared.mailauth.findings import has_errors
from shared.mailauth.records import dmarc

RUA = "k3v9@rua.postseal.example"
RUF = "k3v9@ruf.postseal.example"
OURS = f"rua=mailto:{RUA}; ruf=mailto:{RUF}"


def made(**options: Any) -> Generated:
    return generate(Wishes(**{"p": "none"} | options), RUA, RUF)


def taken(text: str, **options: Any) -> dmarc.DmarcRecord:
    return own_record(text, RUA, RUF, **({"parked": False} | options))


def codes(generated: Generated) -> set[str]:
    return {finding.code for finding in generated.findings}


def test_what_is_wrong_with_an_own_record_is_told_in_sentences() -> None:
    with pytest.raises(Invalid, match=r"[^.]\. Publish a policy"):
        taken("v=DMARC1; sp=none")


def test_the_least_record() -> None:
    generated = made()
    assert generated.record == f"v=DMARC1; p=none; {OURS}"
    assert generated.length == len(generated.record)
    assert (generated.max_length, generated.strings) == (1000, 1)


@pytest.mark.statement("1.6", "1.7")
def test_every_option_in_the_order_that_old_receivers_want() -> None:
    generated = made(
        p="Reject", sp="quarantine", np="REJECT", adkim="S", aspf="r", fo="1:D", t="n", psd="N",
        additional_rua=("Reports@Orchard.example",), additional_ruf=("abuse@orchard.example",),
    )  # fmt: skip
    assert generated.record == (
        "v=DMARC1; p=reject; sp=quarantine; np=reject; t=n; psd=n; adkim=s; aspf=r; fo=1:d; "
        f"rua=mailto:{RUA},mailto:Reports@orchard.example; ruf=mailto:{RUF},mailto:abuse@orchard.example"
    )


@pytest.mark.statement("1.17", "1.6")
@pytest.mark.parametrize(
    ("options", "tags", "code"),
    [
        ({}, "p=reject; ", None),
        ({"pct": 100}, "p=reject; ", "pct_left_out"),
        ({"pct": 100, "t": "y"}, "p=reject; t=y; ", "pct_left_out"),
        ({"pct": 0}, "p=reject; t=y; ", "pct_as_testing"),
        ({"pct": 0, "t": "y"}, "p=reject; t=y; ", "pct_as_testing"),
        ({"pct": 1}, "p=reject; t=y; ", "pct_not_published"),
        ({"pct": 1, "t": "n"}, "p=reject; t=n; ", "pct_not_published"),
        ({"pct": 99, "t": "y"}, "p=reject; t=y; ", "pct_not_published"),
    ],
)
def test_pct_is_translated_and_never_written(options: dict[str, Any], tags: str, code: str | None) -> None:
    generated = made(p="reject", **options)
    assert generated.record == f"v=DMARC1; {tags}{OURS}"
    assert {found for found in codes(generated) if "pct" in found} == ({code} if code else set())


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"p": "block"}, "p"),
        ({"p": ""}, "p"),
        ({"sp": "on"}, "sp"),
        ({"np": "rejected"}, "np"),
        ({"pct": -1}, "pct"),
        ({"pct": 101}, "pct"),
        ({"pct": 0, "t": "n"}, "pct"),
        ({"adkim": "strict"}, "adkim"),
        ({"aspf": "x"}, "aspf"),
        ({"t": "yes"}, "t"),
        ({"psd": "maybe"}, "psd"),
        ({"fo": "0:1"}, "fo"),
        ({"fo": "d:d"}, "fo"),
        ({"fo": "2"}, "fo"),
        ({"fo": ""}, "fo"),
        ({"additional_rua": ("nobody",)}, "additional_rua_emails"),
        ({"additional_rua": ("a@orchard",)}, "additional_rua_emails"),
        ({"additional_rua": ("a@orchard.example?subject=x",)}, "additional_rua_emails"),
        ({"additional_rua": ("a b@orchard.example",)}, "additional_rua_emails"),
        ({"additional_rua": ("https://orchard.example/in",)}, "additional_rua_emails"),
        ({"additional_ruf": (f"{'a' * 65}@orchard.example",)}, "additional_ruf_emails"),
        ({"additional_ruf": ("a@[192.0.2.1]",)}, "additional_ruf_emails"),
    ],
)
def test_refusals_name_the_option(options: dict[str, Any], param: str) -> None:
    with pytest.raises(Invalid) as refusal:
        made(**options)
    assert refusal.value.param == param


@pytest.mark.statement("1.13", "1.22")
@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("a!b@orchard.example", "mailto:a%21b@orchard.example"),
        ('"a,b;c"@orchard.example', "mailto:%22a%2Cb%3Bc%22@orchard.example"),
        ("a,b@orchard.example", "mailto:a%2Cb@orchard.example"),
        ("a+b@bücher.example", "mailto:a+b@xn--bcher-kva.example"),
        (" mailto:a%21b@Orchard.example. ", "mailto:a%21b@orchard.example"),
        ("a%2Cb@orchard.example", "mailto:a%252Cb@orchard.example"),
    ],
)
def test_addresses_are_escaped_and_their_domains_are_a_labels(given: str, uri: str) -> None:
    generated = made(additional_rua=(given,))
    assert f"rua=mailto:{RUA},{uri};" in generated.record
    assert len(dmarc.parse(generated.record).rua) == 2


def test_an_address_is_there_once_and_ours_first() -> None:
    twice = ("a@orchard.example", "a@ORCHARD.example", RUA, f"MAILTO:{RUA}")
    assert f"rua=mailto:{RUA},mailto:a@orchard.example;" in made(additional_rua=twice).record


@pytest.mark.statement("1.21")
def test_more_than_two_destinations_are_warned_of() -> None:
    assert "dmarc_many_uris" not in codes(made(additional_rua=("a@orchard.example",)))
    more = made(additional_rua=("a@orchard.example", "b@orchard.example"))
    assert "dmarc_many_uris" in codes(more)


@pytest.mark.statement("1.22")
def test_long_records_are_several_strings_then_warned_of_then_refused() -> None:
    addresses = tuple(f"reports-{number}@orchard.example" for number in range(60))
    assert made(additional_rua=addresses[:6]).strings == 2
    assert "dmarc_long_record" not in codes(made(additional_rua=addresses[:6]))
    assert "dmarc_long_record" in codes(made(additional_rua=addresses[:14]))
    with pytest.raises(Invalid, match=str(LONGEST)) as refusal:
        made(additional_rua=addresses)
    assert refusal.value.param == "additional_rua_emails"


@pytest.mark.statement("1.18")
def test_a_public_suffix_is_warned_of_failure_reports() -> None:
    assert "dmarc_suffix_ruf" in codes(made(psd="y"))


EMAILS = st.lists(
    st.sampled_from(["a@orchard.example", '"x,y!z"@orchard.example', "n!o@bücher.example", "k+k@x.example"]),
    max_size=4,
).map(tuple)
POLICY = st.sampled_from(dmarc.POLICIES)
OPTIONS = st.builds(
    Wishes,
    p=POLICY,
    sp=st.none() | POLICY,
    np=st.none() | POLICY,
    pct=st.none() | st.integers(0, 100),
    adkim=st.sampled_from([None, "r", "s"]),
    aspf=st.sampled_from([None, "r", "s"]),
    fo=st.sampled_from([None, "0", "1", "d:s", "1:d:s"]),
    t=st.sampled_from([None, "y"]),
    psd=st.sampled_from([None, "u", "y", "n"]),
    additional_rua=EMAILS,
    additional_ruf=EMAILS,
)


@given(OPTIONS)
def test_what_is_generated_is_read_as_it_was_meant(options: Wishes) -> None:
    generated = generate(options, RUA, RUF)
    record = dmarc.parse(generated.record)
    assert not has_errors(record.findings)
    assert record.policy == options.p
    assert record.subdomain_policy == (options.sp or options.p)
    assert record.nonexistent_policy == (options.np or options.sp or options.p)
    assert record.testing == (options.t == "y" or (options.t is None and options.pct not in (None, 100)))
    assert (record.psd, record.adkim, record.aspf) == (
        options.psd or "u",
        options.adkim or "r",
        options.aspf or "r",
    )
    assert record.fo == tuple((options.fo or "0").split(":"))
    assert all(uri.valid for uri in (*record.rua, *record.ruf))
    assert (record.rua[0].address, record.ruf[0].address) == (RUA, RUF)
    assert {"pct", "rf", "ri"}.isdisjoint(tag.name for tag in record.tags)
    assert taken(generated.record).text == generated.record


@pytest.mark.parametrize(
    "text",
    [
        f"v=DMARC1;p=none;{OURS};",
        f"V = DMARC1 ; P=Quarantine; team=mail; {OURS}",
        f"v=DMARC1; p=none; rua=mailto:a@b.example,MAILTO:{RUA.upper()}; ruf=mailto:{RUF}",
        f"v=DMARC1; {OURS}",
    ],
)
def test_a_record_of_ones_own_is_kept_word_for_word(text: str) -> None:
    assert taken(text).text == text


@pytest.mark.statement("1.6")
def test_what_is_obsolete_in_it_is_told() -> None:
    record = taken(f"v=DMARC1; p=none; pct=20; rf=afrf; {OURS}")
    assert {"dmarc_pct", "dmarc_obsolete_tag"} <= {finding.code for finding in record.findings}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=spf1 -all",
        f"v=dmarc1; p=none; {OURS}",
        f"p=none; {OURS}",
        f"v=DMARC1; p=block; {OURS}",
        f"v=DMARC1; p=none; sp=off; {OURS}",
        f"v=DMARC1; p=none; p=reject; {OURS}",
        f"v=DMARC1; p=none; reject; {OURS}",
        f"v=DMARC1; p=none; note=très bien; {OURS}",
        f"v=DMARC1; p=none;\n{OURS}",
        f"v=DMARC1; p=none; {OURS}; rua=mailto:a@orchard.example",
        f"v=DMARC1; p=none; x={'k' * LONGEST}; {OURS}",
    ],
)
def test_what_we_would_not_host(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        taken(text, param="hosted_dmarc_config")
    assert refusal.value.param == "hosted_dmarc_config"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("v=DMARC1; p=none", RUA),
        (f"v=DMARC1; p=none; rua=mailto:{RUA}", RUF),
        (f"v=DMARC1; p=none; ruf=mailto:{RUF}; rua=mailto:x{RUA}", RUA),
        (f"v=DMARC1; p=none; rua=mailto:{RUF}; ruf=mailto:{RUA}", RUA),
        (f"v=DMARC1; p=none; rua=https:{RUA}; ruf=mailto:{RUF}", RUA),
        (f"v=DMARC1; p=none; rua=mailto:{RUA}.evil.example; ruf=mailto:{RUF}", RUA),
    ],
)
def test_our_addresses_must_stay(text: str, missing: str) -> None:
    with pytest.raises(Invalid, match=missing):
        taken(text)


@pytest.mark.parametrize(
    "text", [f"v=DMARC1; p=reject; sp=reject; {OURS}", f"v=DMARC1; P=REJECT; sp=Reject; np=reject; {OURS}"]
)
def test_parked_domains_may_have_records_that_reject(text: str) -> None:
    assert taken(text, parked=True).text == text


@pytest.mark.parametrize(
    "tags",
    [
        "p=none",
        "p=quarantine; sp=reject",
        "p=reject; sp=none",
        "p=reject; sp=reject; np=none",
        "p=reject; sp=reject; t=y",
    ],
)
def test_parked_domains_may_have_no_others(tags: str) -> None:
    with pytest.raises(Invalid):
        taken(f"v=DMARC1; {tags}; {OURS}", parked=True)


PARKED: dict[str, Any] = {"has_mx": False, "has_dkim_keys": False, "passing_messages": 0}


@pytest.mark.statement("12.1", "12.2", "12.3")
def test_a_parked_domain_gets_all_its_records_and_no_wildcard_spf() -> None:
    records = parked_records("orchard.example", RUA, **PARKED)
    assert [(record.name, record.type, record.value) for record in records] == [
        ("orchard.example", "TXT", "v=spf1 -all"),
        (
            "_dmarc.orchard.example",
            "TXT",
            f"v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s; rua=mailto:{RUA}",
        ),
        ("*._domainkey.orchard.example", "TXT", "v=DKIM1; p="),
        ("orchard.example", "MX", "0 ."),
    ]
    assert all(record.purpose for record in records)


@pytest.mark.statement("12.2", "12.4", "12.5")
@pytest.mark.parametrize(
    ("sign", "told"),
    [({"has_mx": True}, "MX"), ({"has_dkim_keys": True}, "DKIM"), ({"passing_messages": 1_200}, "1,200")],
)
def test_a_domain_that_sends_or_receives_is_not_parked(sign: dict[str, Any], told: str) -> None:
    with pytest.raises(Conflict, match=told):
        parked_records("orchard.example", RUA, **(PARKED | sign))


@given(
    st.lists(
        st.sampled_from(
            [
                f"rua=mailto:{RUA}!9k",
                f"ruf=mailto:{RUF}",
                "p=none",
                "pct=7",
                "ri=1",
                "t=y",
                "t=q",
                "",
                "rf",
                "rua=,",
                " ",
                "sp=!",
                "é",
            ]
        ),
        max_size=9,
    )
)
def test_any_record_of_ones_own_is_taken_or_refused(pieces: list[str]) -> None:
    text = ";".join(["v=DMARC1", *pieces])
    try:
        record = taken(text)
    except Invalid:
        return
    assert (record.rua[0].address, record.ruf[0].address) == (RUA, RUF)
    assert len({tag.name for tag in record.tags}) == len(record.tags)
