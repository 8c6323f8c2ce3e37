-- How often a command left without an answer that says that the portal does not have it. Above 0 it may have been applied:
-- it can neither be taken back nor be refused here, whatever becomes of its number.
ALTER TABLE outbox ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
UPDATE outbox SET tries = 1 WHERE seq IS NOT NULL;
