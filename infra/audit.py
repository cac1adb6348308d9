"""Ask for advisories against what is deployed, if the index can be asked at all."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from infra.bundling import export

INDEX: Final = "https://pypi.org/pypi/pip/json"
"""Where pip-audit gets advisories from, one document a package."""


def main() -> int:
    """Audit what the bundles and the command line hold; without the index, say so and pass."""
    if not _reachable():
        print("check   advisories (pip-audit): skipped, the package index does not answer")
        return 0
    print("check   advisories (pip-audit)", flush=True)
    with tempfile.TemporaryDirectory() as work:
        listed = Path(work, "requirements.txt")
        listed.write_text(
            export("--no-default-groups", "--group", "lambda-lookups", "--group", "lambda-workers")
        )
        audit = [sys.executable, "-m", "pip_audit", "--disable-pip", "--progress-spinner", "off"]
        done = subprocess.run(
            [*audit, "--requirement", str(listed)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode


def _reachable() -> bool:
    try:
        with urllib.request.urlopen(INDEX, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, TimeoutError):
        return False


if __name__ == "__main__":
    sys.exit(main())
