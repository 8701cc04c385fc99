"""Bundles made from cubes, and cubes that come back from them; random cubes for property tests."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from memos_desktop.memory.bundle import Chain
from memos_desktop.memory.bundle_import import Choice, Decision
from memos_desktop.memory.bundle_text import lines_of
from memos_desktop.memory.cube import (
    Access,
    ActivationPayload,
    Behaviour,
    Cube,
    Descriptive,
    Governance,
    Origin,
    Payload,
    Scope,
    SemanticType,
    Sensitivity,
    Source,
    State,
    TextPayload,
)
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_import import Imported, import_bundle
from memos_desktop.vault.bundle_reader import BundleReader
from memos_desktop.vault.bundle_source import chains
from memos_desktop.vault.bundle_writer import BundleWriter
from memos_desktop.vault.vault import Vault


def write(path: Path, several: Iterable[Chain]) -> Path:
    """A bundle of these cubes, which come in the order of their ids."""
    with BundleWriter(path, "0.1.0", "some-embedder", redacted=False) as writer:
        for chain in several:
            writer.add(lines_of(chain))
        writer.finish()
    return path


def export(vault: Vault, path: Path, *ids: str) -> Path:
    """A bundle of these cubes of a vault, or of all."""
    return write(path, held(vault, ids))


def in_order(several: Iterable[Chain]) -> list[Chain]:
    """As they stand in a bundle."""
    return sorted(several, key=lambda chain: chain.id)


def held(vault: Vault, ids: Sequence[str] = ()) -> list[Chain]:
    """The cubes of a vault with all their versions."""
    known = [row["id"] for row in vault.database.rows("SELECT id FROM cubes ORDER BY id")]
    return list(chains(vault.database, sorted(ids) or known))


def read(path: Path) -> list[Chain]:
    """The cubes of a bundle."""
    with BundleReader(path) as bundle:
        bundle.check(Progress())
        return list(bundle.chains())


def load(vault: Vault, path: Path, usual: Choice = Choice.KEEP, **each: Choice) -> Imported:
    """Import a bundle."""
    with BundleReader(path) as bundle:
        outline = bundle.check(Progress())
        return import_bundle(vault, bundle, outline, Decision(usual, each), frozenset(), Progress())


_letters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")  # no memory holds a zero
_words = st.text(_letters, max_size=40)
_moments = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))
_maybe_moments = st.none() | _moments
_maybe_ids = st.none() | st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=20, max_size=20)
_places = st.none() | st.tuples(st.integers(0, 500), st.integers(0, 500)).map(lambda pair: tuple(sorted(pair)))


@st.composite
def _sources(draw: st.DrawFn) -> Source:
    start, end = draw(_places) or (None, None)
    return Source(draw(_maybe_ids), draw(_maybe_ids), start, end, draw(st.none() | _words))


def _descriptives() -> st.SearchStrategy[Descriptive]:
    return st.builds(
        Descriptive,
        title=_words,
        type=st.sampled_from(SemanticType),
        event_time=_maybe_moments,
        origin=st.sampled_from(Origin),
        source=_sources(),
        speaker=st.none() | _words,
    )


def _governances() -> st.SearchStrategy[Governance]:
    return st.builds(
        Governance,
        owner=_words,
        scope=st.sampled_from(Scope),
        project=st.none() | _words,
        access=st.sampled_from(Access),
        expires=_maybe_moments,
        priority=st.integers(-100, 100),
        sensitivity=st.sampled_from(Sensitivity),
        watermark=st.none() | _words,
        proposed=st.booleans(),
        valid_to=_maybe_moments,
        superseded_by=_maybe_ids,
    )


@st.composite
def _chain(draw: st.DrawFn, id: str, parents: tuple[str, ...], payloads: st.SearchStrategy[Payload]) -> Chain:
    activation = parents and isinstance(draw(payloads), ActivationPayload)
    shared: dict[str, Any] = {
        "id": id,
        "created": draw(_moments),
        "governance": draw(_governances()),
        "behaviour": Behaviour(draw(st.integers(0, 9999)), draw(_maybe_moments), draw(st.floats(0, 1))),
        "state": draw(st.sampled_from(State)),
        "tags": tuple(draw(st.lists(st.text(_letters, min_size=1, max_size=12), max_size=4, unique=True))),
        "frozen": draw(st.booleans()),
        "pinned": not activation and draw(st.booleans()),
        "parents": parents,
    }
    return Chain(
        tuple(
            Cube(
                version=number,
                changed=draw(_moments),
                payload=draw(payloads),
                descriptive=draw(_descriptives()),
                actor=draw(_words),
                reason=draw(_words),
                **shared,
            )
            for number in range(1, draw(st.integers(1, 4)) + 1)
        )
    )


@st.composite
def random_chains(draw: st.DrawFn, most: int = 6) -> list[Chain]:
    """Cubes with versions, parents and activation cubes, as a vault can hold them."""
    count = draw(st.integers(1, most))
    texts = st.builds(TextPayload, st.text(_letters, max_size=200))
    read = st.builds(
        ActivationPayload,
        st.text(_letters, max_size=50),
        st.integers(0, 10**9),
        st.text(_letters, max_size=64),
        st.integers(1, 9),
    )
    ids = draw(st.lists(st.integers(0, 2**50), min_size=count, max_size=count, unique=True))
    names = [f"{number:020d}" for number in ids]
    made = []
    for place, name in enumerate(names):
        parents = tuple(draw(st.lists(st.sampled_from(names[:place]), max_size=3, unique=True))) if place else ()
        made.append(draw(_chain(name, parents, texts)))
    for place, name in enumerate(names):
        if draw(st.integers(0, 3)) == 0:
            made.append(draw(_chain(f"a{place:019d}", (name,), read)))
    return made


def changed(chain: Chain, text: str) -> Chain:
    """The same cube, whose last version says something else."""
    last = replace(chain.cube, payload=TextPayload(text))
    return Chain((*chain.versions[:-1], last))
