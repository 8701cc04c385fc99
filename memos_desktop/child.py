"""Child processes that answer calls over pipes: heavy or fragile libraries live there, not beside the window.

torch, sentence_transformers and chromadb take seconds to import and hold the interpreter lock in
stretches; a damaged index can even crash its process. In a child neither can freeze or end the window.
A frame is a 4-byte length, a JSON document, then the raw float32 arrays that the document announces.
A child ends when its standard input closes, so a killed parent leaves none behind.
"""

import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from memos_desktop.errors import MemosError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]


class ChildError(MemosError):
    """The child answered with a failure of its own, or ended without an answer (`died`)."""

    kind = "child"

    def __init__(self, message: str, died: bool = False) -> None:
        super().__init__(message)
        self.died = died


@dataclass(frozen=True, slots=True)
class Reply:
    """What a call brought back: JSON values and float32 arrays."""

    values: dict[str, Any]
    arrays: "list[Array]"


Handler = Callable[["dict[str, Any]", "list[Array]"], "tuple[dict[str, Any], list[Array]]"]


def command(verb: str, *arguments: str) -> list[str]:
    """The command line that starts this program's hidden verb, packaged or from source."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "memos_desktop"]
    return [*start, "_child", verb, *arguments]


class Child:
    """A child process, started at the first call and again after it died.

    One call at a time: a lock makes it safe from several threads.
    """

    def __init__(self, verb: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self._command = command(verb, *arguments)
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def call(self, method: str, values: Mapping[str, Any] | None = None, arrays: "Sequence[Array]" = ()) -> Reply:
        """Call `method` in the child and wait for its answer.

        Raises ChildError: `died` is True when the process ended (the next call starts a new one).
        """
        with self._lock:
            process = self._started()
            assert process.stdin and process.stdout
            try:
                _write(process.stdin, {"method": method, "values": dict(values or {})}, arrays)
                answer = _read(process.stdout)
            except (OSError, ValueError) as error:
                raise self._dead(process, str(error)) from error
            if answer is None:
                raise self._dead(process, "")
        document, received = answer
        if "error" in document:
            raise ChildError(str(document["error"]))
        return Reply(document["values"], received)

    def close(self) -> None:
        """End the child; a call under way fails with ChildError. Later calls are refused."""
        self._closed = True
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        with self._lock:
            self._drop(process)

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._closed:
            raise ChildError("The helper process has been closed.", died=True)
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self._environment
            )
        return self._process

    def _dead(self, process: "subprocess.Popen[bytes]", detail: str) -> ChildError:
        process.kill()
        status = process.wait()
        self._drop(process)
        return ChildError(f"The helper process ended (status {status}) {detail}".strip(), died=True)

    def _drop(self, process: "subprocess.Popen[bytes]") -> None:
        for stream in (process.stdin, process.stdout):
            if stream:
                with contextlib.suppress(OSError):  # unsent bytes of a pipe whose reader is gone
                    stream.close()
        if self._process is process:
            self._process = None


def serve(handlers: Mapping[str, Handler]) -> None:
    """Answer calls on standard input until it closes; runs in the child.

    Standard output is moved away first, so that a library's print cannot corrupt a frame.
    """
    source = sys.stdin.buffer
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    while (frame := _read(source)) is not None:
        document, arrays = frame
        try:
            values, produced = handlers[document["method"]](document["values"], arrays)
        except Exception as error:  # the parent gets it as ChildError
            _write(sink, {"error": f"{type(error).__name__}: {error}"}, ())
        else:
            _write(sink, {"values": values}, produced)


def _write(stream: IO[bytes], document: dict[str, Any], arrays: "Sequence[Array]") -> None:
    text = json.dumps({**document, "shapes": [list(array.shape) for array in arrays]}).encode()
    stream.write(struct.pack("<I", len(text)) + text)
    for array in arrays:
        stream.write(array.tobytes())
    stream.flush()


def _read(stream: IO[bytes]) -> "tuple[dict[str, Any], list[Array]] | None":
    head = stream.read(4)
    if len(head) < 4:
        return None
    text = stream.read(struct.unpack("<I", head)[0])
    document: dict[str, Any] = json.loads(text)
    arrays = [_read_array(stream, shape) for shape in document.pop("shapes")]
    return document, arrays


def _read_array(stream: IO[bytes], shape: list[int]) -> "Array":
    import numpy as np

    count = int(np.prod(shape, dtype=np.int64))
    return np.frombuffer(stream.read(count * 4), dtype=np.float32).reshape(shape)
