"""The six pathways between the forms of memory (MemOS, arXiv 2507.03724, section 5.3), and what each offers now."""

import contextlib
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from memos_desktop.app import parametric
from memos_desktop.app.activation import Activation
from memos_desktop.app.activation_views import KvSupport, Pathway
from memos_desktop.app.jobs import Job, Urgency
from memos_desktop.app.store import Store
from memos_desktop.errors import NotFoundError
from memos_desktop.memory.cube import Kind
from memos_desktop.vault.vault import Vault

MOST = 300
"""Memories that one run takes. Each is looked at for its cost, then read word by word; all become one step."""


@dataclass(frozen=True, slots=True)
class Route:
    """One pathway: from which form to which, what it does, and what is lost on the way."""

    source: Kind
    target: Kind
    does: str
    lost: str

    @property
    def name(self) -> str:
        """As journals and `cubes migrate` call it: `plaintext→activation`."""
        return f"{self.source.value}→{self.target.value}"

    @property
    def trains(self) -> bool:
        """Whether the weights of a model have a part in it."""
        return Kind.PARAMETRIC in (self.source, self.target)


ROUTES = (
    Route(
        Kind.PLAINTEXT,
        Kind.ACTIVATION,
        "The loaded model reads the text once and keeps what it has read. Attached to a chat, it is there at once.",
        "nothing, the text stays.",
    ),
    Route(
        Kind.ACTIVATION,
        Kind.PLAINTEXT,
        "Gives back, word for word, the text that the model has read.",
        "nothing, what the model has read stays.",
    ),
    Route(
        Kind.PLAINTEXT,
        Kind.PARAMETRIC,
        "Trains an adapter until the model answers from the text without having it before it.",
        "the wording: an adapter answers from what it was taught, and cannot quote it.",
    ),
    Route(
        Kind.ACTIVATION,
        Kind.PARAMETRIC,
        "Trains an adapter on the text behind what the model has read.",
        "the wording, as with a text.",
    ),
    Route(
        Kind.PARAMETRIC,
        Kind.PLAINTEXT,
        "Asks the adapter what it holds, and keeps what its sources confirm.",
        "whatever the sources do not confirm.",
    ),
    Route(
        Kind.PARAMETRIC,
        Kind.ACTIVATION,
        "Reads the text that was confirmed so, and keeps what was read.",
        "whatever the sources do not confirm.",
    ),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One pathway for one selection. `paths`: the memories that it concerns, each with its cost or why not.

    `reason` says why the pathway is not possible for any of them, and is empty where it is.
    """

    route: Route
    paths: tuple[Pathway, ...]
    reason: str

    @property
    def possible(self) -> tuple[Pathway, ...]:
        """The memories for which it can be done now."""
        return () if self.reason else tuple(path for path in self.paths if path.possible)


class Pathways:
    """Use cases on the six pathways.

    Attributes:
        most: how many memories are looked at; whoever asks for more is to say so.

    """

    most = MOST

    def __init__(self, store: Store, activation: Activation) -> None:
        self._store = store
        self._activation = activation

    def offers(self, ids: Sequence[str]) -> "Future[tuple[Offer, ...]]":
        """What each pathway would mean for the first `most` of these memories. Changes nothing, loads no model."""
        wanted = tuple(ids)[: self.most]

        def work(vault: Vault) -> tuple[Offer, ...]:
            kinds: dict[str, Kind] = {}
            for id in wanted:
                with contextlib.suppress(NotFoundError):  # it was undone or removed while somebody looked at it
                    kinds[id] = vault.cubes.get(id).kind
            return tuple(self._offer(vault, route, kinds) for route in ROUTES)

        return self._store.read(work, Urgency.NOW)

    def run(self, route: Route, ids: Sequence[str]) -> Job:
        """Migrate memories along a pathway; see `Activation.migrate`. Raises UnsupportedOperationError."""
        return self._activation.migrate(ids, Kind.PARAMETRIC if route.trains else route.target)

    def support(self) -> KvSupport | None:
        """What the loaded model allows; None when none is loaded."""
        return self._activation.support()

    def _offer(self, vault: Vault, route: Route, kinds: dict[str, Kind]) -> Offer:
        concerned = [id for id, kind in kinds.items() if _concerns(route, kind)]
        if route.trains:
            return Offer(route, (), parametric.obstacle() if concerned else none_of(route.source))
        paths = self._activation.pathways(vault, concerned, route.target)
        if not paths:
            return Offer(route, (), none_of(route.source))
        reasons = dict.fromkeys(path.reason for path in paths if not path.possible)
        blocked = not any(path.possible for path in paths)
        return Offer(route, paths, next(iter(reasons)) if blocked and len(reasons) == 1 else "")


def none_of(kind: Kind) -> str:
    """Why a pathway concerns none of the selected memories."""
    names = {Kind.PLAINTEXT: "text", Kind.ACTIVATION: "KV", Kind.PARAMETRIC: "an adapter"}
    return f"none of what is selected is {names[kind]}"


def _concerns(route: Route, kind: Kind) -> bool:
    """Whether a memory of this kind can go this way. What was read before can be read again, from its text."""
    again = route.target is Kind.ACTIVATION and kind is Kind.ACTIVATION and route.source is Kind.PLAINTEXT
    return kind is route.source or again
