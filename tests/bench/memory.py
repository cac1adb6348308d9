"""Memory of this process, from the kernel: ``getrusage`` would count what the parent had before us."""

from __future__ import annotations

from pathlib import Path


def _field(name: str) -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def resident_mb() -> float:
    return _field("VmRSS:")


def peak_mb() -> float:
    return _field("VmHWM:")
