-- Ids of events that later ones replaced: their rows go, and sending them again changes nothing.
CREATE TABLE replaced (
  id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- One row: up to where it was looked for what has been replaced.
CREATE TABLE compaction (
  sequence INTEGER NOT NULL
) STRICT;
INSERT INTO compaction VALUES (0);
