"""The chat template of a model: turns become its prompt, with template and texts kept apart.

The template is rendered with marks in the place of the texts, so a text cannot change what the template
does and cannot pass for a part of it.
"""

import re
import secrets
from collections.abc import Sequence
from enum import Enum, auto

from memos_desktop.engine.base import PromptTurn
from memos_desktop.errors import ModelError
from memos_desktop.memory.message import Role

EDGE = "\u2003"  # an em space beside each mark: where it is gone, the template strips the text
OTHER_MODEL = "Choose another model, or one with a standard chat template."


class PartKind(Enum):
    """What a part of a prompt is: the template's own words, somebody's text, or a text that is tokenised by itself."""

    TEMPLATE = auto()
    TEXT = auto()
    BLOCK = auto()


Parts = list[tuple[str, PartKind]]


class ChatTemplate:
    """A Jinja template from a model file. It runs in a sandbox: a model file is data from elsewhere."""

    def __init__(self, source: str, bos: str, eos: str) -> None:
        from jinja2 import TemplateError
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        # What a template can raise: its own refusals are ValueErrors, wrong types come from its operators.
        self._refusals = (TemplateError, ValueError, TypeError, KeyError, ArithmeticError)
        try:
            self._formatter = Jinja2ChatFormatter(source, eos_token=eos, bos_token=bos)
        except self._refusals as error:
            raise ModelError(f"The model's chat template cannot be read: {error}.", OTHER_MODEL) from error

    def parts(self, turns: Sequence[PromptTurn]) -> Parts:
        """The prompt as (text, kind) parts, ready for the assistant's answer. Blocks come in the order of `turns`.

        Templates that refuse or drop a system turn get its text in front of the first user turn; those
        that insist on alternating roles get neighbours of one role as one turn. Raises ModelError when
        the template refuses even that.
        """
        try:
            return self._render(turns)
        except self._refusals:
            simpler = alternating(turns)
        try:
            return self._render(simpler)
        except self._refusals as error:
            raise ModelError(f"The model's chat template refuses this chat: {error}.", OTHER_MODEL) from error

    def _render(self, turns: Sequence[PromptTurn]) -> Parts:
        nonce = secrets.token_hex(8)
        filled = [bool(turn.text or turn.blocks) for turn in turns]
        marks = [f"{EDGE}x{nonce}n{number}x{EDGE}" if full else "" for number, full in enumerate(filled)]
        messages = [
            {"role": turn.role.value, "content": mark} for turn, mark in zip(turns, marks, strict=True)
        ]
        prompt: str = self._formatter(messages=messages).prompt
        pieces = re.split(f"({EDGE}?)x{nonce}n(\\d+)x({EDGE}?)", prompt)
        parts: Parts = [(pieces[0], PartKind.TEMPLATE)]
        for at in range(1, len(pieces), 4):
            left, number, right, template = pieces[at : at + 4]
            turn = turns[int(number)]
            text = turn.text if left or turn.blocks else turn.text.lstrip()
            parts += [(block.text, PartKind.BLOCK) for block in turn.blocks]
            parts += [(text if right else text.rstrip(), PartKind.TEXT), (template, PartKind.TEMPLATE)]
        dropped = {number for number, mark in enumerate(marks) if mark} - set(map(int, pieces[2::4]))
        if dropped:
            raise ValueError(f"it leaves out the {turns[min(dropped)].role} turn")
        if sum(kind is PartKind.BLOCK for _, kind in parts) != sum(len(turn.blocks) for turn in turns):
            raise ValueError("it repeats a turn")
        return parts


def alternating(turns: Sequence[PromptTurn]) -> list[PromptTurn]:
    """The same texts without system turns (each joins the user turn after it) and with alternating roles."""
    result: list[PromptTurn] = []
    for turn in turns:
        role = Role.USER if turn.role is Role.SYSTEM else turn.role
        if result and result[-1].role is role:
            last = result[-1]
            result[-1] = PromptTurn(role, f"{last.text}\n\n{turn.text}", (*last.blocks, *turn.blocks))
        else:
            result.append(PromptTurn(role, turn.text, turn.blocks))
    return result
