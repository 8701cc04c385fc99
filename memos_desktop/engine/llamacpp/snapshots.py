"""Copies of cells with all that must be known of them, ready to be written by another thread."""

from collections.abc import Iterator
from dataclasses import dataclass

from memos_desktop.engine.base import Snapshot
from memos_desktop.engine.kv.header import BLOCK, EXACT, Header, block_id, segment_id
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.layout import GRID, Layout, common_start
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.engine.llamacpp.cache import Cache
from memos_desktop.errors import UnsupportedOperationError, UserError


@dataclass(frozen=True, slots=True)
class Place:
    """Whose cells they are: `owner` is empty for the shared start, "chat:ID" or "cube:ID@VERSION"."""

    identity: Identity
    model: str
    owner: str
    cubes: tuple[str, ...] = ()
    title: str = ""


def of_prompt(
    cache: Cache, states: KvStore, layout: Layout, shared: int, place: Place, everybody: Place
) -> Iterator[Snapshot]:
    """What is to be kept so that the prompt of `layout` can be restored as far as the cache holds it.

    The first `shared` tokens get a snapshot of their own for `everybody`: every chat begins with them.
    """
    end = layout.solid(common_start(tuple(cache.keys[: cache.solid]), layout.keys))
    kept, parent = states.kept(place.identity, layout.keys[:end])
    if not cache.rollback:
        if kept < end == len(cache.keys):
            yield _snapshot(cache, layout, 0, end, "", place)
        return
    start = layout.solid(kept)
    border = min(layout.solid(shared), end)
    if border - start >= GRID:
        first = _snapshot(cache, layout, start, border, parent, everybody)
        yield first
        start, parent = border, first.header.id
    if end - start >= GRID:
        yield _snapshot(cache, layout, start, end, parent, place)


def check_block(cache: Cache, title: str, lead: int, end: int) -> None:
    """Raise an error where a block of the tokens from `lead` up to `end` cannot be made in this model."""
    if not cache.rollback:
        raise UnsupportedOperationError(
            "This model's architecture keeps its state as a whole, so a text cannot be kept as KV apart from its chat.",
            "Choose a model with plain attention, such as Llama, Qwen2 or SmolLM2; until then the text is read.",
        )
    if end > cache.length:
        raise UserError(
            f"“{title}” has {end - lead:,} tokens, and the context holds {cache.length:,} with what stands before it.",
            "Split it, or choose a longer context in the settings.",
        )
    if end // GRID * GRID - aligned(lead) < GRID:
        raise UserError(f"“{title}” is so short that reading it takes no longer than KV would.", "Leave it as text.")


def of_block(cache: Cache, tokens: tuple[int, ...], lead: int, place: Place) -> Snapshot:
    """The cells of a text that stands from `lead` on in `tokens`, from its first to its last step of the grid."""
    start, end = aligned(lead), len(tokens) // GRID * GRID
    prefix, held = tokens[:start], tokens[start:end]
    header = Header(
        id=block_id(place.identity, prefix, held, place.owner),
        tier=BLOCK,
        model=place.model,
        identity=place.identity,
        start=start,
        end=end,
        tokens=held,
        owner=place.owner,
        title=place.title,
        cubes=place.cubes,
        prefix=prefix,
    )
    return Snapshot(header, cache.take(start, end))


def aligned(position: int) -> int:
    """The first step of the grid from `position` on."""
    return -(-position // GRID) * GRID


def _snapshot(cache: Cache, layout: Layout, start: int, end: int, parent: str, place: Place) -> Snapshot:
    spans = tuple(
        (piece.start, piece.end, piece.state.header.id)
        for piece in layout.pieces
        if piece.moved and piece.state is not None and start <= piece.start and piece.end <= end
    )
    header = Header(
        id=segment_id(place.identity, layout.keys[:end], start),
        tier=EXACT,
        model=place.model,
        identity=place.identity,
        start=start,
        end=end,
        tokens=layout.tokens[start:end],
        parent=parent,
        owner=place.owner,
        cubes=place.cubes,
        spans=spans,
    )
    return Snapshot(header, cache.take(start, end))
