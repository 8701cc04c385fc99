"""Use cases on models: the catalogue, downloading, loading on the model worker."""

from concurrent.futures import Future
from dataclasses import dataclass, replace

from memos_desktop.app.events import Broadcast
from memos_desktop.app.jobs import Job, Jobs, SerialWorker, Urgency
from memos_desktop.app.settings import SettingsStore
from memos_desktop.engine import hardware
from memos_desktop.engine.base import Engine, LoadOptions, ModelInfo
from memos_desktop.engine.kv.identity import Identity
from memos_desktop.engine.kv.store import KvStore
from memos_desktop.engine.model_library import ModelEntry, ModelLibrary
from memos_desktop.engine.registry import Registry
from memos_desktop.errors import MemosError, ModelError
from memos_desktop.memory.changes import Changes
from memos_desktop.progress import Progress, ProgressState


@dataclass(frozen=True, slots=True)
class ModelState:
    """Which model is there. `status` is none, loading, ready or failed; `fraction` of the loading, or None."""

    status: str = "none"
    name: str = ""
    info: ModelInfo | None = None
    error: MemosError | None = None
    fraction: float | None = None


class Models(Broadcast[ModelState]):
    """Owns the model worker and the loaded engine; subscribers hear of every change of state."""

    def __init__(
        self,
        library: ModelLibrary,
        registry: Registry,
        settings: SettingsStore,
        jobs: Jobs,
        events: Broadcast[Changes],
        states: KvStore,
    ) -> None:
        super().__init__()
        self._states = states
        self._library = library
        self._registry = registry
        self._settings = settings
        self._jobs = jobs
        self._events = events
        self._engine: Engine | None = None
        self._identity: Identity | None = None
        self._state = ModelState()
        self.worker = SerialWorker("model")
        self._files = SerialWorker("files")

    @property
    def state(self) -> ModelState:
        """Which model is there now."""
        return self._state

    @property
    def identity(self) -> Identity | None:
        """What kept states must have been made under for the loaded model; None where there is none."""
        return self._identity

    @property
    def loaded(self) -> Engine | None:
        """The engine, if there is one. On the model worker only."""
        return self._engine

    @property
    def chosen(self) -> str:
        """The name or path of the model to use: the setting, else the starter."""
        return self._settings.value.model or self._library.starter().name

    def catalogue(self) -> "Future[tuple[ModelEntry, ...]]":
        """Every known model, with its state on this computer."""
        return self._files.submit(self._library.catalogue, urgency=Urgency.NOW)

    def hardware(self) -> "Future[hardware.Hardware]":
        """What this computer offers."""
        return self._files.submit(hardware.look, urgency=Urgency.NOW)

    def resolve(self, name_or_path: str) -> "Future[tuple[str, str, str]]":
        """Path, SHA-256 and backend of a model, without loading it. Raises NotFoundError, ModelError."""

        def work() -> tuple[str, str, str]:
            path, sha256 = self._library.resolve(name_or_path)
            return str(path), sha256, self._registry.for_path(path).name

        return self._files.submit(work)

    def choose(self, name_or_path: str) -> "Future[tuple[str, str]]":
        """Remember a model for the next start without loading it. Raises NotFoundError, ModelError."""

        def work() -> tuple[str, str]:
            path, sha256 = self._library.resolve(name_or_path)
            self._registry.for_path(path)
            self._settings.change(model=name_or_path)
            return str(path), sha256

        return self._files.submit(work)

    def use(self, name_or_path: str) -> Job:
        """Load a model in place of the one that is there, and remember it. The result is its ModelInfo.

        A model that cannot be loaded leaves none loaded; the setting then stays as it was.
        """

        def work(progress: Progress) -> ModelInfo:
            info = self._load(name_or_path, progress)
            self._settings.change(model=name_or_path)
            return info

        return self._jobs.start(f"Loading {_short(name_or_path)}", self.worker, work)

    def download(self, name: str) -> Job:
        """Get a model of the catalogue onto this computer. Opens the network. The result is its path."""

        def work(progress: Progress) -> str:
            path = self._library.get(name, progress)
            self._events.publish(Changes(models=True))
            return str(path)

        return self._jobs.start(f"Downloading {name}", self._files, work)

    def unload(self) -> "Future[None]":
        """Free the model's memory."""
        return self.worker.submit(self._unload)

    def ensure_loaded(self) -> Job:
        """Load the chosen model unless it is there."""
        return self._jobs.start(f"Loading {_short(self.chosen)}", self.worker, lambda p: self.engine(p).info)

    def engine(self, progress: Progress) -> Engine:
        """The engine, loaded if need be. On the model worker only. Raises ModelError, NotFoundError, Cancelled."""
        if self._engine is None:
            self._load(self.chosen, progress)
        assert self._engine is not None
        return self._engine

    def reset(self) -> "Future[None]":
        """Drop what the engine has cached of past chats."""
        return self.worker.submit(lambda: self._engine.reset() if self._engine else None)

    def close(self) -> None:
        """Free the model, end the threads."""
        self.worker.submit(self._unload, urgency=Urgency.IDLE)  # behind what chats have left to keep
        self.worker.close()
        self._files.close()

    def _load(self, name_or_path: str, progress: Progress) -> ModelInfo:
        self._unload()
        name = _short(name_or_path)
        self._set(ModelState("loading", name))

        def report(state: ProgressState) -> None:
            self._set(replace(self._state, fraction=state.fraction))
            progress.update(state.done, state.total, state.text)

        inner = Progress(report)
        remove = progress.on_cancel(inner.cancel)
        try:
            engine = self._open(name_or_path, inner)
        except MemosError as error:
            self._set(ModelState("failed", name, error=error))
            raise
        except BaseException:
            self._set(ModelState())
            raise
        finally:
            remove()
        self._engine, self._identity = engine, engine.identity
        self._set(ModelState("ready", engine.info.name, engine.info))
        return engine.info

    def _open(self, name_or_path: str, progress: Progress) -> Engine:
        path = self._library.locate(name_or_path)
        backend = self._registry.for_path(path)
        if reason := backend.available():
            raise ModelError(f"The model cannot be run here: {reason}")
        chosen = self._settings.value
        options = LoadOptions(chosen.context_length, chosen.gpu_layers, chosen.threads)
        backend.examine(path, options)  # before the digest, which takes minutes for what is far too large
        path, sha256 = self._library.resolve(name_or_path, progress)
        return backend.load(path, sha256, options, progress, self._states)

    def _unload(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = self._identity = None
            self._set(ModelState())

    def _set(self, state: ModelState) -> None:
        self._state = state
        self.publish(state)


def _short(name_or_path: str) -> str:
    return name_or_path.replace("\\", "/").rsplit("/", 1)[-1]


