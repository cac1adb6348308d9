"""Which deployment a command talks to, and as whom: with an API key, or signed in."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.sessions import Session, sessions
from cli.stops import UNREACHABLE, Stop

URL: Final = "POSTSEAL_URL"
KEY: Final = "POSTSEAL_API_KEY"
ACCOUNT: Final = "POSTSEAL_ACCOUNT"
STACK_FILE: Final = Path(".local/stack.json")


@dataclass(frozen=True, slots=True)
class Connection:
    """``url`` is the API's base, without ``/v1`` and without a slash at the end. ``session`` takes the place
    of a key, and ``account`` is the one that a person who is in several acts for."""

    url: str
    key: str
    session: Session | None = None
    account: str = ""


def connection(url: str | None, key: str | None) -> Connection:
    """As options say, else the environment, else a sign-in, else the local stack of the current folder.

    A key never goes to an address that it was not named with, unless both come from options and
    environment; nor do the tokens of a sign-in.
    """
    url, key = url or os.environ.get(URL), key or os.environ.get(KEY)
    stack = stack_values(STACK_FILE) if not url else {}
    url = url or stack.get("api_url")
    latest = sessions().latest() if not url else None
    url = base_of(url or (latest.url if latest else None))
    account = os.environ.get(ACCOUNT, "")
    session = sessions().of(url) if not key else None
    key = key or stack.get("api_key", "")
    if session is None and not key:
        raise Stop(f"say which API key: --key or {KEY}; or sign in: `postseal login`", UNREACHABLE)
    if not all(text.isascii() and text.isprintable() for text in (key, account)):
        raise Stop("an API key or an account holds characters that none has", UNREACHABLE)
    return Connection(url, key, session, account)


def base_of(url: str | None) -> str:
    """The address of a deployment as ``Connection`` has it."""
    if not url:
        raise Stop(f"say which deployment: --url, {URL}, or run `make up` here for a local one", UNREACHABLE)
    if not url.startswith(("https://", "http://")) or not url.isprintable():
        raise Stop(f"{url!r} is no http(s) address", UNREACHABLE)
    return url.rstrip("/").removesuffix("/v1")


def named_url(url: str | None) -> str | None:
    """The address that option, environment or else the local stack's file names."""
    named = url or os.environ.get(URL) or stack_values(STACK_FILE).get("api_url")
    return base_of(named) if named else None


def stack_values(path: Path) -> Mapping[str, Any]:
    """What the local stack's file says; nothing when there is none."""
    try:
        values = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Stop(f"{path} cannot be read: {error}", UNREACHABLE) from None
    return values if isinstance(values, dict) else {}
