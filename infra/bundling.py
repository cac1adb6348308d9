"""What the functions run: a layer of pinned wheels for each group, and our own code in a zip for each function.

No Docker: uv fetches the wheels of whatever platform is asked for. Both kinds of zip depend on nothing but
their input, to the byte, so that a deployment without a change changes nothing. ``python -m infra.bundling``
builds everything for one platform and prints the sizes.
"""

from __future__ import annotations

import compileall
import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.entries import Entry
from infra.stage import HOST, Platform

ROOT: Final = Path(__file__).resolve().parent.parent
BUILD: Final = ROOT / ".build"
SERVICES: Final = frozenset({"dynamodb", "s3", "sqs"})
"""The services that functions call: botocore's descriptions of the other four hundred stay out."""

LIMIT: Final = 60_000_000
"""Most bytes that a function and its layer may have, unpacked."""

_UNUSED_FOLDERS: Final = frozenset({"__pycache__", "bin", "examples", "isoschematron", "test", "tests"})
_UNUSED_SUFFIXES: Final = frozenset({".c", ".h", ".pxd", ".pxi", ".pyi", ".pyx", ".rng", ".xsl"})
_UNUSED_RECORDS: Final = frozenset(
    {"INSTALLER", "RECORD", "REQUESTED", "WHEEL", "direct_url.json", "top_level.txt"}
)


class BundleError(Exception):
    """A bundle that cannot be made, in one line."""


class Bundles(Protocol):
    """Where the stacks get their code from."""

    def layer(self, scope: Construct, name: str) -> lambda_.LayerVersion: ...

    def code(self, entry: Entry) -> lambda_.Code: ...


class BuiltBundles:
    """Bundles for one platform, made when asked for and kept under ``.build/``."""

    def __init__(self, platform: Platform) -> None:
        self.platform = platform

    def layer(self, scope: Construct, name: str) -> lambda_.LayerVersion:
        return lambda_.LayerVersion(
            scope,
            "libraries",
            code=lambda_.Code.from_asset(str(build_layer(name, self.platform))),
            description=f"Postseal: libraries of the {name} functions",
        )

    def code(self, entry: Entry) -> lambda_.Code:
        return lambda_.Code.from_asset(str(build_code(entry, self.platform)))


def build_layer(name: str, platform: Platform) -> Path:
    """The zip with the wheels of the group ``lambda-<name>`` and, for workers, the address databases."""
    requirements = _uv(
        "export",
        "--frozen",
        "--only-group",
        f"lambda-{name}",
        "--no-emit-project",
        "--no-header",
        "--no-annotate",
    )
    key = _digest(requirements, repr(platform), *_recipe(name))
    target = BUILD / "layers" / f"{platform.name}-{name}-{key}.zip"
    if target.exists():
        return target
    with _workspace() as work:
        tree = work / "tree"
        _install(requirements, platform, tree / "python")
        _prune(tree / "python")
        if name == "workers":
            _add_address_data(tree / "address-data")
        _compile(tree, platform, "/opt")
        _pack(tree, target)
    for stale in target.parent.glob(f"{platform.name}-{name}-*.zip"):
        if stale != target:
            stale.unlink(missing_ok=True)
    return target


def build_code(entry: Entry, platform: Platform) -> Path:
    """The zip with ``shared/`` and the function's own folder, and none of the other functions."""
    folder = Path("functions", entry.path)
    target = BUILD / "code" / platform.name / f"{entry.name}.zip"
    with _workspace() as work:
        tree = work / "tree"
        for package in (folder.parent.parent, folder.parent):
            (tree / package).mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / "functions" / "__init__.py", tree / package)
        for source in (Path("shared"), folder):
            if not (ROOT / source).is_dir():
                continue
            shutil.copytree(ROOT / source, tree / source, ignore=shutil.ignore_patterns("__pycache__"))
        _compile(tree, platform, "/var/task")
        _pack(tree, target)
    return target


def unpacked(archive: Path) -> int:
    """Bytes that an archive's files have, unpacked."""
    with zipfile.ZipFile(archive) as packed:
        return sum(member.file_size for member in packed.infolist())


def _recipe(name: str) -> Iterator[str]:
    """Everything beside the requirements that decides what a layer holds."""
    yield Path(__file__).read_text()
    if name == "workers":
        for source in ("infra/address_data.py", "package-lock.json"):
            yield (ROOT / source).read_text()


def _install(requirements: str, platform: Platform, target: Path) -> None:
    listed = target.parent / "requirements.txt"
    listed.parent.mkdir(parents=True)
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
            if path.name in _UNUSED_FOLDERS or _is_foreign_service(inside):
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


def _add_address_data(target: Path) -> None:
    from infra import address_data

    address_data.build(target)


def _compile(tree: Path, platform: Platform, mounted: str) -> None:
    """Byte code saves a second of every cold start, but only this machine's Python can write its own."""
    if platform != HOST:
        return
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    compileall.compile_dir(tree, quiet=2, stripdir=str(tree), prependdir=mounted, invalidation_mode=unchecked)


def _pack(tree: Path, target: Path) -> None:
    """Sorted names, one date, modes that do not hang on anybody's umask."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = tree.parent / target.name
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for path in sorted(path for path in tree.rglob("*") if path.is_file()):
            member = zipfile.ZipInfo(path.relative_to(tree).as_posix(), (1980, 1, 1, 0, 0, 0))
            member.external_attr = (0o100755 if path.suffix == ".so" else 0o100644) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(member, path.read_bytes())
    os.replace(partial, target)


@contextmanager
def _workspace() -> Iterator[Path]:
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="work-", dir=BUILD) as folder:
        yield Path(folder)


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


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
