"""The vector index, with a real Chroma in a real child process."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from chroma_maker import COUNT, EMBEDDER, WIDTH
from vault_values import cube, random_units, unit

from memos_desktop.errors import Cancelled, IndexUnavailableError
from memos_desktop.memory.call import MemoryCall
from memos_desktop.progress import Progress
from memos_desktop.vault.vault import Vault
from memos_desktop.vault.vector_index import VectorIndex, collection_name

IDS = list(range(1, COUNT + 1))
VECTORS = random_units(COUNT, WIDTH)
QUERY = random_units(1, WIDTH, seed=5)[0]
PLACE = collection_name(EMBEDDER, WIDTH)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[VectorIndex]:
    opened = VectorIndex(tmp_path / "index")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index folder with everything on the disk, to be copied and damaged."""
    folder = tmp_path_factory.mktemp("made")
    maker = Path(__file__).with_name("chroma_maker.py")
    subprocess.run([sys.executable, str(maker), str(folder)], check=True)
    return folder


def process_of(index: VectorIndex) -> int:
    """The child's process id."""
    assert index._child
    assert index._child._process
    return index._child._process.pid


def same(found: list[tuple[int, float]], expected: list[tuple[int, float]]) -> bool:
    """Whether two answers agree in order and, nearly, in cosine."""
    cosines = ([cosine for _, cosine in answer] for answer in (found, expected))
    return [number for number, _ in found] == [number for number, _ in expected] and np.allclose(*cosines, atol=1e-4)


def test_it_is_built_asked_changed_and_opened_again(index: VectorIndex) -> None:
    assert index.open(EMBEDDER, WIDTH) == "missing"
    with pytest.raises(IndexUnavailableError, match="built first"):
        index.query(QUERY, 3)
    with pytest.raises(IndexUnavailableError, match="Keyword search goes on"):
        index.upsert([1], VECTORS[:1])
    reports: list[float] = []
    pieces = ((IDS[at : at + 50], VECTORS[at : at + 50]) for at in range(0, COUNT, 50))
    index.rebuild(pieces, Progress(lambda state: reports.append(state.done), interval=0))
    assert (index.state, reports, index.count()) == ("ready", [50, 100, 120], COUNT)
    assert same(index.query(QUERY, 10), VectorIndex.brute(QUERY, IDS, VECTORS, 10))
    index.delete([VectorIndex.brute(QUERY, IDS, VECTORS, 1)[0][0], 98765])
    assert same(index.query(QUERY, 9), VectorIndex.brute(QUERY, IDS, VECTORS, 10)[1:])
    index.upsert([500], unit(QUERY.tolist()))
    assert index.query(QUERY, 1)[0] == (500, pytest.approx(1.0, abs=1e-4))
    expected = index.query(QUERY, 200)
    assert len(expected) == COUNT
    assert index.open(EMBEDDER, WIDTH) == "ready"  # a new process
    assert same(index.query(QUERY, 200), expected)
    assert set(index.ids()) == {number for number, _ in expected}
    assert index.open("another", WIDTH) == "missing"
    index.rebuild(())
    assert (index.query(QUERY, 5), index.count(), index.ids()) == ([], 0, [])


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("chroma.sqlite3", truncate),
        ("chroma.sqlite3", Path.unlink),
        ("data_level0.bin", truncate),
        ("header.bin", garbage),
        ("index_metadata.pickle", Path.unlink),
    ],
)
def test_damage_is_seen_at_once(made: Path, tmp_path: Path, name: str, damage: Callable[[Path], None]) -> None:
    shutil.copytree(made, tmp_path / "index")
    damage(next((tmp_path / "index").rglob(name)))
    index = VectorIndex(tmp_path / "index")
    assert index.open(EMBEDDER, WIDTH) == "missing"
    index.close()


def test_a_damaged_index_is_rebuilt_while_search_goes_on(made: Path, tmp_path: Path) -> None:
    vault = Vault.open_in_memory()
    vault.cubes.add_many([cube(f"memory {word}") for word in ("tea", "coffee", "wine")])
    ids = sorted(number for number, _ in vault.search.pending(EMBEDDER, 9))
    vault.search.store_vectors(EMBEDDER, ids, VECTORS[:3])
    shutil.copytree(made, tmp_path / "index")
    garbage(next((tmp_path / "index").rglob("data_level0.bin")))
    index = VectorIndex(tmp_path / "index")
    assert index.open(EMBEDDER, WIDTH) == "missing"
    index.begin_rebuild()
    assert index.state == "rebuilding"
    with pytest.raises(IndexUnavailableError, match="being rebuilt"):
        index.query(QUERY, 3)
    near = index.brute(VECTORS[1], *vault.search.vectors(EMBEDDER), 1)
    found = vault.search.candidates(MemoryCall("tea"), VECTORS[1], near)
    assert {candidate.text for candidate in found} == {"memory tea", "memory coffee"}
    index.upsert(*vault.search.vectors(EMBEDDER))
    index.finish_rebuild()
    assert index.query(VECTORS[1], 1)[0][0] == ids[1]
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == [PLACE]
    index.close()
    vault.close()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_a_killed_child_loses_nothing(made: Path, tmp_path: Path) -> None:
    shutil.copytree(made, tmp_path / "index")
    index = VectorIndex(tmp_path / "index")
    assert index.open(EMBEDDER, WIDTH) == "ready"
    index.upsert([900], VECTORS[:1])
    os.kill(process_of(index), signal.SIGKILL)
    with pytest.raises(IndexUnavailableError):
        index.query(QUERY, 3)
    assert index.state == "missing"
    assert index.open(EMBEDDER, WIDTH) == "ready"
    assert index.count() == COUNT + 1
    progress = Progress()

    def pieces() -> Iterator[tuple[list[int], np.ndarray]]:
        yield IDS[:10], VECTORS[:10]
        progress.cancel()
        yield IDS[10:], VECTORS[10:]

    with pytest.raises(Cancelled):
        index.rebuild(pieces(), progress)
    assert index.open(EMBEDDER, WIDTH) == "ready"  # the old one is still there
    assert index.count() == COUNT + 1
    index.close()


def test_comparing_with_all_finds_the_nearest() -> None:
    matrix = unit([1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [-1.0, 0.0])
    found = VectorIndex.brute(unit([1.0, 0.1])[0], [7, 8, 9, 10], matrix, 2)
    assert [number for number, _ in found] == [7, 8]
    assert len(VectorIndex.brute(matrix[0], [7, 8, 9, 10], matrix, 50)) == 4
    assert VectorIndex.brute(matrix[0], [], matrix[:0], 5) == []


def test_names_are_safe_for_any_embedder() -> None:
    name = collection_name("sentence-transformers/all MiniLM:L6@v2/ü", 384)
    assert name == "v-sentence-transformers-all-MiniLM-L6-v2-384"
    assert collection_name("x", 384) != collection_name("x", 768)
