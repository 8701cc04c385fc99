"""The shared library of llama.cpp: imported once, on first use, with its log routed to `logging`."""

import ctypes
import functools
import logging
import os
import sys
from dataclasses import dataclass
from typing import Any

from memos_desktop.errors import ModelError

log = logging.getLogger(__name__)

GPU_TYPES = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU and _IGPU


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU that llama.cpp can use. Memory in bytes."""

    name: str
    description: str
    free: int
    total: int


# Rounds that threads spin before they sleep when they wait for each other, hundreds of times for each token.
# GNU OpenMP's default of 300,000 is right only where nobody else wants the cores. Measured on two cores with
# other work on them: prompts are read four times, answers written five times as fast at 500; on idle cores
# there is no difference beyond the noise.
SPIN_ROUNDS = "500"


class Library:
    """The functions of `llama_cpp.llama_cpp` as attributes of `api`, and the errors it logged."""

    def __init__(self) -> None:
        if "OMP_WAIT_POLICY" not in os.environ:
            os.environ.setdefault("GOMP_SPINCOUNT", SPIN_ROUNDS)  # read when the OpenMP library is loaded
        from llama_cpp import llama_cpp as api

        self.api: Any = api
        self._errors: list[str] = []
        self._level = 0
        # The callback object must outlive the library, hence the attribute.
        self._callback = api.llama_log_callback(self._record)
        api.llama_log_set(self._callback, None)
        api.llama_backend_init()

    @property
    def version(self) -> str:
        """The version of llama.cpp."""
        return str(self.api.llama_version().decode())

    def forget_errors(self) -> None:
        """Start to collect anew, before a call whose failure is to be explained."""
        self._errors.clear()

    def first_error(self) -> str:
        """What llama.cpp complained about first since `forget_errors`: the cause of the others."""
        return self._errors[0] if self._errors else ""

    def devices(self) -> tuple[Device, ...]:
        """The GPUs this build of llama.cpp can use; empty for a CPU build."""
        if not self.api.llama_supports_gpu_offload():
            return ()
        return tuple(_gpus())

    def _record(self, level: int, text: bytes, _data: Any) -> None:
        # 1 debug, 2 info, 3 warning, 4 error, 5 continues the line before. Errors become exceptions in
        # the driver, so that nothing here needs to reach a person: hence DEBUG, and INFO for errors.
        self._level = level if level != 5 else self._level
        line = text.decode("utf-8", "replace").strip()
        if not line or line == ".":  # a dot is printed for each step of loading
            return
        failed = self._level == 4
        if failed:
            self._errors.append(line)
        log.log(logging.INFO if failed else logging.DEBUG, "%s", line)


@functools.cache
def library() -> Library:
    """The one instance of this process: a shared library cannot be loaded twice.

    Raises ModelError where it cannot be loaded here.
    """
    try:
        return Library()
    except (ImportError, OSError, RuntimeError) as error:  # what its loader raises, by platform
        hint = "Install MemOS Desktop again."
        raise ModelError(f"llama.cpp cannot be loaded on this computer: {error}.", hint) from error


def loaded() -> bool:
    """Whether `library` was called before, so that asking it costs nothing."""
    return library.cache_info().currsize > 0


def _gpus() -> list[Device]:
    ggml, base = _ggml("ggml"), _ggml("ggml-base")
    ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    ggml.ggml_backend_dev_get.argtypes = [ctypes.c_size_t]
    for name in ("name", "description"):
        function = getattr(base, f"ggml_backend_dev_{name}")
        function.restype, function.argtypes = ctypes.c_char_p, [ctypes.c_void_p]
    base.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
    size = ctypes.POINTER(ctypes.c_size_t)
    base.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, size, size]
    base.ggml_backend_dev_memory.restype = None
    found = []
    for number in range(ggml.ggml_backend_dev_count()):
        device = ggml.ggml_backend_dev_get(number)
        if base.ggml_backend_dev_type(device) not in GPU_TYPES:
            continue
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        base.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
        name = base.ggml_backend_dev_name(device).decode("utf-8", "replace")
        description = base.ggml_backend_dev_description(device).decode("utf-8", "replace")
        found.append(Device(name, description, free.value, total.value))
    return found


def _ggml(name: str) -> ctypes.CDLL:
    """A ggml library that ships beside libllama; already loaded as its dependency."""
    from llama_cpp._ctypes_extensions import load_shared_library
    from llama_cpp._ggml import libggml_base_path

    loaded_library: ctypes.CDLL = load_shared_library(name, libggml_base_path)
    return loaded_library


def c_strlen() -> int:
    """The address of C's strlen."""
    runtime = ctypes.CDLL("ucrtbase" if sys.platform == "win32" else None)
    return ctypes.cast(runtime.strlen, ctypes.c_void_p).value or 0
