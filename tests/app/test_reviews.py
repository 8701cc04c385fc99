"""The review list: what repeats, contradicts, is stale, comes from a changed message, or expires soon."""

from datetime import timedelta

import pytest
from app_values import WordEmbedder, send

from memos_desktop.errors import Cancelled
from memos_desktop.ids import format_time, now
from memos_desktop.progress import Progress
from memos_desktop.vault.near import CROWD, NearTexts, NearVectors


def add(workspace, *texts, **fields):
    return [workspace.library.add(text, **fields).result(10) for text in texts]


def reviews(workspace, search=True):
    if search:
        workspace.reviews.refresh().future.result(30)
    return workspace.reviews.list().result(10)


def kinds(workspace, search=True):
    return [(one.kind, {cube.text for cube in one.cubes}) for one in reviews(workspace, search)]


def age(workspace, cube, days):
    """Make as if nothing was done with a cube for so long."""
    moment = format_time(now() - timedelta(days=days))

    def work(vault):
        vault.database.run("UPDATE cubes SET changed = ?1, created = ?1, time = ?1 WHERE id = ?2", (moment, cube.id))
        vault.database.run("UPDATE versions SET changed = ? WHERE cube_id = ?", (moment, cube.id))
        sql = "UPDATE journal_steps SET time = ? WHERE id IN (SELECT step_id FROM journal_changes WHERE key = ?)"
        vault.database.run(sql, (moment, cube.id))

    workspace._store.ask(work)


def test_an_empty_vault_has_nothing_to_review(workspace):
    assert reviews(workspace) == ()


def test_repetitions_are_gathered_over_a_third_and_can_be_fused(workspace):
    texts = ("I like green tea.", "i like green  tea", "I like GREEN tea!")
    add(workspace, *texts, "The train leaves at nine.")
    [review] = reviews(workspace)
    assert (review.kind, review.score, review.offers) == ("duplicate", 1.0, ("fuse", "bin", "keep"))
    assert {cube.text for cube in review.cubes} == set(texts)
    assert "word for word" in review.words


@pytest.mark.parametrize(("one", "two"), [
    ("I have two cats and a dog.", "I have three cats and a dog."),
    ("I eat meat.", "I do not eat meat."),
    ("I live in Rome.", "I moved to Lisbon."),
])  # fmt: skip
def test_contradictions_are_offered_side_by_side(workspace, one, two):
    add(workspace, one, two)
    [review] = reviews(workspace)
    assert (review.kind, {cube.text for cube in review.cubes}) == ("contradiction", {one, two})
    assert review.offers == ("fuse", "archive", "bin", "keep")


def test_a_series_of_measurements_is_no_contradiction(workspace):
    add(workspace, *(f"The scales in the bathroom say {number} kilograms." for number in range(60, 70)))
    assert reviews(workspace) == ()


def test_other_projects_names_and_what_is_put_away_are_left_alone(workspace):
    add(workspace, "I met Clara at the fair.", "I met Bob at the fair.")
    add(workspace, "I like green tea.")
    add(workspace, "I like green tea.", project="boat")
    [gone] = add(workspace, "I like green tea")
    workspace.library.archive([gone.id]).result(10)
    assert reviews(workspace) == ()


def test_meaning_proposes_what_words_do_not_show(reopen):
    workspace = reopen(SameMeaning())
    add(workspace, "Every morning begins with a cup of hot tea.", "My days start by drinking something warm.")
    add(workspace, "The bicycle stands in the cellar.")
    assert reviews(workspace) == ()
    workspace.recall.drain().future.result(30)
    [review] = reviews(workspace)
    assert (review.kind, review.words) == ("duplicate", "They mean nearly the same.")
    assert review.score < 1


class SameMeaning(WordEmbedder):
    """Sees one meaning in everything about mornings."""

    def _vector(self, text):
        return super()._vector("morning" if "morning" in text or "warm" in text else text)


def test_a_suggestion_goes_when_its_memories_change_and_stays_away_when_dismissed(workspace):
    one, two = add(workspace, "I like green tea.", "i like green tea")
    [review] = reviews(workspace)
    workspace.reviews.dismiss(review).result(10)
    assert reviews(workspace) == ()
    workspace.library.revise(two.id, text="I like Green Tea").result(10)
    assert reviews(workspace, search=False) == ()  # what was found is of the version before
    assert [kind for kind, _ in kinds(workspace)] == ["duplicate"]
    workspace.library.bin([one.id]).result(10)
    assert reviews(workspace, search=False) == ()


def test_a_frozen_memory_cannot_be_fused_so_it_is_not_offered(workspace):
    one, _ = add(workspace, "I like green tea.", "i like green tea")
    workspace.library.freeze([one.id], True).result(10)
    [review] = reviews(workspace)
    assert "fuse" not in review.offers


def test_what_expires_soon_can_be_renewed(workspace):
    one, two = add(workspace, "One thing.", "Another thing.")
    workspace.operations.expire([one.id], now() + timedelta(days=2)).result(10)
    workspace.operations.expire([two.id], now() + timedelta(days=20)).result(10)
    [review] = reviews(workspace, search=False)
    assert (review.kind, review.offers) == ("expiring", ("renew", "archive", "keep"))
    assert review.words.startswith("Expires on 20")
    workspace.operations.renew([one.id]).result(10)
    assert reviews(workspace, search=False) == ()


def test_what_lies_unused_is_suggested_before_it_is_archived(workspace):
    one, two, three = add(workspace, "One thing.", "Another thing.", "Third thing.")
    age(workspace, one, 160)
    age(workspace, two, 100)
    age(workspace, three, 170)
    workspace.library.pin([three.id], True).result(10)
    [review] = reviews(workspace, search=False)
    assert (review.kind, review.cubes[0].id) == ("stale", one.id)
    assert review.words == "Not used or changed for 160 days. It will be archived in 19 days."
    workspace.settings.change(archive_after_days=0)
    workspace.reviews.dismiss(review).result(10)
    assert reviews(workspace, search=False) == ()


def test_an_edited_message_marks_what_was_learned_from_it(workspace):
    chat = send(workspace, "Hello there.").chat
    said = send(workspace, "My cat is called Miso.", chat_id=chat.id)
    [cube] = said.kept
    assert reviews(workspace) == ()
    send(workspace, "My dog is called Rex.", chat_id=chat.id, parent_id=said.user.parent_id)
    workspace.reviews.refresh().future.result(30)
    [review] = [one for one in reviews(workspace) if one.kind == "source changed"]
    assert (review.cubes[0].id, review.offers) == (cube.id, ("archive", "bin", "keep"))
    assert review.words.startswith("The message")
    workspace.reviews.dismiss(review).result(10)
    assert [one for one in reviews(workspace) if one.kind == "source changed"] == []


def test_dismissed_suggestions_do_not_confuse_the_scheduler(workspace):
    add(workspace, "I like green tea.", "i like green tea")
    [review] = reviews(workspace)
    workspace.reviews.dismiss(review).result(10)
    assert workspace.scheduler.proposals().result(10) == ()


def test_searching_can_be_stopped_and_closing_ends_a_quiet_search(workspace):
    add(workspace, "I like green tea.", "i like green tea")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        workspace.reviews._search(progress)
    workspace.reviews.start()
    workspace.reviews.close()
    workspace._store.background.call(lambda: None)
    assert reviews(workspace, search=False) == ()


def test_near_texts_find_each_other_among_thousands():
    near = NearTexts()
    near.add([[f"word{number}", f"thing{number % 50}", f"place{number % 7}"] for number in range(3000)])
    near.add([["word5", "thing5", "place5"], [], ["quite", "alone"]])
    found = list(near.pairs())
    assert (5, 3000) in found
    assert all(3001 not in pair and 3002 not in pair for pair in found)
    assert list(NearTexts().pairs()) == []


def test_a_crowd_of_equal_texts_is_paired_in_a_chain_not_each_with_each():
    near = NearTexts()
    near.add([["same", "words"]] * (3 * CROWD))
    assert sorted(near.pairs()) == [(number, number + 1) for number in range(3 * CROWD - 1)]


def test_near_vectors_find_each_other_among_thousands():
    import numpy as np

    chance = np.random.default_rng(4)
    vectors = chance.standard_normal((2000, 64)).astype(np.float32)
    vectors[1500] = vectors[7] + 0.01 * vectors[8]
    near = NearVectors(64)
    near.add(vectors[:1000])
    near.add(vectors[1000:])
    assert (7, 1500) in set(near.pairs())
