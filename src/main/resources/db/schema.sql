-- The tables that Tally owns, beside the results, whose columns are the view's. Tally runs this file by itself when one of
-- them, or of their columns, is missing; with tally.create-schema=false it does not, and whoever owns the database runs it by
-- hand:
--   psql -d streaming -f schema.sql
-- It may be run again at any time. When Tally finds no results it says which statement makes them.

-- Two engines that start together must not create the same table at the same time.
SELECT pg_advisory_xact_lock(hashtext('tally schema'));

-- Tables of a build that kept one view become those of several, once, with all that they hold: the rows are of order_agg. They
-- are renamed, not copied, so owner and grants stay, and a copy of that build that still runs finds its tables no more.
DO $$
BEGIN
    IF to_regclass('tally_pipeline') IS NOT NULL AND to_regclass('tally_view') IS NULL THEN
        ALTER TABLE tally_pipeline RENAME TO tally_view;
        ALTER TABLE tally_view
            DROP COLUMN id,
            ADD COLUMN name TEXT DEFAULT 'order_agg' PRIMARY KEY,
            ADD COLUMN filling UUID,
            ALTER COLUMN settings DROP NOT NULL,
            ALTER COLUMN topic DROP NOT NULL,
            ALTER COLUMN topic_id DROP NOT NULL,
            ALTER COLUMN partitions DROP NOT NULL,
            ALTER COLUMN snapshot DROP NOT NULL,
            ALTER COLUMN bootstrap_lsn DROP NOT NULL,
            ALTER COLUMN filled_at DROP NOT NULL,
            ALTER COLUMN reason DROP NOT NULL;
        ALTER TABLE tally_view ALTER COLUMN name DROP DEFAULT;
    END IF;
    IF to_regclass('tally_checkpoint') IS NOT NULL AND to_regclass('tally_view_checkpoint') IS NULL THEN
        ALTER TABLE tally_checkpoint RENAME TO tally_view_checkpoint;
        ALTER TABLE tally_view_checkpoint
            DROP CONSTRAINT tally_checkpoint_pkey,
            ADD COLUMN view TEXT NOT NULL DEFAULT 'order_agg',
            ADD PRIMARY KEY (view, partition);
        ALTER TABLE tally_view_checkpoint ALTER COLUMN view DROP DEFAULT;
        IF to_regclass('order_agg_final') IS NOT NULL THEN
            CREATE OR REPLACE VIEW order_agg_final AS
                SELECT window_start, window_end, customer_id, gross_sales, order_count FROM order_agg
                WHERE window_end <= (SELECT min(coalesce(published_up_to, '-infinity'))
                                     FROM tally_view_checkpoint WHERE view = 'order_agg');
        END IF;
    END IF;
END
$$;

-- The origin of a view's results, and how they were filled; all of that is null until they are for the first time.
CREATE TABLE IF NOT EXISTS tally_view (
    name          TEXT        PRIMARY KEY,  -- of the table that holds them
    filling       UUID,                  -- names the fill that has begun and not ended, if there is one
    settings      JSONB,                 -- the settings that shape the rows
    topic         TEXT,
    topic_id      TEXT,                  -- a topic deleted and made again has another
    partitions    INT,                   -- how many have, or had, a checkpoint since: those of then, and what was added
    snapshot      TEXT,                  -- pg_current_snapshot(): what the fill saw
    fill          UUID,                  -- what "filling" said during the fill that made the results; null if an earlier
                                         -- build did, or that of the fill before
    bootstrap_lsn BIGINT,                -- pg_current_wal_insert_lsn() right after that snapshot
    filled_at     TIMESTAMPTZ,
    reason        TEXT,                  -- 'first-start', or why the results were filled again
    lost          JSONB,                 -- why an engine has stopped that was told to, until they are filled again
    fills         JSONB       NOT NULL DEFAULT '{}', -- when they were last filled for each reason, epoch ms
    source        JSONB                  -- the last look at the source, and where changes since the fill cannot be believed
);

-- The progress of a view in each partition of its topic. A row moves in the transaction that adds what the partition
-- contributes to the results, from a state only its owner knows.
CREATE TABLE IF NOT EXISTS tally_view_checkpoint (
    view              TEXT        NOT NULL,          -- as in tally_view
    partition         INT         NOT NULL,
    owner             UUID,                          -- random mark of the engine that took over last
    sequence          BIGINT      NOT NULL DEFAULT 0,
    position          BIGINT      NOT NULL,          -- next offset to apply
    resume_offset     BIGINT      NOT NULL,          -- lowest offset still needed after a restart
    published_up_to   TIMESTAMPTZ,                   -- every window that ends at or before is in the results
    published_early   BIGINT[]    NOT NULL DEFAULT '{}',  -- windows beyond it that are: from, to, … in epoch ms
    newest_event_time TIMESTAMPTZ,                   -- the watermark is this minus the out-of-orderness bound
    -- State of the duplicate filter before resume_offset; filter_run has the keys of the records at that very place.
    filter_last_commit_lsn BIGINT NOT NULL DEFAULT -1,
    filter_lsn             BIGINT NOT NULL DEFAULT -1,
    filter_transaction_id  INT,
    filter_commit_time     TIMESTAMPTZ,
    filter_run             BYTEA  NOT NULL DEFAULT '',
    snapshot          TEXT,                          -- as in tally_view; null once no longer needed
    fill              UUID,                          -- as in tally_view; null if an earlier build filled the results
    bootstrap_lsn     BIGINT      NOT NULL,          -- as in tally_view; -1: somebody deleted this row, so the
                                                     -- next owner fills the results again
    owed              JSONB,                         -- why the results have to be filled again some time
    judged_lsn        BIGINT      NOT NULL DEFAULT 0, -- rows before changes were judged up to this place in the source's log
    updated_at        TIMESTAMPTZ NOT NULL DEFAULT now(),
    PRIMARY KEY (view, partition),
    CHECK (resume_offset <= position)
) WITH (fillfactor = 50);

-- Columns that tables made by an earlier build lack.
ALTER TABLE tally_view ADD COLUMN IF NOT EXISTS fills JSONB NOT NULL DEFAULT '{}';
ALTER TABLE tally_view_checkpoint ADD COLUMN IF NOT EXISTS owed JSONB;
ALTER TABLE tally_view_checkpoint ADD COLUMN IF NOT EXISTS filter_run BYTEA NOT NULL DEFAULT '';
ALTER TABLE tally_view ADD COLUMN IF NOT EXISTS source JSONB;
ALTER TABLE tally_view_checkpoint ADD COLUMN IF NOT EXISTS judged_lsn BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tally_view ADD COLUMN IF NOT EXISTS fill UUID;
ALTER TABLE tally_view_checkpoint ADD COLUMN IF NOT EXISTS fill UUID;
