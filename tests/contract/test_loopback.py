"""The browser comes back from the sign-in to this machine, and nothing else does."""

from __future__ import annotations

import socket
import threading
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from cli.browsing import listened
from cli.loopback import Listener
from cli.signing_in import SignIn
from cli.stops import REFUSED, Stop


@pytest.fixture
def address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}/callback"


def sign_in(address: str) -> SignIn:
    return SignIn(
        "https://people.example/authorize", "https://x", "client", ["openid"], [address], "https://x"
    )


class Browser:
    """Asks for an icon first, as they do, and then ends at the address of the redirection."""

    def __init__(self, **changes: str) -> None:
        self.changes = changes
        self.answers: list[httpx.Response] = []
        self.visits: list[threading.Thread] = []

    def __call__(self, shown: str) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(shown).query).items()}
        redirect = asked["redirect_uri"]
        ended = f"{redirect}?{urlencode({'code': 'c-1', 'state': asked['state']} | self.changes)}"
        icon = redirect.replace("callback", "favicon.ico")
        self.visits.append(threading.Thread(target=self.visit, args=(icon, ended)))
        self.visits[-1].start()

    def visit(self, *addresses: str) -> None:
        self.answers += [httpx.get(each, trust_env=False) for each in addresses]


def test_the_code_is_what_the_browser_comes_back_with(address: str) -> None:
    attempt, code = listened(sign_in(address), None, show=Browser())

    assert (attempt.redirect, code) == (address, "c-1")


def test_the_page_has_nothing_of_the_request_in_it(address: str) -> None:
    browser = Browser(code="<script>")
    listened(sign_in(address), None, show=browser)
    browser.visits[0].join(timeout=10)

    icon, page = browser.answers
    assert (icon.status_code, page.status_code) == (404, 200)
    assert "<script>" not in page.text


def test_the_end_of_another_sign_in_is_refused(address: str) -> None:
    with pytest.raises(Stop, match="not the address") as stop:
        listened(sign_in(address), None, show=Browser(state="other"))
    assert stop.value.code == REFUSED


def test_a_browser_that_stays_away_is_not_waited_for_for_ever(address: str) -> None:
    listener = Listener([address])
    assert listener.wait(0.05) is None
    listener.close()


def test_a_port_in_use_is_passed_over(address: str) -> None:
    first = Listener([address])
    with pytest.raises(OSError, match="free"):
        Listener([address])
    first.close()


@pytest.mark.parametrize(
    "elsewhere", ["http://192.0.2.1:8400/callback", "https://127.0.0.1:8400/x", "nonsense"]
)
def test_it_listens_on_this_machine_alone(elsewhere: str) -> None:
    with pytest.raises(OSError, match="free"):
        Listener([elsewhere])
