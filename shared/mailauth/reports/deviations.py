"""The list of ways in which one report departs from its schema, bounded."""

from __future__ import annotations

from shared.mailauth.reports.values import Deviation

_LISTED = 100
_DETAIL = 200


class Deviations:
    """Notes each deviation once, in order of appearance; a hostile report cannot make the list long."""

    def __init__(self) -> None:
        self._noted: dict[Deviation, None] = {}
        self._more = False

    def note(self, code: str, detail: str = "") -> None:
        deviation = Deviation(code, detail if len(detail) <= _DETAIL else detail[:_DETAIL] + "...")
        if len(self._noted) < _LISTED:
            self._noted[deviation] = None
        elif deviation not in self._noted:
            self._more = True

    def listed(self) -> tuple[Deviation, ...]:
        more = (Deviation("more_deviations", f"only the first {_LISTED} are listed"),)
        return (*self._noted, *(more if self._more else ()))


class Notes:
    """Notes set aside to be made later, more than once."""

    def __init__(self) -> None:
        self._taken: list[tuple[str, str]] = []

    def take(self, code: str, detail: str = "") -> None:
        self._taken.append((code, detail))

    def taken(self) -> tuple[tuple[str, str], ...]:
        return tuple(dict.fromkeys(self._taken))
