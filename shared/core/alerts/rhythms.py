"""How often a member gets a digest: a setting of the member, and what is due on a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final

from shared.core.errors import Invalid

SETTING: Final = "digest"
_MONDAY: Final = 0


class Rhythm(StrEnum):
    OFF = "off"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a digest is of, both included."""

    rhythm: Rhythm
    first: date
    last: date

    @property
    def name(self) -> str:
        """The same for the same days."""
        return f"{self.rhythm}#{self.first}"

    @property
    def before(self) -> Period:
        length = (self.last - self.first).days + 1
        back = timedelta(days=length)
        return Period(self.rhythm, self.first - back, self.last - back)


def rhythm_of(settings: str) -> Rhythm:
    """By a member's settings (JSON); off where they do not say."""
    said = json.loads(settings)
    wanted = said.get(SETTING) if isinstance(said, Mapping) else None
    return Rhythm(wanted) if wanted in list(Rhythm) else Rhythm.OFF


def require_rhythm(settings: Any) -> None:
    """``Invalid`` for settings that name no rhythm where one belongs."""
    if isinstance(settings, Mapping) and settings.get(SETTING, Rhythm.OFF) not in list(Rhythm):
        raise Invalid(f"{SETTING} is one of {', '.join(Rhythm)}", param=f"settings.{SETTING}")


def switched_off(settings: str) -> str:
    """The settings without a digest, all else as it was."""
    said = json.loads(settings)
    kept = dict(said) if isinstance(said, Mapping) else {}
    return json.dumps({**kept, SETTING: Rhythm.OFF.value}, ensure_ascii=False, separators=(",", ":"))


def due(rhythm: Rhythm, today: date) -> Period | None:
    """Yesterday's, or on Mondays that of the week before."""
    yesterday = today - timedelta(days=1)
    if rhythm is Rhythm.DAILY:
        return Period(rhythm, yesterday, yesterday)
    if rhythm is Rhythm.WEEKLY and today.weekday() == _MONDAY:
        return Period(rhythm, today - timedelta(days=7), yesterday)
    return None
