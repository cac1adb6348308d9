"""Files that a deployment links to, saved under names that stay inside the folder."""

from __future__ import annotations

from pathlib import Path

import httpx

from cli.stops import REFUSED, UNREACHABLE, Stop


def download(url: str, folder: Path, name: str) -> Path:
    """Where the file is now. One that is there already is not written over. The link is presigned: no key and
    no token goes with the request."""
    target = folder / name
    if Path(name).name != name or name in {"", ".", ".."}:
        raise Stop(f"{name!r} is no name for a file", REFUSED)
    partial = target.with_name(f".{name}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if target.exists():
            raise Stop(f"{target} is there already", REFUSED)
        with httpx.stream("GET", url, timeout=httpx.Timeout(300.0, connect=10.0)) as answer:
            answer.raise_for_status()
            with partial.open("wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)
        partial.replace(target)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        partial.unlink(missing_ok=True)
        raise Stop(f"{name} cannot be downloaded: {type(error).__name__}", UNREACHABLE) from None
    except OSError as error:
        raise Stop(f"{target} cannot be written: {error}", UNREACHABLE) from None
    return target
