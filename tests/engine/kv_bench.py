"""An engine with a store in a folder, asked in a few words by the tests of the kept KV states.

As a program, `kv_bench.py MODEL FOLDER THREADS` is a fresh process that answers prompts from what is kept in FOLDER:
it reads a JSON list of token lists from its input and prints digest, tier and restored tokens for each as JSON.
"""

import hashlib
import json
import struct
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from kv_values import PLENTY

from memos_desktop.engine.base import Block, LoadOptions, Prompt, PromptTurn, Sampling, Stats
from memos_desktop.engine.kv.layout import GRID
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.engine.llamacpp.backend import LlamaCppBackend
from memos_desktop.memory.message import Role
from memos_desktop.progress import Progress

OWNER = "chat:a"
TEXT = "The cat sat on the shore and looked at the sea, and then it went home to the others. "
FACTS = "Otto is a cat of nine years, who lives on the shore with Ann, and he likes none of the other cats there. "
HISTORY = ("Where is the cat? " + TEXT, "In the garden. " + TEXT)

# In a payload of llama.cpp: where the number of cells stands, and the place of the first one. Each cell has its
# place, the number of its sequences and the sequence, four bytes each.
CELLS = 12
PLACES = 16
CELL = 12


def turns_of(*texts):
    """The turns of a chat, of the person and of the model in turn."""
    return [PromptTurn((Role.USER, Role.ASSISTANT)[number % 2], text) for number, text in enumerate(texts)]


def solid(prompt):
    """How many tokens of a prompt can be kept: whole steps of the grid."""
    return len(prompt.tokens) // GRID * GRID


def held(*states):
    """How many cells these states hold together."""
    return sum(len(state.header.tokens) for state in states)


def asked(bench, text="Who?", state=None):
    """What comes after HISTORY; with a state, FACTS stands in it."""
    blocks = (Block(FACTS, state),) if state else ()
    return bench.engine.encode([*turns_of(*HISTORY), PromptTurn(Role.USER, text, blocks)])


def saved(bench):
    """Two states of HISTORY, one going on from the other."""
    prompts = bench.engine.encode(turns_of(HISTORY[0])), bench.engine.lead(turns_of(*HISTORY))
    return [state for prompt in prompts for state in bench.save(prompt)]


def places(payload):
    """The places of the cells in a payload, in the order in which they lie there."""
    (count,) = struct.unpack_from("<I", payload, CELLS)
    return [struct.unpack_from("<i", payload, PLACES + CELL * number)[0] for number in range(count)]


@dataclass(frozen=True)
class Told:
    """An answer. `logits` has a row for each of its pieces: what the model says of the token after the prompt first."""

    text: str
    logits: np.ndarray
    stats: Stats

    @property
    def digest(self):
        """A checksum of everything that has to be the same, to be compared between processes."""
        return hashlib.sha256(self.text.encode() + b"\0" + self.logits.tobytes()).hexdigest()

    def is_as(self, other):
        """Whether it is the same answer bit by bit, however it came about."""
        return self.digest == other.digest


class Bench:
    """A model with a store in `folder`, or without one.

    Attributes:
        engine: the loaded model.
        store: what it keeps states in; None without a folder.
        cache: the cells in memory.

    """

    def __init__(self, path, folder=None, *, context=512, threads=1, sha256="0" * 64):
        store = KvStore(folder, PLENTY) if folder else None
        options = LoadOptions(context_length=context, gpu_layers=0, threads=threads)
        self._hold(LlamaCppBackend().load(path, sha256, options, Progress(), store), store)

    def _hold(self, engine, store):
        self.engine, self.store, self.cache = engine, store, engine._cache

    @classmethod
    def of(cls, engine):
        """A bench around an engine that somebody else loaded without a store, and will close."""
        bench = cls.__new__(cls)
        bench._hold(engine, None)
        return bench

    def close(self):
        """Free the engine."""
        self.engine.close()

    def tell(self, prompt, limit=8, owner=OWNER):
        """The likeliest answer of at most `limit` tokens, using what is in memory, kept or attached."""
        text, logits, stats = "", [], None
        sampling = Sampling(temperature=0, max_tokens=limit)
        for chunk in self.engine.generate(prompt, sampling, Progress(), owner):
            text, stats = text + chunk.text, chunk.stats
            logits.append(self.cache.logits(self.engine._tokens.size))
        return Told(text, np.array(logits), stats)

    def cold(self, prompt, limit=8):
        """The answer of an engine that has nothing in memory and knows of nothing kept; blocks are attached."""
        self.engine.reset()
        with self._without_store():
            return self.tell(prompt, limit)

    def kept(self, prompt, shared=0, owner=OWNER):
        """Keep what is in memory of a prompt and not on the disk yet: the states that this gave."""
        return [self._keep(snapshot) for snapshot in self.engine.keep(prompt, shared, owner, ())]

    def save(self, prompt, shared=0, owner=OWNER):
        """Read a prompt, keep it and forget it: what is told next comes from the disk."""
        self.engine.settle(prompt, Progress())
        states = self.kept(prompt, shared, owner)
        self.engine.reset()
        return states

    def block(self, text, lead=Prompt(()), name="m"):
        """Make and keep the block of a memory's text as it stands after `lead`, and forget it."""
        state = self._keep(self.engine.encode_block(lead, text, f"cube:{name}@1", name, Progress()))
        self.engine.reset()
        return state

    def _keep(self, snapshot):
        return self.store.keep(snapshot.header, snapshot.payload)

    @contextmanager
    def _without_store(self):
        reader = self.engine._reader
        states, reader._states = reader._states, None
        try:
            yield
        finally:
            reader._states = states


def main(path, folder, threads):
    """Answer the prompts of the input, each from what is kept alone."""
    bench, found = Bench(Path(path), Path(folder), threads=int(threads)), []
    for tokens in json.load(sys.stdin):
        bench.engine.reset()
        told = bench.tell(Prompt(tuple(tokens)))
        found.append((told.digest, told.stats.tier, told.stats.restored_tokens))
    bench.close()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
