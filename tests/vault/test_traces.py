"""Thousands of words are found in bytes and rows, each of them and nothing else."""

import io

from hypothesis import given
from hypothesis import strategies as st
from vault_values import cube, say

from memos_desktop.vault import needles as module
from memos_desktop.vault.needles import Needles
from memos_desktop.vault.traces import traces
from memos_desktop.vault.vault import Vault

SHORT = st.text("ab", min_size=4, max_size=15)


@given(st.lists(SHORT, max_size=20), st.text("ab", max_size=400))
def test_every_occurrence_is_found(texts: list[str], data: str) -> None:
    needles = Needles(texts)
    wanted = {
        (place, place + len(text), number)
        for number, text in enumerate(needles.texts)
        for place in range(len(data))
        if data.startswith(text, place)
    }
    assert set(needles.find(data.encode())) == wanted


def test_what_lies_across_two_pieces_of_a_file_is_counted_once(monkeypatch) -> None:
    monkeypatch.setattr(module, "CHUNK", 64)
    data = b"".join(b"x" * gap + b"abcdefgh" for gap in (60, 0, 51, 70, 64, 1))
    assert Needles(["abcdefgh", "defg", "hxxxxx"]).count_in(io.BytesIO(data)) == {0: 6, 1: 6, 2: 3}


def test_words_are_found_in_every_form_and_too_short_ones_are_not_looked_for() -> None:
    needles = Needles(["über\nalles", "ab"])
    assert needles.texts == ("über\nalles",)
    data = 'one über\nalles two "über\\nalles" three "\\u00fcber\\nalles" four "{\\"über\\\\nalles\\"}"'.encode()
    assert needles.count_in(io.BytesIO(data)) == {0: 4}
    assert Needles([]).find(b"anything") == []


def test_rows_of_every_table_are_searched(vault: Vault) -> None:
    made = cube("a quincebush stands there", tags=("quincebush",))
    vault.cubes.add(made)
    chat = vault.chats.create("About the Quincebush")
    message = say(vault, chat, "the quincebush again")
    needles = Needles(["quincebush", "nowhere at all"])
    found = [trace for some in traces(vault.database, needles, folded=True) for trace in some]
    assert {trace.needle for trace in found} == {0}
    named = {(trace.table, trace.key) for trace in found}
    assert {("cubes", made.id), ("versions", f"{made.id}@1"), ("chats", chat.id), ("messages", message.id)} <= named
    assert {trace.table for trace in found} >= {"journal_changes", "journal_steps", "passages", "cube_tags"}
    assert ("chats", chat.id) not in {
        (trace.table, trace.key) for some in traces(vault.database, needles) for trace in some
    }
