-- What was told to the service, in the order in which it became durable. No row changes or goes.
CREATE TABLE event (
  sequence BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id       TEXT   NOT NULL UNIQUE, -- chosen by who sent it
  received BIGINT NOT NULL,        -- seconds since 1970, by the service's clock
  kind     TEXT   NOT NULL CHECK (kind IN ('interacted', 'described', 'introduced')),
  user_id  TEXT,                   -- interacted, introduced
  item_id  TEXT,                   -- interacted, described
  liked    SMALLINT,               -- interacted: 0 or 1
  rating   DOUBLE PRECISION,       -- interacted, where one was given
  time     BIGINT,                 -- interacted: seconds since 1970, by the sender's clock
  title    TEXT,                   -- described
  fields   TEXT                    -- described, introduced: JSON, [["name", "value"], …]
);
