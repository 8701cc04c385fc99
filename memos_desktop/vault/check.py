"""The check of a data folder: everything that could be wrong, in words, and the repair of what is derived.

What a person wrote is never repaired by guessing: for a damaged table or blob the report says where the
backup is.
"""

import contextlib
from dataclasses import dataclass, field

from memos_desktop.errors import NotFoundError, VaultError
from memos_desktop.paths import DataFolder
from memos_desktop.vault import backup, migrations
from memos_desktop.vault.blobs import BlobStore
from memos_desktop.vault.database import BACKUP_HINT, Database
from memos_desktop.vault.health import refuse_emptied
from memos_desktop.vault.lock import FolderLock
from memos_desktop.vault.passages import Passages
from memos_desktop.vault.transaction import Touched

FULL_TEXT = ("passages_fts", "passages_words")
BAD_VECTORS = (
    "FROM vectors WHERE length(vector) <> 4 * (SELECT dimension FROM embedders e WHERE e.number = embedder)"
    " OR NOT EXISTS (SELECT 1 FROM passages p WHERE p.id = passage_id)"
)


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What a check found. `ok`: nothing is wrong any more."""

    ok: bool
    problems: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()


@dataclass
class Findings:
    """What was found so far; `problems` are those that stay."""

    repair: bool
    problems: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)

    def derived(self, problem: str) -> bool:
        """Note a problem that can be repaired; returns whether to do so."""
        (self.repaired if self.repair else self.problems).append(problem)
        return self.repair


def check(folder: DataFolder, repair: bool = False) -> CheckReport:
    """Look at the whole data folder; with `repair` make anew what is derived, after a backup.

    Raises VaultError when the folder is in use or the file is from a newer version, NotFoundError when there is
    none.
    """
    if not folder.database.is_file():
        raise NotFoundError(f"There is no database in {folder.root}, so there is nothing to check.")
    with contextlib.ExitStack() as stack:
        lock = FolderLock(folder.lock)
        stack.callback(lock.release)
        try:
            refuse_emptied(folder)
            database = Database(folder.database)
            stack.callback(database.close)
            structure = _structure(database)
        except VaultError as error:
            structure = [error.message]
        if structure:
            return CheckReport(False, (*structure, BACKUP_HINT))
        migrations.migrate(database, lambda: backup.create(folder, "before-migration", database))
        if repair:
            backup.create(folder, "before-repair", database)
        findings = Findings(repair)
        _check_contents(database, folder, findings)
    return CheckReport(not findings.problems, tuple(findings.problems), tuple(findings.repaired))


def check_open(database: Database, folder: DataFolder) -> CheckReport:
    """Look at a vault that is open in this process. Nothing is repaired: that needs the folder for itself."""
    structure = _structure(database)
    if structure:
        return CheckReport(False, (*structure, BACKUP_HINT))
    findings = Findings(repair=False)
    _check_contents(database, folder, findings)
    return CheckReport(not findings.problems, tuple(findings.problems), ())


def _structure(database: Database) -> list[str]:
    found = [str(row[0]) for row in database.rows("PRAGMA integrity_check(20)")]
    if found == ["ok"]:
        found = []
    # An index or full-text table may be damaged alone; that is derived and looked at below.
    found = [line for line in found if not any(name in line for name in FULL_TEXT)]
    # So are vectors of passages that are gone.
    broken = [row for row in database.rows("PRAGMA foreign_key_check") if row["table"] != "vectors"]
    return found + [
        f"A row of {row['table']} refers to one of {row['parent']} that is missing." for row in broken
    ]


def _check_contents(database: Database, folder: DataFolder, findings: Findings) -> None:
    lost = database.value(
        "SELECT count(*) FROM cubes c WHERE NOT EXISTS"
        " (SELECT 1 FROM versions v WHERE v.cube_id = c.id AND v.version = c.version)"
    )
    if lost:
        findings.problems.append(f"{lost} memories have lost their current version. {BACKUP_HINT}")
    findings.problems.extend(
        f"The stored file {sha256[:12]}… is missing or damaged; it can be made again from its memory."
        for sha256 in BlobStore(database, folder.blobs).damaged()
    )
    _check_passages(database, findings)
    for table in FULL_TEXT:
        _check_full_text(database, table, findings)
    bad = database.value(f"SELECT count(*) {BAD_VECTORS}")
    if bad and findings.derived(f"{bad} vectors are damaged; they are computed again."):
        database.run(f"DELETE {BAD_VECTORS}")


def _check_passages(database: Database, findings: Findings) -> None:
    """Derive every passage again inside a transaction and see whether any is different."""
    touched = Touched(
        cubes=dict.fromkeys(row[0] for row in database.rows("SELECT id FROM cubes")),
        messages=dict.fromkeys(row[0] for row in database.rows("SELECT id FROM messages")),
    )
    for owner, ids in (("cube", touched.cubes), ("message", touched.messages)):
        sql = "SELECT DISTINCT owner_id FROM passages WHERE owner = ?"
        ids.update(dict.fromkeys(row[0] for row in database.rows(sql, (owner,))))
    with contextlib.suppress(_Unwanted), database.transaction():
        before = database.generation
        Passages(database).derive(touched)
        different = database.generation != before
        if different and not findings.derived(
            "The search passages do not agree with the memories and messages."
        ):
            raise _Unwanted


def _check_full_text(database: Database, table: str, findings: Findings) -> None:
    try:
        database.run(f"INSERT INTO {table} ({table}, rank) VALUES ('integrity-check', 1)")
    except VaultError:
        if findings.derived(f"The full-text table {table} does not agree with the passages."):
            database.run(f"INSERT INTO {table} ({table}) VALUES ('rebuild')")


class _Unwanted(Exception):
    """Roll back: the difference is reported, not repaired."""
