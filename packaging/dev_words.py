"""What the two commands say when something is missing: one sentence each, with what to do about it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping

QT_PACKAGES = "libegl1 libgl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libglib2.0-0 fonts-dejavu-core"
X11_PACKAGES = (
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxkbcommon-x11-0"
)
X11_LIBRARIES = (
    "libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-image.so.0", "libxcb-keysyms.so.1",
    "libxcb-render-util.so.0", "libxkbcommon-x11.so.0",
)
NO_COMPILER = (
    "A C++ compiler is needed once, to compile llama-cpp-python, and none was found: "
    "install one (Debian, Ubuntu: sudo apt-get install build-essential; macOS: xcode-select --install; "
    "Windows: the Visual Studio Build Tools) and run again."
)
NO_VENV = (
    "Python's venv module is missing: "
    "install it (Debian, Ubuntu: sudo apt-get install python3-venv) and run again."
)
NO_SPACE = "The disk has less than 3 GB free, which the packages need: free some and run again."
NO_DISPLAY = (
    "There is no display to open a window on: "
    "start this in a desktop session, or use the verbs without a window (run -- --help)."
)
FAILURES = (
    (r"No space left on device|Errno 28", "The disk is full: free about 3 GB and run again."),
    (
        r"name resolution|Name or service not known|establish a new connection|NewConnectionError|ProxyError"
        r"|getaddrinfo failed|Network is unreachable|Read timed out|ConnectTimeout",
        "The package index could not be reached: check the network connection, which only setting up needs, "
        "and run again.",
    ),
    (r"CMAKE_C(?:XX)?_COMPILER|could not find any instance of Visual Studio", NO_COMPILER),
    (
        r"Failed (?:building wheel for|to build) .*llama.cpp.python",
        "llama-cpp-python could not be compiled: look at the compiler's message and run again.",
    ),
    (r"Permission denied|Errno 13", "A file could not be written: check the rights on this folder."),
    (r"No matching distribution found for (\S+)", r"There is no package \1 for this Python and system."),
)


def explain(output: str) -> str:
    """The sentence for a known failure in what pip or venv said, or the empty string."""
    for pattern, sentence in FAILURES:
        if found := re.search(pattern, output):
            return found.expand(sentence)
    return ""


def qt_sentence(output: str) -> str:
    """The sentence for a Qt that does not load, from what Python said."""
    if library := re.search(r"(lib[\w.+-]+): cannot open shared object", output):
        return (
            f"Qt needs the system library {library[1]}: "
            f"install it (Debian, Ubuntu: sudo apt-get install {QT_PACKAGES}) and run again."
        )
    return "Qt cannot be loaded: " + (output.strip().splitlines() or ["no reason given"])[-1]


def missing_display(variables: Mapping[str, str], loads: Callable[[str], bool]) -> str:
    """The sentence that says why no window can open here, or the empty string. Only Linux is asked.

    `loads` tells whether a shared library is there.
    """
    if sys.platform != "linux" or variables.get("QT_QPA_PLATFORM") or variables.get("WAYLAND_DISPLAY"):
        return ""
    if not variables.get("DISPLAY"):
        return NO_DISPLAY
    if missing := [name for name in X11_LIBRARIES if not loads(name)]:
        return (
            f"A window needs the system library {missing[0]}: "
            f"install it (Debian, Ubuntu: sudo apt-get install {X11_PACKAGES}) and run again."
        )
    return ""


def duration(seconds: float) -> str:
    """`8.3 s` or `2 min 05 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"
