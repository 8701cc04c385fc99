"""Colours that can be read, one style sheet, icons and sizes that follow the theme."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QImage, QPalette
from PySide6.QtWidgets import QApplication, QPushButton, QScrollArea

import memos_desktop.ui
from memos_desktop.ui.cubes.inspector import ActionButton
from memos_desktop.ui.icons import NAMES, Icons
from memos_desktop.ui.style import style_sheet
from memos_desktop.ui.theme import Theme, palette
from memos_desktop.ui.tokens import DARK, LIGHT, Tokens, contrast
from memos_desktop.ui.widgets import Picture, button
from memos_desktop.ui.widgets.scroll import replace_content

SURFACES = ("background", "panel", "raised", "hover", "selected", "bubble", "code")
SCHEMES = [pytest.param(LIGHT, id="light"), pytest.param(DARK, id="dark")]
HEX = re.compile(r"#[0-9A-Fa-f]{6}\b|#[0-9A-Fa-f]{3}\b")


@pytest.mark.parametrize("tokens", SCHEMES)
@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("ink", ["text", "muted"])
def test_text_is_readable_on_every_surface(tokens: Tokens, surface: str, ink: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, surface)) >= 4.5


@pytest.mark.parametrize("tokens", SCHEMES)
@pytest.mark.parametrize(
    ("ink", "surface"),
    [
        *((ink, "panel") for ink in ("accent", "plaintext", "activation", "parametric", "good", "warning", "danger")),
        *((ink, "background") for ink in ("accent", "good", "warning", "danger")),
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("on_danger", "danger"),
        ("accent", "selected"),
        *(("text", f"soft_{name}") for name in ("accent", "good", "warning", "danger")),
        *((ink, "code") for ink in ("accent", "plaintext", "activation", "parametric")),
    ],
)
def test_coloured_text_is_readable(tokens: Tokens, ink: str, surface: str) -> None:
    assert contrast(getattr(tokens, ink), getattr(tokens, surface)) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


def test_no_colour_stands_outside_the_tokens() -> None:
    folder = Path(memos_desktop.ui.__file__).parent
    found = [
        f"{path.name}: {match}"
        for path in folder.rglob("*.py")
        if path.name != "tokens.py"
        for match in HEX.findall(path.read_text("utf-8"))
    ]
    assert found == []


def test_the_style_sheet_uses_the_tokens_and_scales_text() -> None:
    plain = style_sheet(DARK, lambda size: round(size), "Mono")
    large = style_sheet(DARK, lambda size: round(2 * size), "Mono")
    assert DARK.accent in plain and LIGHT.accent not in plain
    assert "font-size: 20px" in plain and "font-size: 40px" in large


def test_the_palette_follows_the_tokens(qapp: QApplication) -> None:
    made = palette(DARK)
    assert made.color(QPalette.ColorRole.Window).name().upper() == DARK.background
    assert made.color(QPalette.ColorRole.Text).name().upper() == DARK.text


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


def test_dark_and_light_are_chosen_by_the_settings(theme: Theme, qtbot) -> None:
    theme.configure("light")
    with qtbot.waitSignal(theme.changed):
        theme.configure("dark")
    assert theme.tokens == DARK
    theme.configure("light")
    assert theme.tokens == LIGHT


def test_system_follows_the_desktop(theme: Theme, qapp: QApplication) -> None:
    theme.configure("system")
    dark = qapp.styleHints().colorScheme() == Qt.ColorScheme.Dark
    assert (theme.tokens == DARK) is dark


def test_text_scale_has_limits(theme: Theme) -> None:
    theme.configure("light", 1.5)
    assert theme.font(20).pixelSize() == 30
    theme.configure("light", 9)
    assert theme.scale == 2.0
    theme.configure("light", 1.0)
    assert theme.duration() > 0
    theme.configure("light", 1.0, reduced_motion=True)
    assert theme.duration() == 0


def strongest(image: QImage) -> str:
    """The colour of the most opaque pixel."""
    spots = [(x, y) for x in range(image.width()) for y in range(image.height())]
    x, y = max(spots, key=lambda spot: image.pixelColor(*spot).alpha())
    return image.pixelColor(x, y).name().upper()


def test_an_icon_follows_the_theme_by_itself(theme: Theme) -> None:
    theme.configure("light")
    icon = Icons(theme).icon("plaintext", "accent", filled=True)
    assert strongest(icon.pixmap(QSize(24, 24)).toImage()) == LIGHT.accent
    theme.configure("dark")
    assert strongest(icon.pixmap(QSize(24, 24)).toImage()) == DARK.accent
    theme.configure("light")


def test_icons_of_buttons_and_pictures_follow_the_text_scale(theme: Theme, qtbot) -> None:
    icons = Icons(theme)
    theme.configure("light", 1.0)
    small, usual = button("Attach", "meta", "attach", icons), button("Fuse", "", "fuse", icons)
    picture = Picture(theme, icons, "plaintext", "plaintext", 16, filled=True)
    for one in (small, usual, picture):
        qtbot.addWidget(one)
    assert (small.iconSize().width(), usual.iconSize().width(), picture.pixmap().width()) == (14, 18, 16)
    theme.configure("dark", 2.0)
    assert (small.iconSize().width(), usual.iconSize().width(), picture.pixmap().width()) == (28, 36, 32)
    picture.set_icon("activation", "activation")
    assert strongest(picture.pixmap().toImage()) == DARK.activation
    theme.configure("light", 1.0)
    assert strongest(picture.pixmap().toImage()) == LIGHT.activation


def test_a_button_outlives_its_action(theme: Theme, qtbot) -> None:
    action = QAction("Pin")
    shown = ActionButton(action, Icons(theme))
    qtbot.addWidget(shown)
    shiboken6.delete(action)
    theme.configure("dark", 2.0)
    assert shown.iconSize().width() == 36
    theme.configure("light", 1.0)


def test_what_is_built_anew_may_be_built_from_within(qtbot) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    pressed = QPushButton("Again")
    area.setWidget(pressed)
    pressed.clicked.connect(lambda: replace_content(area, QPushButton("New")))
    pressed.click()
    assert shiboken6.isValid(pressed) and pressed.isHidden()
    assert area.widget().text() == "New"
    qtbot.waitUntil(lambda: not shiboken6.isValid(pressed))


def test_every_icon_has_a_glyph(theme: Theme) -> None:
    icons = Icons(theme)
    for name in NAMES:
        assert not icons.pixmap(name).isNull()
    assert len({field.name for field in fields(Tokens)}) == len(fields(Tokens))
