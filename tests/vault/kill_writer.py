"""Writes to a vault without end and says on standard output what was acknowledged; killed by test_kill.py."""

import random
import sys
from pathlib import Path

from vault_values import START, begin_answer, cube, random_units, say

from memos_desktop.paths import DataFolder
from memos_desktop.progress import Progress
from memos_desktop.vault.imports import ImportedTurn
from memos_desktop.vault.vault import Vault


def acknowledge(*words: object) -> None:
    """One line to the parent, at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main(folder: Path, seed: int) -> None:
    """One random write after another."""
    chance = random.Random(seed)
    vault = Vault.open(DataFolder(folder))
    chat = vault.chats.create("streams")
    for number in range(100_000):
        match chance.choice(("cube", "cubes", "import", "vectors", "stream", "edit", "undo")):
            case "cube":
                made = cube(f"single {seed} {number}")
                vault.cubes.add(made)
                acknowledge("cube", made.id)
            case "cubes":
                several = [cube(f"several {seed} {number} {part}") for part in range(40)]
                vault.cubes.add_many(several)
                acknowledge("cube", *(made.id for made in several))
            case "import":
                turns = [
                    ImportedTurn(line, f"chat {seed}", "Ann", f"turn {number} {line}", START, f"{number}:{line}")
                    for line in range(1200)
                ]
                report = Progress(lambda state, n=number: acknowledge("turns", seed, n, int(state.done)), interval=0)
                vault.chats.import_turns(turns, report)
            case "vectors":
                ids = [passage for passage, _ in vault.search.pending("e", 200)]
                if ids:
                    vault.search.store_vectors("e", ids, random_units(len(ids), 8, number))
                    acknowledge("vectors", *ids)
            case "stream":
                say(vault, chat, "a question")
                answer = begin_answer(vault, chat)
                for part in range(chance.randint(1, 30)):
                    vault.chats.write_draft(answer.id, "word " * part)
                    acknowledge("draft", answer.id, part)
            case "edit":
                made = cube(f"edited {seed} {number}")
                vault.cubes.add(made)
                vault.cubes.revise(made.id, text=f"edited again {seed} {number}")
                acknowledge("edit", made.id)
            case "undo":
                made = cube(f"undone {seed} {number}")
                vault.cubes.add(made)
                vault.undo()
                acknowledge("gone", made.id)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
