-- One organisation's portal. Times are milliseconds since 1970 in UTC; JSON is kept as text.

CREATE TABLE head (
    id                INTEGER PRIMARY KEY CHECK (id = 1),
    organisation      TEXT    NOT NULL,
    epoch             TEXT    NOT NULL,
    seq               INTEGER NOT NULL,
    audit_seq         INTEGER NOT NULL,
    audit_hash        TEXT    NOT NULL,
    directory_version INTEGER NOT NULL,
    signature         TEXT    NOT NULL
) STRICT;

CREATE TABLE people (
    id               TEXT    PRIMARY KEY,
    name             TEXT    NOT NULL,
    email            TEXT    NOT NULL UNIQUE,
    time_zone        TEXT    NOT NULL,
    grants           TEXT    NOT NULL,
    teams            TEXT    NOT NULL,
    lead             TEXT,
    disabled         INTEGER NOT NULL,
    scope_generation INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    person        TEXT PRIMARY KEY REFERENCES people (id),
    password_hash TEXT NOT NULL
) STRICT;

CREATE TABLE clients (
    id     TEXT PRIMARY KEY,
    name   TEXT NOT NULL,
    code   TEXT NOT NULL UNIQUE,
    cohort TEXT NOT NULL,
    owner  TEXT
) STRICT;

CREATE TABLE reference_counters (
    client TEXT    PRIMARY KEY REFERENCES clients (id),
    last   INTEGER NOT NULL
) STRICT;

CREATE TABLE projects (
    id     TEXT PRIMARY KEY,
    client TEXT NOT NULL REFERENCES clients (id),
    name   TEXT NOT NULL
) STRICT;

-- `cohorts` says whose new items start on it: `all`, or a JSON list of cohorts.
-- `cases` are the golden cases that it was tested with, as they were written; empty where it came without any.
CREATE TABLE journeys (
    key     TEXT    NOT NULL,
    version INTEGER NOT NULL,
    doc     TEXT    NOT NULL,
    cohorts TEXT    NOT NULL,
    cases   TEXT    NOT NULL,
    PRIMARY KEY (key, version)
) STRICT;

CREATE TABLE calendars (
    key     TEXT    NOT NULL,
    version INTEGER NOT NULL,
    doc     TEXT    NOT NULL,
    PRIMARY KEY (key, version)
) STRICT;

-- Who keeps which calendar; `subject` is the group or the person, and empty for everybody.
CREATE TABLE calendar_uses (
    kind     TEXT NOT NULL CHECK (kind IN ('everybody', 'group', 'person')),
    subject  TEXT NOT NULL,
    calendar TEXT NOT NULL,
    PRIMARY KEY (kind, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE absences (
    id      TEXT    PRIMARY KEY,
    person  TEXT    NOT NULL REFERENCES people (id),
    version INTEGER NOT NULL,
    doc     TEXT    NOT NULL
) STRICT;

CREATE TABLE stage_norms (
    journey TEXT    NOT NULL,
    stage   TEXT    NOT NULL,
    p85_ms  INTEGER NOT NULL,
    samples INTEGER NOT NULL,
    PRIMARY KEY (journey, stage)
) STRICT;

CREATE TABLE items (
    id              TEXT    PRIMARY KEY,
    reference       TEXT    NOT NULL UNIQUE,
    kind            TEXT    NOT NULL,
    client          TEXT    NOT NULL REFERENCES clients (id),
    project         TEXT    REFERENCES projects (id),
    journey         TEXT    NOT NULL,
    journey_version INTEGER NOT NULL,
    phase           TEXT    NOT NULL,
    stage           TEXT,
    owner           TEXT,
    priority        TEXT    NOT NULL,
    round           INTEGER NOT NULL,
    created_at_ms   INTEGER NOT NULL,
    submitted_at_ms INTEGER,
    entered_at_ms   INTEGER NOT NULL,
    updated_at_ms   INTEGER NOT NULL,
    completed_at_ms INTEGER,
    due_at_ms       INTEGER,
    version         INTEGER NOT NULL,
    mark            INTEGER NOT NULL,
    closed_month    INTEGER NOT NULL,
    doc             TEXT    NOT NULL,
    created_seq     INTEGER NOT NULL,
    change_seq      INTEGER NOT NULL,
    moved_seq       INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX items_by_change ON items (change_seq);
CREATE INDEX items_by_client ON items (client, phase);

-- How many items are in each place, and the sum of their marks: what a person holds who may see these places.
CREATE TABLE places (
    client       TEXT    NOT NULL,
    project      TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    draft        INTEGER NOT NULL,
    closed_month INTEGER NOT NULL,
    items        INTEGER NOT NULL,
    marks        INTEGER NOT NULL,
    PRIMARY KEY (client, project, kind, draft, closed_month)
) STRICT, WITHOUT ROWID;

-- When the portal's clock has something to do for an item.
CREATE TABLE wakes (
    item  TEXT    PRIMARY KEY REFERENCES items (id),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX wakes_by_time ON wakes (at_ms);

CREATE TABLE changes (
    seq     INTEGER PRIMARY KEY,
    item    TEXT    NOT NULL REFERENCES items (id),
    kind    TEXT    NOT NULL CHECK (kind IN ('upsert', 'leave')),
    version INTEGER NOT NULL,
    command TEXT
) STRICT;
CREATE INDEX changes_by_item ON changes (item, seq);

CREATE TABLE item_files (
    sha256 TEXT NOT NULL,
    item   TEXT NOT NULL REFERENCES items (id),
    PRIMARY KEY (sha256, item)
) STRICT, WITHOUT ROWID;

CREATE TABLE files (
    sha256     TEXT    PRIMARY KEY,
    size       INTEGER NOT NULL,
    media_type TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL
) STRICT;

CREATE TABLE file_uploads (
    sha256 TEXT NOT NULL REFERENCES files (sha256),
    person TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (sha256, person)
) STRICT, WITHOUT ROWID;

-- Append-only. `hash` is SHA-256 over the line before it and every column of this one. Without an item, a line is about
-- the organisation: an absence, a calendar, a journey, a client, what somebody may do, a device that was shut out.
CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    item     TEXT,
    at_ms    INTEGER NOT NULL,
    recorded TEXT    NOT NULL,
    hash     TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_by_item ON audit (item, seq);

CREATE TABLE consoles (
    id       TEXT    PRIMARY KEY,
    person   TEXT    NOT NULL REFERENCES people (id),
    last_seq INTEGER NOT NULL,
    seen_ms  INTEGER NOT NULL
) STRICT;

-- Which command stood under which sequence number of a console.
CREATE TABLE console_commands (
    console      TEXT    NOT NULL REFERENCES consoles (id),
    seq          INTEGER NOT NULL,
    command      TEXT    NOT NULL,
    payload_hash TEXT    NOT NULL,
    PRIMARY KEY (console, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE command_results (
    command TEXT    PRIMARY KEY,
    person  TEXT    NOT NULL,
    item    TEXT    NOT NULL,
    outcome TEXT    NOT NULL,
    at_seq  INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL
) STRICT;

-- Counted outside the transaction that crashed.
CREATE TABLE command_crashes (
    command TEXT    PRIMARY KEY,
    times   INTEGER NOT NULL,
    report  TEXT    NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT;

-- What came from people and devices that were shut out: refused, and kept as it came.
CREATE TABLE evidence (
    command     TEXT    PRIMARY KEY,
    person      TEXT    NOT NULL,
    console     TEXT    NOT NULL,
    received_ms INTEGER NOT NULL,
    envelope    TEXT    NOT NULL
) STRICT;
CREATE INDEX evidence_by_person ON evidence (person, received_ms);

CREATE TABLE sessions (
    id         TEXT    PRIMARY KEY,
    person     TEXT    NOT NULL REFERENCES people (id),
    device     TEXT    NOT NULL,
    generation INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms   INTEGER,
    ended_why  TEXT
) STRICT;
CREATE INDEX sessions_by_person ON sessions (person);

-- Tokens are kept as SHA-256 only.
CREATE TABLE tokens (
    hash       TEXT    PRIMARY KEY,
    session    TEXT    NOT NULL REFERENCES sessions (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('access', 'refresh')),
    generation INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    used_ms    INTEGER,
    void       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tokens_by_session ON tokens (session, generation);
