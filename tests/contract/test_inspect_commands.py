"""``postseal inspect``, ``validate`` and ``spf`` against a DNS server: what they say, and how they end."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import dns.message
import dns.rcode
import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from shared.core.inspections import Kind
from tests.contract.dns_server import Script, Zone, serving, truthful

RUN = CliRunner()
ZONE: Zone = {
    ("good.example.", "MX"): ["10 mx.good.example."],
    ("good.example.", "TXT"): ['"v=spf1 include:spf.good.example -all"'],
    ("spf.good.example.", "TXT"): ['"v=spf1 ip4:8.8.8.0/24 -all"'],
    ("mx.good.example.", "A"): ["8.8.8.25"],
    ("_dmarc.good.example.", "TXT"): ['"v=DMARC1; p=reject; rua=mailto:dmarc@good.example"'],
    ("s1._domainkey.good.example.", "TXT"): [f'"v=DKIM1; k=ed25519; p={"A" * 43}="'],
    ("bad.example.", "TXT"): ['"v=spf1 +all"'],
    ("_dmarc.bad.example.", "TXT"): ['"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'],
    ("explained.example.", "TXT"): ['"v=spf1 -all exp=why.explained.example"'],
    ("why.explained.example.", "TXT"): ['"%{i} is not ours"'],
}


def broken(query: dns.message.Message, tcp: bool) -> list[bytes]:
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.SERVFAIL)
    return [response.to_wire()]


def postseal(*arguments: str, script: Script | None = None, given: str | None = None) -> Result:
    async def run() -> Result:
        async with serving(script or truthful(ZONE)) as log:
            resolver = f"127.0.0.1:{log.port}"
            return await asyncio.to_thread(RUN.invoke, app, [*arguments, "--resolver", resolver], input=given)

    return asyncio.run(run())


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_a_good_domain_ends_with_0() -> None:
    result = postseal("inspect", "good.example", "--selector", "s1", "--json")
    found = told(result)
    assert (result.exit_code, found["state"], found["dmarc"]["policy"]) == (0, "valid", "reject")
    assert [key["selector"] for key in found["dkim"]["keys"]] == ["s1"]


def test_everything_is_shown_to_people() -> None:
    result = postseal("inspect", "bad.example")
    assert result.exit_code == 1
    for seen in ("mta-sts-policy", "v=DMARC1; p=none", "v=spf1 +all", "[dmarc_", "RFC 7208"):
        assert seen in result.stdout


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_shown_and_told_as_the_api_does(kind: Kind) -> None:
    shown = postseal("inspect", kind, "good.example")
    found = told(postseal("inspect", kind, "good.example", "--json"))
    assert shown.stdout.startswith(f"{kind}  {found['state']}")
    assert found["domain"] == "good.example"


def test_the_object_of_dmarc_holds_the_organizational_domain() -> None:
    found = told(postseal("inspect", "dmarc", "www.good.example", "--json"))
    assert (found["organizational_domain"], found["effective_policy"]) == ("good.example", "reject")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["dmarc", "good.example"], 0),
        (["spf", "good.example"], 0),
        (["dkim", "good.example", "--selector", "s1"], 0),
        (["dkim", "good.example", "--selector", "s1", "--selector", "s9"], 1),
        (["dkim", "good.example", "--selector", "s9"], 1),
        (["tls-rpt", "good.example"], 1),
        (["bimi", "good.example"], 1),
        (["mta-sts", "good.example"], 1),
        (["dmarc", "bad.example"], 1),
        (["dkim", "bad.example"], 3),
        (["nothing.example"], 1),
    ],
)
def test_exit_codes_say_how_it_is(arguments: list[str], code: int) -> None:
    assert postseal("inspect", *arguments).exit_code == code


def test_a_dns_that_says_nothing_is_3_and_nothing_is_missing() -> None:
    result = postseal("inspect", "dmarc", "good.example", "--json", script=broken)
    assert (result.exit_code, told(result)["state"]) == (3, "error")


@pytest.mark.parametrize(
    ("mail_from", "ip", "result", "code"),
    [
        ("ann@good.example", "8.8.8.1", "pass", 0),
        ("", "8.8.8.1", "pass", 0),
        ("ann@good.example", "9.9.9.9", "fail", 1),
        ("ann@nothing.example", "9.9.9.9", "none", 1),
    ],
)
def test_a_delivery_is_checked(mail_from: str, ip: str, result: str, code: int) -> None:
    ended = postseal("spf", ip, mail_from, "good.example", "--json")
    assert (ended.exit_code, told(ended)["result"]) == (code, result)


def test_a_check_shows_result_explanation_and_lookups() -> None:
    ended = postseal("spf", "9.9.9.9", "ann@explained.example", "mx.example")
    assert ended.exit_code == 1
    for seen in ("fail", "decided by: -all", "9.9.9.9 is not ours", "lookups: 0 of 10"):
        assert seen in ended.stdout


def test_a_check_without_answers_is_temperror_and_3() -> None:
    ended = postseal("spf", "9.9.9.9", "ann@good.example", "mx.example", "--json", script=broken)
    assert (ended.exit_code, told(ended)["result"]) == (3, "temperror")


def test_an_spf_record_is_validated_with_what_it_includes() -> None:
    record = "v=spf1 include:spf.good.example -all"
    found = told(postseal("validate", "spf", record, "--domain", "good.example", "--json"))
    assert (found["state"], found["pass_ip4_count"]) == ("valid", 256)


def test_a_policy_is_validated_from_standard_input() -> None:
    policy = "version: STSv1\nmode: enforce\nmx: mx.good.example\nmax_age: 604800\n"
    assert postseal("validate", "mta-sts-policy", "-", given=policy).exit_code == 0
    cut = postseal("validate", "mta-sts-policy", "-", given=policy.replace("mode", "mood"))
    assert cut.exit_code == 1
    assert "invalid" in cut.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["inspect"],
        ["inspect", "dmarc"],
        ["inspect", "dmark", "good.example"],
        ["inspect", "dmarc", "good.example", "other.example"],
        ["inspect", "a..b"],
        ["inspect", "dkim", "good.example", "--selector", "a b"],
        ["inspect", "--all", "good.example"],
        ["spf", "good.example", "ann@good.example"],
        ["validate", "mx", "10 mx.good.example"],
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert postseal(*arguments).exit_code == 2


def test_a_resolver_that_is_none_ends_with_2() -> None:
    result = RUN.invoke(app, ["inspect", "good.example", "--resolver", "dns.example"])
    assert result.exit_code == 2
    assert "dns.example" in result.stderr


def test_octets_that_are_no_text_do_no_harm() -> None:
    found = told(postseal("validate", "spf", "v=spf1 \udcff -all", "--json"))
    assert (found["state"], found["records"]) == ("invalid", ["v=spf1 \ufffd -all"])
    checked = told(postseal("spf", "9.9.9.9", "a\udcff@good.example", "h.example", "--json"))
    assert checked["mail_from"] == "a\ufffd@good.example"


def test_a_domain_that_is_called_like_a_kind_has_a_dot() -> None:
    assert told(postseal("inspect", "spf.", "--json"))["domain"] == "spf"
