"""What the README's pictures show: each function brings the window into one state."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from screenshot_data import Prepared
from screenshot_studio import Studio

from memos_desktop.app.turn_events import SendRequest
from memos_desktop.memory.cube import Kind, SemanticType
from memos_desktop.ui.chat.item import AnswerItem

DOCUMENTS = Path(__file__).resolve().parent.parent / "tests" / "data" / "documents.jsonl"
QUESTIONS = ("What am I allergic to?", "When is the launch of Heron?", "Where does my sister Ana live?")
DEPTH = 4
"""Steps of the lineage that are shown: to the messages at its beginning."""


class Scenes:
    """The scenes of one vault; `all` has them by the names of the pictures."""

    def __init__(self, studio: Studio, prepared: Prepared) -> None:
        self._studio = studio
        self._prepared = prepared
        self._chat = ""
        self._activation = ""
        self.all: dict[str, Callable[[], None]] = {
            "chat": self._show_chat,
            "memory": self._show_table,
            "history": self._show_history,
            "timeline": self._show_timeline,
            "map": self._show_map,
            "lineage": self._show_lineage,
            "fuse": self._show_fuse,
            "migrate": self._show_migrate,
            "review": self._show_review,
            "time-machine": self._show_past,
            "models": lambda: self._studio.window.show_page("models"),
            "kept": lambda: self._studio.window.show_page("kept"),
            "settings": lambda: self._studio.window.show_page("settings"),
        }

    def prepare(self) -> None:
        """What takes the models: vectors, a chat of real answers, what is kept ready, suggestions."""
        studio = self._studio
        workspace = studio.workspace
        studio.wait(workspace.recall.drain().future)
        for question in QUESTIONS:
            self._ask(question)
        wanted = json.loads(DOCUMENTS.read_text(encoding="utf-8").splitlines()[0])
        adding = workspace.library.add(wanted["text"], title=wanted["title"], type=SemanticType.DOCUMENT)
        ids = [studio.wait(adding).id, self._prepared.lineage_id]
        kept = studio.wait(workspace.activation.migrate(ids, Kind.ACTIVATION).future)
        self._activation = kept[0].id
        studio.wait(workspace.turns.settled())
        studio.wait(workspace.recall.drain().future)
        studio.wait(workspace.reviews.refresh().future)

    def first_run(self) -> None:
        """The welcome page, before anything else."""
        studio = self._studio
        studio.workspace.settings.change(first_run_done=False)
        window = studio.new_window()
        window.attach(studio.workspace)
        window.show()
        studio.shoot("first-run-light", window)
        window.hide()
        window.deleteLater()
        studio.workspace.settings.change(first_run_done=True)

    def _ask(self, question: str) -> None:
        turn = self._studio.workspace.turns.send(SendRequest(question, chat_id=self._chat or None))
        self._chat = self._studio.wait(turn.future).chat.id

    def _show_chat(self) -> None:
        """The chat, with the receipt of its last answer."""
        self._studio.window.open_item("chats", self._chat)
        self._studio.quiet()
        page: Any = self._studio.window.pages["chats"]
        answers = page.column.findChildren(AnswerItem)
        page.column.acted.emit("receipt", max(answers, key=lambda item: item.message.position))

    def _show_table(self) -> None:
        self._view("table", self._prepared.cube_id)

    def _show_history(self) -> None:
        self._view("table", self._prepared.history_id)
        panel = self._studio.memory.panel
        panel.tabs.setCurrentWidget(panel.history)

    def _show_timeline(self) -> None:
        self._view("timeline")
        view: Any = self._studio.memory.views.current()
        view.list.scrollToTop()

    def _show_map(self) -> None:
        self._view("map")
        view: Any = self._studio.memory.views.current()
        view.color.chosen.emit("type")

    def _show_lineage(self) -> None:
        self._view("lineage")
        view: Any = self._studio.memory.views.current()
        view.slider.setValue(DEPTH)
        view.go(self._prepared.lineage_id)
        self._studio.quiet()
        self._studio.memory.inspector_wanted.emit(False)
        self._studio.quiet()
        view.fit.click()

    def _show_fuse(self) -> None:
        self._view("table")
        self._studio.memory.operators.open("fuse", self._prepared.fuse_ids)

    def _show_migrate(self) -> None:
        self._view("table")
        self._studio.memory.operators.open("migrate", (self._activation,))

    def _show_review(self) -> None:
        self._view("table")
        self._studio.memory.operators.open("review")

    def _show_past(self) -> None:
        """At a snapshot, with a memory selected that says something else now."""
        self._view("table")
        view: Any = self._studio.memory.time.enter()
        self._studio.quiet()
        moments = view.traveller.history.moments
        there = next(one for one in moments if one.snapshot and one.snapshot.name == self._prepared.snapshot)
        view.bar.slider.setValue(moments.index(there))
        self._studio.quiet()
        place = view.model.place_of(self._prepared.past_id)
        view.table.selectRow(place)

    def _view(self, name: str, cube_id: str = "") -> None:
        """One of the four views, alone or with the inspector."""
        memory = self._studio.memory
        memory.slot.close_panel()
        memory.panel.closed.emit()
        memory.show_view(name)
        self._studio.quiet()
        memory.panel.tabs.setCurrentWidget(memory.panel.content)
        if cube_id:
            memory.open_item(cube_id)
            self._studio.quiet()
