"""No sequence of operators reaches an illegal state, and undo and redo walk exactly through what they did."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from operator_plans import FOR_GOOD, OPERATIONS, RETURNING, UNDOABLE, Hand, operations

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for vault_values

from vault_values import dump

from memos_desktop.errors import UserError
from memos_desktop.memory.cube import State
from memos_desktop.memory.lifecycle import TRANSITIONS, Trigger
from memos_desktop.vault.vault import Vault

LIVE = (State.GENERATED, State.ACTIVATED)


def legal(before, after, actor):
    """Whether the table leads from one state to the other, for this actor."""
    for (state, trigger), transition in TRANSITIONS.items():
        if trigger is Trigger.RETURN:
            continue
        reached = LIVE if transition.to is State.GENERATED else (transition.to,)
        if state is State(before) and State(after) in reached and actor in {by.value for by in transition.by}:
            return True
    return False


def check_steps(vault, since, stood):
    """Every change of state since then is in the table, or leads back to where the memory stood: `stood`, if given."""
    sql = (
        "SELECT s.action, s.actor, j.before, j.after, j.key FROM journal_changes j JOIN journal_steps s"
        " ON s.id = j.step_id WHERE j.table_name = 'cubes' AND j.before IS NOT NULL AND j.after IS NOT NULL"
        " AND s.action = 'do' AND s.id > ?"
    )
    for row in vault.database.rows(sql, (since,)):
        before, after = json.loads(row["before"]), json.loads(row["after"])
        if "state" in after and stood is not None:
            live = {state.value for state in LIVE}
            earlier = stood[row["key"]]
            # What was merged and has lost its holder comes back as what it was before; use counts on.
            assert after["state"] in (earlier | live if earlier & live else earlier), (before, after, earlier)
        elif "state" in after:
            assert legal(before["state"], after["state"], row["actor"]), (before, after, row["actor"])


def check_whole(vault, whole):
    """What must hold whatever was done; `whole`: nothing was removed for good, such as what others were merged into."""
    cubes = list(vault.cubes.many([row[0] for row in vault.database.rows("SELECT id FROM cubes")]))
    children = {cube.id: vault.cubes.children(cube.id) for cube in cubes}
    for cube in cubes:
        if cube.state is State.MERGED and whole:
            assert children[cube.id], f"{cube.id} is merged into nothing"
        if cube.state is State.EXPIRED:
            assert cube.governance.expires is not None
        assert cube.id not in ancestors(cube, {one.id: one for one in cubes})
    assert vault.database.rows("PRAGMA foreign_key_check") == []
    for table in ("passages_fts", "passages_words"):
        vault.database.run(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")


def ancestors(cube, known):
    found, waiting = set(), list(cube.parents)
    while waiting:
        parent = waiting.pop()
        if parent not in found:
            found.add(parent)
            waiting += known[parent].parents if parent in known else ()
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(operations(*UNDOABLE, *FOR_GOOD) | st.tuples(st.just("use"), st.integers(0, 9)) | st.just("undo")
                | st.just("redo"), min_size=4, max_size=40))  # fmt: skip
def test_no_sequence_reaches_an_illegal_state(plan):
    with TemporaryDirectory() as folder:
        vault = Vault.open_in_memory()
        walk(vault, Hand(vault, Path(folder) / "all.memcube"), plan)
        check_whole(vault, not any(step[0] in FOR_GOOD for step in plan))
        vault.close()


def walk(vault, hand, plan):
    """Do it all, and look after each step."""
    for step in plan:
        hand.look()
        frozen = {row[0]: tuple(row) for row in vault.database.rows("SELECT * FROM cubes WHERE frozen")}
        whole, since = dump(vault), vault.database.value("SELECT coalesce(max(id), 0) FROM journal_steps")
        try:
            if step in ("undo", "redo"):
                getattr(vault, step)()
            elif step[0] == "use":
                hand.use(step[1])
            else:
                hand.do(*step)
                if step[0] not in FOR_GOOD and (step[0] != "bulk" or step[3] != "unfreeze"):
                    now = {row[0]: tuple(row) for row in vault.database.rows("SELECT * FROM cubes WHERE frozen")}
                    assert {id: now.get(id) for id in frozen} == frozen
        except UserError as error:
            assert dump(vault) == whole, error  # refused means unchanged
            assert error.message.endswith(".")
        check_steps(vault, since, hand.stood if step[0] in RETURNING else None)


@settings(max_examples=80, deadline=None)
@given(st.lists(OPERATIONS | st.just("undo") | st.just("redo"), min_size=4, max_size=30))
def test_undo_and_redo_restore_exactly_what_operators_did(plan):
    with TemporaryDirectory() as folder:
        vault = Vault.open_in_memory()
        to_and_fro(vault, Hand(vault, Path(folder) / "all.memcube"), plan)
        vault.close()


def to_and_fro(vault, hand, plan):
    """Every state that was reached is reached again, back to the first and on to the last."""
    states, at = [dump(vault)], 0
    for step in [*plan, *["undo"] * 35, *["redo"] * 35]:
        if step == "undo":
            assert (vault.undo() is None) == (at == 0)
            at = max(0, at - 1)
        elif step == "redo":
            assert (vault.redo() is None) == (at == len(states) - 1)
            at = min(at + 1, len(states) - 1)
        else:
            try:
                hand.do(*step)
            except UserError:
                assert dump(vault) == states[at]
            if dump(vault) != states[at]:
                states, at = [*states[: at + 1], dump(vault)], at + 1
        assert dump(vault) == states[at]
