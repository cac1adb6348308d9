from __future__ import annotations

from pathlib import Path

import pytest

from cli.connection import ACCOUNT
from cli.sessions import FOLDER


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for sign-ins, so that those of whoever runs the tests are neither used nor changed."""
    folder = tmp_path / "config"
    monkeypatch.setenv(FOLDER, str(folder))
    monkeypatch.setenv(ACCOUNT, "")
    return folder
