from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.connection import KEY, STACK_FILE, URL, connection
from cli.stops import UNREACHABLE, Stop


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(URL, raising=False)
    monkeypatch.delenv(KEY, raising=False)


def write_stack() -> None:
    STACK_FILE.parent.mkdir()
    STACK_FILE.write_text(json.dumps({"api_url": "http://127.0.0.1:1/x", "api_key": "local"}))


def test_options_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "https://environment.example")
    monkeypatch.setenv(KEY, "environment")
    assert connection("https://option.example/v1/", "option").url == "https://option.example"
    assert connection(None, None).key == "environment"


def test_the_local_stack_of_the_folder_is_the_last_resort() -> None:
    write_stack()
    found = connection(None, None)
    assert (found.url, found.key) == ("http://127.0.0.1:1/x", "local")


def test_the_local_key_is_not_sent_to_another_deployment() -> None:
    write_stack()
    with pytest.raises(Stop) as stop:
        connection("https://option.example", None)
    assert stop.value.code == UNREACHABLE


@pytest.mark.parametrize(
    ("url", "key"),
    [
        (None, "k"),
        ("ftp://x.example", "k"),
        ("https://x\x01", "k"),
        ("https://x", "k\ney"),
        ("https://x", "ключ"),
    ],
)
def test_no_deployment_no_command(url: str | None, key: str) -> None:
    with pytest.raises(Stop) as stop:
        connection(url, key)
    assert stop.value.code == UNREACHABLE


def test_a_broken_stack_file_is_told() -> None:
    STACK_FILE.parent.mkdir()
    STACK_FILE.write_text("{")
    with pytest.raises(Stop, match=r"stack\.json cannot be read"):
        connection(None, None)
