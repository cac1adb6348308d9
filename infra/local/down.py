"""``make down``: end what ``up`` started, and nothing else. ``--purge`` removes the data too."""

from __future__ import annotations

import argparse
import shutil
import sys

from infra.local import layout, listeners, processes
from infra.local.emulator import server
from infra.local.lock import only_one
from infra.local.stack_error import StackError


def down(*, purge: bool) -> None:
    """Stop the listeners, then the emulator, which writes its state. Stopping what is down does nothing."""
    if not layout.LOCAL.exists():
        print("down   nothing is running")
        return
    with only_one():
        ended = [
            service.name
            for service in listeners.ALL
            if processes.stop(service, seconds=listeners.STOP_SECONDS)
        ]
        if server.stop():
            ended.append(server.SERVICE.name)
        shutil.rmtree(layout.SCRATCH, ignore_errors=True)
        print(f"down   {'ended ' + ', '.join(ended) if ended else 'nothing is running'}")
        if purge:
            _purge()


def _purge() -> None:
    for folder in (layout.STATE, layout.OBJECTS, layout.ASSEMBLY, layout.AUTHORITY):
        shutil.rmtree(folder, ignore_errors=True)
    for file in (layout.STATE_PORT, layout.STACK_FILE, layout.OUTPUTS_FILE, layout.DEPLOYED_FILE):
        file.unlink(missing_ok=True)
    print("purge  state and data removed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--purge", action="store_true", help="remove state and data, keep logs, zone files and sites"
    )
    try:
        down(purge=parser.parse_args().purge)
    except StackError as refusal:
        print(f"down: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
