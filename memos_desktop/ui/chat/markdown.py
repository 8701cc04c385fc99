"""Markdown to segments: prose as HTML that Qt's rich text understands, and code blocks as text.

What a model writes is data. Raw HTML stays text, pictures become words and are never loaded, and only web and
mail links are links (they are opened by the prompter, on a click).

While an answer streams in, only the last segment is parsed and built again; those before it never change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

PROSE_LIMIT = 2500
"""Characters after which prose goes on in a new segment, so that an update stays cheap."""
LINK_SCHEMES = frozenset({"http", "https", "mailto"})


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an answer. `content` is HTML for prose and source text for code."""

    code: bool
    content: str
    language: str = ""


class _Renderer(RendererHTML):
    """Writes the HTML subset of Qt, with nothing that loads or runs."""

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The picture's description instead of the picture."""
        return f"<i>[picture: {escape(tokens[idx].content or 'no description')}]</i>"

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A link, if it is one to the web or a mail address; else the text only."""
        address = str(tokens[idx].attrs.get("href", ""))
        if urlsplit(address).scheme.lower() not in LINK_SCHEMES:
            return "<span>"
        return f'<a href="{escape(address, quote=True)}">'

    def link_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Close whichever `link_open` wrote; Qt's parser accepts both endings."""
        opened = next(token for token in reversed(tokens[:idx]) if token.type == "link_open")
        scheme = urlsplit(str(opened.attrs.get("href", ""))).scheme.lower()
        return "</a>" if scheme in LINK_SCHEMES else "</span>"

    def code_inline(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Inline code, tinted."""
        return f'<code class="i">{escape(tokens[idx].content)}</code>'

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A code block inside a list or quote; those at the top level are widgets of their own."""
        return f"<pre>{escape(tokens[idx].content.rstrip())}</pre>"

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Indented code inside a list or quote."""
        return self.fence(tokens, idx, options, env)

    def table_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A table with thin lines."""
        return '<table border="1" cellspacing="0">'


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
    return parser.enable(["table", "strikethrough"])


_PARSER = _parser()


class MarkdownStream:
    """Turns a growing text into segments.

    Attributes:
        segments: all segments of the text so far; those before the last are final.

    """

    def __init__(self) -> None:
        self.segments: list[Segment] = []
        self._final = 0
        self._start = 0

    def update(self, text: str) -> int:
        """Take the whole text so far (it only grows). Returns the index of the first segment that changed."""
        first = self._final
        tail = text[self._start :]
        offsets = _line_offsets(tail)
        groups = _groups(_PARSER.parse(tail), offsets)
        del self.segments[self._final :]
        self.segments.extend(_build(group) for group in groups)
        if len(groups) > 1:
            self._final += len(groups) - 1
            self._start += groups[-1].start
        return first


def segments(text: str) -> list[Segment]:
    """The segments of a finished text."""
    stream = MarkdownStream()
    stream.update(text)
    return stream.segments


@dataclass(slots=True)
class _Group:
    """Tokens that become one segment, and where they start in the text that was parsed."""

    code: bool
    start: int
    end: int
    tokens: list[Token]


def _groups(tokens: Sequence[Token], offsets: Sequence[int]) -> list[_Group]:
    groups: list[_Group] = []
    for block in _blocks(tokens):
        lines = block[0].map or [0, 0]
        start, end = offsets[lines[0]], offsets[min(lines[1], len(offsets) - 1)]
        code = block[0].type in ("fence", "code_block")
        last = groups[-1] if groups else None
        if last is not None and not code and not last.code and last.end - last.start < PROSE_LIMIT:
            last.tokens.extend(block)
            last.end = end
        else:
            groups.append(_Group(code, start, end, list(block)))
    return groups


def _blocks(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens, one list for each block of the top level."""
    blocks: list[list[Token]] = []
    depth = 0
    for token in tokens:
        if depth == 0:
            blocks.append([])
        blocks[-1].append(token)
        depth += token.nesting
    return blocks


def _build(group: _Group) -> Segment:
    if group.code:
        token = group.tokens[0]
        return Segment(True, token.content.removesuffix("\n"), token.info.split(" ")[0].strip()[:40])
    env: dict[str, Any] = {}
    return Segment(False, _PARSER.renderer.render(group.tokens, _PARSER.options, env))


def _line_offsets(text: str) -> list[int]:
    offsets = [0]
    while (found := text.find("\n", offsets[-1])) >= 0:
        offsets.append(found + 1)
    offsets.append(len(text))
    return offsets
