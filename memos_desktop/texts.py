"""Text from outside, made fit to be kept."""


def plain(text: str) -> str:
    """`text` without NUL and with `?` for lone surrogates: no database, file or tokenizer takes them."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def one_line(text: str) -> str:
    """The same on one line, for titles, tags and names; runs of blanks become one."""
    return " ".join(plain(text).split())
