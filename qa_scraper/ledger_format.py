"""The tables of the ledger's file, and how files of earlier versions become today's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

LEDGER: Final = "ledger.sqlite"
"""Name of the file in a site's output folder."""

_FORMAT_1: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    run INTEGER PRIMARY KEY, started_at TEXT NOT NULL, finished_at TEXT, outcome TEXT, pages INTEGER, records INTEGER
);
CREATE TABLE urls (
    number INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,      -- canonical URL
    address TEXT NOT NULL,         -- as seen, this is what is fetched
    host TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    due_at REAL,                   -- seconds since the epoch; NULL: never
    tries INTEGER NOT NULL DEFAULT 0,
    is_start INTEGER NOT NULL DEFAULT 0,
    found_on TEXT,                 -- key of the page that showed it first
    http_status INTEGER,
    etag TEXT,
    last_modified TEXT,
    body_hash TEXT,
    first_seen_at TEXT NOT NULL,
    checked_at TEXT
);
CREATE INDEX urls_due ON urls (host, due_at, number) WHERE due_at IS NOT NULL;
CREATE INDEX urls_state ON urls (state);
CREATE TABLE records (             -- one row for each question that a URL shows
    url_key TEXT NOT NULL,
    part TEXT NOT NULL,            -- '' or the hash of the question's title on a page with many
    question_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    name TEXT NOT NULL,            -- id that the record would get of itself
    id TEXT,                       -- id under which it was published, kept from then on
    settled INTEGER NOT NULL DEFAULT 0,  -- whether the id still is right for all copies of the question
    body BLOB NOT NULL,            -- the record as JSON
    extractor_version TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (url_key, part)
) WITHOUT ROWID;
CREATE INDEX records_question ON records (question_hash, url_key);
CREATE INDEX records_unsettled ON records (url_key, question_hash) WHERE settled = 0;
CREATE INDEX records_id ON records (id, url_key, part);
CREATE TABLE record_versions (     -- what a record was before it changed
    url_key TEXT NOT NULL, part TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL, replaced_at TEXT NOT NULL,
    PRIMARY KEY (url_key, part, version)
) WITHOUT ROWID;
"""
_FORMAT_2: Final = """
-- body_seen: how many fetches in a row gave this body_hash
ALTER TABLE urls ADD COLUMN body_seen INTEGER NOT NULL DEFAULT 0;
-- moved_to: key of the URL that it redirects to
ALTER TABLE urls ADD COLUMN moved_to TEXT;
-- pattern: number of its path pattern (NULL: none, a start URL); shown_by: bits of the patterns whose pages show it;
-- fruit: 1 if it gave a question that was not known, 0 if not, NULL before its first fetch
ALTER TABLE urls ADD COLUMN pattern INTEGER;
ALTER TABLE urls ADD COLUMN shown_by INTEGER NOT NULL DEFAULT 0;
ALTER TABLE urls ADD COLUMN fruit INTEGER;
CREATE INDEX urls_pattern ON urls (pattern) WHERE state IN ('new', 'barren');
CREATE TABLE patterns (
    number INTEGER PRIMARY KEY, host TEXT NOT NULL, pattern TEXT NOT NULL, barren INTEGER NOT NULL DEFAULT 0,
    fruit INTEGER NOT NULL DEFAULT 0, parked INTEGER NOT NULL DEFAULT 0, UNIQUE (host, pattern)
);
CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    paused_until REAL NOT NULL     -- seconds since the epoch: what its Retry-After asked for
) WITHOUT ROWID;
"""
_FORMAT_3: Final = """
-- what the last whole fetch gave: SHA-256 of its body, version of the extraction that read it, when it was read
ALTER TABLE urls ADD COLUMN read_hash TEXT;
ALTER TABLE urls ADD COLUMN read_version TEXT;
ALTER TABLE urls ADD COLUMN read_at REAL;
-- its history: first and last whole check, checks since the first, and those that saw a change
ALTER TABLE urls ADD COLUMN first_check REAL;
ALTER TABLE urls ADD COLUMN last_check REAL;
ALTER TABLE urls ADD COLUMN checks INTEGER NOT NULL DEFAULT 0;
ALTER TABLE urls ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
-- since when a question that it showed is missing on it (NULL: none is)
ALTER TABLE urls ADD COLUMN lost_at REAL;
-- 1: a sitemap. listed_on: key of the sitemap that lists it, lastmod: what that says of it now, read_lastmod: what it
-- said when the page was read
ALTER TABLE urls ADD COLUMN is_sitemap INTEGER NOT NULL DEFAULT 0;
ALTER TABLE urls ADD COLUMN lastmod TEXT;
ALTER TABLE urls ADD COLUMN listed_on TEXT;
ALTER TABLE urls ADD COLUMN read_lastmod TEXT;
-- 1: page 2 or a later one of a list
ALTER TABLE urls ADD COLUMN is_deep INTEGER NOT NULL DEFAULT 0;
-- what a fetch is expected to be worth, for runs with a limit
ALTER TABLE urls ADD COLUMN worth REAL NOT NULL DEFAULT 1;
CREATE INDEX urls_sitemap ON urls (due_at) WHERE is_sitemap=1;
CREATE INDEX urls_found_on ON urls (found_on) WHERE state = 'stored';
-- lost_at: first check that did not find it; removed_at: its tombstone
ALTER TABLE records ADD COLUMN lost_at REAL;
ALTER TABLE records ADD COLUMN removed_at TEXT;
ALTER TABLE records ADD COLUMN answered INTEGER NOT NULL DEFAULT 1;
CREATE INDEX urls_listed_on ON urls (listed_on) WHERE listed_on IS NOT NULL;
CREATE INDEX urls_lost ON urls (lost_at) WHERE lost_at IS NOT NULL;
CREATE TABLE undo (                -- what records were at the last publication, of those that are different now
    url_key TEXT NOT NULL, part TEXT NOT NULL, existed INTEGER NOT NULL, question_hash TEXT, content_hash TEXT,
    name TEXT, body BLOB, extractor_version TEXT, answered INTEGER, changed_at TEXT,
    version INTEGER, lost_at REAL, removed_at TEXT,
    PRIMARY KEY (url_key, part)
) WITHOUT ROWID;
-- began: seconds since the epoch; kind: crawl, refresh, refresh-all; publication: publishing, published, rejected,
-- accepted, undone (NULL: it did not come to that); snapshot_hash: SHA-256 of the snapshot that it publishes
ALTER TABLE runs ADD COLUMN began REAL;
ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'crawl';
ALTER TABLE runs ADD COLUMN publication TEXT;
ALTER TABLE runs ADD COLUMN snapshot_hash TEXT;
ALTER TABLE runs ADD COLUMN measures TEXT;
UPDATE runs SET publication='published' WHERE outcome IN ('complete', 'gaps');
"""
_FORMAT_4: Final = """
-- the records, no longer WITHOUT ROWID: what does not fit beside a key of such a table takes a page of its own
ALTER TABLE records RENAME TO keyed_records;
DROP INDEX records_question;
DROP INDEX records_unsettled;
DROP INDEX records_id;
CREATE TABLE records (
    url_key TEXT NOT NULL,
    part TEXT NOT NULL,
    question_hash TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT,                       -- before it is published for the first time: what it will be if nothing turns up
    settled INTEGER NOT NULL DEFAULT 0,
    extractor_version TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    lost_at REAL,
    removed_at TEXT,
    answered INTEGER NOT NULL DEFAULT 1,
    body BLOB NOT NULL,
    PRIMARY KEY (url_key, part)
);
INSERT INTO records (url_key, part, question_hash, content_hash, name, id, settled, extractor_version, first_seen_at,
    changed_at, version, lost_at, removed_at, answered, body)
    SELECT url_key, part, question_hash, content_hash, name, id, settled, extractor_version, first_seen_at,
    changed_at, version, lost_at, removed_at, answered, body FROM keyed_records ORDER BY url_key, part;
DROP TABLE keyed_records;
CREATE INDEX records_question ON records (question_hash, url_key);
CREATE INDEX records_unsettled ON records (url_key, question_hash) WHERE settled = 0;
CREATE INDEX records_id ON records (id, url_key, part);
-- without it each look at removed_at would read past the body
CREATE INDEX records_present ON records (id, url_key, part, content_hash, removed_at)
    WHERE id IS NOT NULL AND removed_at IS NULL;
CREATE TABLE near_duplicates (     -- one row for each question that is published
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,    -- of what the signature was made of
    signature BLOB,                -- its MinHash; NULL: too short to be like another
    cluster TEXT                   -- name of the near-duplicates that it is one of; NULL: there are none
);
CREATE INDEX near_duplicates_cluster ON near_duplicates (cluster) WHERE cluster IS NOT NULL;
-- which signatures to compare with each other; entry: a band and in its last 26 bits the number of a row of the above
CREATE TABLE near_duplicate_bands (entry INTEGER PRIMARY KEY);
CREATE TABLE forgotten (           -- what is not to come back: no content, hashes with a key
    url_key TEXT NOT NULL, part TEXT NOT NULL, id TEXT, question_mark BLOB NOT NULL, forgotten_at TEXT NOT NULL,
    PRIMARY KEY (url_key, part)
) WITHOUT ROWID;
CREATE TABLE forgotten_askers (asker_mark BLOB PRIMARY KEY, forgotten_at TEXT NOT NULL) WITHOUT ROWID;
-- of the last whole fetch: seconds until its answer began, bytes of its body (unpacked)
ALTER TABLE urls ADD COLUMN took REAL;
ALTER TABLE urls ADD COLUMN size INTEGER;
"""
_FORMAT_5: Final = """
-- one index for what two did: the second was 6% of all that a crawl writes to the disk
DROP INDEX records_present;
DROP INDEX records_id;
-- its last columns: without them each look at these would read past the body
CREATE INDEX records_id ON records (id, url_key, part, content_hash, removed_at);
"""
FORMATS: Final = (_FORMAT_1, _FORMAT_2, _FORMAT_3, _FORMAT_4, _FORMAT_5)
"""What each version of the file's format adds to the one before."""
SCHEMA_VERSION: Final = len(FORMATS)


def upgrade_statements(version: int) -> Iterator[str]:
    """The SQL statements that make a file of format *version* (0: an empty file) one of ``SCHEMA_VERSION``."""
    for added in FORMATS[version:]:
        yield from added.strip().removesuffix(";").split(";\n")
    yield f"PRAGMA user_version={SCHEMA_VERSION}"
