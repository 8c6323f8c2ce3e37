-- Everything but the item tables: those exist twice, live and staged, and are made in `src/tables.rs`.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What items refer to, as the portal sent it. `family`: person, client, project, journey, norm.
CREATE TABLE directory (
    family TEXT NOT NULL,
    key TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (family, key)
) WITHOUT ROWID;

-- Commands of mine without a final outcome in the base, in the order in which they were given.
CREATE TABLE outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    command_id TEXT NOT NULL UNIQUE,
    batch TEXT NOT NULL,
    item TEXT NOT NULL,
    command TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    held_until_ms INTEGER NOT NULL,
    -- Assigned at the first sending, never before: on the wire there are no gaps.
    seq INTEGER UNIQUE,
    outcome TEXT,
    outcome_kind TEXT,
    at_seq INTEGER,
    -- The item as its author saw it.
    seen_doc TEXT,
    -- How often it left without an answer that says that the portal does not have it. Above 0 it may have been applied:
    -- it can neither be taken back nor be refused here, whatever becomes of its number.
    tries INTEGER NOT NULL DEFAULT 0,
    -- When its author said again that it is to be sent, after it had lain for long.
    confirmed_ms INTEGER,
    -- The command that its author gave instead, of one that came to nothing: it is of outcome_kind 'superseded', and
    -- what it was before if the other is taken back.
    superseded_by TEXT
);
CREATE INDEX outbox_superseded ON outbox (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX outbox_item ON outbox (item, position);
CREATE INDEX outbox_batch ON outbox (batch);

-- Commands that are settled, kept for thirty days: replayed by id when the portal was restored from a backup.
CREATE TABLE journal (
    command_id TEXT PRIMARY KEY,
    batch TEXT NOT NULL,
    seq INTEGER,
    item TEXT NOT NULL,
    command TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    outcome TEXT,
    outcome_kind TEXT NOT NULL,
    at_seq INTEGER,
    ended_ms INTEGER NOT NULL,
    seen_doc TEXT
) WITHOUT ROWID;
CREATE INDEX journal_ended ON journal (ended_ms);
CREATE INDEX journal_seq ON journal (seq);

-- Content whose item or command has left: removed with its file, unless something else names it.
CREATE TABLE unnamed_content (
    sha256 TEXT PRIMARY KEY,
    -- How often it was noted, so that what is noted while files are removed stays.
    times INTEGER NOT NULL DEFAULT 1
);
CREATE TRIGGER outbox_content AFTER DELETE ON outbox WHEN old.command ->> '$.sha256' IS NOT NULL
BEGIN
    INSERT INTO unnamed_content (sha256) VALUES (old.command ->> '$.sha256')
    ON CONFLICT (sha256) DO UPDATE SET times = times + 1;
END;

CREATE TABLE lease (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    holder TEXT NOT NULL,
    generation INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL
);

CREATE TABLE preferences (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- An alert is written in the transaction that learnt its cause, and shown once.
CREATE TABLE alerts (
    key TEXT PRIMARY KEY,
    item TEXT NOT NULL,
    kind TEXT NOT NULL,
    made_ms INTEGER NOT NULL,
    shown_ms INTEGER,
    -- Set by a snooze: shown again from then on.
    again_ms INTEGER
) WITHOUT ROWID;
CREATE INDEX alerts_item ON alerts (item);
CREATE INDEX alerts_shown ON alerts (shown_ms);

-- Content that the portal must have before the commands that name it may go. The bytes stand in `files/`, beside the
-- cache, named by their hash.
CREATE TABLE uploads (
    sha256 TEXT PRIMARY KEY,
    -- As its first command calls it.
    name TEXT NOT NULL,
    -- Bytes.
    size INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    -- Bytes that the portal has, as far as is known.
    sent INTEGER NOT NULL DEFAULT 0,
    -- Failures in a row.
    tries INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER NOT NULL DEFAULT 0,
    problem TEXT,
    -- It does not go on by itself: its author must look at it.
    stopped INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
