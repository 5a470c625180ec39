-- The tables that Tally owns, beside the results, whose columns are the view's. Tally runs this file by itself when one of
-- them is missing; with tally.create-schema=false it does not, and whoever owns the database runs it by hand:
--   psql -d streaming -f schema.sql
-- It may be run again at any time. What makes the results Tally says when it finds none.

-- Two engines that start together must not create the same table at the same time.
SELECT pg_advisory_xact_lock(hashtext('tally schema'));

-- What the results were filled from, and how. One row, or none before the first start.
CREATE TABLE IF NOT EXISTS tally_pipeline (
    id            BOOLEAN     PRIMARY KEY DEFAULT TRUE CHECK (id),
    settings      JSONB       NOT NULL,  -- the settings that shape the rows
    topic         TEXT        NOT NULL,
    topic_id      TEXT        NOT NULL,  -- a topic deleted and made again has another
    partitions    INT         NOT NULL,  -- how many it had then
    snapshot      TEXT        NOT NULL,  -- pg_current_snapshot(): what the fill saw
    bootstrap_lsn BIGINT      NOT NULL,  -- pg_current_wal_insert_lsn() right after
    filled_at     TIMESTAMPTZ NOT NULL,
    reason        TEXT        NOT NULL,  -- 'first-start', or why the results were filled again
    lost          JSONB,                 -- why an engine has stopped that was told to, until they are filled again
    fills         JSONB       NOT NULL DEFAULT '{}', -- when they were last filled for each reason, epoch ms
    source        JSONB                  -- the last look at the source, and where changes since the fill cannot be believed
);

-- The progress of each partition of the orders topic. A row moves in the transaction that adds the partition's sales to
-- order_agg, from a state only its owner knows.
CREATE TABLE IF NOT EXISTS tally_checkpoint (
    partition         INT         PRIMARY KEY,
    owner             UUID,                          -- random mark of the engine that took over last
    sequence          BIGINT      NOT NULL DEFAULT 0,
    position          BIGINT      NOT NULL,          -- next offset to apply
    resume_offset     BIGINT      NOT NULL,          -- lowest offset still needed after a restart
    published_up_to   TIMESTAMPTZ,                   -- every window that ends at or before is in order_agg
    published_early   BIGINT[]    NOT NULL DEFAULT '{}',  -- windows beyond it that are: from, to, … in epoch ms
    newest_event_time TIMESTAMPTZ,                   -- the watermark is this minus the out-of-orderness bound
    -- What the duplicate filter knew before resume_offset; filter_run has the keys of the records at that very place.
    filter_last_commit_lsn BIGINT NOT NULL DEFAULT -1,
    filter_lsn             BIGINT NOT NULL DEFAULT -1,
    filter_transaction_id  INT,
    filter_commit_time     TIMESTAMPTZ,
    filter_run             BYTEA  NOT NULL DEFAULT '',
    snapshot          TEXT,                          -- as in tally_pipeline; null once no longer needed
    bootstrap_lsn     BIGINT      NOT NULL,          -- as in tally_pipeline; -1: somebody deleted this row, so the
                                                     -- next owner fills the results again
    owed              JSONB,                         -- why the results have to be filled again some time
    judged_lsn        BIGINT      NOT NULL DEFAULT 0, -- rows before changes were judged up to this place in the source's log
    updated_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
    CHECK (resume_offset <= position)
) WITH (fillfactor = 50);

-- What tables made by an earlier build lack.
ALTER TABLE tally_pipeline ADD COLUMN IF NOT EXISTS fills JSONB NOT NULL DEFAULT '{}';
ALTER TABLE tally_checkpoint ADD COLUMN IF NOT EXISTS owed JSONB;
ALTER TABLE tally_checkpoint ADD COLUMN IF NOT EXISTS filter_run BYTEA NOT NULL DEFAULT '';
ALTER TABLE tally_pipeline ADD COLUMN IF NOT EXISTS source JSONB;
ALTER TABLE tally_checkpoint ADD COLUMN IF NOT EXISTS judged_lsn BIGINT NOT NULL DEFAULT 0;
