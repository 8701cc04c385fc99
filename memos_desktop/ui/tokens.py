"""The colours of the window, by name, for light and dark. No other module holds a colour literal."""

from dataclasses import dataclass
from enum import StrEnum


class Scheme(StrEnum):
    """Light or dark, as it is shown (never "system")."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Tokens:
    """One colour for each purpose, as #RRGGBB.

    `text` and `muted` are readable on every surface (background, panel, raised, hover, selected, bubble,
    code); `faint` is for lines and decoration only, never for text. `soft_*` are surfaces
    under text of their colour. `hue_*` tell things of equal rank apart on the map, `heat_*` are its steps of heat.
    """

    background: str
    panel: str
    raised: str
    border: str
    border_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    accent_hover: str
    plaintext: str
    activation: str
    parametric: str
    good: str
    warning: str
    danger: str
    on_danger: str
    hover: str
    selected: str
    bubble: str
    code: str
    soft_accent: str
    soft_good: str
    soft_warning: str
    soft_danger: str
    hue_blue: str
    hue_green: str
    hue_orange: str
    hue_pink: str
    hue_yellow: str
    hue_grey: str
    heat_0: str
    heat_1: str
    heat_2: str
    heat_3: str
    shadow: str


LIGHT = Tokens(
    background="#FAFAF9",
    panel="#FFFFFF",
    raised="#FFFFFF",
    border="#E7E5E4",
    border_strong="#D6D3D1",
    text="#1C1917",
    muted="#6B6560",
    faint="#A8A29E",
    accent="#4F46E5",
    on_accent="#FFFFFF",
    accent_hover="#4338CA",
    plaintext="#0F766E",
    activation="#B45309",
    parametric="#6D28D9",
    good="#15803D",
    warning="#B45309",
    danger="#B91C1C",
    on_danger="#FFFFFF",
    hover="#F3F2F0",
    selected="#ECEBFC",
    bubble="#EEEDFB",
    code="#F5F5F3",
    soft_accent="#EEF0FE",
    soft_good="#EFFAF2",
    soft_warning="#FFF8EB",
    soft_danger="#FEF2F2",
    hue_blue="#2563EB",
    hue_green="#0E9F6E",
    hue_orange="#E4572E",
    hue_pink="#B5399A",
    hue_yellow="#B58900",
    hue_grey="#78716C",
    heat_0="#A8B3C4",
    heat_1="#C9A24B",
    heat_2="#E5793A",
    heat_3="#C81E4A",
    shadow="#1C1917",
)

DARK = Tokens(
    background="#18181B",
    panel="#1F1F23",
    raised="#27272B",
    border="#2E2E33",
    border_strong="#3F3F46",
    text="#F4F4F5",
    muted="#A1A1AA",
    faint="#71717A",
    accent="#818CF8",
    on_accent="#18181B",
    accent_hover="#A5B0FB",
    plaintext="#2DD4BF",
    activation="#FBBF24",
    parametric="#A78BFA",
    good="#4ADE80",
    warning="#FBBF24",
    danger="#F87171",
    on_danger="#18181B",
    hover="#2A2A2F",
    selected="#2B2B3F",
    bubble="#2A2A3A",
    code="#131316",
    soft_accent="#26263A",
    soft_good="#1B2A21",
    soft_warning="#2E2717",
    soft_danger="#331E20",
    hue_blue="#60A5FA",
    hue_green="#34D399",
    hue_orange="#FB8560",
    hue_pink="#F08CD8",
    hue_yellow="#F5CE4B",
    hue_grey="#A8A29E",
    heat_0="#5B6575",
    heat_1="#B59443",
    heat_2="#F0894A",
    heat_3="#FF5C7F",
    shadow="#000000",
)


def contrast(first: str, second: str) -> float:
    """The WCAG 2 contrast ratio of two colours, between 1 and 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
