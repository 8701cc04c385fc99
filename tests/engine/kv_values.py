"""Identities, headers and states for the tests of the kept KV states."""

import hashlib

from memos_desktop.engine.kv.header import Header, block_id, segment_id
from memos_desktop.engine.kv.identity import Identity

PLENTY = 1 << 30
IDENTITY = Identity(
    model_sha256="aa" * 32,
    library="llama.cpp b1",
    adapters="",
    kv_type="f16",
    flash_attention=False,
    rope="100000",
    layout="6x3x64",
    device="CPU",
)


def payload_of(text, size):
    """Bytes that look random and are the same for the same text."""
    return hashlib.shake_256(text.encode()).digest(size)


def segment(keys, start=0, parent="", identity=IDENTITY, **fields):
    """The header of a state of the exact tier that holds the cells from `start` on of plain `keys`."""
    state_id = segment_id(identity, keys, start)
    tokens = tuple(keys[start:])
    return Header(state_id, "exact", fields.pop("model", "tiny"), identity, start, len(keys), tokens, parent, **fields)


def block(tokens, prefix=(), owner="cube:m@1", identity=IDENTITY, **fields):
    """The header of a block."""
    state_id = block_id(identity, prefix, tokens, owner)
    start = len(prefix)
    end = start + len(tokens)
    tokens, prefix = tuple(tokens), tuple(prefix)
    return Header(state_id, "block", "tiny", identity, start, end, tokens, owner=owner, prefix=prefix, **fields)


def keep(store, keys, size=100, identity=IDENTITY, grid=1, **fields):
    """Keep what is not kept yet of `keys`, from a whole step of the grid on; None where all of it is kept."""
    kept, parent = store.kept(identity, keys)
    if kept == len(keys):
        return None
    start = kept - kept % grid
    header = segment(keys, start, parent if start else "", identity, **fields)
    return store.keep(header, memoryview(payload_of(header.id, size)))


def keep_block(store, tokens, size=100, **fields):
    """Keep a block of `tokens`."""
    header = block(tokens, **fields)
    return store.keep(header, memoryview(payload_of(header.id, size)))


def names(store):
    """The ids in the folder of a store."""
    return {path.stem for path in store.folder.iterdir()} if store.folder.exists() else set()


def used(match):
    """The chain of a match: each id, and up to where it is used."""
    return [(link.state.id, link.upto) for link in match.chain]
