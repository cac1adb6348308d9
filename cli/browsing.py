"""To the sign-in page and back: with a browser on this machine, or on another one."""

from __future__ import annotations

import secrets
import sys
import webbrowser
from collections.abc import Callable
from contextlib import closing
from typing import Final

from cli.loopback import Listener
from cli.pkce import Attempt
from cli.printable import printable
from cli.signing_in import SignIn
from cli.stops import REFUSED, UNREACHABLE, USAGE, Stop

_PATIENCE: Final = 300.0
"""Seconds that the browser may take."""


def listened(
    sign_in: SignIn, provider: str | None, *, show: Callable[[str], object] = webbrowser.open
) -> tuple[Attempt, str]:
    """The attempt and its code, once the browser comes back to this machine."""
    try:
        listener = Listener(sign_in.redirect_uris)
    except OSError:
        raise Stop("no port is free for the browser to come back to: --no-browser", UNREACHABLE) from None
    with closing(listener):
        attempt = _attempt(listener.address)
        address = attempt.address(sign_in.authorization_url, sign_in.client_id, sign_in.scopes, provider)
        _say(f"Sign in with your browser; if it does not open by itself, at\n  {address}")
        show(address)
        found = listener.wait(_PATIENCE)
    if found is None:
        raise Stop("the browser did not come back in time", REFUSED)
    return attempt, attempt.code(found)


def typed(sign_in: SignIn, provider: str | None) -> tuple[Attempt, str]:
    """The same with a browser anywhere. It ends at an address of the machine that it runs on, where nothing
    answers: what counts is the address itself."""
    if not sign_in.redirect_uris:
        raise Stop("the deployment names no address for a sign-in to end at", UNREACHABLE)
    attempt = _attempt(sign_in.redirect_uris[0])
    address = attempt.address(sign_in.authorization_url, sign_in.client_id, sign_in.scopes, provider)
    _say(
        f"Sign in with a browser at\n  {address}\n"
        f"and paste the address that it ends at, which begins with {attempt.redirect}:"
    )
    line = sys.stdin.readline().strip()
    if not line:
        raise Stop("no address was pasted", USAGE)
    return attempt, attempt.code(line)


def _attempt(redirect: str) -> Attempt:
    return Attempt(redirect, secrets.token_urlsafe(48), secrets.token_urlsafe(32))


def _say(text: str) -> None:
    """On standard error, so that standard output has nothing but results."""
    print("\n".join(printable(line) for line in text.split("\n")), file=sys.stderr, flush=True)
