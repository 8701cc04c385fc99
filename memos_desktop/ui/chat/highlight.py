"""Code in the colours of the theme: pygments finds the words, tokens give the colours."""

from functools import lru_cache
from html import escape
from typing import Any

from memos_desktop.ui.tokens import Tokens

PLAIN_FROM = 20_000
"""Characters from which code is not coloured: it would cost more than it shows."""
COLOURS = (
    ("Comment", "muted"),
    ("Keyword", "parametric"),
    ("Operator.Word", "parametric"),
    ("Literal.String", "plaintext"),
    ("Literal.Number", "activation"),
    ("Name.Function", "accent"),
    ("Name.Class", "accent"),
    ("Name.Decorator", "accent"),
    ("Name.Tag", "parametric"),
    ("Name.Attribute", "activation"),
    ("Name.Builtin", "accent"),
    ("Generic.Deleted", "danger"),
    ("Generic.Inserted", "good"),
    ("Generic.Heading", "accent"),
)


def highlighted(code: str, language: str, tokens: Tokens) -> str:
    """`code` as HTML for a label: coloured if the language is known and the code is not long."""
    if not language or len(code) > PLAIN_FROM:
        return escape(code)
    lexer = _lexer(language)
    if lexer is None:
        return escape(code)
    parts = []
    for kind, text in lexer.get_tokens(code):
        colour = _colour(str(kind))
        written = escape(text)
        parts.append(f'<font color="{getattr(tokens, colour)}">{written}</font>' if colour else written)
    return "".join(parts).rstrip("\n")


def warm_up() -> None:
    """Import pygments ahead of the first code block; called off the Qt thread."""
    _lexer("python")


@lru_cache(maxsize=32)
def _lexer(language: str) -> Any:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def _colour(kind: str) -> str:
    name = kind.removeprefix("Token.")
    return next((token for prefix, token in COLOURS if name.startswith(prefix)), "")
