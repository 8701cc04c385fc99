"""A chat page on a real workspace with the echo model, for the tests of the page."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from page_desk import WAIT_MS, Desk

from memos_desktop.app.indexing import Indexing
from memos_desktop.engine.base import Chunk, Sampling
from memos_desktop.engine.echo import EchoEngine
from memos_desktop.errors import IndexUnavailableError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.changes import Changes
from memos_desktop.memory.message import Message, Role
from memos_desktop.progress import Progress
from memos_desktop.ui.chat.item import AnswerItem
from memos_desktop.ui.chat.message_item import MessageItem
from memos_desktop.ui.chat.page import ChatPage
from memos_desktop.ui.chat.user_item import UserItem
from memos_desktop.vault.vault import Vault


class Gate:
    """Holds a streaming answer after its first word until it is opened; a cancel passes it."""

    def __init__(self) -> None:
        self._open = threading.Event()

    def open(self) -> None:
        """Let the answer go on."""
        self._open.set()

    def wait(self, progress: Progress) -> None:
        """Called on the model thread after each word."""
        release = progress.on_cancel(self._open.set)
        assert self._open.wait(WAIT_MS / 1000), "the gate was never opened"
        release()


@dataclass
class ChatDesk:
    """A page and what it works with."""

    desk: Desk
    page: ChatPage

    def type(self, text: str) -> None:
        """Write into the composer and press the send button."""
        self.page.composer.set_text(text)
        self.page.composer.send.click()

    def say(self, text: str) -> AnswerItem:
        """Send, and wait for the end of the answer."""
        before = len(self.items)
        self.type(text)
        self.finished(before + 2)
        return self.answer()

    def finished(self, count: int) -> None:
        """Wait until no answer is being written and this many messages are there."""
        self.expect(lambda: not self.page.conversation.runner.running and len(self.items) == count)

    def expect(self, condition: "object") -> None:
        """Wait for what the page will show."""
        assert callable(condition)
        self.desk.qtbot.waitUntil(condition, timeout=WAIT_MS)

    @property
    def items(self) -> list[MessageItem]:
        """The messages on the screen."""
        return self.page.column.items

    def texts(self) -> list[str]:
        """What they say."""
        return [item.message.text for item in self.items]

    def answer(self) -> AnswerItem:
        """The last answer."""
        item = self.items[-1]
        assert isinstance(item, AnswerItem)
        return item

    def question(self) -> UserItem:
        """The last thing the person said."""
        return next(item for item in reversed(self.items) if isinstance(item, UserItem))

    def saved(self, chat_id: str) -> list[str]:
        """The texts of the branch in the vault."""
        return [one.text for one in self.desk.result(self.desk.workspace.chats.branch(chat_id))]

    def chat_count(self) -> int:
        """Chats in the vault."""
        return len(self.desk.result(self.desk.workspace.chats.list()))

    def fill(self, title: str, count: int, text: str = "Message {number}") -> str:
        """Put a chat of `count` messages into the vault; returns its id."""
        made: list[str] = []

        def work(vault: Vault) -> Changes:
            chat = vault.chats.create(title)
            made.append(chat.id)
            parent = None
            with vault.step("fill") as step:
                for number in range(count):
                    role = Role.ASSISTANT if number % 2 else Role.USER
                    said = text.format(number=number)
                    message = Message(new_id(), chat.id, parent, role, role.value, said, now(), number)
                    vault.chats.add_message(message)
                    parent = message.id
            return step.changes

        self.desk.workspace._store.apply(work)
        return made[0]

    def open(self, chat_id: str) -> None:
        """Open a chat and wait until its messages are there."""
        with self.desk.qtbot.waitSignal(self.page.column.settled, timeout=WAIT_MS):
            self.page.open_item(chat_id)
        self.expect(lambda: self.page.conversation.open.id == chat_id)


def asleep(*_arguments: object) -> object:
    """In place of `Indexing.nearest`: recall goes by words, and no helper process is started."""
    raise IndexUnavailableError("The index is left out in these tests.")


@pytest.fixture
def chat(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatDesk]:
    """A shown chat page, with a model that repeats what it is told."""
    monkeypatch.setattr(Indexing, "nearest", asleep)
    model = desk.workspace.folder.root / "test.echo"
    model.touch()
    desk.workspace.settings.change(model=str(model), first_run_done=True)
    page = ChatPage(desk.context)
    desk.qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    page.activate()
    yield ChatDesk(desk, page)
    page.leave()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Answers stop after their first word until the gate is opened."""
    made = Gate()
    stream = EchoEngine._stream

    def gated(self: EchoEngine, tokens: Sequence[int], sampling: Sampling, progress: Progress) -> Iterator[Chunk]:
        for chunk in stream(self, list(tokens), sampling, progress):
            yield chunk
            if chunk.finish is None:
                made.wait(progress)

    monkeypatch.setattr(EchoEngine, "_stream", gated)
    return made
