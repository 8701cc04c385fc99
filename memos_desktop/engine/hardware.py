"""What this computer offers a model: cores, memory, GPUs."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

GIB = 1 << 30
SPARE = 256 << 20  # left for the rest of the program when a model is loaded
CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True, slots=True)
class Hardware:
    """A snapshot. Memory in bytes; `gpus` names them, empty when there is none or none can be seen yet."""

    cores: int
    memory_total: int
    memory_available: int
    gpus: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """One line for the screen."""
        memory = f"{self.memory_available / GIB:.1f} of {self.memory_total / GIB:.1f} GB memory free"
        graphics = ", ".join(self.gpus) or "no graphics processor in use"
        return f"{self.cores} {'core' if self.cores == 1 else 'cores'}, {memory}, {graphics}"

    def fits(self, size: int, context: int = 0) -> str:
        """How a model of `size` bytes with `context` bytes of cache would fit: fits, tight or too large."""
        need = size + context + SPARE
        if need <= self.memory_available:
            return "fits"
        return "tight" if need <= self.memory_total else "too large"


def look() -> Hardware:
    """The hardware as it is now. Loads no engine library: GPUs are asked of llama.cpp once it is loaded."""
    import psutil

    memory = psutil.virtual_memory()
    limit = _container_limit()
    total = min(memory.total, limit[0]) if limit else memory.total
    return Hardware(cores(), total, memory_available(), _gpus())


def cores() -> int:
    """Physical cores that this process may use: what llama.cpp computes fastest with."""
    import psutil

    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else physical
    return max(1, min(physical, allowed))


def memory_available() -> int:
    """Bytes that can be taken without swapping, in a container too."""
    import psutil

    available: int = psutil.virtual_memory().available
    limit = _container_limit()
    return min(available, limit[1]) if limit else available


def _container_limit() -> tuple[int, int] | None:
    """Total and available bytes of this control group (Linux, version 2), or None without a limit."""
    try:
        total = (CGROUP / "memory.max").read_text().strip()
        used = int((CGROUP / "memory.current").read_text())
        statistics = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return None  # another platform, or no control group of its own
    if not total.isdecimal():
        return None
    cached = int(statistics.get("inactive_file", 0)) + int(statistics.get("active_file", 0))
    return int(total), max(0, int(total) - used + cached)


def _gpus() -> tuple[str, ...]:
    from memos_desktop.engine.llamacpp import library

    if library.loaded():
        return tuple(device.description or device.name for device in library.library().devices())
    return ("NVIDIA graphics processor",) if shutil.which("nvidia-smi") else ()
