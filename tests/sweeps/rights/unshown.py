"""Rights whose use no case shows yet: each leaves this list with the case that shows it.

They are held to the templates by the first test of ``test_least_privilege.py``: a right that is neither here
nor shown fails it, and so does one that is both, or that is granted no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

UNSHOWN: Final[Mapping[str, str]] = {}
