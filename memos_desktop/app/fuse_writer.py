"""Lets a model write the text of a fused memory. What it writes is a proposal: a person reads it before it is kept."""

import json
from collections.abc import Sequence

from memos_desktop.engine.base import Engine, PromptTurn, Sampling
from memos_desktop.errors import Cancelled, ModelError, UnsupportedOperationError
from memos_desktop.memory.cube import Cube
from memos_desktop.memory.message import Finish, Role
from memos_desktop.paths import resources
from memos_desktop.progress import Progress

ABLE = 1_000_000_000
"""Parameters from which on a model keeps facts apart well enough to be asked."""
SPARE = 64
"""Tokens beyond those of the notes that the answer may take."""


def write(engine: Engine, cubes: Sequence[Cube], progress: Progress) -> str:
    """One text from all of these, the oldest first. On the model worker.

    Raises UnsupportedOperationError for a small model, UserError where the texts do not fit in its context,
    ModelError where it wrote nothing or was cut off, Cancelled.
    """
    if engine.info.parameters < ABLE:
        raise UnsupportedOperationError(
            f"{engine.info.name} is too small a model to merge texts without losing facts. Nothing was changed.",
            "Take the text that was put together by rule, or load a model of a billion parameters or more.",
        )
    wording = json.loads((resources() / "prompts" / "fuse.json").read_text(encoding="utf-8"))
    ordered = sorted(cubes, key=lambda cube: (cube.changed, cube.id))
    notes = [
        wording["note"].format(number=number, date=f"{cube.time:%Y-%m-%d}", text=cube.text)
        for number, cube in enumerate(ordered, 1)
    ]
    asked = "\n\n".join((*notes, wording["ask"]))
    prompt = engine.encode((PromptTurn(Role.SYSTEM, wording["system"]), PromptTurn(Role.USER, asked)))
    longest = sum(engine.count(cube.text) for cube in ordered) + SPARE
    text, finish = "", Finish.STOP
    for chunk in engine.generate(prompt, Sampling(temperature=0.0, max_tokens=longest), progress):
        text += chunk.text
        finish = chunk.finish or finish
    if finish is Finish.CANCELLED:
        raise Cancelled
    if finish is not Finish.STOP or not text.strip():
        raise ModelError("The model did not finish the text. Nothing was changed.", "Write it yourself, or try again.")
    return text.strip()
