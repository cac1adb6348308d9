"""Who is signed in, and where: tokens by deployment, in a file that only its owner can read."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import typer

from cli.stops import UNREACHABLE, Stop

FOLDER: Final = "POSTSEAL_CONFIG"
"""Variable that names another folder than the user's own configuration."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Session:
    """A sign-in at one deployment; ``url`` is the API's base as ``Connection`` has it."""

    url: str
    access: str
    refresh: str
    expires: float
    """When the access token does, in epoch seconds."""
    client_id: str
    token_url: str
    pool_url: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """The sign-ins in the file; at most one a deployment, the last one in comes last."""

    path: Path

    def of(self, url: str) -> Session | None:
        return next((held for held in self._all() if held.url == url), None)

    def latest(self) -> Session | None:
        held = self._all()
        return held[-1] if held else None

    def keep(self, session: Session) -> None:
        """In place of an earlier one at the same deployment."""
        self._write([*(held for held in self._all() if held.url != session.url), session])

    def renew(self, session: Session) -> None:
        """As ``keep``, without making it the last one in; one that was given up meanwhile stays so."""
        held = self._all()
        if any(each.url == session.url for each in held):
            self._write([session if each.url == session.url else each for each in held])

    def drop(self, url: str) -> None:
        """Harmless when there is none."""
        held = self._all()
        kept = [each for each in held if each.url != url]
        if kept != held:
            self._write(kept)

    def _all(self) -> list[Session]:
        try:
            return [Session(**fields) for fields in _fields(json.loads(self.path.read_text()))]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise Stop(f"{self.path} cannot be read: {error}", UNREACHABLE) from None

    def _write(self, sessions: list[Session]) -> None:
        """A reader sees the old file or the whole new one, and nobody else sees either."""
        temporary = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            temporary.touch(mode=0o600)
            temporary.write_text(json.dumps([asdict(session) for session in sessions], indent=2) + "\n")
            temporary.replace(self.path)
        except OSError as error:
            raise Stop(f"{self.path} cannot be written: {error}", UNREACHABLE) from None


def sessions() -> Sessions:
    """Those of the user at the terminal."""
    folder = os.environ.get(FOLDER) or typer.get_app_dir("postseal")
    return Sessions(Path(folder, "sessions.json"))


def _fields(values: Any) -> list[Mapping[str, Any]]:
    if not isinstance(values, list):
        raise TypeError("it is no list")
    return values
