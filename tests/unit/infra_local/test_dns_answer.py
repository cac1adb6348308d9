"""The answers of the local DNS server, out of zones written here."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.dns_answer import Zones, answer, answer_packet, lookup
from infra.local.dns_zones import parse_zone_file

ZONE = """
$ORIGIN example.test.
$TTL 600
@ 3600 IN SOA ns hostmaster 1 7200 900 1209600 120
@ IN NS ns
ns IN A 192.0.2.53
www IN CNAME web.pages
web.pages IN A 192.0.2.80
loop1 IN CNAME loop2
loop2 IN CNAME loop1
away IN CNAME www.elsewhere.invalid.
across IN CNAME host.sub.example.test.
*._report._dmarc IN TXT "v=DMARC1"
*.wild IN MX 10 mx
*.wild IN TXT "any"
held.wild IN TXT "held"
big IN TXT "{big}"
child IN NS ns.child
child IN DS 1 8 2 {digest}
ns.child IN A 192.0.2.54
dead IN CNAME gone
""".format(big='" "'.join(["x" * 200] * 12), digest="ab" * 32)

SUB = """
$ORIGIN sub.example.test.
@ 60 IN SOA ns.example.test. hostmaster.example.test. 1 7200 900 1209600 60
@ 60 IN NS ns.example.test.
host 60 IN A 192.0.2.99
"""

ROOT = """
$ORIGIN .
@ 60 IN SOA ns.example.test. hostmaster.example.test. 1 7200 900 1209600 60
@ 60 IN NS ns.example.test.
"""

ZONES = Zones([parse_zone_file(ZONE), parse_zone_file(SUB)])


def ask(name: str, kind: str) -> dns.message.Message:
    return answer(ZONES, dns.message.make_query(name, kind))


def texts(section: list[dns.rrset.RRset]) -> list[str]:
    return [line for rrset in section for line in str(rrset).splitlines()]


def test_a_record_is_answered_with_authority() -> None:
    response = ask("web.pages.example.test.", "A")
    assert texts(response.answer) == ["web.pages.example.test. 600 IN A 192.0.2.80"]
    assert response.flags & dns.flags.AA
    assert not response.flags & dns.flags.RA


def test_names_are_compared_without_case() -> None:
    assert len(ask("WEB.pages.EXAMPLE.test.", "A").answer) == 1


def test_cname_is_followed_inside_the_zone() -> None:
    assert texts(ask("www.example.test.", "A").answer) == [
        "www.example.test. 600 IN CNAME web.pages.example.test.",
        "web.pages.example.test. 600 IN A 192.0.2.80",
    ]


def test_cname_itself_is_not_followed_when_asked_for() -> None:
    assert len(ask("www.example.test.", "CNAME").answer) == 1


def test_cname_is_followed_into_another_zone_of_ours() -> None:
    assert "host.sub.example.test. 60 IN A 192.0.2.99" in texts(ask("across.example.test.", "A").answer)


def test_cname_out_of_our_zones_is_left_to_the_asker() -> None:
    response = ask("away.example.test.", "A")
    assert texts(response.answer) == ["away.example.test. 600 IN CNAME www.elsewhere.invalid."]
    assert response.rcode() == dns.rcode.NOERROR


def test_cname_to_nothing_is_nxdomain_with_the_cname() -> None:
    response = ask("dead.example.test.", "A")
    assert (response.rcode(), len(response.answer)) == (dns.rcode.NXDOMAIN, 1)


def test_cname_loop_ends() -> None:
    assert len(ask("loop1.example.test.", "A").answer) == 2


def test_missing_name_is_nxdomain_with_the_soa_at_its_minimum() -> None:
    response = ask("nothing.example.test.", "A")
    assert response.rcode() == dns.rcode.NXDOMAIN
    (soa,) = response.authority
    assert (soa.rdtype, soa.ttl, str(soa.name)) == (dns.rdatatype.SOA, 120, "example.test.")


def test_missing_type_is_no_data_with_the_soa() -> None:
    response = ask("ns.example.test.", "TXT")
    assert (response.rcode(), response.answer) == (dns.rcode.NOERROR, [])
    assert response.authority[0].rdtype == dns.rdatatype.SOA


@pytest.mark.parametrize("name", ["pages.example.test.", "_dmarc.example.test.", "wild.example.test."])
def test_empty_non_terminal_exists(name: str) -> None:
    assert ask(name, "A").rcode() == dns.rcode.NOERROR


@pytest.mark.parametrize("name", ["a._report._dmarc.example.test.", "a.co.uk._report._dmarc.example.test."])
def test_wildcard_covers_any_depth(name: str) -> None:
    assert texts(ask(name, "TXT").answer) == [f'{name} 600 IN TXT "v=DMARC1"']


def test_wildcard_without_the_type_is_no_data() -> None:
    response = ask("a.wild.example.test.", "A")
    assert (response.rcode(), response.answer) == (dns.rcode.NOERROR, [])


def test_existing_name_is_not_covered_by_the_wildcard() -> None:
    assert ask("held.wild.example.test.", "MX").answer == []


def test_name_below_an_existing_one_is_not_covered_by_the_wildcard() -> None:
    # The closest encloser is held.wild, which has no wildcard below it.
    assert ask("x.held.wild.example.test.", "TXT").rcode() == dns.rcode.NXDOMAIN


def test_longest_zone_answers() -> None:
    response = ask("nothing.sub.example.test.", "A")
    assert str(response.authority[0].name) == "sub.example.test."


@pytest.mark.parametrize("name", ["elsewhere.invalid.", "test.", "."])
def test_foreign_name_is_refused(name: str) -> None:
    response = ask(name, "A")
    assert (response.rcode(), response.flags & dns.flags.AA) == (dns.rcode.REFUSED, 0)


def test_a_root_denies_what_no_zone_holds_but_not_what_lies_above_one() -> None:
    rooted = Zones([parse_zone_file(text) for text in (ROOT, ZONE, SUB)])
    codes = {
        name: answer(rooted, dns.message.make_query(name, "TXT")).rcode()
        for name in ("elsewhere.invalid.", "_dmarc.test.", "test.", ".", "ns.example.test.")
    }
    assert codes == {
        "elsewhere.invalid.": dns.rcode.NXDOMAIN,
        "_dmarc.test.": dns.rcode.NXDOMAIN,
        "test.": dns.rcode.NOERROR,
        ".": dns.rcode.NOERROR,
        "ns.example.test.": dns.rcode.NOERROR,
    }


def test_delegation_is_a_referral_with_glue() -> None:
    response = ask("deep.child.example.test.", "A")
    assert (response.answer, response.flags & dns.flags.AA) == ([], 0)
    assert str(response.authority[0].name) == "child.example.test."
    assert texts(response.additional) == ["ns.child.example.test. 600 IN A 192.0.2.54"]


def test_ds_of_a_delegation_is_the_parents_to_answer() -> None:
    assert ask("child.example.test.", "DS").answer[0].rdtype == dns.rdatatype.DS


def test_any_answers_all_types() -> None:
    assert {rrset.rdtype for rrset in ask("a.wild.example.test.", "ANY").answer} == {
        dns.rdatatype.MX,
        dns.rdatatype.TXT,
    }


def test_zone_transfer_and_other_classes_are_refused() -> None:
    assert ask("example.test.", "AXFR").rcode() == dns.rcode.REFUSED
    chaos = dns.message.make_query("example.test.", "TXT", "CH")
    assert answer(ZONES, chaos).rcode() == dns.rcode.REFUSED


def test_other_opcodes_are_not_implemented() -> None:
    query = dns.message.make_query("example.test.", "SOA")
    query.set_opcode(dns.opcode.STATUS)
    assert answer(ZONES, query).rcode() == dns.rcode.NOTIMP


def test_unknown_edns_version_is_told() -> None:
    query = dns.message.make_query("example.test.", "SOA", use_edns=1)
    assert answer(ZONES, query).rcode() == dns.rcode.BADVERS


def wire(kind: str, name: str, *, tcp: bool, payload: int | None) -> dns.message.Message:
    query = dns.message.make_query(name, kind, payload=payload, use_edns=payload is not None)
    packet = answer_packet(ZONES, query.to_wire(), tcp=tcp)
    assert packet is not None
    assert tcp or len(packet) <= max(512, payload or 0)
    return dns.message.from_wire(packet)


@pytest.mark.parametrize("payload", [None, 512, 1232, 4096])
def test_large_answer_is_cut_over_udp(payload: int | None) -> None:
    response = wire("TXT", "big.example.test.", tcp=False, payload=payload)
    assert response.flags & dns.flags.TC
    assert response.answer == []


def test_large_answer_is_whole_over_tcp() -> None:
    response = wire("TXT", "big.example.test.", tcp=True, payload=None)
    assert not response.flags & dns.flags.TC
    assert len(response.answer[0][0].strings) == 12


@given(st.binary(max_size=80), st.booleans())
def test_no_packet_harms(packet: bytes, tcp: bool) -> None:
    answered = answer_packet(ZONES, packet, tcp=tcp)
    assert answered is None or dns.message.from_wire(answered).flags & dns.flags.QR


def test_response_packet_is_ignored() -> None:
    response = dns.message.make_response(dns.message.make_query("example.test.", "SOA"))
    assert answer_packet(ZONES, response.to_wire(), tcp=False) is None


@given(st.lists(st.sampled_from(["a", "www", "wild", "held", "child", "_dmarc", "*"]), max_size=5))
def test_every_name_of_the_zone_gets_an_answer_of_one_kind(labels: list[str]) -> None:
    response = ask(".".join([*labels, "example.test."]), "TXT")
    denied = any(rrset.rdtype == dns.rdatatype.SOA for rrset in response.authority)
    referred = any(rrset.rdtype == dns.rdatatype.NS for rrset in response.authority)
    assert [bool(response.answer), denied, referred].count(True) >= 1
    assert not (denied and referred)
    assert (response.rcode() == dns.rcode.NXDOMAIN) <= denied


def test_lookup_follows_and_misses() -> None:
    found = lookup(ZONES, dns.name.from_text("www.example.test."), dns.rdatatype.A)
    assert found is not None
    assert [str(data) for data in found] == ["192.0.2.80"]
    assert lookup(ZONES, dns.name.from_text("www.example.test."), dns.rdatatype.AAAA) is None
