"""Writes small MaxMind DB files, so that tests need no database of anybody's."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, ip_network
from pathlib import Path

_MARK = b"\xab\xcd\xefMaxMind.com"


def write(path: Path, records: Mapping[str, object]) -> Path:
    """``records`` by network (``8.8.8.0/24``); IPv4 goes where readers look for it, at ``::/96``."""
    nodes: list[list[int | str | None]] = [[None, None]]
    for text in records:
        bits = _bits(text)
        node = 0
        for bit in bits[:-1]:
            child = nodes[node][bit]
            if not isinstance(child, int):
                nodes.append([None, None])
                nodes[node][bit] = child = len(nodes) - 1
            node = child
        nodes[node][bits[-1]] = text
    data, at = b"", {}
    for text, record in records.items():
        at[text] = len(data)
        data += _encoded(record)
    tree = b"".join(_pointer(child, at, len(nodes)) for node in nodes for child in node)
    path.write_bytes(tree + b"\0" * 16 + data + _MARK + _encoded(_metadata(len(nodes))))
    return path


def _bits(text: str) -> list[int]:
    network = ip_network(text)
    value, length = int(network.network_address), network.prefixlen
    if isinstance(network, IPv4Network):
        length += 96
    return [value >> (127 - place) & 1 for place in range(length)]


def _pointer(child: int | str | None, at: Mapping[str, int], count: int) -> bytes:
    if child is None:
        return count.to_bytes(3)
    return (at[child] + 16 + count if isinstance(child, str) else child).to_bytes(3)


def _metadata(node_count: int) -> dict[str, object]:
    return {
        "binary_format_major_version": _number(5, 2),
        "binary_format_minor_version": _number(5, 0),
        "build_epoch": _number(9, 1),
        "database_type": "test",
        "description": {"en": "test"},
        "ip_version": _number(5, 6),
        "languages": ["en"],
        "node_count": _number(6, node_count),
        "record_size": _number(5, 24),
    }


def _encoded(value: object) -> bytes:
    if isinstance(value, str):
        raw = value.encode()
        return _head(2, len(raw)) + raw
    if isinstance(value, bytes):
        return value
    if isinstance(value, dict):
        return _head(7, len(value)) + b"".join(_encoded(part) for pair in value.items() for part in pair)
    assert isinstance(value, list)
    return _head(11, len(value)) + b"".join(_encoded(part) for part in value)


def _number(kind: int, value: int) -> bytes:
    """Encoded with its width: 5 is of 16 bits, 6 of 32, 9 of 64; readers insist on the right one."""
    size = {5: 2, 6: 4, 9: 8}[kind]
    return _head(kind, size) + value.to_bytes(size)


def _head(kind: int, size: int) -> bytes:
    first, rest = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return bytes([kind << 5 | first]) + rest if kind < 8 else bytes([first, kind - 7]) + rest
