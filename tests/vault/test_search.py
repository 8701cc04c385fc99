"""Candidates for recall, passages and vectors."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vault_values import START, begin_answer, cube, in_project, random_units, say, unit

from memos_desktop.memory.call import Candidate, MemoryCall, Owner
from memos_desktop.memory.cube import Descriptive, Governance, SemanticType, Source, State, TextPayload
from memos_desktop.memory.lifecycle import Trigger
from memos_desktop.memory.message import Finish, Role
from memos_desktop.vault import keywords
from memos_desktop.vault.passages import CHUNK_CHARACTERS, CHUNK_WORDS, chunks
from memos_desktop.vault.vault import Vault


def found(vault: Vault, query: str, **fields: object) -> dict[str, Candidate]:
    """Candidates by keywords that a word matched, by text."""
    candidates = vault.search.candidates(MemoryCall(query, **fields), None)
    return {candidate.text: candidate for candidate in candidates if candidate.bm25 > 0}


def test_words_find_cubes_and_messages_by_their_stem(vault: Vault) -> None:
    chat = vault.chats.create()
    message = say(vault, chat, "I bought two bicycles", speaker="Ann", ref="d1", caption="a photo of a shop")
    made = cube("The bicycle is red", type=SemanticType.EVENT, pinned=True, source=Source("c", "m"))
    vault.cubes.add(made)
    vault.cubes.add(cube("Tea is hot"))
    candidates = found(vault, "What color is the BICYCLE?")
    assert set(candidates) == {"I bought two bicycles\n[a photo of a shop]", "The bicycle is red"}
    from_chat = candidates["I bought two bicycles\n[a photo of a shop]"]
    assert (from_chat.owner, from_chat.owner_id, from_chat.speaker, from_chat.role) == (
        Owner.MESSAGE, message.id, "Ann", "user",
    )  # fmt: skip
    assert (from_chat.chat_id, from_chat.position, from_chat.ref) == (chat.id, 0, "d1")
    assert from_chat.time == message.created
    cubes = candidates["The bicycle is red"]
    assert (cubes.owner, cubes.owner_id, cubes.version, cubes.type) == (Owner.CUBE, made.id, 1, "event")
    assert (cubes.pinned, cubes.source, cubes.title) == (True, Source("c", "m"), "The bicycle is red")
    assert set(found(vault, "shop")) == {"I bought two bicycles\n[a photo of a shop]"}
    assert set(found(vault, "Ann")) == {"I bought two bicycles\n[a photo of a shop]"}
    assert found(vault, "the of and") == found(vault, "") == found(vault, "zebra") == found(vault, '"*(') == {}


def test_a_title_that_is_not_in_the_text_is_searched_and_not_shown(vault: Vault) -> None:
    given = replace(cube("Flat 3, Elm Street"), descriptive=Descriptive("Address of the office"))
    vault.cubes.add(given)
    assert set(found(vault, "office")) == {"Flat 3, Elm Street"}


@pytest.mark.parametrize(
    "hidden",
    [
        lambda vault, key: vault.cubes.bin((key,)),
        lambda vault, key: vault.cubes.transit((key,), Trigger.ARCHIVE, "Archive"),
        lambda vault, key: vault.cubes.transit((key,), Trigger.EXPIRE, "Expire"),
        lambda vault, key: vault.cubes.update((key,), "Expire", governance=Governance(expires=START - timedelta(999))),
        lambda vault, key: vault.cubes.update((key,), "Move", governance=Governance(project="house")),
    ],
)  # fmt: skip
def test_hidden_cubes_are_no_candidates_until_undo(vault: Vault, hidden) -> None:  # type: ignore[no-untyped-def]
    given = cube("The bicycle is red")
    vault.cubes.add(given)
    hidden(vault, given.id)
    assert found(vault, "bicycle") == {}
    vault.undo()
    assert len(found(vault, "bicycle")) == 1


def test_a_project_sees_its_own_cubes_and_those_of_none(vault: Vault) -> None:
    vault.cubes.add_many((in_project("red paint", "house"), in_project("blue paint", "boat"), cube("paint")))
    assert set(found(vault, "paint", project="house")) == {"red paint", "paint"}
    assert set(found(vault, "paint")) == {"paint"}


def test_a_superseded_cube_stays_and_says_so(vault: Vault) -> None:
    given = cube("I live in Rome", governance=Governance(superseded_by="other"))
    vault.cubes.add(given)
    assert found(vault, "Rome")["I live in Rome"].superseded


def test_a_cube_stands_for_its_message_binned_or_purged(vault: Vault) -> None:
    chat = vault.chats.create()
    message = say(vault, chat, "I like green tea")
    made = cube("Likes green tea", source=Source(chat.id, message.id, 0, 16))
    vault.cubes.add(made)
    assert set(found(vault, "tea")) == {"Likes green tea"}
    vault.cubes.bin((made.id,))
    assert found(vault, "tea") == {}
    vault.undo()
    vault.undo()
    assert set(found(vault, "tea")) == {"I like green tea"}
    vault.redo()
    vault.cubes.bin((made.id,))
    vault.cubes.purge_bin(START + timedelta(days=99999))
    assert found(vault, "tea") == {}
    assert vault.chats.message(message.id).text == "I like green tea"


def test_what_the_call_excludes_and_binned_chats_are_left_out(vault: Vault) -> None:
    one, two = vault.chats.create(), vault.chats.create()
    first, second = say(vault, one, "tea one"), say(vault, two, "tea two")
    made = cube("tea three")
    vault.cubes.add(made)
    assert set(found(vault, "tea", exclude_chat=one.id)) == {"tea two", "tea three"}
    assert set(found(vault, "tea", exclude=frozenset((second.id, made.id)))) == {"tea one"}
    vault.chats.delete(one.id)
    assert set(found(vault, "tea")) == {"tea two", "tea three"}
    near = [(number, 0.5) for number, _ in vault.search.pending("e", 9)]
    candidates = vault.search.candidates(MemoryCall("nothing"), None, near)
    assert first.id not in {candidate.owner_id for candidate in candidates}


def test_system_and_unfinished_messages_are_no_passages(vault: Vault) -> None:
    chat = vault.chats.create()
    say(vault, chat, "tea rules", role=Role.SYSTEM)
    answer = begin_answer(vault, chat)
    vault.chats.write_draft(answer.id, "tea")
    assert vault.search.pending("e", 9) == ()
    vault.chats.finish_message(answer.id, "tea is fine", Finish.STOP)
    assert [text for _, text in vault.search.pending("e", 9)] == ["MemOS: tea is fine"]


def test_hidden_passages_do_not_crowd_out_what_may_be_seen(vault: Vault) -> None:
    vault.cubes.add_many([cube(f"tea {number}", state=State.ARCHIVED) for number in range(60)])
    vault.cubes.add(cube("tea is a plant that grows in the hills"))
    candidates = vault.search.candidates(MemoryCall("tea"), None, depth=10)
    assert [candidate.text for candidate in candidates] == ["tea is a plant that grows in the hills"]


def test_both_ways_are_joined_and_missing_scores_filled_in(vault: Vault) -> None:
    vault.cubes.add_many((cube("green tea"), cube("black coffee"), cube("red wine")))
    passages = {text: number for number, text in vault.search.pending("e", 9)}
    vectors = {"green tea": [1.0, 0.0], "black coffee": [0.6, 0.8], "red wine": [0.0, 1.0]}
    vault.search.store_vectors("e", list(passages.values()), unit(*(vectors[text] for text in passages)))
    near = [(passages["black coffee"], 0.6)]
    candidates = {c.text: c for c in vault.search.candidates(MemoryCall("tea"), unit([1.0, 0.0])[0], near)}
    assert set(candidates) == {"green tea", "black coffee"}
    assert candidates["green tea"].bm25 > 0
    assert candidates["green tea"].cosine == pytest.approx(1.0)
    assert (candidates["black coffee"].bm25, candidates["black coffee"].cosine) == (0.0, 0.6)
    without = vault.search.candidates(MemoryCall("tea"), None)
    assert [candidate.cosine for candidate in without] == [None]


def test_messages_bring_their_neighbours_and_name_each_other(vault: Vault) -> None:
    chat = vault.chats.create()
    for text in ("hello", "Where did you go?", "To Lisbon", "nice"):
        say(vault, chat, text)
    candidates = {c.text: c for c in vault.search.candidates(MemoryCall("Lisbon"), None)}
    assert set(candidates) == {"Where did you go?", "To Lisbon", "nice"}
    hit = candidates["To Lisbon"]
    assert set(hit.neighbours) == {candidates["Where did you go?"].passage_id, candidates["nice"].passage_id}
    assert candidates["nice"].bm25 == 0
    assert hit.passage_id in candidates["nice"].neighbours


def test_a_long_message_is_several_passages_that_are_neighbours(vault: Vault) -> None:
    chat = vault.chats.create()
    words = [f"w{number}" for number in range(400)]
    say(vault, chat, " ".join(words), speaker="Ann")
    candidates = {c.text.split()[0]: c for c in vault.search.candidates(MemoryCall("w200"), None)}
    assert set(candidates) == {"w0", "w180", "w360"}
    assert len(candidates["w180"].neighbours) == 2
    assert len({c.owner_id for c in candidates.values()}) == 1


def test_common_words_give_way_to_rare_ones(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keywords, "MOST_SCORED", 20)
    vault.cubes.add_many([cube(f"garden number{number}") for number in range(30)])
    vault.cubes.add(cube("a rare orchid"))
    assert set(found(vault, "an orchid in the garden")) == {"a rare orchid"}
    assert len(found(vault, "the gardens")) == 30  # nothing rarer is there


def test_vectors_are_kept_while_the_text_stays(vault: Vault) -> None:
    given = cube("I live in Rome")
    vault.cubes.add_many((given, cube("tea")))
    ids = [number for number, _ in vault.search.pending("e", 9)]
    vectors = random_units(2, 4)
    assert vault.search.store_vectors("e", ids, vectors) == 2
    known, matrix = vault.search.vectors("e")
    assert known == sorted(ids)
    np.testing.assert_array_equal(matrix, vectors[np.argsort(ids)])
    vault.cubes.retag((given.id,), ("home",))
    assert (vault.search.pending_count("e"), vault.search.pending_count("other")) == (0, 2)
    vault.cubes.revise(given.id, text="I live in Oslo")
    [(new, text)] = vault.search.pending("e", 9)
    assert (text, vault.search.vector_count("e")) == ("I live in Oslo", 1)
    assert new not in ids  # an index may still hold the old number
    assert vault.search.store_vectors("e", [new, 999], random_units(2, 4)) == 1
    assert vault.search.vector_ids("e") == sorted({*ids, new} & set(vault.search.vectors("e")[0]))
    with pytest.raises(ValueError, match="dimensions"):
        vault.search.store_vectors("e", [new], random_units(1, 5))
    with pytest.raises(ValueError, match="shape"):
        vault.search.store_vectors("e", [new], random_units(2, 4))
    assert vault.search.vectors("none")[0] == []


@given(st.text(max_size=6000))
def test_chunks_lose_no_word_and_stay_small(text: str) -> None:
    pieces = list(chunks(text))
    assert "".join("".join(piece.split()) for piece in pieces) == "".join(text.split())
    assert all(len(piece.split()) <= CHUNK_WORDS and len(piece) <= CHUNK_CHARACTERS for piece in pieces)


def test_a_text_without_spaces_is_cut(vault: Vault) -> None:
    pieces = list(chunks("x" * 100_000))
    assert max(map(len, pieces)) <= CHUNK_CHARACTERS
    vault.cubes.add(replace(cube("x"), payload=TextPayload("x" * 100_000)))
    assert vault.search.pending_count("e") == len(pieces)
