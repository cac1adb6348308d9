from __future__ import annotations

from shared.core.watching.live_records import LiveRecord, LiveRecords, live_records
from shared.core.watching.looking import advance
from tests.fakes.dns import FAILED
from tests.unit.core.watching.world import DMARC, KEY, NAME, SELECTOR, SPF, Zone, good_zone, seen
from tests.unit.core.world import ACCOUNT, DOMAIN, NOW

HOST = f"_dmarc.{NAME}"
KEYED = f"{SELECTOR}._domainkey.{NAME}"


def live(zone: Zone) -> LiveRecords:
    found = advance(
        None, seen(zone, SELECTOR), account=ACCOUNT.id, domain=DOMAIN.id, now=NOW, last_checked=None
    )
    return live_records(found[0])


def said(records: tuple[LiveRecord, ...]) -> list[tuple[str, str, str]]:
    return [(record.name, record.type, record.content) for record in records]


def test_nothing_is_live_before_a_look() -> None:
    assert live_records(None) == LiveRecords()


def test_every_kind_has_its_list() -> None:
    zone = {
        **good_zone(),
        (f"_mta-sts.{NAME}", "TXT"): ["v=STSv1; id=1"],
        (f"_smtp._tls.{NAME}", "TXT"): ["v=TLSRPTv1; rua=mailto:t@orchard.example"],
        (f"default._bimi.{NAME}", "TXT"): ["v=BIMI1; l=; a="],
    }
    found = live(zone)
    assert said(found.dmarc_records) == [(HOST, "TXT", f'"{DMARC}"')]
    assert said(found.spf_records) == [(NAME, "TXT", f'"{SPF}"')]
    assert said(found.dkim_records) == [(KEYED, "TXT", f'"{KEY}"')]
    assert said(found.mx_records) == [(NAME, "MX", f"10 mx.{NAME}")]
    assert said(found.mta_sts_records) == [(f"_mta-sts.{NAME}", "TXT", '"v=STSv1; id=1"')]
    assert len(found.tls_rpt_records) == len(found.bimi_records) == 1
    assert found.dmarc_records[0].ttl == 300
    assert {found.cname_dkim_records, found.cname_dmarc_records, found.cname_spf_records} == {()}


def test_a_cname_is_shown_with_what_is_at_its_end() -> None:
    zone = {
        **good_zone(),
        (HOST, "CNAME"): ["d.hosted.example"],
        ("d.hosted.example", "TXT"): [DMARC],
        (KEYED, "CNAME"): ["k.hosted.example"],
        ("k.hosted.example", "TXT"): [KEY],
        (NAME, "CNAME"): ["s.hosted.example"],
        ("s.hosted.example", "TXT"): [SPF, "else"],
        (f"default._bimi.{NAME}", "CNAME"): ["b.hosted.example"],
        ("b.hosted.example", "TXT"): ["v=BIMI1; l=; a="],
    }
    for name in (HOST, KEYED, NAME):
        del zone[name, "TXT"]
    found = live(zone)
    assert said(found.cname_dmarc_records) == [(HOST, "CNAME", "d.hosted.example")]
    assert found.cname_dmarc_records[0].resolved == (DMARC,)
    assert said(found.cname_dkim_records) == [(KEYED, "CNAME", "k.hosted.example")]
    assert found.cname_dkim_records[0].resolved == (KEY,)
    assert said(found.cname_spf_records) == [(NAME, "CNAME", "s.hosted.example")]
    assert found.cname_spf_records[0].resolved == (SPF,)
    assert [record.type for record in found.bimi_records] == ["CNAME"]
    assert {found.dmarc_records, found.dkim_records, found.spf_records} == {()}


def test_a_dangling_cname_resolves_to_nothing() -> None:
    zone = {**good_zone(), (HOST, "CNAME"): ["gone.example"]}
    del zone[HOST, "TXT"]
    (record,) = live(zone).cname_dmarc_records
    assert (record.content, record.resolved) == ("gone.example", ())


def test_ids_are_of_the_record_and_not_of_the_look() -> None:
    first, second = live(good_zone()), live({**good_zone(), (NAME, "TXT"): ["else", SPF]})
    assert first.spf_records == second.spf_records
    changed = live({**good_zone(), (NAME, "TXT"): ["v=spf1 ?all"]})
    assert changed.spf_records[0].id != first.spf_records[0].id


def test_quotes_in_a_text_are_escaped() -> None:
    (record,) = live({**good_zone(), (NAME, "TXT"): ['v=spf1 exp="a\\b" -all']}).spf_records
    assert record.content == '"v=spf1 exp=\\"a\\\\b\\" -all"'


def test_a_kind_that_never_answered_has_no_record() -> None:
    assert live({**good_zone(), (NAME, "TXT"): FAILED}).spf_records == ()
