"""What every backend offers. llama.cpp, MLX, a remote server and the echo model of the tests all fit here.

An engine is one loaded model. It is created, used and closed on one thread, the model worker.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from memos_desktop.engine.kv.header import Header
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.memory.message import Finish, Role
from memos_desktop.progress import Progress


@dataclass(frozen=True, slots=True)
class Block:
    """A text that stands before a turn's own text and is tokenised by itself; `state` holds its cells, if there are.

    `repair`: how many of its first tokens are evaluated all the same, where its cells come to another place.
    """

    text: str
    state: StateFile | None = None
    repair: int = 0


@dataclass(frozen=True, slots=True)
class PromptTurn:
    """One turn of a prompt. Texts are never read as special tokens, whatever they hold."""

    role: Role
    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """The tokens from `start` up to `end` of a prompt whose cells can be taken from `state`.

    Where they come to another place, the first `repair` of them are evaluated.
    """

    start: int
    end: int
    state: StateFile
    repair: int = 0


@dataclass(frozen=True, slots=True)
class Prompt:
    """Token ids of a whole prompt. Without its `spans` it says the same, read the ordinary way."""

    tokens: tuple[int, ...]
    spans: tuple[Span, ...] = ()

    @property
    def exact(self) -> "Prompt":
        """The same prompt with nothing attached."""
        return Prompt(self.tokens)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Cells as bytes with what must be known of them: what `KvStore.keep` writes, on any thread."""

    header: Header
    payload: memoryview


@dataclass(frozen=True, slots=True)
class Comparison:
    """The next token after a prompt, with cells attached against every token evaluated.

    `kl` is the Kullback-Leibler divergence of the attached from the exact distribution, in nats; `same_first`
    whether both find the same token likeliest; `agreement` the share of tokens of which both say that, where the
    exact answer was followed further, each after the same words; `fused_tokens` how many cells were made for
    another place. Times in milliseconds until that token; `attach_ms` is what putting the cells in their places took,
    `evaluated_tokens` what the exact way really computed.
    """

    kl: float
    same_first: bool
    agreement: float
    fused_tokens: int
    attached_tokens: int
    exact_ms: float
    fused_ms: float
    attach_ms: float
    evaluated_tokens: int


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

    Of the prompt's tokens, `reused_tokens` were not computed: `restored_tokens` of them came from a file,
    `attached_tokens` are cells of activation cubes put in their places now, the others were in the cache.
    `evaluated_tokens` were really computed. `fused_tokens` of the whole prompt stand at another place than the one
    they were made for, since this answer or an earlier one. `tier` names where the reused ones came from: none, live,
    exact (restored) or fused (cells of activation cubes). `refused` says why kept states could not be used.
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
    restored_tokens: int = 0
    attached_tokens: int = 0
    fused_tokens: int = 0
    refused: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The `stats` of the headless contract."""
        values = asdict(self)
        names = ("tier", "restored_ms", "restored_tokens", "attached_tokens", "fused_tokens", "refused")
        kv = {name: values.pop(name) for name in names}
        kv["refused"] = list(kv["refused"])
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

    @property
    def identity(self) -> Identity | None:
        """What a KV state must have been made under to be usable here; None where states cannot be kept."""
        ...

    def encode(self, turns: Sequence[PromptTurn]) -> Prompt:
        """The model's chat template over `turns`, ready for the assistant to answer.

        Raises ModelError where the template refuses these turns.
        """
        ...

    def lead(self, turns: Sequence[PromptTurn]) -> Prompt:
        """What every prompt begins with that goes on with another user turn after `turns`."""
        ...

    def count(self, text: str) -> int:
        """How many tokens `text` has by itself."""
        ...

    def generate(self, prompt: Prompt, sampling: Sampling, progress: Progress, owner: str = "") -> Iterator[Chunk]:
        """Evaluate `prompt`, then stream the answer. What is cached, kept or attached is not evaluated again.

        While the prompt is evaluated, `progress.update(evaluated, to_evaluate)` is called. A cancel ends the
        stream with a last chunk of finish CANCELLED, in prefill too; it is not raised. Finish is LENGTH when
        `max_tokens` or the end of the context was reached. Raises UserError, before anything is evaluated,
        when the prompt leaves no room for an answer in the context. `owner` says whose kept states are worth
        a word when they cannot be used.
        """
        ...

    def settle(self, prompt: Prompt, progress: Progress) -> None:
        """Bring the cache to exactly the solid part of `prompt`. Raises Cancelled; what is evaluated stays."""
        ...

    def keep(
        self, prompt: Prompt, shared: int, owner: str, cubes: Sequence[str], shared_cubes: Sequence[str] = ()
    ) -> Sequence[Snapshot]:
        """Copies of what the cache holds of `prompt` and the store does not, for the exact tier.

        The first `shared` tokens become a state without owner, for every chat. `cubes` are ids of the memories
        whose text stands in it, `shared_cubes` of those in the shared start.
        """
        ...

    def encode_block(self, lead: Prompt, text: str, owner: str, title: str, progress: Progress) -> Snapshot:
        """Evaluate `text` after `lead` and copy its cells, as a block.

        Raises UserError where it does not fit, UnsupportedOperationError where the model cannot, or Cancelled.
        """
        ...

    def compare(
        self, questions: Sequence[Sequence[Prompt]], progress: Progress, following: int = 0
    ) -> tuple[tuple[Comparison, ...], ...]:
        """For each question, prompts of the same tokens, each with its spans: what comes next against all evaluated.

        The exact way's likeliest answer is followed for so many tokens. Raises Cancelled.
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

    def load(
        self, path: Path, sha256: str, options: LoadOptions, progress: Progress, states: KvStore | None = None
    ) -> Engine:
        """Load the model; `states` keeps what it reads. Raises ModelError with reason and next step, or Cancelled."""
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
