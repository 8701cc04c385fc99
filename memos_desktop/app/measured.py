"""What was measured of each model on this computer: how fast it reads, and how well it reads attached cells."""

import json
import logging
import threading
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from memos_desktop.engine.base import Stats
from memos_desktop.memory.forms import Speed

log = logging.getLogger(__name__)

ENOUGH = 64
"""Tokens that must have been evaluated for a reading speed that means something."""
WEIGHT = 0.3
"""Of the newest reading in the mean: other programs use the computer too."""
LARGEST_KL = 0.35
"""Nats. Above this mean divergence at the first token, a model does not read attached cells well enough (README)."""
LEAST_AGREEMENT = 0.94
"""Below this share of tokens that stay the likeliest, answers lose what the texts say (README)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one model. `kl` is None while attaching was never measured; `agreement` is a share of the tokens tried;
    `repair` is how many first tokens of a text are worth evaluating all the same when its cells are attached.
    """

    prefill_tps: float = 0.0
    attach_ms_per_token: float = 0.02
    kl: float | None = None
    agreement: float = 1.0
    repair: int = 0

    @property
    def speed(self) -> Speed:
        """For the scheduler."""
        return Speed(self.prefill_tps, attach_ms_per_token=self.attach_ms_per_token)

    @property
    def reads_attached(self) -> bool:
        """Whether attached cells pass the gate. What was never measured does not: it is measured when first needed."""
        return self.kl is not None and self.kl <= LARGEST_KL and self.agreement >= LEAST_AGREEMENT

    @property
    def reads_badly(self) -> bool:
        """Whether the gate was measured and not passed."""
        return self.kl is not None and not self.reads_attached


class Measured:
    """The figures by identity of the model's states, in one JSON file. Safe to use from every thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._figures = self._read()

    def of(self, digest: str) -> Figures:
        """What is known under this identity."""
        return self._figures.get(digest, Figures())

    def note(self, digest: str, stats: Stats) -> None:
        """Learn from an answer how fast the model reads."""
        if stats.evaluated_tokens < ENOUGH or not stats.prefill_tps:
            return
        known = self.of(digest).prefill_tps
        mean = known + WEIGHT * (stats.prefill_tps - known) if known else stats.prefill_tps
        self.change(digest, prefill_tps=round(mean, 1))

    def change(self, digest: str, **values: Any) -> Figures:
        """Set some figures and save. What cannot be saved is measured again another time."""
        with self._lock:
            figures = replace(self.of(digest), **values)
            self._figures[digest] = figures
            temporary = self._path.with_suffix(".tmp")
            try:
                content = {key: asdict(value) for key, value in self._figures.items()}
                temporary.write_text(json.dumps(content, indent=1), encoding="utf-8")
                temporary.replace(self._path)
            except OSError as error:
                log.warning("What was measured of the model is not kept: %s", error)
            return figures

    def _read(self) -> dict[str, Figures]:
        names = {field.name for field in fields(Figures)}
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return {key: Figures(**{k: v for k, v in value.items() if k in names}) for key, value in content.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("What was measured of the models starts afresh: %s", error)
            return {}
