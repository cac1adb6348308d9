from __future__ import annotations

from typing import Final

import pytest
from publicsuffixlist import PublicSuffixList

from shared.core.senders.catalogue import Catalogue, CatalogueError, builtin, parse
from shared.core.senders.entries import entry_of, sender_of
from shared.core.senders.sender import Sender, SenderCategory

REGISTRIES: Final = PublicSuffixList(only_icann=True)
ACME: Final = """
[[sender]]
id = "acme"
name = "Acme Mail"
domain = "acme.example"
category = "marketing"
domains = ["acmemail.example"]
dkim = ["signed.example"]
return_path = ["bounces.example"]
hosts = ["hosts.example"]
selectors = ["acme", "ac-*"]
networks = [64500]
network_names = ["Acme, Inc."]
spf = ["_spf.acme.example"]
[sender.alignment]
dkim = "txt"
spf = "none"
how = "Publish the key."
docs = "https://acme.example/dmarc"
"""


def catalogue(text: str = ACME) -> Catalogue:
    return Catalogue([("file", parse(text, "file"))])


def test_it_knows_the_senders_that_matter() -> None:
    senders = builtin().senders
    assert len(senders) >= 250
    assert {sender.category for sender in senders.values()} == set(SenderCategory)


@pytest.mark.parametrize("sender", builtin().senders.values(), ids=lambda sender: sender.id)
def test_every_name_is_a_domain_somebody_registered(sender: Sender) -> None:
    for name in (sender.domain, *sender.domains, *sender.dkim, *sender.return_path, *sender.hosts):
        assert REGISTRIES.privatesuffix(name), f"{name} is a public suffix"


ALIGNED: Final = [sender for sender in builtin().senders.values() if sender.alignment is not None]


def test_it_tells_of_each_how_to_align_or_that_it_cannot() -> None:
    assert [sender.id for sender in ALIGNED] == list(builtin().senders)


@pytest.mark.parametrize("sender", ALIGNED, ids=lambda sender: sender.id)
def test_what_it_says_of_alignment_holds_together(sender: Sender) -> None:
    alignment = sender.alignment
    assert alignment is not None
    assert 40 <= len(alignment.how) <= 250
    assert alignment.how[0].isupper()
    assert alignment.how.endswith(".")
    assert sender.capable is (alignment.dkim != "none" or alignment.spf != "none")
    if alignment.dkim == "cname":
        assert "CNAME" in alignment.how or "sending subdomain" in alignment.how
    if alignment.dkim == "handed_out":
        assert "record" in alignment.how
    if alignment.spf == "include" and sender.category is not SenderCategory.HOSTING:
        assert "SPF" in alignment.how
    if not sender.capable:
        assert sender.category not in {
            SenderCategory.TRANSACTIONAL,
            SenderCategory.CRM,
            SenderCategory.HELPDESK,
            SenderCategory.GATEWAY,
            SenderCategory.HOSTING,
        }


def test_who_sends_for_a_living_can_align() -> None:
    for sender in ALIGNED:
        if sender.category in {SenderCategory.TRANSACTIONAL, SenderCategory.CRM, SenderCategory.HELPDESK}:
            assert sender.signs, sender.id


@pytest.mark.parametrize(
    ("id_", "dkim", "spf"),
    [
        ("mailchimp", "cname", "none"),
        ("sendgrid", "cname", "custom_return_path"),
        ("amazon-ses", "cname", "custom_return_path"),
        ("postmark", "txt", "custom_return_path"),
        ("google", "txt", "include"),
        ("microsoft-365", "cname", "include"),
        ("substack", "none", "none"),
        ("google-groups", "none", "none"),
        ("yahoo", "none", "none"),
        ("jobvite", "cname", "custom_return_path"),
        ("knowbe4", "handed_out", "include"),
    ],
)
def test_some_that_are_known_by_heart(id_: str, dkim: str, spf: str) -> None:
    alignment = builtin().senders[id_].alignment
    assert alignment is not None
    assert (alignment.dkim, alignment.spf) == (dkim, spf)


def test_an_entry_comes_back_from_what_is_written_of_it() -> None:
    for sender in builtin().senders.values():
        assert sender_of(entry_of(sender)) == sender


def test_names_stand_for_what_is_below_them() -> None:
    known = catalogue()
    for find in (known.by_dkim, known.by_return_path, known.by_host):
        assert find("mail.eu.acme.example") is find("acmemail.example") is known.senders["acme"]
        assert find("notacme.example") is find("example") is find("") is None


def test_names_of_one_kind_are_evidence_of_that_kind_only() -> None:
    known = catalogue()
    found = {
        name: [find(name) is not None for find in (known.by_dkim, known.by_return_path, known.by_host)]
        for name in ("signed.example", "bounces.example", "hosts.example")
    }
    assert found == {
        "signed.example": [True, False, False],
        "bounces.example": [False, True, False],
        "hosts.example": [False, False, True],
    }


def test_the_nearest_name_has_it() -> None:
    other = '[[sender]]\nid = "other"\nname = "Other"\ndomain = "eu.acme.example"\ncategory = "crm"'
    known = catalogue(f"{ACME}\n{other}")
    assert known.by_dkim("mx.eu.acme.example") is known.senders["other"]
    assert known.by_dkim("mx.us.acme.example") is known.senders["acme"]


def test_selectors_match_whole_or_by_prefix() -> None:
    known = catalogue()
    assert known.by_selector("acme") is known.by_selector("ac-2026") is known.senders["acme"]
    assert known.by_selector("acme2") is known.by_selector("xac-1") is known.by_selector("") is None


def test_networks_match_by_number_then_by_name() -> None:
    known = catalogue()
    acme = known.senders["acme"]
    assert known.by_network(64500, None) is known.by_network(64999, "ACME, inc.") is acme
    assert known.by_network(64999, "Acme") is known.by_network(None, None) is None


def test_an_operators_file_adds_and_replaces() -> None:
    mine = """
    [[sender]]
    id = "sendgrid"
    name = "Our SendGrid"
    domain = "sendgrid.com"
    category = "transactional"
    dkim = ["sendgrid.net"]

    [[sender]]
    id = "intranet"
    name = "Our own machines"
    domain = "corp.example"
    category = "mailbox"
    hosts = ["google.com"]
    """
    known = builtin().extended(mine, "mine.toml")
    assert known.senders["sendgrid"].name == "Our SendGrid"
    assert known.by_dkim("em1.sendgrid.net") is known.senders["sendgrid"]
    assert known.by_return_path("sendgrid.net") is known.by_network(11377, None) is None
    assert known.by_host("mx.google.com") is known.senders["intranet"]
    assert known.by_dkim("google.com") is known.senders["google"]
    assert "intranet" not in builtin().senders


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('id = "acme"', "", r"mine\.toml: entry 1: id is missing"),
        ('id = "acme"', "id = 7", r"entry 1: id is missing or no text"),
        ('name = "Acme Mail"', 'name = " "', r"entry 1 \(acme\): name is missing"),
        ('id = "acme"', 'id = "Acme!"', r"entry 1 \(Acme!\): id has other"),
        ('id = "acme"', f'id = "{"a" * 61}"', r": id has other than 60 "),
        ('"marketing"', '"spam"', r"entry 1 \(acme\): category is none of mailbox, "),
        ("dkim = [", "dkmi = [", r"entry 1 \(acme\): dkmi is not a key of a sender"),
        ('dkim = ["signed.example"]', 'dkim = "signed.example"', r"\(acme\): dkim is not a list"),
        (
            "signed.example",
            "Signed.example",
            r"\(acme\): dkim has .* not valid here: 'Signed.example'",
        ),
        ("signed.example", "com", r"\(acme\): dkim has a value .*: 'com'"),
        ("signed.example", "signed.example.", r"\(acme\): dkim has a value "),
        ('"acme.example"', '"acme example"', r"\(acme\): domain has a value .*: 'acme example'"),
        ("64500", '"AS64500"', r"\(acme\): networks has a value .*: 'AS64500'"),
        ("64500", "true", r"\(acme\): networks has a value .*: True"),
        ("ac-*", "*", r"\(acme\): selectors has a value .*: '\*'"),
        ("ac-*", "a*c", r"\(acme\): selectors has a value .*: 'a\*c'"),
        ("acmemail.example", "acme.example", r"acme: dkim: 'acme.example' is listed twice"),
        ('dkim = "txt"', 'dkim = "magic"', r"\(acme\): alignment.dkim is none of cname, "),
        ('spf = "none"', 'spf = "magic"', r"\(acme\): alignment.spf is none of custom_return_path, "),
        ('spf = "none"', "", r"\(acme\): alignment.spf is missing"),
        ('how = "', 'hwo = "', r"\(acme\): alignment.how is missing"),
        ('docs = "', 'page = "', r"\(acme\): alignment.page is not a key of an alignment"),
        ("Publish the key.", "x" * 401, r"\(acme\): alignment.how is longer"),
        ("https://acme", "http://acme", r"\(acme\): alignment.docs is not an https"),
        ("https://acme.example/dmarc", "https://[", r"\(acme\): alignment.docs is not an https"),
        ("https://acme.example/dmarc", "https://localhost/", r"\(acme\): alignment.docs is not an https"),
        ("[sender.alignment]", "alignment = 1\n[other]", r"nothing but"),
        ("[[sender]]", "[sender]", r"nothing but \[\[sender\]\]"),
        ("[[sender]]", "extra = 1\n[[sender]]", r"nothing but \[\[sender\]\]"),
        ("[[sender]]", "[[sender]", r"mine\.toml: .*line 2"),
        (ACME, ACME * 2, r"mine\.toml: acme: there are two entries"),
        (ACME, "sender = [1]", r"entry 1: is not a table"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(old: str, new: str, message: str) -> None:
    assert old in ACME
    with pytest.raises(CatalogueError, match=message):
        builtin().extended(ACME.replace(old, new), "mine.toml")


def test_one_name_cannot_belong_to_two_senders_of_a_file() -> None:
    other = (
        '[[sender]]\nid = "b"\nname = "B"\ndomain = "b.example"\ncategory = "crm"\ndkim = ["signed.example"]'
    )
    with pytest.raises(CatalogueError, match=r"mine\.toml: b: dkim: 'signed.example' is listed twice"):
        builtin().extended(f"{ACME}\n{other}", "mine.toml")


def test_an_empty_file_changes_nothing() -> None:
    assert builtin().extended("", "mine.toml").senders == builtin().senders
