"""Random operations on a vault as a person, the model and time would make them, for property tests."""

import sys
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st

sys.path.append(str(Path(__file__).resolve().parents[1] / "vault"))  # for bundle_values and vault_values

from bundle_values import export, load
from vault_values import activation

from memos_desktop.app import bulk, fusing, splitting
from memos_desktop.app.sweeping import sweep
from memos_desktop.errors import UserError
from memos_desktop.ids import new_id, now
from memos_desktop.memory.bundle_import import Choice
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Access, Cube, Descriptive, Governance, Scope, TextPayload, title_of
from memos_desktop.memory.governance import Action, require
from memos_desktop.memory.use import Use
from memos_desktop.vault.purge import doomed, remove
from memos_desktop.vault.redaction import Places
from memos_desktop.vault.restoring import restore

TEXTS = ("My cat is called Miso.", "I have two cats. I live in Rome.", "I have three cats.\n\nI like tea.", "Rome")
VERBS = tuple(bulk.VERBS)
UNDOABLE = (
    "add", "add", "fuse", "fuse", "split", "split", "bulk", "bulk", "bulk", "bulk", "edit", "sweep", "later",
    "keep ready", "return one", "return all", "export", "import replace", "import both",
)  # fmt: skip
FOR_GOOD = ("forget", "purge")
RETURNING = frozenset(("return one", "return all", "import replace"))
"""What brings memories back to a state in which they stood before, whatever lies between."""


def operations(*names):
    """One operation: its name, two numbers for the memories it is done with, and a verb for `bulk`."""
    return st.tuples(st.sampled_from(names), st.integers(0, 9), st.integers(0, 9), st.sampled_from(VERBS))


OPERATIONS = operations(*UNDOABLE)
ARGUMENTS = {
    "tag": ({"add": ("a",)}, {"add": ("b",), "remove": ("a",)}),
    "expire": ({}, {"at": timedelta(days=30)}),
    "set_header": (
        {"priority": 2}, {"scope": Scope.SHARED}, {"project": "p"}, {"expires": None}, {"access": Access.READ_ONLY},
    ),
}  # fmt: skip


@dataclass
class Hand:
    """Does one operation after another. What cannot be done raises, and changes nothing.

    Attributes:
        bundle: where a bundle of the vault lies, once one was exported.
        clock: what time it is for the sweep; operations themselves take the real one.
        stood: by id, every state in which a memory was ever seen.

    """

    vault: object
    bundle: Path
    clock: timedelta = timedelta()
    stood: dict = field(default_factory=lambda: defaultdict(set))

    def do(self, operation, one, two, verb):
        """The operation, on the cubes that the numbers point at."""
        ids = [row[0] for row in self.vault.database.rows("SELECT id FROM cubes ORDER BY id")]
        if operation == "add" or not ids:
            self._add(one, two)
            return
        chosen = list(dict.fromkeys(ids[number % len(ids)] for number in (one, two, one * two)))
        if operation == "later":
            self.clock += timedelta(days=20 * one)
        elif operation == "sweep":
            sweep(self.vault, now() + self.clock, timedelta(days=90))
        elif operation in ("fuse", "split", "edit", "bulk", "keep ready"):
            self._change(operation, chosen, two, verb)
        elif operation in FOR_GOOD:
            self._remove(operation, chosen)
        else:
            self._travel(operation, chosen, two)

    def look(self):
        """Remember in which states memories stand."""
        for row in self.vault.database.rows("SELECT id, state FROM cubes"):
            self.stood[row["id"]].add(row["state"])

    def use(self, number):
        """An answer reads a cube."""
        ids = [row[0] for row in self.vault.database.rows("SELECT id FROM cubes ORDER BY id")]
        if ids:
            self.vault.uses.record([Use(ids[number % len(ids)], 1, now(), Form.TEXT, 3, "chat")], "An answer")

    def _change(self, operation, chosen, number, verb):
        if operation == "fuse":
            cubes = fusing.parents(self.vault, chosen[:2])
            fusing.fuse(self.vault, cubes, fusing.preview(cubes, None)[1])
        elif operation == "split":
            splitting.split(self.vault, self.vault.cubes.get(chosen[0]), None if number % 2 else ("x", "y"), None)
        elif operation == "edit":
            self.vault.cubes.revise(chosen[0], text=TEXTS[number % len(TEXTS)])
        elif operation == "keep ready":
            source = self.vault.cubes.get(chosen[0])
            if not isinstance(source.payload, TextPayload):
                raise UserError("This is no text.")
            self.vault.cubes.add(activation(source))
        else:
            self._bulk(verb, chosen, number)

    def _travel(self, operation, chosen, number):
        """By the time machine or by a bundle."""
        if operation.startswith("return"):
            last = self.vault.database.value("SELECT max(id) FROM journal_steps")
            place = self.vault.snapshots.place(last * number // 9)
            restore(self.vault, place, chosen if operation == "return one" else None)
        elif operation == "export":
            export(self.vault, self.bundle)
        elif self.bundle.exists():
            load(self.vault, self.bundle, Choice(operation.removeprefix("import ")))

    def _remove(self, operation, chosen):
        """For good: undo cannot take it back."""
        if operation == "purge":
            self.vault.cubes.purge_bin(now() + timedelta(days=1))
            return
        require(Action.FORGET, self.vault.cubes.get(chosen[0]))
        remove(self.vault.database, self.vault.journal, doomed(self.vault.database, chosen[:1]), Places(), False)

    def _bulk(self, verb, ids, number):
        several = ARGUMENTS.get(verb, ({},))
        arguments = dict(several[number % len(several)])
        if "at" in arguments:
            arguments["at"] = now() + arguments["at"]
        bulk.run(verb, self.vault, ids, None, **arguments)

    def _add(self, one, two):
        moment = now() - timedelta(days=40 * two)
        text = TEXTS[one % len(TEXTS)]
        cube = Cube(new_id(), 1, moment, moment, TextPayload(text), Descriptive(title_of(text)))
        if one > 7:
            cube = replace(cube, governance=Governance(expires=now() + timedelta(days=one)))
        self.vault.cubes.add(cube)
