"""The chat template of a model: turns become its prompt, with template and texts kept apart.

The template is rendered with marks in the place of the texts, so a text cannot change what the template
does and cannot pass for a part of it.
"""

import re
import secrets
from collections.abc import Sequence

from memos_desktop.engine.base import PromptTurn
from memos_desktop.errors import ModelError
from memos_desktop.memory.message import Role

EDGE = "\u2003"  # an em space beside each mark: where it is gone, the template strips the text
OTHER_MODEL = "Choose another model, or one with a standard chat template."

Parts = list[tuple[str, bool]]


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
        """The prompt as (text, is template) parts, ready for the assistant's answer.

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
        marks = [f"{EDGE}x{nonce}n{number}x{EDGE}" if turn.text else "" for number, turn in enumerate(turns)]
        messages = [
            {"role": turn.role.value, "content": mark} for turn, mark in zip(turns, marks, strict=True)
        ]
        prompt: str = self._formatter(messages=messages).prompt
        pieces = re.split(f"({EDGE}?)x{nonce}n(\\d+)x({EDGE}?)", prompt)
        parts: Parts = [(pieces[0], True)]
        for at in range(1, len(pieces), 4):
            left, number, right, template = pieces[at : at + 4]
            text = turns[int(number)].text
            text = text if left else text.lstrip()
            parts += [(text if right else text.rstrip(), False), (template, True)]
        dropped = {number for number, mark in enumerate(marks) if mark} - set(map(int, pieces[2::4]))
        if dropped:
            raise ValueError(f"it leaves out the {turns[min(dropped)].role} turn")
        return parts


def alternating(turns: Sequence[PromptTurn]) -> list[PromptTurn]:
    """The same texts without system turns (each joins the user turn after it) and with alternating roles."""
    result: list[PromptTurn] = []
    for turn in turns:
        role = Role.USER if turn.role is Role.SYSTEM else turn.role
        if result and result[-1].role is role:
            result[-1] = PromptTurn(role, f"{result[-1].text}\n\n{turn.text}")
        else:
            result.append(PromptTurn(role, turn.text))
    return result
