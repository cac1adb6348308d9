"""Which deployment a command talks to, and with what key."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.stops import UNREACHABLE, Stop

URL: Final = "POSTSEAL_URL"
KEY: Final = "POSTSEAL_API_KEY"
STACK_FILE: Final = Path(".local/stack.json")


@dataclass(frozen=True, slots=True)
class Connection:
    """``url`` is the API's base, without ``/v1`` and without a slash at the end."""

    url: str
    key: str


def connection(url: str | None, key: str | None) -> Connection:
    """From the options, else the environment, else the local stack of the current folder.

    The three are not mixed: a key never goes to an address that it was not named with, unless both come
    from options and environment.
    """
    url, key = url or os.environ.get(URL), key or os.environ.get(KEY)
    stack = stack_values(STACK_FILE) if not url else {}
    url, key = url or stack.get("api_url"), key or stack.get("api_key")
    if not url:
        raise Stop(f"say which deployment: --url, {URL}, or run `make up` here for a local one", UNREACHABLE)
    if not key:
        raise Stop(f"say which API key: --key or {KEY}", UNREACHABLE)
    if not url.startswith(("https://", "http://")) or not url.isprintable():
        raise Stop(f"{url!r} is no http(s) address", UNREACHABLE)
    if not (key.isascii() and key.isprintable()):
        raise Stop("the API key holds characters that no key has", UNREACHABLE)
    return Connection(url.rstrip("/").removesuffix("/v1"), key)


def stack_values(path: Path) -> Mapping[str, Any]:
    """What the local stack's file says; nothing when there is none."""
    try:
        values = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Stop(f"{path} cannot be read: {error}", UNREACHABLE) from None
    return values if isinstance(values, dict) else {}
