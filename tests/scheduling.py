"""Which worker runs what, when the tests run on several."""

from __future__ import annotations

from typing import Final

from xdist.scheduler import LoadScopeScheduling

WHOLE: Final = ("tests/local/", "tests/infra/")
"""Folders whose tests share what only one process should make: the stack of the checkout, the templates."""


class FilesAndFolders(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A file is one worker's, and so is each folder of ``WHOLE``: those start first, being the largest."""

    def _split_scope(self, nodeid: str) -> str:
        whole = next((folder for folder in WHOLE if nodeid.startswith(folder)), None)
        return whole or nodeid.split("::", 1)[0]
