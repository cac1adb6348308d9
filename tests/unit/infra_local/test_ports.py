"""Which ports are taken, with what is free decided here."""

from __future__ import annotations

import pytest

from infra.local import ports
from infra.local.stack_error import StackError


def free_except(monkeypatch: pytest.MonkeyPatch, *busy: int) -> None:
    def is_free(port: int, *, datagrams: bool = False) -> bool:
        assert datagrams == (port >= ports.DNS.port)
        return port not in busy

    monkeypatch.setattr(ports, "is_free", is_free)


def test_documented_port_is_taken_when_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    free_except(monkeypatch)
    assert ports.choose(ports.EMULATOR, {}) == ports.Chosen(4566, "")


def test_next_free_port_is_taken_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    free_except(monkeypatch, 5300, 5301)
    assert ports.choose(ports.DNS, {}, taken={5302}) == ports.Chosen(5303, "port 5300 is taken")


def test_asked_for_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    free_except(monkeypatch)
    assert ports.choose(ports.SMTP, {"POSTSEAL_SMTP_PORT": "2600"}).port == 2600


def test_asked_for_port_that_is_busy_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    free_except(monkeypatch, 2600)
    with pytest.raises(StackError, match="port 2600 for the SMTP listener is taken"):
        ports.choose(ports.SMTP, {"POSTSEAL_SMTP_PORT": "2600"})


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "٢٥"])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(StackError, match="POSTSEAL_PORT must be a port number"):
        ports.choose(ports.EMULATOR, {"POSTSEAL_PORT": text})


def test_what_has_state_comes_back_to_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port, **_: True)
    assert ports.again(ports.EMULATOR, 4566, {}) == ports.Chosen(4566, "")
    asked = {"POSTSEAL_PORT": "4570"}
    assert ports.again(ports.EMULATOR, 4570, asked) == ports.Chosen(4570, "its state was made there")


def test_what_has_state_goes_to_no_other_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port, **_: port != 4566)
    with pytest.raises(StackError, match="made on port 4566, which is taken"):
        ports.again(ports.EMULATOR, 4566, {})
    with pytest.raises(StackError, match="made on port 4570, POSTSEAL_PORT asks for 4571"):
        ports.again(ports.EMULATOR, 4570, {"POSTSEAL_PORT": "4571"})
