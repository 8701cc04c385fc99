"""Small widgets that every page uses."""

from memos_desktop.ui.widgets.basic import (
    Badge,
    Card,
    ElidedButton,
    ElidedLabel,
    IconButton,
    SearchField,
    button,
    label,
    line,
)
from memos_desktop.ui.widgets.empty import EmptyState, Picture, Skeleton
from memos_desktop.ui.widgets.fold import Fold, ScoreBar, Segments
from memos_desktop.ui.widgets.toast import Toast, Toasts

__all__ = [
    "Badge",
    "Card",
    "ElidedButton",
    "ElidedLabel",
    "EmptyState",
    "Fold",
    "IconButton",
    "Picture",
    "ScoreBar",
    "SearchField",
    "Segments",
    "Skeleton",
    "Toast",
    "Toasts",
    "button",
    "label",
    "line",
]
