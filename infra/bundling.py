"""What the functions run: a layer of pinned wheels for each group, a zip of our own code for each function.

No Docker: uv fetches the wheels of whatever platform is asked for. Both kinds of zip depend on nothing but
their input, to the byte, so that a deployment without a change changes nothing. ``python -m infra.bundling``
builds everything for one platform and prints the sizes.
"""

from __future__ import annotations

import argparse
import compileall
import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from infra import address_data
from infra.entries import ENTRIES
from infra.entry import Entry
from infra.stage import HOST, LAMBDA, Platform

ROOT: Final = Path(__file__).resolve().parent.parent
BUILD: Final = ROOT / ".build"
SHARED: Final = Path("shared")
RECIPE: Final = Path("infra/bundling.py")
ADDRESS_DATA: Final = (Path("infra/address_data.py"), Path("package-lock.json"))
"""What the address data is made by and of."""

SENDERS: Final = "senders.toml"
"""The operator's own catalogue of senders, in the root of a function's code."""

SERVICES: Final = frozenset(
    {"cloudfront", "cognito-idp", "dynamodb", "events", "route53", "s3", "sesv2", "sqs"}
)
"""The services that functions call: botocore's descriptions of the other four hundred stay out."""

LIMITS: Final = {"api": 60_000_000, "lookups": 60_000_000, "workers": 60_000_000, "lake": 100_000_000}
"""Most bytes that a function and its layer may have, unpacked. The one that writes Parquet has an engine of
65 MB with it; nobody waits for it, and Lambda's own limit is 250 MB."""

KEPT: Final = 24 * 3600
"""Seconds that a bundle rests after it was made: another process may be about to upload an older one."""

_UNUSED_FOLDERS: Final = frozenset({"__pycache__", "bin", "examples", "isoschematron", "test", "tests"})
_UNUSED_SUFFIXES: Final = frozenset({".c", ".h", ".pxd", ".pxi", ".pyi", ".pyx", ".rng", ".xsl"})
_UNUSED_RECORDS: Final = frozenset(
    {"INSTALLER", "RECORD", "REQUESTED", "WHEEL", "direct_url.json", "top_level.txt"}
)


class BundleError(Exception):
    """A bundle that cannot be made, in one line."""


def build_layer(name: str, platform: Platform) -> Path:
    """The zip with the wheels of the group ``lambda-<name>``."""
    requirements = export("--only-group", f"lambda-{name}")
    return _zip(
        f"{platform.name}-layer-{name}",
        _digest(requirements.encode(), repr(platform).encode(), Path(__file__).read_bytes()),
        lambda tree: _libraries(requirements, platform, tree),
    )


def build_code(entry: Entry, platform: Platform, senders: Path | None = None) -> Path:
    """The zip with ``shared/`` and the function's own folder, and none of the other functions. ``senders`` is
    the operator's own catalogue of senders, which every function has."""
    folder = Path("functions", entry.path)
    if not (ROOT / folder / "handler.py").is_file():
        raise BundleError(f"{folder}/handler.py is missing: there is no function {entry.name} to bundle")
    packages = [package / "__init__.py" for package in (folder.parent.parent, folder.parent)]
    sources = [*packages, *_files(folder)]
    recipe = ADDRESS_DATA if entry.address_data else ()
    own_senders = _read(senders)

    def fill(tree: Path) -> None:
        _own_code(sources, entry, platform, tree)
        if own_senders:
            (tree / SENDERS).write_bytes(own_senders)

    return _zip(
        f"{platform.name}-{entry.name}",
        _digest(
            repr(platform).encode(), own_senders, _contents([*sources, *_files(SHARED), RECIPE, *recipe])
        ),
        fill,
    )


def export(*groups: str) -> str:
    """The locked requirements of dependency groups, with their hashes."""
    return _uv("export", "--frozen", "--no-emit-project", "--no-header", "--no-annotate", *groups)


def unpacked(archive: Path) -> int:
    """Bytes that an archive's files have, unpacked."""
    with zipfile.ZipFile(archive) as packed:
        return sum(member.file_size for member in packed.infolist())


def _zip(name: str, key: str, fill: Callable[[Path], None]) -> Path:
    """The zip under this key: found, or filled by the function and packed."""
    return _kept(BUILD / "bundles", name, f".{key}.zip", lambda work: _packed(fill, work))


def _tree(name: str, key: str, fill: Callable[[Path], None]) -> Path:
    """A folder that many zips have in them, under this key: found, or filled by the function."""
    return _kept(BUILD / "trees", name, f".{key}", lambda work: _filled(fill, work))


def _kept(folder: Path, name: str, suffix: str, make: Callable[[Path], Path]) -> Path:
    target = folder / f"{name}{suffix}"
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="work-", dir=BUILD) as work:
        made = make(Path(work))
        try:
            made.replace(target)
        except OSError:
            # Another process was first with the same: a folder does not take the place of one.
            if not target.is_dir():
                raise
    for other in folder.glob(f"{name}.*"):
        if other != target and time.time() - other.stat().st_mtime > KEPT:
            shutil.rmtree(other) if other.is_dir() else other.unlink(missing_ok=True)
    return target


def _filled(fill: Callable[[Path], None], work: Path) -> Path:
    tree = work / "tree"
    tree.mkdir()
    fill(tree)
    return tree


def _packed(fill: Callable[[Path], None], work: Path) -> Path:
    target = work / "packed.zip"
    _pack(_filled(fill, work), target)
    return target


def _libraries(requirements: str, platform: Platform, tree: Path) -> None:
    _install(requirements, platform, tree / "python")
    _prune(tree / "python")
    _compile(tree, tree, platform, "/opt")


def _own_code(sources: Iterable[Path], entry: Entry, platform: Platform, tree: Path) -> None:
    shutil.copytree(_shared(platform), tree / "shared")
    for source in sources:
        (tree / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / source, tree / source)
    _compile(tree / "functions", tree, platform, "/var/task")
    if entry.address_data:
        data = _tree("address-data", _digest(_contents(ADDRESS_DATA)), address_data.build)
        shutil.copytree(data, tree / "address-data")


def _shared(platform: Platform) -> Path:
    """``shared/`` as every function has it."""

    def fill(tree: Path) -> None:
        for source in _files(SHARED):
            target = tree / source.relative_to(SHARED)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / source, target)
        _compile(tree, tree, platform, "/var/task/shared")

    key = _digest(repr(platform).encode(), _contents([*_files(SHARED), RECIPE]))
    return _tree(f"{platform.name}-shared", key, fill)


def _read(senders: Path | None) -> bytes:
    if senders is None:
        return b""
    try:
        held = senders.read_bytes()
        tomllib.loads(held.decode())
    except (OSError, ValueError) as error:
        raise BundleError(f"the catalogue of senders {senders} cannot be read: {error}") from None
    return held


def _contents(files: Iterable[Path]) -> bytes:
    """What tells one state of files from another."""
    return _digest(*(str(path).encode() + b"\0" + (ROOT / path).read_bytes() for path in files)).encode()


def _files(folder: Path) -> list[Path]:
    found = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _install(requirements: str, platform: Platform, target: Path) -> None:
    listed = target.parent / "requirements.txt"
    listed.write_text(requirements)
    where = ["--python", sys.executable]
    if platform.uv_platform is not None:
        where = ["--python-platform", platform.uv_platform, "--python-version", platform.python]
    chosen = ["--only-binary", ":all:", "--no-deps", "--require-hashes", "--target", str(target), *where]
    _uv("pip", "install", "--quiet", *chosen, "--requirements", str(listed))
    listed.unlink()


def _prune(tree: Path) -> None:
    """Leave out what no function imports; licences and metadata stay."""
    for path in sorted(tree.rglob("*"), reverse=True):
        inside = path.relative_to(tree)
        if path.is_dir():
            if path.name in _UNUSED_FOLDERS or _is_foreign_service(inside) or _is_outdated(path, inside):
                shutil.rmtree(path)
        elif path.suffix in _UNUSED_SUFFIXES or (
            path.name in _UNUSED_RECORDS and path.parent.suffix == ".dist-info"
        ):
            path.unlink()


def _is_foreign_service(folder: Path) -> bool:
    match folder.parts:
        case (("boto3" | "botocore"), "data", service):
            return service not in SERVICES
    return False


def _is_outdated(path: Path, inside: Path) -> bool:
    """Whether it is a description that a later one stands beside: botocore takes the last one."""
    match inside.parts:
        case ("botocore", "data", _, version):
            return any(other.name > version for other in path.parent.iterdir() if other.is_dir())
    return False


def _compile(folder: Path, root: Path, platform: Platform, mounted: str) -> None:
    """Byte code saves a second of every cold start, but only this machine's Python can write its own. It
    tells of files where they will be: ``root`` is ``mounted``."""
    if platform != HOST:
        return
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(
        folder, quiet=2, stripdir=str(root), prependdir=mounted, invalidation_mode=unchecked
    )


def _pack(tree: Path, target: Path) -> None:
    """Sorted names, one date, modes that do not hang on anybody's umask."""
    partial = tree.parent / target.name
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            member = zipfile.ZipInfo(path.relative_to(tree).as_posix(), (1980, 1, 1, 0, 0, 0))
            member.external_attr = (0o100755 if path.suffix == ".so" else 0o100644) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, path.read_bytes())
    partial.replace(target)


def _uv(*arguments: str) -> str:
    """Run uv: the one that ``make setup`` pinned, or else whichever there is."""
    program = shutil.which("uv", path=f"{ROOT / '.tools' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}")
    if program is None:
        raise BundleError("uv is missing: run `make setup`")
    done = subprocess.run(
        [program, "--color", "never", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BundleError(f"uv {arguments[0]} failed: {done.stderr.strip()}")
    return done.stdout


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


def main() -> int:
    """Build all bundles of a platform, print what each weighs, and fail on one that weighs too much."""
    parser = argparse.ArgumentParser(prog="python -m infra.bundling", description=main.__doc__)
    parser.add_argument("--platform", choices=[HOST.name, LAMBDA.name], default=LAMBDA.name)
    platform = {HOST.name: HOST, LAMBDA.name: LAMBDA}[parser.parse_args().platform]
    heavy = 0
    print(f"{'function':<14} {'own MB':>7} {'layer MB':>9} {'MB':>6}")
    for entry in ENTRIES:
        own = unpacked(build_code(entry, platform))
        layer = unpacked(build_layer(entry.layer, platform))
        heavy += own + layer > LIMITS[entry.layer]
        print(f"{entry.name:<14} {own / 1e6:>7.1f} {layer / 1e6:>9.1f} {(own + layer) / 1e6:>6.1f}")
    if heavy:
        print(f"{heavy} over the limit of their layers")
    return 1 if heavy else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BundleError as error:
        sys.exit(str(error))
