"""Bundles that are wrong in one way each: refused whole, with a sentence that says why, and nothing written."""

import os
from pathlib import Path
from zipfile import ZIP_STORED

import pytest
from hostile_bundles import FIRST, KINDS, SECOND, THIRD, Draft, head, sound, version
from vault_values import cube, dump, say

from memos_desktop.memory.bundle import BundleError
from memos_desktop.memory.bundle_import import Decision
from memos_desktop.progress import Progress
from memos_desktop.vault.bundle_import import Imported, import_bundle
from memos_desktop.vault.bundle_reader import BundleReader
from memos_desktop.vault.vault import Vault

OF_BLOBS = frozenset(("adapter_that_is_a_program", "state_that_is_none"))
"""Refused by whoever knows what blobs hold: tests/app/test_transfer.py."""


def load(vault: Vault, path: Path, **decision: object) -> Imported:
    with BundleReader(path) as bundle:
        outline = bundle.check(Progress())
        return import_bundle(vault, bundle, outline, Decision(**decision), frozenset(), Progress())


def test_the_sound_bundle_is_taken(vault: Vault, tmp_path: Path) -> None:
    done = load(vault, sound(tmp_path / "sound.memcube"))
    assert (len(done.plan.inserts), done.versions) == (3, 4)
    assert vault.cubes.get(FIRST).text == "The boat is called Nora."
    assert vault.cubes.get(SECOND).parents == (FIRST,)


def test_there_are_enough_kinds() -> None:
    assert len(KINDS) >= 90


@pytest.mark.parametrize("name", sorted(set(KINDS) - OF_BLOBS))
def test_a_hostile_bundle_is_refused_whole(vault: Vault, tmp_path: Path, name: str) -> None:
    make, says = KINDS[name]
    vault.cubes.add(cube("What was here before"))
    before = dump(vault)
    path = make(tmp_path / f"{name}.memcube")
    with pytest.raises(BundleError, match=says) as caught:
        load(vault, path)
    assert caught.value.message.startswith(f"“{name}.memcube” was refused: ")
    assert caught.value.message.endswith(". Nothing was changed.")
    assert caught.value.hint
    assert dump(vault) == before
    assert len(vault.journal.steps()) == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(vault: Vault, tmp_path: Path) -> None:
    path = sound(tmp_path / "closed.memcube")
    path.chmod(0)
    with pytest.raises(BundleError, match="cannot be read"):
        load(vault, path)


def test_an_id_that_is_a_message_here(vault: Vault, tmp_path: Path) -> None:
    """Its passages would take the place of those of the message."""
    message = say(vault, vault.chats.create("boats"), "The mooring is paid until May.")
    draft = Draft()
    draft.heads[:], draft.versions[:] = [head(message.id)], [version(message.id)]
    before = dump(vault)
    with pytest.raises(BundleError, match="that of a message here"):
        load(vault, draft.write(tmp_path / "taken.memcube"))
    assert dump(vault) == before


def test_a_cycle_that_closes_with_what_is_here(vault: Vault, tmp_path: Path) -> None:
    """Here SECOND is made from THIRD, which is gone; the bundle brings THIRD, made from SECOND."""
    here = cube("made from one that is gone", parents=(THIRD,))
    vault.cubes.add(here)
    draft = Draft()
    draft.heads[2] = head(THIRD, parents=[here.id])
    before = dump(vault)
    with pytest.raises(BundleError, match="its own ancestor"):
        load(vault, draft.write(tmp_path / "cycle.memcube"))
    assert dump(vault) == before


def test_a_bundle_that_is_changed_while_it_is_imported(vault: Vault, tmp_path: Path) -> None:
    def bundle_of(word: str) -> Path:
        draft = Draft()
        ids = [f"{number:020d}" for number in range(2000)]  # more than the file object reads ahead
        draft.heads[:], draft.versions[:] = map(head, ids), [version(id, text=f"{id} {word} {id[::-1]}") for id in ids]
        draft.method = ZIP_STORED
        return draft.write(tmp_path / f"{word}.memcube")

    path, changed = bundle_of("good"), bundle_of("evil").read_bytes()
    before = dump(vault)
    with BundleReader(path) as bundle:
        outline = bundle.check(Progress())
        path.write_bytes(changed)  # the same file, written over
        with pytest.raises(BundleError, match=r"damaged|does not fit its hash"):
            import_bundle(vault, bundle, outline, Decision(), frozenset(), Progress())
    assert dump(vault) == before
    assert vault.journal.steps() == ()
