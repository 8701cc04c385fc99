"""What the colours of the map mean: kind, state, type or heat, with the words of the legend."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from memos_desktop.memory.cube import Kind, SemanticType, State
from memos_desktop.ui.cubes import words
from memos_desktop.vault.cube_numbers import Looks

Codes = NDArray[np.uint8]


class ColorBy(StrEnum):
    """What decides the colour of a point."""

    KIND = "kind"
    TYPE = "type"
    STATE = "state"
    HEAT = "heat"


@dataclass(frozen=True, slots=True)
class Entry:
    """One colour of the legend: its words, its token, and the picture that goes with it ("" for a dot)."""

    said: str
    token: str
    icon: str = ""


STATE_HUES = ("hue_blue", "hue_green", "hue_pink", "hue_grey", "hue_orange")
TYPE_HUES = ("hue_blue", "hue_pink", "hue_orange", "hue_green", "hue_grey", "hue_yellow")
LEGENDS: dict[ColorBy, tuple[Entry, ...]] = {
    ColorBy.KIND: tuple(Entry(words.KINDS[kind], kind.value, kind.value) for kind in Kind),
    ColorBy.TYPE: tuple(Entry(words.TYPES[one], hue) for one, hue in zip(SemanticType, TYPE_HUES, strict=True)),
    ColorBy.STATE: tuple(Entry(words.STATES[one], hue) for one, hue in zip(State, STATE_HUES, strict=True)),
    ColorBy.HEAT: tuple(Entry(said, f"heat_{step}") for step, said in enumerate(("Cold", "Cool", "Warm", "Hot"))),
}
HEAT_FROM = (0.001, 0.33, 0.66)
"""Where cool, warm and hot begin, as the words for heat in the table have it."""


def codes(looks: Looks, by: ColorBy) -> Codes:
    """For each memory which entry of the legend it belongs to."""
    if by is ColorBy.HEAT:
        return np.searchsorted(np.array(HEAT_FROM), looks.heat, "right").astype(np.uint8)
    return {ColorBy.KIND: looks.kinds, ColorBy.TYPE: looks.types, ColorBy.STATE: looks.states}[by]
