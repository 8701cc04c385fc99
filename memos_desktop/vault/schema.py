"""The tables, as the first migration makes them.

Truth: cubes (heads), versions, chats, messages, uses, dismissals, blobs; the journal and its snapshots;
vectors (costly to make again).
Derived, kept by triggers or by `passages`: cube_tags, cube_parents, places, passages and its two full-text tables.
"""

CUBES = """
-- heat is what it was at the last use; warmth is its order, which stays the same while all cool (memory/heat.py).
CREATE TABLE cubes (
    id TEXT PRIMARY KEY NOT NULL,
    version INTEGER NOT NULL,
    created TEXT NOT NULL,
    changed TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    time TEXT NOT NULL,
    tags TEXT NOT NULL,
    parents TEXT NOT NULL,
    frozen INTEGER NOT NULL,
    pinned INTEGER NOT NULL,
    binned TEXT,
    owner TEXT NOT NULL,
    scope TEXT NOT NULL,
    project TEXT,
    access TEXT NOT NULL,
    expires TEXT,
    priority INTEGER NOT NULL,
    sensitivity TEXT NOT NULL,
    watermark TEXT,
    proposed INTEGER NOT NULL,
    valid_to TEXT,
    superseded_by TEXT,
    uses INTEGER NOT NULL DEFAULT 0,
    last_used TEXT,
    heat REAL NOT NULL DEFAULT 0,
    warmth REAL
);
CREATE INDEX cubes_by_created ON cubes (created) WHERE binned IS NULL;
CREATE INDEX cubes_by_changed ON cubes (changed) WHERE binned IS NULL;
CREATE INDEX cubes_by_title ON cubes (title COLLATE NOCASE) WHERE binned IS NULL;
CREATE INDEX cubes_by_type ON cubes (type) WHERE binned IS NULL;
CREATE INDEX cubes_by_state ON cubes (state) WHERE binned IS NULL;
CREATE INDEX cubes_by_uses ON cubes (uses) WHERE binned IS NULL;
CREATE INDEX cubes_by_heat ON cubes (warmth) WHERE binned IS NULL;
CREATE INDEX cubes_by_expiry ON cubes (expires) WHERE expires IS NOT NULL;
CREATE INDEX cubes_by_time ON cubes (time) WHERE binned IS NULL;
CREATE INDEX cubes_for_count ON cubes (kind, state, type, pinned, proposed, project) WHERE binned IS NULL;
CREATE INDEX cubes_activation ON cubes (id) WHERE kind = 'activation';
CREATE INDEX cubes_pinned ON cubes (pinned) WHERE pinned = 1;
CREATE INDEX cubes_proposed ON cubes (created) WHERE proposed = 1;
CREATE INDEX cubes_binned ON cubes (binned) WHERE binned IS NOT NULL;
CREATE INDEX cubes_superseded ON cubes (superseded_by) WHERE superseded_by IS NOT NULL;

CREATE TABLE versions (
    id TEXT PRIMARY KEY NOT NULL,
    cube_id TEXT NOT NULL REFERENCES cubes (id) DEFERRABLE INITIALLY DEFERRED,
    version INTEGER NOT NULL,
    changed TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT,
    sha256 TEXT REFERENCES blobs (sha256) DEFERRABLE INITIALLY DEFERRED,
    bytes INTEGER NOT NULL,
    model_sha256 TEXT,
    source_version INTEGER,
    title TEXT NOT NULL,
    type TEXT NOT NULL,
    event_time TEXT,
    origin TEXT NOT NULL,
    source_chat TEXT,
    source_message TEXT,
    source_start INTEGER,
    source_end INTEGER,
    source_file TEXT,
    speaker TEXT,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    UNIQUE (cube_id, version)
);
CREATE INDEX versions_by_source ON versions (source_message) WHERE source_message IS NOT NULL;
CREATE INDEX versions_by_file ON versions (source_file) WHERE source_file IS NOT NULL;
CREATE INDEX versions_by_blob ON versions (sha256) WHERE sha256 IS NOT NULL;

CREATE TABLE cube_tags (
    tag TEXT NOT NULL, cube_id TEXT NOT NULL, PRIMARY KEY (tag, cube_id)
) WITHOUT ROWID;
CREATE TABLE cube_parents (
    parent_id TEXT NOT NULL, cube_id TEXT NOT NULL, PRIMARY KEY (parent_id, cube_id)
) WITHOUT ROWID;
CREATE INDEX cube_tags_by_cube ON cube_tags (cube_id);
CREATE INDEX cube_parents_by_cube ON cube_parents (cube_id);
CREATE TRIGGER cubes_added AFTER INSERT ON cubes BEGIN
    INSERT OR IGNORE INTO cube_tags SELECT value, new.id FROM json_each(new.tags);
    INSERT OR IGNORE INTO cube_parents SELECT value, new.id FROM json_each(new.parents);
END;
CREATE TRIGGER cubes_retagged AFTER UPDATE OF tags ON cubes BEGIN
    DELETE FROM cube_tags WHERE cube_id = new.id;
    INSERT OR IGNORE INTO cube_tags SELECT value, new.id FROM json_each(new.tags);
END;
CREATE TRIGGER cubes_reparented AFTER UPDATE OF parents ON cubes BEGIN
    DELETE FROM cube_parents WHERE cube_id = new.id;
    INSERT OR IGNORE INTO cube_parents SELECT value, new.id FROM json_each(new.parents);
END;
CREATE TRIGGER cubes_removed AFTER DELETE ON cubes BEGIN
    DELETE FROM cube_tags WHERE cube_id = old.id;
    DELETE FROM cube_parents WHERE cube_id = old.id;
END;
"""

CHATS = """
CREATE TABLE chats (
    id TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    created TEXT NOT NULL,
    changed TEXT NOT NULL,
    memory TEXT NOT NULL,
    project TEXT,
    leaf_id TEXT REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    imported INTEGER NOT NULL,
    binned TEXT,
    import_key TEXT UNIQUE,
    excluded TEXT NOT NULL
);
CREATE INDEX chats_by_changed ON chats (changed);
CREATE INDEX chats_by_leaf ON chats (leaf_id);

CREATE TABLE messages (
    id TEXT PRIMARY KEY NOT NULL,
    chat_id TEXT NOT NULL REFERENCES chats (id) DEFERRABLE INITIALLY DEFERRED,
    parent_id TEXT REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
    role TEXT NOT NULL,
    speaker TEXT NOT NULL,
    text TEXT NOT NULL,
    created TEXT NOT NULL,
    position INTEGER NOT NULL,
    finish TEXT NOT NULL,
    ref TEXT,
    caption TEXT,
    receipt TEXT NOT NULL,
    stats TEXT NOT NULL,
    kept INTEGER NOT NULL,
    attached TEXT NOT NULL,
    binned TEXT
);
CREATE INDEX messages_by_chat ON messages (chat_id, position);
CREATE INDEX messages_by_parent ON messages (parent_id);
CREATE INDEX messages_writing ON messages (finish) WHERE finish = 'writing';
CREATE INDEX messages_binned ON messages (binned) WHERE binned IS NOT NULL;

-- Messages whose cube was removed for good: they stay in their chat and are not recalled.
CREATE TABLE forgotten (
    message_id TEXT PRIMARY KEY NOT NULL
) WITHOUT ROWID;
"""

USES = """
-- One row for each cube in the context of an answer. Unjournaled: use is counted, not undone.
CREATE TABLE uses (
    number INTEGER PRIMARY KEY,
    cube_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    time TEXT NOT NULL,
    form TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    chat_id TEXT NOT NULL,
    message_id TEXT NOT NULL
);
CREATE INDEX uses_by_cube ON uses (cube_id, time);
CREATE INDEX uses_by_time ON uses (time);

-- What the person did not want done with a cube when it was proposed.
CREATE TABLE dismissals (
    cube_id TEXT NOT NULL, action TEXT NOT NULL, time TEXT NOT NULL, PRIMARY KEY (cube_id, action)
) WITHOUT ROWID;
"""

PASSAGES = """
-- One searchable piece of a cube or message. Ids are never used twice, so that an index cannot confuse them.
-- body_start: how many characters of text are the speaker or title that stands before every piece.
CREATE TABLE passages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    chunk INTEGER NOT NULL,
    text TEXT NOT NULL,
    body_start INTEGER NOT NULL,
    UNIQUE (owner_id, chunk)
);
CREATE VIRTUAL TABLE passages_fts USING fts5(
    text, content='passages', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passages_words USING fts5(
    text, content='passages', content_rowid='id', prefix='1 2 3',
    tokenize='unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE passages_terms USING fts5vocab('passages_fts', 'row');
CREATE TRIGGER passages_added AFTER INSERT ON passages BEGIN
    INSERT INTO passages_fts (rowid, text) VALUES (new.id, new.text);
    INSERT INTO passages_words (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER passages_removed AFTER DELETE ON passages BEGIN
    INSERT INTO passages_fts (passages_fts, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO passages_words (passages_words, rowid, text) VALUES ('delete', old.id, old.text);
END;

CREATE TABLE embedders (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, dimension INTEGER NOT NULL
);
CREATE TABLE vectors (
    passage_id INTEGER NOT NULL REFERENCES passages (id) ON DELETE CASCADE,
    embedder INTEGER NOT NULL REFERENCES embedders (number),
    vector BLOB NOT NULL,
    PRIMARY KEY (passage_id, embedder)
);
CREATE INDEX vectors_by_embedder ON vectors (embedder, passage_id);
"""

JOURNAL = """
-- undone: a later undo took it back. redoable: redo may bring it back. undoable: 0 for what is gone for
-- good, and for notes of what happened and changed nothing.
CREATE TABLE journal_steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time TEXT NOT NULL,
    actor TEXT NOT NULL,
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    action TEXT NOT NULL,
    of INTEGER,
    undone INTEGER NOT NULL DEFAULT 0,
    redoable INTEGER NOT NULL DEFAULT 0,
    undoable INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX journal_undo ON journal_steps (id) WHERE action = 'do' AND undone = 0 AND undoable = 1;
CREATE INDEX journal_redo ON journal_steps (id) WHERE redoable = 1;
CREATE INDEX journal_by_time ON journal_steps (time);
CREATE TABLE journal_changes (
    number INTEGER PRIMARY KEY,
    step_id INTEGER NOT NULL REFERENCES journal_steps (id),
    table_name TEXT NOT NULL,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    reason TEXT NOT NULL DEFAULT ''
);
CREATE INDEX journal_changes_by_step ON journal_changes (step_id, table_name, key);
CREATE INDEX journal_changes_by_key ON journal_changes (key);
"""

SNAPSHOTS = """
-- Named places in the journal: the vault after step step_id. Unjournaled: making one changes no memory.
CREATE TABLE snapshots (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    note TEXT NOT NULL,
    time TEXT NOT NULL,
    step_id INTEGER NOT NULL,
    automatic INTEGER NOT NULL,
    cubes INTEGER NOT NULL
);
CREATE INDEX snapshots_by_step ON snapshots (step_id);
"""

BLOBS = """
CREATE TABLE blobs (
    sha256 TEXT PRIMARY KEY NOT NULL,
    bytes INTEGER NOT NULL,
    refs INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL,
    last_used TEXT NOT NULL
);
CREATE TRIGGER versions_added AFTER INSERT ON versions WHEN new.sha256 IS NOT NULL BEGIN
    UPDATE blobs SET refs = refs + 1 WHERE sha256 = new.sha256;
END;
CREATE TRIGGER versions_removed AFTER DELETE ON versions WHEN old.sha256 IS NOT NULL BEGIN
    UPDATE blobs SET refs = refs - 1 WHERE sha256 = old.sha256;
END;
CREATE TABLE meta (
    name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL
) WITHOUT ROWID;
"""

PLACES = """
-- Where cubes lie on the map. Derived from vectors, but kept: a new cube never moves one that is there.
-- landmark: it was laid out with others, and places those near it. stale: its text is another one since.
CREATE TABLE places (
    cube_id TEXT PRIMARY KEY NOT NULL,
    x REAL NOT NULL,
    y REAL NOT NULL,
    landmark INTEGER NOT NULL,
    stale INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX places_landmarks ON places (landmark) WHERE landmark = 1;
CREATE INDEX places_stale ON places (stale) WHERE stale = 1;
CREATE TRIGGER cubes_unplaced AFTER DELETE ON cubes BEGIN
    DELETE FROM places WHERE cube_id = old.id;
END;
CREATE TRIGGER passages_placed AFTER INSERT ON passages WHEN new.owner = 'cube' BEGIN
    UPDATE places SET stale = 1, landmark = 0 WHERE cube_id = new.owner_id;
END;
CREATE TRIGGER passages_unplaced AFTER DELETE ON passages WHEN old.owner = 'cube' BEGIN
    UPDATE places SET stale = 1, landmark = 0 WHERE cube_id = old.owner_id;
END;
"""

FIRST = CUBES + CHATS + USES + PASSAGES + JOURNAL + SNAPSHOTS + BLOBS + PLACES
