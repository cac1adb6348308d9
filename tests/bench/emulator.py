"""An emulator of its own for a section of the benchmark: empty, on a free port, gone afterwards."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

from infra.local import layout
from infra.local.emulator import server

_PATIENCE = 60.0


@contextmanager
def running() -> Iterator[str]:
    """The endpoint."""
    python = layout.EMULATOR_ENVIRONMENT / "bin" / "python"
    if not python.exists():
        server.install()
    with tempfile.TemporaryDirectory() as folder, socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
        chosen.close()
        environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "STATE_DIR": folder,
            "S3_DATA_DIR": folder,
            "TMPDIR": folder,
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
        }
        with subprocess.Popen(
            [str(python), "-m", "ministack"],
            env=environment,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                _wait(port, process)
                yield server.endpoint(port)
            finally:
                process.terminate()


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while not server.is_ready(port):
        if process.poll() is not None or time.monotonic() > until:
            raise TimeoutError("the emulator does not start")
        time.sleep(0.2)
