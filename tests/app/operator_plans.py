"""Random operations on a vault as a person, the model and time would make them, for property tests."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st

from memos_desktop.app import bulk, fusing, splitting
from memos_desktop.app.sweeping import sweep
from memos_desktop.ids import new_id, now
from memos_desktop.memory.call import Form
from memos_desktop.memory.cube import Cube, Descriptive, Governance, Scope, TextPayload, title_of
from memos_desktop.memory.use import Use

TEXTS = ("My cat is called Miso.", "I have two cats. I live in Rome.", "I have three cats.\n\nI like tea.", "Rome")
VERBS = tuple(bulk.VERBS)
OPERATIONS = st.tuples(
    st.sampled_from((
        "add", "add", "fuse", "fuse", "split", "split", "bulk", "bulk", "bulk", "bulk", "edit", "sweep", "later",
    )),
    st.integers(0, 9),
    st.integers(0, 9),
    st.sampled_from(VERBS),
)  # fmt: skip
ARGUMENTS = {
    "tag": ({"add": ("a",)}, {"add": ("b",), "remove": ("a",)}),
    "expire": ({}, {"at": timedelta(days=30)}),
    "set_header": ({"priority": 2}, {"scope": Scope.SHARED}, {"project": "p"}, {"expires": None}),
}


@dataclass
class Hand:
    """Does one operation after another. What cannot be done raises, and changes nothing.

    Attributes:
        clock: what time it is for the sweep; operations themselves take the real one.

    """

    vault: object
    clock: timedelta = timedelta()

    def do(self, operation, one, two, verb):
        """The operation, on the cubes that the numbers point at."""
        ids = [row[0] for row in self.vault.database.rows("SELECT id FROM cubes ORDER BY id")]
        if operation == "add" or not ids:
            return self._add(one, two)
        chosen = list(dict.fromkeys(ids[number % len(ids)] for number in (one, two, one * two)))
        if operation == "later":
            self.clock += timedelta(days=20 * one)
        elif operation == "sweep":
            sweep(self.vault, now() + self.clock, timedelta(days=90))
        elif operation == "fuse":
            cubes = fusing.parents(self.vault, chosen[:2])
            fusing.fuse(self.vault, cubes, fusing.preview(cubes, None)[1])
        elif operation == "split":
            splitting.split(self.vault, self.vault.cubes.get(chosen[0]), None if two % 2 else ("x", "y"), None)
        elif operation == "edit":
            self.vault.cubes.revise(chosen[0], text=TEXTS[two % len(TEXTS)])
        else:
            self._bulk(verb, chosen, two)
        return None

    def use(self, number):
        """An answer reads a cube."""
        ids = [row[0] for row in self.vault.database.rows("SELECT id FROM cubes ORDER BY id")]
        if ids:
            self.vault.uses.record([Use(ids[number % len(ids)], 1, now(), Form.TEXT, 3, "chat")], "An answer")

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
