"""The prompt of an answer that was given before, as it would be asked now: for comparing KV with text."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from memos_desktop.app.readings import Reading, States, attached_before, is_document, reading_of
from memos_desktop.app.settings import SettingsStore
from memos_desktop.app.store import Store
from memos_desktop.app.turn_memory import PINNED, Recollection, Situation
from memos_desktop.app.turn_prompt import EARLIER, PromptMaker
from memos_desktop.engine.base import Prompt
from memos_desktop.engine.kv.state_file import StateFile
from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.call import Candidate, Decision, Form, Owner, Recalled
from memos_desktop.memory.message import Message, Role
from memos_desktop.vault.vault import Vault


def prompt_of(
    store: Store, maker: PromptMaker, states: States, settings: SettingsStore, message_id: str
) -> Prompt:
    """The prompt that led to an answer, with its KV spans. Raises UserError where it used none that is still there."""
    instructions = settings.value.instructions
    place, recollection = store.ask(lambda vault: _rebuild(vault, maker, states, instructions, message_id))
    prompt = maker.compose(place, recollection).prompt
    if not prompt.spans:
        raise UserError("Nothing in this answer's prompt comes from KV now, so there is nothing to compare.")
    return prompt


def _rebuild(
    vault: Vault, maker: PromptMaker, states: States, instructions: str, message_id: str
) -> tuple[Situation, Recollection]:
    answer = vault.chats.message(message_id)
    if answer.role is not Role.ASSISTANT or answer.parent_id is None:
        raise UserError("This message is no answer.")
    user = vault.chats.message(answer.parent_id)
    chat = vault.chats.get(user.chat_id)
    history = vault.chats.branch(chat.id, user.id)[:-1]
    place = Situation(chat.memory, chat.project, chat.id, user.text, history, instructions, user.attached)
    chosen = [vault.cubes.get(attachment.cube_id) for attachment in user.attached]
    new = {cube.id: reading_of(vault, cube) for cube in chosen if is_document(cube)}
    earlier = attached_before(vault, history)
    decisions = tuple(_decision(entry) for entry in _injected(answer))
    kv = {d.recalled.id for d in decisions if d.form is Form.KV}
    readings = [*(r for rs in earlier.values() for r in rs), *(_current(vault, id, new) for id in kv)]
    found: dict[str, StateFile] = {}
    for reading in readings:
        if reading is not None and (state := states.state(maker.engine, reading)):
            found[reading.document.cube_id] = state
    recollection = Recollection(
        None,
        decisions,
        vault.cubes.pinned(),
        (),
        tuple(reading.document for reading in new.values()),
        {id: tuple(reading.document for reading in rs) for id, rs in earlier.items()},
        found,
    )
    return place, recollection


def _current(vault: Vault, cube_id: str, new: Mapping[str, Reading]) -> Reading | None:
    try:
        return new.get(cube_id) or reading_of(vault, vault.cubes.get(cube_id))
    except NotFoundError:  # removed since: its place in the prompt is read from the receipt
        return None


def _injected(answer: Message) -> list[dict[str, Any]]:
    """What the receipt says was injected, without what stands in the static prefix."""
    retrieved = {entry["id"]: entry for entry in answer.receipt.get("retrieved", ())}
    entries = ({**retrieved.get(entry["id"], {}), **entry} for entry in answer.receipt.get("injected", ()))
    return [entry for entry in entries if entry.get("decision") not in (PINNED, EARLIER)]


def _decision(entry: Mapping[str, Any]) -> Decision:
    moment = datetime.fromisoformat(entry["time"])
    owner = Owner(entry["owner"])
    candidate = Candidate(-1, owner, entry["id"], entry["version"], entry["text"], moment, title=entry["title"])
    return Decision(Recalled(candidate, 0.0), Form(entry["form"]), entry["decision"], entry["text"])
