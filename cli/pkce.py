"""The authorization code flow of a program that can keep no secret (RFC 7636, RFC 8252)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from cli.stops import REFUSED, Stop

_LONGEST: Final = 300


@dataclass(frozen=True, slots=True, repr=False)
class Attempt:
    """One way to the sign-in page and back. ``verifier`` and ``state``: 43 URL-safe characters at least."""

    redirect: str
    verifier: str
    state: str

    def address(self, authorization_url: str, client_id: str, scopes: list[str], provider: str | None) -> str:
        """What the browser is led to; with a provider straight to that one."""
        asked = {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": self.redirect,
            "scope": " ".join(scopes),
            "state": self.state,
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        }
        if provider:
            asked["identity_provider"] = provider
        return f"{authorization_url}?{urlencode(asked)}"

    def code(self, address: str) -> str:
        """The code in the address that the browser came back with. ``Stop`` when it is not the end of this
        very attempt, for somebody else's code would sign in as somebody else."""
        query = parse_qs(urlsplit(address.strip()).query)
        if not hmac.compare_digest(_only(query, "state").encode(), self.state.encode()):
            raise Stop("that is not the address that this sign-in ended with", REFUSED)
        if error := _only(query, "error"):
            told = f"{error}: {_only(query, 'error_description')}".removesuffix(": ")
            raise Stop(f"the sign-in was refused ({told[:_LONGEST]})", REFUSED)
        code = _only(query, "code")
        if not code:
            raise Stop("that address has no code in it", REFUSED)
        return code


def challenge(verifier: str) -> str:
    """What the sign-in page is told of the verifier (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _only(query: dict[str, list[str]], name: str) -> str:
    values = query.get(name, [])
    return values[0] if len(values) == 1 else ""
