"""What is said of this computer."""

import os

import psutil
import pytest

from memos_desktop.engine import hardware
from memos_desktop.engine.hardware import GIB, SPARE, Hardware
from memos_desktop.engine.llamacpp import library


def test_looks_at_this_computer():
    machine = hardware.look()
    assert 1 <= machine.cores <= (os.cpu_count() or 1)
    assert 0 < machine.memory_available <= machine.memory_total <= psutil.virtual_memory().total
    assert f"{machine.memory_total / GIB:.1f} GB" in machine.line


@pytest.mark.parametrize(
    ("need", "verdict"), [(4 * GIB - SPARE, "fits"), (4 * GIB, "tight"), (9 * GIB, "too large")]
)
def test_says_how_a_model_fits(need, verdict):
    machine = Hardware(4, 8 * GIB, 4 * GIB)
    assert machine.fits(need - 1000, 1000) == verdict


def test_the_line_reads_well():
    assert Hardware(1, 8 * GIB, 4 * GIB).line == "1 core, 4.0 of 8.0 GB memory free, no graphics processor in use"
    assert Hardware(4, 8 * GIB, 4 * GIB, ("A", "B")).line == "4 cores, 4.0 of 8.0 GB memory free, A, B"


def test_a_container_limit_counts(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text(f"{2 * GIB}\n")
    (tmp_path / "memory.current").write_text(f"{GIB}\n")
    (tmp_path / "memory.stat").write_text(f"anon 5\ninactive_file {GIB // 2}\nactive_file 0\n")
    monkeypatch.setattr(hardware, "CGROUP", tmp_path)
    assert hardware.look().memory_total == 2 * GIB
    assert hardware.memory_available() == min(psutil.virtual_memory().available, GIB + GIB // 2)
    (tmp_path / "memory.max").write_text("max\n")
    assert hardware.look().memory_total == psutil.virtual_memory().total


def test_a_gpu_is_named_by_llama_cpp_once_it_is_loaded(monkeypatch):
    class Loaded:
        def devices(self):
            return (library.Device("CUDA0", "Test GPU", 1, 2),)

    monkeypatch.setattr(library, "loaded", lambda: True)
    monkeypatch.setattr(library, "library", Loaded)
    assert hardware.look().gpus == ("Test GPU",)


def test_before_that_only_the_driver_tells(monkeypatch):
    monkeypatch.setattr(library, "loaded", lambda: False)
    monkeypatch.setattr(hardware.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert hardware.look().gpus == ("NVIDIA graphics processor",)
    monkeypatch.setattr(hardware.shutil, "which", lambda name: None)
    assert hardware.look().gpus == ()


def test_llama_cpp_can_be_asked_for_its_gpus():
    """On a build for the CPU there are none; the question itself must work everywhere."""
    found = library._gpus()
    assert library.library().devices() == tuple(found)
    assert all(device.total > 0 for device in found)
