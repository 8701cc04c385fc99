"""The shelf of MemCubes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from vault_values import START, cube, use

from memos_desktop.errors import NotFoundError, UserError
from memos_desktop.memory.cube import (
    Access,
    CubeFilter,
    Descriptive,
    Governance,
    Origin,
    Scope,
    SemanticType,
    Sensitivity,
    SortKey,
    Source,
    State,
    TextPayload,
)
from memos_desktop.paths import DataFolder
from memos_desktop.vault.vault import Vault


def test_a_cube_comes_back_as_it_was_given(vault: Vault) -> None:
    given = cube(
        "Mia was born in Rome",
        tags=("family", "travel"),
        parents=("p1", "p2"),
        pinned=True,
        state=State.ACTIVATED,
        governance=Governance(
            "Ann", Scope.PROJECT, "house", Access.READ_ONLY, START, 3, Sensitivity.SECRET, "w", True, START, "other"
        ),
        actor="rule",
        reason="said so",
    )
    given = replace(
        given,
        descriptive=Descriptive(
            "Mia", SemanticType.EVENT, START, Origin.SAID, Source("c", "m", 3, 9, "notes.txt"), "Ann"
        ),
    )
    changes = vault.cubes.add(given)
    assert vault.cubes.get(given.id) == given
    assert changes.cubes == {given.id}
    assert changes.step_id is not None


def test_a_taken_id_is_refused_and_nothing_is_added(vault: Vault) -> None:
    first = cube("one")
    vault.cubes.add(first)
    with pytest.raises(UserError, match="already"):
        vault.cubes.add_many((cube("two"), replace(first, payload=TextPayload("three"))))
    assert vault.cubes.count() == 1


def test_an_id_may_be_shortened_while_it_is_unique(vault: Vault) -> None:
    one, two = replace(cube("one"), id="abcdefgh1"), replace(cube("two"), id="abcdefgh2")
    vault.cubes.add_many((one, two))
    assert vault.cubes.get("abcdefgh1").id == one.id
    with pytest.raises(UserError, match="More than one"):
        vault.cubes.get("abcdefgh")
    with pytest.raises(NotFoundError):
        vault.cubes.get("abcde")
    vault.cubes.bin((two.id,))
    vault.cubes.purge_bin(START + timedelta(days=99999))
    assert vault.cubes.get("abcdef").id == one.id


def test_a_revision_is_a_new_version_and_the_old_one_stays(vault: Vault) -> None:
    old = cube("I live in Rome")
    vault.cubes.add(old)
    vault.cubes.revise(old.id, text="I live in Oslo", reason="moved", expected_version=1)
    new = vault.cubes.get(old.id)
    assert (new.version, new.text, new.title, new.reason) == (2, "I live in Oslo", "I live in Oslo", "moved")
    assert vault.cubes.get(old.id, 1).text == "I live in Rome"
    assert [version.version for version in vault.cubes.versions(old.id)] == [1, 2]
    with pytest.raises(UserError, match="meanwhile"):
        vault.cubes.revise(old.id, text="I live in Bonn", expected_version=1)
    with pytest.raises(NotFoundError, match="version 7"):
        vault.cubes.get(old.id, 7)


def test_a_given_title_stays_when_the_text_changes(vault: Vault) -> None:
    given = replace(cube("I live in Rome"), descriptive=Descriptive("Home"))
    vault.cubes.add(given)
    vault.cubes.revise(given.id, text="I live in Oslo")
    assert vault.cubes.get(given.id).title == "Home"


def test_what_changes_nothing_leaves_no_step(vault: Vault) -> None:
    given = cube("I live in Rome")
    vault.cubes.add(given)
    steps = len(vault.journal.steps())
    assert not vault.cubes.revise(given.id, text="I live in Rome")
    assert not vault.cubes.update((given.id,), "Unpin", pinned=False)
    assert len(vault.journal.steps()) == steps


def test_frozen_forbids_all_but_unfreezing(vault: Vault) -> None:
    given = cube("My birthday is in May")
    vault.cubes.add(given)
    vault.cubes.update((given.id,), "Freeze", frozen=True)
    for attempt in (
        lambda: vault.cubes.revise(given.id, text="June"),
        lambda: vault.cubes.update((given.id,), "Pin", pinned=True),
        lambda: vault.cubes.retag((given.id,), ("x",)),
        lambda: vault.cubes.bin((given.id,)),
    ):
        with pytest.raises(UserError, match="frozen"):
            attempt()
    vault.cubes.update((given.id,), "Unfreeze", frozen=False)
    vault.cubes.update((given.id,), "Pin", pinned=True)
    assert [pinned.id for pinned in vault.cubes.pinned()] == [given.id]


def test_an_update_of_several_is_all_or_nothing(vault: Vault) -> None:
    free, frozen = cube("one"), cube("two", frozen=True)
    vault.cubes.add_many((free, frozen))
    with pytest.raises(UserError, match="frozen"):
        vault.cubes.update((free.id, frozen.id), "Pin", pinned=True)
    assert vault.cubes.pinned() == ()


def test_tags_are_counted_and_the_bin_is_not(vault: Vault) -> None:
    one, two, three = cube("one", tags=("a", "b")), cube("two", tags=("a",)), cube("three", tags=("c",))
    vault.cubes.add_many((one, two, three))
    vault.cubes.retag((two.id,), add=("b", "b", "d"), remove=("a",))
    vault.cubes.bin((three.id,))
    assert vault.cubes.get(two.id).tags == ("b", "d")
    assert vault.cubes.tags() == (("b", 2), ("a", 1), ("d", 1))


def test_pages_filter_sort_and_count(vault: Vault) -> None:
    cubes = [
        cube(f"note {number:02}", tags=("even",) if number % 2 == 0 else (), pinned=number < 3,
             type=SemanticType.FACT if number < 10 else SemanticType.EVENT)
        for number in range(20)
    ]  # fmt: skip
    vault.cubes.add_many(cubes)
    vault.cubes.bin((cubes[0].id,))
    page = vault.cubes.page(CubeFilter(), 5, 4, SortKey.TITLE, descending=False)
    assert ([found.title for found in page.cubes], page.total) == (["note 06", "note 07", "note 08", "note 09"], 19)
    assert vault.cubes.page(CubeFilter(tag="even"), 0, 100).total == 9
    assert vault.cubes.page(CubeFilter(type=SemanticType.EVENT, tag="even"), 0, 2).total == 5
    assert vault.cubes.page(CubeFilter(pinned=True), 0, 9).total == 2
    assert [found.id for found in vault.cubes.page(CubeFilter(binned=True), 0, 9).cubes] == [cubes[0].id]
    assert [found.title for found in vault.cubes.page(CubeFilter(text="not 1"), 8, 9).cubes] == ["note 11", "note 10"]
    assert vault.cubes.page(CubeFilter(text="eve"), 0, 9).total == 9  # tags are searched too
    assert vault.cubes.page(CubeFilter(text="%"), 0, 9).total == 0


@pytest.mark.parametrize("key", list(SortKey))
def test_every_sort_key_orders_both_ways(vault: Vault, key: SortKey) -> None:
    cubes = [
        replace(cube(text, type=type), created=START + timedelta(days=number), changed=START - timedelta(days=number))
        for number, (text, type) in enumerate(
            (("b", SemanticType.FACT), ("A", SemanticType.EVENT), ("c", SemanticType.PERSONA))
        )
    ]
    vault.cubes.add_many(cubes)
    vault.uses.record((use(cubes[1]),), "An answer")
    down = [found.id for found in vault.cubes.page(CubeFilter(), 0, 9, key, True).cubes]
    up = [found.id for found in vault.cubes.page(CubeFilter(), 0, 9, key, False).cubes]
    assert down == up[::-1]
    first = {SortKey.CHANGED: 0, SortKey.USES: 1, SortKey.HEAT: 1, SortKey.LAST_USED: 1}
    assert down[0] == cubes[first.get(key, 2)].id


def test_a_page_sees_every_write_at_once(vault: Vault) -> None:
    for number in range(3):
        vault.cubes.add(cube(f"apple {number}"))
        assert vault.cubes.page(CubeFilter(), 0, 1).total == number + 1
        assert vault.cubes.page(CubeFilter(text="apple"), 0, 1).total == number + 1
    vault.undo()
    assert vault.cubes.page(CubeFilter(text="apple"), 0, 1).total == 2


def test_lineage_and_sources_are_found(vault: Vault) -> None:
    parent = cube("one", source=Source("c", "m"))
    child = cube("two", parents=(parent.id,))
    vault.cubes.add_many((parent, child))
    vault.cubes.bin((parent.id,))
    assert [found.id for found in vault.cubes.children(parent.id)] == [child.id]
    assert [found.id for found in vault.cubes.from_messages(("m", "n"))] == [parent.id]


def test_a_purge_leaves_nothing_in_the_file(folder: DataFolder) -> None:
    vault = Vault.open(folder)
    secret = cube("Zanzibarian swordfish", tags=("xylographic",))
    vault.cubes.add_many((secret, cube("Tea is fine")))
    vault.cubes.revise(secret.id, text="Zanzibarian swordfishes", reason="quizzical")
    vault.cubes.bin((secret.id,))
    vault.cubes.purge_bin(START + timedelta(days=99999))
    vault.close()
    data = folder.database.read_bytes().lower()
    assert b"tea is fine" in data
    assert [word for word in (b"anzibar", b"wordfish", b"ylograph", b"uizzical") if word in data] == []


def test_a_purge_leaves_no_trace_of_the_text(vault: Vault) -> None:
    secret, other = cube("The code is swordfish"), cube("Tea is fine")
    vault.cubes.add_many((secret, other))
    vault.cubes.revise(secret.id, text="The code is still swordfish")
    vault.cubes.bin((secret.id,))
    assert not vault.cubes.purge_bin(START)  # binned later than that
    changes = vault.cubes.purge_bin(START + timedelta(days=99999))
    assert changes.cubes == {secret.id}
    dumped = "\n".join(vault.database.connection.iterdump())
    assert "swordfish" not in dumped
    assert "Tea is fine" in dumped
    assert vault.undo() is not None  # the step that added both: the other one goes
    assert vault.cubes.page(CubeFilter(), 0, 9).total == 0
    assert vault.redo() is not None
    assert [found.id for found in vault.cubes.page(CubeFilter(), 0, 9).cubes] == [other.id]
