"""The operator's own file of senders, as a deployment has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared import settings
from shared.core.senders.catalogue import CatalogueError, builtin
from shared.wiring import catalogues

MINE = """
[[sender]]
id = "press"
name = "Cider press"
domain = "press.example"
category = "commerce"
dkim = ["signs.example"]
alignment = { dkim = "txt", spf = "none", how = "Ask the press for its key." }
"""


def wired(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setenv(settings.SENDER_CATALOGUE, str(path))
    catalogues.catalogue.cache_clear()


def test_the_operators_file_is_merged_over_the_built_in_catalogue(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = tmp_path / "senders.toml"
    path.write_text(MINE, encoding="utf-8")
    wired(monkeypatch, path)
    known = catalogues.catalogue()
    press = known.by_dkim("mail.signs.example")
    assert press is not None
    assert (press.id, press.signs) == ("press", True)
    assert len(known.senders) == len(builtin().senders) + 1
    catalogues.catalogue.cache_clear()


def test_a_file_in_the_code_is_found_wherever_the_function_runs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "senders.toml").write_text(MINE, encoding="utf-8")
    monkeypatch.setattr(catalogues, "ROOT", tmp_path)
    wired(monkeypatch, Path("senders.toml"))
    assert "press" in catalogues.catalogue().senders
    catalogues.catalogue.cache_clear()


def test_an_error_in_it_names_file_and_entry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "senders.toml"
    path.write_text(MINE.replace("commerce", "spam"), encoding="utf-8")
    wired(monkeypatch, path)
    with pytest.raises(CatalogueError, match=r"senders\.toml: entry 1 \(press\): category is none of"):
        catalogues.catalogue()


def test_without_a_file_it_is_the_built_in_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.SENDER_CATALOGUE, raising=False)
    catalogues.catalogue.cache_clear()
    assert catalogues.catalogue() is builtin()
