from __future__ import annotations

import re
from datetime import date
from html import unescape
from html.parser import HTMLParser

import pytest

from shared.core import letters
from shared.core.letters import Letter, link, one_line
from tests.letters import link_in, token_in

TO = "anna@orchard.example"
TOKEN = f"inv_7_19_{'x' * 43}"
URL = link("https://postseal.example/v1/", "activate", TOKEN)
NASTY = 'Bo\'s <b>"Orchard"</b>\r\nBcc: eve@vineyard.example\u2028\x00 & more'


def every_letter(name: str = "Orchard") -> list[Letter]:
    return [
        letters.invitation(TO, account=name, url=URL, token=TOKEN),
        letters.reminder(TO, account=name, url=URL, token=TOKEN),
        letters.password_reset(TO, url=URL, token=TOKEN),
        letters.password_changed(TO),
        letters.address_confirmation(TO, url=URL, token=TOKEN),
        letters.address_changed(TO, new="new@orchard.example"),
        letters.account_closing(TO, account=name, deleted=date(2026, 12, 24)),
    ]


class Read(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str | None] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("letter", every_letter(), ids=lambda letter: letter.subject)
def test_html_says_what_the_text_says_and_fetches_nothing(letter: Letter) -> None:
    read = Read(letter.html)

    assert read.tags <= {"html", "head", "meta", "title", "body", "p", "a"}
    for line in filter(None, letter.text.splitlines()):
        assert line in read.text
    assert read.links == ([URL] if URL in letter.text else [])


@pytest.mark.parametrize("letter", every_letter(NASTY), ids=lambda letter: letter.subject[:20])
def test_names_that_people_choose_stay_words(letter: Letter) -> None:
    assert letter.subject.isprintable()
    assert not re.search(r"(?m)^Bcc:", letter.text)
    assert letter.text.replace("\n", "").isprintable()
    assert "<b>" not in letter.html
    assert Read(letter.html).tags <= {"html", "head", "meta", "title", "body", "p", "a"}


def test_the_name_of_the_account_is_in_the_letter() -> None:
    letter = letters.invitation(TO, account="Bo's & Co", url=URL, token=TOKEN)

    assert "Bo's & Co" in letter.subject
    assert "Bo's & Co" in letter.text
    assert "Bo's & Co" in unescape(letter.html)


def test_a_link_has_its_token_where_no_server_sees_it() -> None:
    assert f"https://postseal.example/v1/activate#{TOKEN}" == URL
    letter = letters.invitation(TO, account="Orchard", url=URL, token=TOKEN)
    assert link_in(letter.text) == URL
    assert token_in(letter.text) == TOKEN


def test_the_day_of_deletion_is_told() -> None:
    assert "2026-12-24" in letters.account_closing(TO, account="Orchard", deleted=date(2026, 12, 24)).text


def test_long_names_are_cut() -> None:
    assert one_line("x" * 200) == "x" * 77 + "..."
    assert one_line("x" * 80) == "x" * 80
