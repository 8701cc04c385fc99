"""Loads GGUF files: checks them first, plans layers and context, and explains what went wrong."""

import contextlib
import os
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from memos_desktop.engine import hardware
from memos_desktop.engine.base import Capabilities, LoadOptions, ModelInfo
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.engine.llamacpp.cache import Cache
from memos_desktop.engine.llamacpp.engine import LlamaCppEngine
from memos_desktop.engine.llamacpp.gguf import AGAIN, Header, read_header
from memos_desktop.engine.llamacpp.library import Library, library
from memos_desktop.engine.llamacpp.plan import BATCH, Plan, make_plan
from memos_desktop.engine.llamacpp.template import ChatTemplate
from memos_desktop.engine.llamacpp.tokens import Tokens
from memos_desktop.errors import ModelError
from memos_desktop.progress import Progress

INSTRUCT = "Choose its Instruct or Chat variant."
CHAT_MODEL = "Choose a chat model."
LOAD_ERROR = "llama_model_load: error loading model: "


class LlamaCppBackend:
    """Implements `base.Backend` for `.gguf` files."""

    name = "llama.cpp"

    def available(self) -> str:
        """The empty string when llama-cpp-python is installed, else what to do."""
        return "" if find_spec("llama_cpp") else "The package llama-cpp-python is not installed."

    def accepts(self, path: Path) -> bool:
        """Whether it is a GGUF file, by its name or by its first bytes."""
        if path.suffix.lower() == ".gguf":
            return True
        try:
            with path.open("rb") as file:
                return file.read(4) == b"GGUF"
        except OSError:
            return False  # `load` explains what is wrong with a file that cannot be read

    def examine(self, path: Path, options: LoadOptions) -> None:
        """Read the header alone, and see whether the rest fits. Raises ModelError."""
        header = read_header(path)
        refuse_unfit(header, path)
        if not self.available():
            make_plan(header, options, hardware.memory_available(), library().devices())

    def load(
        self, path: Path, sha256: str, options: LoadOptions, progress: Progress, states: KvStore | None = None
    ) -> LlamaCppEngine:
        """Load the model; the calling thread owns it from then on. What it reads can be kept in `states`.

        Raises ModelError with reason and next step, or Cancelled.
        """
        header = read_header(path)
        refuse_unfit(header, path)
        if reason := self.available():
            raise ModelError(reason, "Install MemOS Desktop again.")
        native = library()
        plan = make_plan(header, options, hardware.memory_available(), native.devices())
        progress.update(0, 1, "Loading the model")
        try:
            return _Loader(native, path, sha256, header, options, progress, states).load(plan)
        except ModelError as error:
            if plan.gpu_layers == 0:
                raise
            progress.check()
            on_cpu = LoadOptions(options.context_length, 0, options.threads)
            plan = make_plan(header, on_cpu, hardware.memory_available(), ())
            note = f"The GPU could not be used, so the model runs on the CPU: {error.message}"
            plan = Plan(plan.context, 0, f"{note} {plan.note}".strip())
            return _Loader(native, path, sha256, header, on_cpu, progress, states).load(plan)


def refuse_unfit(header: Header, path: Path) -> None:
    """Raise ModelError for files that are sound and yet no model to chat with."""
    kind = header.metadata.get("general.type", "model")
    if kind != "model" or header.architecture == "clip":
        raise ModelError(f"{path.name} is a part for another model (type {kind}), not a model.", CHAT_MODEL)
    if header.metadata.get("split.count", 1) not in (0, 1):
        count = header.metadata["split.count"]
        raise ModelError(
            f"{path.name} is one of {count} parts of a model.",
            "Join the parts with `llama-gguf-split --merge`, or download the model as one file.",
        )
    if not header.tensors or header.number("block_count") < 1:  # it would end the process
        raise ModelError(f"{path.name} holds no weights of a model.", AGAIN)
    if not isinstance(header.metadata.get("tokenizer.chat_template"), str):
        raise ModelError(
            f"{path.name} is a base model: it has no chat template, so it continues text but cannot chat.",
            INSTRUCT,
        )


class _Loader:
    """One attempt to load a model; what was made is freed again when a later step fails."""

    def __init__(
        self,
        native: Library,
        path: Path,
        sha256: str,
        header: Header,
        options: LoadOptions,
        progress: Progress,
        states: KvStore | None,
    ) -> None:
        self._native = native
        self._api = native.api
        self._path = path
        self._sha256 = sha256
        self._header = header
        self._threads = options.threads or hardware.cores()
        self._progress = progress
        self._states = states

    def load(self, plan: Plan) -> LlamaCppEngine:
        """Model, vocabulary, template, context: in the order in which they can fail."""
        api = self._api
        with contextlib.ExitStack() as undo:
            model = self._model(plan)
            undo.callback(api.llama_model_free, model)
            if api.llama_model_has_encoder(model) or not api.llama_model_has_decoder(model):
                raise ModelError(f"{self._path.name} is not a model that answers in a chat.", CHAT_MODEL)
            tokens = Tokens(self._native, model)
            template = ChatTemplate(self._header.metadata["tokenizer.chat_template"], tokens.bos, tokens.eos)
            context = self._context(model, plan)
            undo.callback(api.llama_free, context)
            info = self._info(model, context, plan)
            undo.pop_all()
        cache = Cache(self._native, context, rollback=info.capabilities.rollback, on_gpu=plan.gpu_layers > 0)
        identity = self._identity(context, plan)
        return LlamaCppEngine(self._native, model, info, tokens, template, cache, identity, self._states)

    def _model(self, plan: Plan) -> Any:
        failures: list[BaseException] = []

        def step(fraction: float, _data: Any) -> bool:
            try:
                self._progress.update(fraction, 1, "Loading the model")
            except BaseException as error:  # it cannot pass through C: it is raised again below
                failures.append(error)
            return not failures

        parameters = self._api.llama_model_default_params()
        parameters.n_gpu_layers = plan.gpu_layers
        parameters.progress_callback = self._api.llama_progress_callback(step)
        self._native.forget_errors()
        model = self._api.llama_model_load_from_file(os.fsencode(self._path), parameters)
        if failures:
            if model:
                self._api.llama_model_free(model)
            raise failures[0]
        if not model:
            raise self._failed("be loaded")
        return model

    def _context(self, model: Any, plan: Plan) -> Any:
        parameters = self._api.llama_context_default_params()
        parameters.n_ctx = plan.context
        parameters.n_batch = parameters.n_ubatch = BATCH
        parameters.n_threads = parameters.n_threads_batch = self._threads
        parameters.n_seq_max = 2 if self._goes_back(model) else 1  # a work bench beside the live sequence: `cells`
        parameters.kv_unified = True
        parameters.n_outputs_max = parameters.n_seq_max  # only the last token's logits: saves 300 MB at times
        # On the CPU it is not faster, and what it computes for a token depends on how the prompt was split.
        if not plan.gpu_layers:
            parameters.flash_attn_type = self._api.LLAMA_FLASH_ATTN_TYPE_DISABLED
        parameters.swa_full = False
        parameters.no_perf = True
        parameters.offload_kqv = parameters.op_offload = plan.gpu_layers > 0
        self._native.forget_errors()
        context = self._api.llama_init_from_model(model, parameters)
        if not context:
            raise self._failed("get its working memory")
        return context

    def _info(self, model: Any, context: Any, plan: Plan) -> ModelInfo:
        return ModelInfo(
            name=self._path.stem,
            path=str(self._path),
            sha256=self._sha256,
            backend=LlamaCppBackend.name,
            architecture=self._header.architecture,
            parameters=self._api.llama_model_n_params(model),
            size=self._header.size,
            context_length=self._api.llama_n_ctx(context),
            trained_context=self._api.llama_model_n_ctx_train(model),
            gpu_layers=plan.gpu_layers,
            device=self._device(plan),
            device_note=plan.note,
            capabilities=self._capabilities(model, context),
        )

    def _device(self, plan: Plan) -> str:
        if not plan.gpu_layers:
            return "CPU"
        return ", ".join(device.description or device.name for device in self._native.devices())

    def _capabilities(self, model: Any, context: Any) -> Capabilities:
        """What the architecture allows. An unsupported shift would end the process, so doubt means no.

        Recurrent states cannot go back; of a sliding window the cells before it are gone, though llama.cpp
        says that it removed the tail.
        """
        api = self._api
        dense = self._goes_back(model)
        placed = api.llama_model_rope_type(model) != api.LLAMA_ROPE_TYPE_NONE  # else the place is in the values
        scaling = self._header.metadata.get(f"{self._header.architecture}.rope.scaling.type")
        can_shift = api.llama_memory_can_shift(api.llama_get_memory(context))
        shift = bool(dense and placed and scaling != "yarn" and can_shift)
        return Capabilities(shift=shift, rollback=dense, adapters=True, saves_state=True)

    def _goes_back(self, model: Any) -> bool:
        """Whether the tail of a sequence can be removed: plain attention in every layer."""
        running = self._api.llama_model_is_recurrent(model) or self._api.llama_model_is_hybrid(model)
        return not running and self._api.llama_model_n_swa(model) == 0

    def _identity(self, context: Any, plan: Plan) -> Identity:
        sequences = self._api.llama_n_seq_max(context)
        return Identity(
            model_sha256=self._sha256,
            library=f"llama.cpp {version('llama-cpp-python')} ({self._native.version})",
            adapters="",
            kv_type="f16",
            flash_attention=plan.gpu_layers > 0,
            rope="as trained",
            layout=f"{sequences} sequences in one cache" if sequences > 1 else "one sequence",
            device=f"GPU, {plan.gpu_layers} layers" if plan.gpu_layers else "CPU",
        )

    def _failed(self, what: str) -> ModelError:
        reason = self._native.first_error().removeprefix(LOAD_ERROR) or "llama.cpp gave no reason"
        return ModelError(
            f"{self._path.name} could not {what}: {reason}.",
            "Close other programs, choose a shorter context or another model.",
        )
