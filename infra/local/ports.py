"""Which loopback ports the stack listens on."""

from __future__ import annotations

import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from infra.local.stack_error import StackError

HOST: Final = "127.0.0.1"
SEARCHED: Final = 200
"""How many ports above the documented one are tried."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One listener: what it is called, its documented port, and the variable that names another."""

    name: str
    port: int
    variable: str
    datagrams: bool = False


EMULATOR: Final = Wanted("emulator", 4566, "POSTSEAL_PORT")
SMTP: Final = Wanted("SMTP listener", 2525, "POSTSEAL_SMTP_PORT")
DNS: Final = Wanted("DNS server", 5300, "POSTSEAL_DNS_PORT", datagrams=True)
EDGE: Final = Wanted("HTTPS edge", 8443, "POSTSEAL_EDGE_PORT")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A free port and what to say about it (empty when it is the documented one)."""

    port: int
    remark: str


def choose(wanted: Wanted, environment: Mapping[str, str], taken: Collection[int] = ()) -> Chosen:
    """A port that nobody listens on, outside ``taken``; refuses when one was asked for and is busy."""
    asked = environment.get(wanted.variable, "")
    if asked:
        port = _parse(asked, wanted.variable)
        if port in taken or not is_free(port, datagrams=wanted.datagrams):
            raise StackError(f"port {port} for the {wanted.name} is taken ({wanted.variable} asks for it)")
        return Chosen(port, f"{wanted.variable} asks for it")
    for port in range(wanted.port, wanted.port + SEARCHED):
        if port not in taken and is_free(port, datagrams=wanted.datagrams):
            return Chosen(port, "" if port == wanted.port else f"port {wanted.port} is taken")
    raise StackError(f"no free port for the {wanted.name} from {wanted.port} to {wanted.port + SEARCHED - 1}")


def again(wanted: Wanted, port: int, environment: Mapping[str, str]) -> Chosen:
    """The port that was listened on before; refuses when that cannot be."""
    asked = environment.get(wanted.variable, "")
    if asked not in ("", str(port)) or not is_free(port, datagrams=wanted.datagrams):
        why = f"{wanted.variable} asks for {asked}" if asked not in ("", str(port)) else "which is taken"
        raise StackError(
            f"the state of the {wanted.name} was made on port {port}, {why}: "
            "start it there, or forget it by python -m infra.local.down --purge"
        )
    return Chosen(port, "" if port == wanted.port else "its state was made there")


def is_free(port: int, *, datagrams: bool = False) -> bool:
    """Whether this process could listen on the port now."""
    return _binds(port, socket.SOCK_STREAM) and (not datagrams or _binds(port, socket.SOCK_DGRAM))


def _binds(port: int, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            # A port in TIME_WAIT is free; one that somebody listens on still refuses.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _parse(text: str, variable: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise StackError(f"{variable} must be a port number, not {text!r}")
