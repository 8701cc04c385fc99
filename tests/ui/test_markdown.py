"""What a model writes is data: it is shown, never loaded and never run."""

import pytest

from memos_desktop.ui.chat import highlight
from memos_desktop.ui.chat.markdown import PROSE_LIMIT, MarkdownStream, Segment, segments
from memos_desktop.ui.tokens import LIGHT

LONG = "\n\n".join(f"Paragraph number {number} with some words in it." for number in range(200))
MIXED = f"""# Title

A *first* paragraph with `code` and a [link](https://example.org/a?b=1&c=2).

- one
- two
    ```
    nested
    ```

```python
print("hi")
```

| a | b |
|---|---|
| 1 | 2 |

{LONG}

```
open fence"""


def html(text: str) -> str:
    return "".join(segment.content for segment in segments(text) if not segment.code)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src="https://example.org/track.png">',
        "Hello <b onclick='x()'>you</b>",
        '<iframe src="file:///etc/passwd"></iframe>',
        "<style>body{display:none}</style>",
        "<a href='https://example.org'>x</a>",
        "&lt;img src=x&gt;",
    ],
)
def test_html_stays_text(hostile: str) -> None:
    shown = html(hostile)
    for tag in ("<script", "<img", "<iframe", "<style", "<b ", "<a "):
        assert tag not in shown
    assert "&lt;" in shown


@pytest.mark.parametrize("address", ["https://example.org/x.png", "file:///etc/passwd", "data:image/png;base64,AAAA"])
def test_pictures_become_words(address: str) -> None:
    shown = html(f"Look: ![a cat]({address})")
    assert shown.startswith("<p>Look: ")
    assert "<img" not in shown


def test_a_picture_is_named_by_its_description() -> None:
    assert "[picture: a cat]" in html("![a cat](https://example.org/cat.png)")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "qrc:/x", "x.html"]
)
def test_only_web_and_mail_links_are_links(address: str) -> None:
    assert "<a " not in html(f"[press]({address})")


@pytest.mark.parametrize("address", ["https://example.org/", "http://example.org/", "mailto:a@example.org"])
def test_web_and_mail_links_are_links(address: str) -> None:
    assert f'<a href="{address}">press</a>' in html(f"[press]({address})")


def test_a_link_cannot_leave_its_attribute() -> None:
    shown = html('[press](<https://example.org/"onclick="x>)')
    assert 'onclick="x' not in shown


def test_code_blocks_are_segments_with_their_language() -> None:
    found = segments("before\n\n```python title\nx = '<b>'\n```\n\nafter")
    assert found[1] == Segment(True, "x = '<b>'", "python")
    assert [segment.code for segment in found] == [False, True, False]


def test_long_prose_is_cut_into_segments() -> None:
    found = segments(LONG)
    assert len(found) > 1
    assert all(len(segment.content) < 2 * PROSE_LIMIT for segment in found)
    assert "number 199" in found[-1].content


@pytest.mark.parametrize("step", [1, 7, 100])
def test_streaming_ends_where_the_whole_text_does(step: int) -> None:
    stream = MarkdownStream()
    for end in range(0, len(MIXED) + step, step):
        stream.update(MIXED[:end])
    assert stream.segments == segments(MIXED)


def test_streaming_touches_only_the_open_end() -> None:
    stream = MarkdownStream()
    stream.update(MIXED)
    before = list(stream.segments)
    first = stream.update(MIXED + " and more")
    assert first == len(before) - 1
    assert stream.segments[:first] == before[:first]
    assert stream.segments[-1].content.endswith("and more")


def test_an_open_fence_is_already_code() -> None:
    stream = MarkdownStream()
    stream.update("Text\n\n```py\nx = 1\ny")
    assert stream.segments[-1] == Segment(True, "x = 1\ny", "py")


def test_control_characters_and_nul_do_not_break_it() -> None:
    assert "a" in html("a\0b\x1b[31m\u202e")


def test_code_is_coloured_and_escaped() -> None:
    shown = highlight.highlighted("def f():\n    return '<b>'", "python", LIGHT)
    assert LIGHT.parametric in shown and "<b>" not in shown and "&lt;b&gt;" in shown


def test_unknown_languages_and_long_code_stay_plain() -> None:
    assert highlight.highlighted("<x>", "no-such-language", LIGHT) == "&lt;x&gt;"
    assert "<font" not in highlight.highlighted("x = 1\n" * 10_000, "python", LIGHT)
