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
