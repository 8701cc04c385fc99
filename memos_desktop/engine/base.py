"""What every backend offers. llama.cpp, MLX, a remote server and the echo model of the tests all fit here.

An engine is one loaded model. It is created, used and closed on one thread, the model worker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from memos_desktop.memory.message import Finish, Role
from memos_desktop.progress import Progress


@dataclass(frozen=True, slots=True)
class PromptTurn:
    """One turn of a prompt. `text` is never read as special tokens, whatever it holds."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen. Temperature 0 takes the likeliest; `seed` None draws one by chance."""

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    max_tokens: int = 1024
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the architecture allows; detected at load.

    `shift`: cells may be moved to other positions; `rollback`: the tail of a sequence may be removed.
    """

    shift: bool = False
    rollback: bool = False
    adapters: bool = False
    saves_state: bool = False


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What is known of a loaded model. `parameters` is a count, `size` bytes, lengths are in tokens."""

    name: str
    path: str
    sha256: str
    backend: str
    architecture: str
    parameters: int
    size: int
    context_length: int
    trained_context: int
    gpu_layers: int = 0
    device: str = "CPU"
    device_note: str = ""
    capabilities: Capabilities = Capabilities()


@dataclass(frozen=True, slots=True)
class Stats:
    """Figures of one answer. Times in milliseconds; `decode_tps` in tokens per second, 0 before two tokens.

    `reused_tokens` were already in the cache, `evaluated_tokens` were really computed for the prompt.
    `tier` is where reused tokens came from: none, live, exact or fused.
    """

    model: str = ""
    backend: str = ""
    ttft_ms: float = 0.0
    prompt_tokens: int = 0
    reused_tokens: int = 0
    evaluated_tokens: int = 0
    completion_tokens: int = 0
    decode_tps: float = 0.0
    prefill_tps: float = 0.0
    tier: str = "none"
    restored_ms: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """The `stats` of the headless contract."""
        values = asdict(self)
        kv = {"tier": values.pop("tier"), "restored_ms": values.pop("restored_ms")}
        return {**values, "kv": kv}


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of an answer. The last one of a generation has `finish` and `stats`, and may have no text."""

    text: str
    finish: Finish | None = None
    stats: Stats | None = None


class Engine(Protocol):
    """One loaded model."""

    @property
    def info(self) -> ModelInfo:
        """What is known of the model."""
        ...

    def encode(self, turns: Sequence[PromptTurn]) -> tuple[int, ...]:
        """Token ids of the model's chat template over `turns`, ready for the assistant to answer.

        Raises ModelError where the template refuses these turns.
        """
        ...

    def count(self, text: str) -> int:
        """How many tokens `text` has by itself."""
        ...

    def generate(self, tokens: Sequence[int], sampling: Sampling, progress: Progress) -> Iterator[Chunk]:
        """Evaluate `tokens` (reusing what is cached), then stream the answer.

        While the prompt is evaluated, `progress.update(evaluated, to_evaluate)` is called. A cancel ends the
        stream with a last chunk of finish CANCELLED, in prefill too; it is not raised. Finish is LENGTH when
        `max_tokens` or the end of the context was reached. Raises UserError, before anything is evaluated,
        when `tokens` leave no room for an answer in the context.
        """
        ...

    def reset(self) -> None:
        """Drop every cached state, for what must not stay in memory."""
        ...

    def close(self) -> None:
        """Free the model. Nothing may be called afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load a model. `context_length` 0 lets the backend choose; `gpu_layers` -1 means all that fit."""

    context_length: int = 0
    gpu_layers: int = -1
    threads: int = 0


class Backend(Protocol):
    """A way to run models. Imports its library only in `load` or `available`."""

    name: str

    def available(self) -> str:
        """The empty string when it can run here, else the reason why not."""
        ...

    def accepts(self, path: Path) -> bool:
        """Whether this looks like one of its models (a file suffix or a folder's contents)."""
        ...

    def examine(self, path: Path, options: LoadOptions) -> None:
        """Raise ModelError at once for a model that cannot be loaded here: asked before it is read whole."""
        ...

    def load(self, path: Path, sha256: str, options: LoadOptions, progress: Progress) -> Engine:
        """Load the model. Raises ModelError with reason and next step, or Cancelled."""
        ...


class Embedder(Protocol):
    """Turns texts into vectors of unit length."""

    @property
    def id(self) -> str:
        """Names model and version; vectors of different ids are never compared."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def embed(self, texts: Sequence[str]) -> Any:
        """A float32 array of shape (len(texts), dimension), rows of length 1; or IndexUnavailableError."""
        ...

    def close(self) -> None:
        """Free it."""
        ...
