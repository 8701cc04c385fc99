"""The journal folded: rows after one step, made from the same rows after another, without playing each change.

Works on a connection whose own tables hold the rows and to which the vault is attached as `now`. Of all changes in
between only the outermost one of each column counts: going back the earliest `before`, going forward the latest
`after`. SQLite does it set by set, so a hundred thousand changes take a fraction of a second.
"""

from collections.abc import Sequence

from memos_desktop.vault.database import Database

CUBES = ("cubes", "versions")
CHATS = ("chats", "messages")
OF_USE = ("uses", "last_used", "heat", "warmth")
CUBE_OF_KEY = "CASE table_name WHEN 'cubes' THEN key ELSE substr(key, 1, instr(key, '@') - 1) END"
TOUCHED = (
    f"SELECT DISTINCT {CUBE_OF_KEY} FROM now.journal_changes"
    " WHERE step_id > ? AND step_id <= ? AND table_name IN ('cubes', 'versions')"
)
"""The ids of the cubes that steps after one and up to another changed."""

# outermost: the last word on each row, and whether it is there; columns: the last word on each column.
SCRATCH = """
CREATE TEMP TABLE outermost (key TEXT PRIMARY KEY, there INTEGER, number INTEGER) WITHOUT ROWID;
CREATE TEMP TABLE columns (name TEXT, key TEXT, value, PRIMARY KEY (name, key)) WITHOUT ROWID;
CREATE TEMP TABLE fresh (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TEMP TABLE only (id TEXT PRIMARY KEY) WITHOUT ROWID;
"""
# The unary + keeps the planner from walking the whole journal in the order of its keys.
GATHER_ROWS = """
INSERT INTO temp.outermost SELECT key, {side} IS NOT NULL, {best}(number) FROM now.journal_changes
WHERE step_id > ? AND step_id <= ? AND table_name = ? AND {within} GROUP BY +key
"""
GATHER_COLUMNS = """
INSERT INTO temp.columns SELECT name, key, value FROM (
    SELECT j.key AS name, c.key AS key, j.value AS value, {best}(c.number)
    FROM now.journal_changes c CROSS JOIN json_each(c.{side}) j
    WHERE c.step_id > ? AND c.step_id <= ? AND c.table_name = ? AND {within} GROUP BY name, +c.key)
"""


def move(database: Database, tables: Sequence[str], at: int, to: int, limited: bool = False) -> None:
    """Bring the rows of `tables` from how they were after step `at` to how they were after step `to`.

    `limited` to the cubes in the table `only`. Called inside a transaction.
    """
    back = to < at
    low, high = min(at, to), max(at, to)
    for table in tables:
        _gather(database, table, (low, high, table), back, limited)
        _apply(database, table)
        if table == "cubes":
            _keep_use(database)
    if "versions" in tables:
        _drop_textless(database, low, high)


def touched(database: Database, low: int, high: int) -> list[str]:
    """The ids of the cubes that steps after `low` and up to `high` changed."""
    return [row[0] for row in database.rows(TOUCHED, (low, high))]


def _gather(database: Database, table: str, values: tuple[object, ...], back: bool, limited: bool) -> None:
    words = {"side": "before", "best": "min"} if back else {"side": "after", "best": "max"}
    cube = "c.key" if table == "cubes" else "substr(c.key, 1, instr(c.key, '@') - 1)"
    within = f"{cube} IN (SELECT id FROM temp.only)" if limited else "1"
    for scratch in ("outermost", "columns", "fresh"):
        database.run(f"DELETE FROM temp.{scratch}")
    database.run(GATHER_ROWS.format(**words, within=within.replace("c.key", "key")), values)
    database.run(GATHER_COLUMNS.format(**words, within=within), values)


def _apply(database: Database, table: str) -> None:
    """Delete, change and insert what was gathered."""
    database.run(f"DELETE FROM main.{table} WHERE id IN (SELECT key FROM temp.outermost WHERE NOT there)")
    database.run(
        "INSERT INTO temp.fresh SELECT key FROM temp.outermost"
        f" WHERE there AND key NOT IN (SELECT id FROM main.{table})"
    )
    known = database.rows(f"SELECT name, dflt_value FROM pragma_table_info('{table}', 'main')")
    named = {row[0] for row in database.rows("SELECT DISTINCT name FROM temp.columns")}
    for row in known:
        if row["name"] in named and row["name"] != "id":
            database.run(
                f"UPDATE main.{table} SET {row['name']} = f.value FROM (SELECT key, value FROM temp.columns"
                f" WHERE name = ? AND key NOT IN (SELECT key FROM temp.fresh)) f WHERE {table}.id = f.key",
                (row["name"],),
            )
    if not database.value("SELECT 1 FROM temp.fresh LIMIT 1"):
        return
    picked = (f"max(CASE name WHEN '{row['name']}' THEN value END)" for row in known)
    values = (
        f"coalesce({pick}, {row['dflt_value']})" if row["dflt_value"] else pick
        for pick, row in zip(picked, known, strict=True)
    )
    database.run(
        f"INSERT INTO main.{table} ({', '.join(row['name'] for row in known)}) SELECT {', '.join(values)}"
        " FROM temp.columns WHERE key IN (SELECT key FROM temp.fresh) GROUP BY key"
    )


def _keep_use(database: Database) -> None:
    """Use is outside the journal: it is as it is now, whichever way the rows came here."""
    database.run(
        f"UPDATE main.cubes SET {', '.join(f'{name} = n.{name}' for name in OF_USE)} FROM now.cubes n"
        " WHERE n.id = cubes.id AND cubes.id IN (SELECT key FROM temp.fresh)"
    )
    database.run(
        "UPDATE main.cubes SET state = 'activated' WHERE state = 'generated' AND uses > 0"
        " AND id IN (SELECT key FROM temp.outermost)"
    )


def _drop_textless(database: Database, low: int, high: int) -> None:
    """A version that was forgotten for good takes the past of its cube with it."""
    database.run(
        f"DELETE FROM main.cubes WHERE id IN ({TOUCHED})"
        " AND NOT EXISTS (SELECT 1 FROM main.versions v WHERE v.id = cubes.id || '@' || cubes.version)",
        (low, high),
    )
