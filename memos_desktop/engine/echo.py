"""A backend for unit tests: it answers with what it was told, in no time and always the same.

It is chosen only by a model path that ends in `.echo`. A file with text in it answers with that text
instead. Tokens are words with the white space before them.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from memos_desktop.engine.base import (
    Capabilities,
    Chunk,
    Comparison,
    LoadOptions,
    ModelInfo,
    Prompt,
    PromptTurn,
    Sampling,
    Snapshot,
    Stats,
)
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.errors import Cancelled, ModelError, UnsupportedOperationError, UserError
from memos_desktop.memory.message import Finish, Role
from memos_desktop.progress import Progress

CONTEXT = 8192
LEAST_ANSWER = 16
CHUNK = 64
WORD = re.compile(r"\s*\S+|\s+$")


class EchoBackend:
    """Implements `base.Backend` for paths that end in `.echo`."""

    name = "echo"

    def available(self) -> str:
        """It always is."""
        return ""

    def accepts(self, path: Path) -> bool:
        """Whether the name ends in `.echo`."""
        return path.suffix == ".echo"

    def examine(self, path: Path, options: LoadOptions) -> None:
        """`load` reads the file so quickly that there is nothing to ask before."""

    def load(
        self, path: Path, sha256: str, options: LoadOptions, progress: Progress, states: KvStore | None = None
    ) -> "EchoEngine":
        """An engine that answers with the file's text, or with the last user turn when the file is empty."""
        progress.update(1, 1, "Loading the model")
        try:
            answer = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(f"{path} cannot be read: {error}.", "Choose another file.") from error
        context = options.context_length or CONTEXT
        info = ModelInfo(
            name=path.stem,
            path=str(path),
            sha256=sha256,
            backend=self.name,
            architecture="echo",
            parameters=0,
            size=len(answer.encode()),
            context_length=context,
            trained_context=context,
            capabilities=Capabilities(rollback=True),
        )
        return EchoEngine(info, answer)


class EchoEngine:
    """Implements `base.Engine`. Its cache is a list of ids, so reuse is counted as in a real engine."""

    def __init__(self, info: ModelInfo, answer: str) -> None:
        self._info = info
        self._answer = answer
        self._words: dict[str, int] = {}
        self._cached: list[int] = []

    @property
    def info(self) -> ModelInfo:
        """What is known of the model."""
        return self._info

    @property
    def identity(self) -> Identity | None:
        """It has no states to keep."""
        return None

    def encode(self, turns: Sequence[PromptTurn]) -> Prompt:
        """A mark for each role, then its words, then the assistant's mark."""
        return Prompt((*self._ids(turns), self._id(self._mark(Role.ASSISTANT))))

    def lead(self, turns: Sequence[PromptTurn]) -> Prompt:
        """`turns`, and the mark of the user."""
        return Prompt((*self._ids(turns), self._id(self._mark(Role.USER))))

    def count(self, text: str) -> int:
        """How many words."""
        return len(WORD.findall(text))

    def generate(self, prompt: Prompt, sampling: Sampling, progress: Progress, owner: str = "") -> Iterator[Chunk]:
        """Stream the answer word by word. Raises UserError as a real engine does."""
        if self._info.context_length - len(prompt.tokens) < LEAST_ANSWER:
            raise UserError(
                f"The prompt has {len(prompt.tokens)} tokens, and the context holds {self._info.context_length}.",
                "Shorten the message.",
            )
        return self._stream(list(prompt.tokens), sampling, progress)

    def settle(self, prompt: Prompt, progress: Progress) -> None:
        """There is nothing to bring in order."""
        progress.check()

    def keep(
        self, prompt: Prompt, shared: int, owner: str, cubes: Sequence[str], shared_cubes: Sequence[str] = ()
    ) -> tuple[Snapshot, ...]:
        """Nothing: it has no states."""
        return ()

    def encode_block(self, lead: Prompt, text: str, owner: str, title: str, progress: Progress) -> Snapshot:
        """Raises UnsupportedOperationError."""
        raise UnsupportedOperationError("The echo model has no KV states.", "Choose a real model.")

    def compare(
        self, questions: Sequence[Sequence[Prompt]], progress: Progress, following: int = 0
    ) -> tuple[tuple[Comparison, ...], ...]:
        """Raises UnsupportedOperationError."""
        raise UnsupportedOperationError("The echo model has no KV states.", "Choose a real model.")

    def reset(self) -> None:
        """Forget the cache."""
        self._cached.clear()

    def close(self) -> None:
        """Nothing to free."""
        self._cached.clear()

    def _stream(self, tokens: list[int], sampling: Sampling, progress: Progress) -> Iterator[Chunk]:
        reused = self._reuse(tokens)
        evaluated = 0
        words = WORD.findall(self._answer or f"Echo: {self._last_user_text(tokens)}")
        given = words[: max(1, min(sampling.max_tokens, self._info.context_length - len(tokens)))]
        finish = Finish.STOP if len(given) == len(words) else Finish.LENGTH
        count = 0
        try:
            progress.update(0, len(tokens) - reused)
            for start in range(reused, len(tokens), CHUNK):
                self._cached += tokens[start : start + CHUNK]
                evaluated = len(self._cached) - reused
                progress.update(evaluated, len(tokens) - reused)
            for word in given:
                count += 1
                self._cached.append(self._id(word))
                yield Chunk(word)
                progress.check()
        except Cancelled:
            finish = Finish.CANCELLED
        stats = Stats(
            model=self._info.name,
            backend=self._info.backend,
            prompt_tokens=len(tokens),
            reused_tokens=reused,
            evaluated_tokens=evaluated,
            completion_tokens=count,
            tier="live" if reused else "none",
        )
        yield Chunk("", finish, stats)

    def _reuse(self, tokens: list[int]) -> int:
        common = 0
        for cached, wanted in zip(self._cached, tokens[:-1], strict=False):
            if cached != wanted:
                break
            common += 1
        del self._cached[common:]
        return common

    def _last_user_text(self, tokens: list[int]) -> str:
        texts = list(self._words)
        prompt = "".join(texts[token] for token in tokens)
        return prompt.rpartition(self._mark(Role.USER))[2].partition(self._mark(Role.ASSISTANT))[0]

    def _ids(self, turns: Sequence[PromptTurn]) -> list[int]:
        texts = ((self._mark(turn.role), "".join(block.text for block in turn.blocks) + turn.text) for turn in turns)
        return [self._id(word) for mark, text in texts for word in (mark, *WORD.findall(text))]

    def _mark(self, role: Role) -> str:
        return f"\x00{role.value}\x00"

    def _id(self, word: str) -> int:
        return self._words.setdefault(word, len(self._words))
