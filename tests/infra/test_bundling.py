"""Bundles hold what a function needs, and are the same bytes every time."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import get_args

import pytest

from infra import bundling
from infra.bundling import BundleError, build_code, build_layer, unpacked
from infra.entries import API, ENTRIES
from infra.entry import Entry, Layer
from infra.stage import HOST, LAMBDA


def names(archive: Path) -> list[str]:
    with zipfile.ZipFile(archive) as packed:
        return packed.namelist()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_code_holds_shared_and_one_function(entry: Entry) -> None:
    held = names(build_code(entry, LAMBDA))
    of_functions = {name for name in held if name.startswith("functions/")}
    own = f"functions/{entry.path}/"

    assert f"{own}handler.py" in held
    assert "shared/settings.py" in held
    assert {name for name in of_functions if not name.startswith(own)} == {
        "functions/__init__.py",
        f"functions/{entry.path.partition('/')[0]}/__init__.py",
    }
    assert not [name for name in held if name.startswith(("tests/", "infra/", "cli/"))]
    assert any(name.startswith("address-data/") for name in held) is entry.address_data


def test_code_is_the_same_bytes_every_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    entry = API[0]
    once = build_code(entry, LAMBDA).read_bytes()
    monkeypatch.setattr(bundling, "BUILD", tmp_path)

    assert build_code(entry, LAMBDA).read_bytes() == once


def test_code_holds_the_operators_senders(tmp_path: Path) -> None:
    senders = tmp_path / "mine.toml"
    senders.write_text('[[sender]]\nid = "press"\n')
    archive = build_code(API[0], HOST, senders)
    with zipfile.ZipFile(archive) as packed:
        assert packed.read("senders.toml") == senders.read_bytes()
    assert "senders.toml" not in names(build_code(API[0], HOST))
    for text in (b"[[sender", b"\xff"):
        senders.write_bytes(text)
        with pytest.raises(BundleError, match=r"mine\.toml cannot be read"):
            build_code(API[0], HOST, senders)
    with pytest.raises(BundleError, match=r"absent\.toml cannot be read"):
        build_code(API[0], HOST, tmp_path / "absent.toml")


def test_a_missing_handler_is_named() -> None:
    with pytest.raises(BundleError, match=r"functions/api/nothing/handler\.py is missing"):
        build_code(Entry("api/nothing", ()), HOST)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_function_and_layer_stay_under_the_limit(entry: Entry) -> None:
    whole = unpacked(build_code(entry, LAMBDA)) + unpacked(build_layer(entry.layer, LAMBDA))
    assert whole < bundling.LIMITS[entry.layer]


@pytest.mark.parametrize("layer", get_args(Layer))
def test_layer_is_for_lambda_and_without_ballast(layer: str) -> None:
    held = names(build_layer(layer, LAMBDA))
    compiled = [name for name in held if name.endswith(".so")]
    described = {
        (parts[3], parts[4])
        for name in held
        if (parts := name.split("/"))[:3] == ["python", "botocore", "data"] and len(parts) > 5
    }

    assert not [name for name in compiled if "x86_64" in name or "darwin" in name]
    assert sorted(service for service, _ in described) == sorted(bundling.SERVICES)
    assert not [name for name in held if "/tests/" in name or "__pycache__" in name]
    assert [name for name in held if name.endswith("/METADATA")]
