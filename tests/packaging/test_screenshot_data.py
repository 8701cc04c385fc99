"""The vault behind the README's pictures: the script that renders them is run by hand, its data must not go stale."""

from screenshot_data import fill

from memos_desktop.ids import now
from memos_desktop.memory.cube import CubeFilter, SortKey
from memos_desktop.vault.vault import Vault


def test_the_prepared_vault_has_what_the_pictures_show():
    vault = Vault.open_in_memory()
    try:
        prepared = fill(vault, now())
        assert vault.cubes.count() > 50
        assert len(vault.cubes.versions(prepared.history_id)) > 1
        (warmest,) = vault.cubes.page(CubeFilter(), 0, 1, SortKey.USES).cubes
        assert warmest.behaviour.uses == len(vault.uses.of(warmest.id)) > 0
    finally:
        vault.close()
