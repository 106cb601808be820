"""The tables of the SQLite export: what they are called, what their columns mean. Positions count from 0."""

from __future__ import annotations

from typing import Final

TABLES: Final = """
CREATE TABLE records (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL,
    url TEXT,
    language TEXT,
    title TEXT,
    department TEXT, -- the first category, else the department of the first answer that has one
    question_title TEXT,
    question_text TEXT,
    asked_on TEXT,
    year INTEGER, -- of asked_on
    question_votes INTEGER,
    asker_name TEXT,
    age_min INTEGER,
    age_max INTEGER,
    age_band TEXT, -- '20-29', '80+'; a single age by its decade
    gender TEXT,
    answer_count INTEGER NOT NULL,
    answer_count_stated INTEGER,
    first_answered_on TEXT,
    more_info TEXT,
    duplicate_cluster TEXT,
    source_path TEXT,
    fetched_at TEXT,
    http_status INTEGER,
    content_hash TEXT,
    layout TEXT,
    confidence REAL,
    extractor_version TEXT,
    first_seen_at TEXT,
    changed_at TEXT,
    version INTEGER NOT NULL
) STRICT;
CREATE TABLE answers (
    record_id TEXT NOT NULL REFERENCES records (id),
    position INTEGER NOT NULL,
    author_name TEXT,
    author_title TEXT,
    author_department TEXT,
    text TEXT,
    answered_on TEXT,
    accepted INTEGER,
    votes INTEGER,
    by_asker INTEGER NOT NULL,
    signed_by TEXT,
    PRIMARY KEY (record_id, position)
) STRICT;
CREATE TABLE related_questions (
    record_id TEXT NOT NULL REFERENCES records (id),
    position INTEGER NOT NULL,
    title TEXT,
    url TEXT,
    related_id TEXT REFERENCES records (id), -- null where that question is not in here
    question_excerpt TEXT,
    answer_author_name TEXT,
    answer_author_title TEXT,
    answer_author_department TEXT,
    answer_excerpt TEXT,
    PRIMARY KEY (record_id, position)
) STRICT;
CREATE TABLE related_topics (
    record_id TEXT NOT NULL REFERENCES records (id),
    position INTEGER NOT NULL,
    name TEXT,
    department TEXT,
    url TEXT,
    PRIMARY KEY (record_id, position)
) STRICT;
CREATE TABLE categories (
    record_id TEXT NOT NULL REFERENCES records (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (record_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE tags (
    record_id TEXT NOT NULL REFERENCES records (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (record_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (
    record_id TEXT NOT NULL REFERENCES records (id),
    position INTEGER NOT NULL,
    field TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (record_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE urls ( -- every URL that shows a question
    record_id TEXT NOT NULL REFERENCES records (id),
    url TEXT NOT NULL,
    PRIMARY KEY (url, record_id)
) STRICT, WITHOUT ROWID;
"""

FINISH: Final = """
UPDATE related_questions
   SET related_id = (SELECT MIN(record_id) FROM urls WHERE urls.url = related_questions.url)
 WHERE url IS NOT NULL;

CREATE INDEX records_by_department ON records (department);
CREATE INDEX records_by_gender ON records (gender);
CREATE INDEX records_by_age_band ON records (age_band);
CREATE INDEX records_by_year ON records (year);
CREATE INDEX records_by_asked_on ON records (asked_on);
CREATE INDEX records_by_changed_at ON records (changed_at);
CREATE INDEX records_by_duplicate_cluster ON records (duplicate_cluster) WHERE duplicate_cluster IS NOT NULL;
CREATE INDEX categories_by_name ON categories (name);
CREATE INDEX tags_by_name ON tags (name);
CREATE INDEX answers_by_author ON answers (author_name);
CREATE INDEX answers_by_department ON answers (author_department);
CREATE INDEX related_questions_by_related ON related_questions (related_id) WHERE related_id IS NOT NULL;

-- What is searched, a row a record; the words are stored once, in the tables. Each text ends with a line end: so every
-- pair of letters begins a trigram.
CREATE VIEW records_text AS
SELECT number, title || char(10) AS title, question_title || char(10) AS question_title,
       question_text || char(10) AS question_text,
       (SELECT group_concat(text, char(10, 10)) || char(10) FROM
           (SELECT text FROM answers WHERE record_id = records.id ORDER BY position)) AS answers,
       more_info || char(10) AS more_info
  FROM records;

CREATE VIRTUAL TABLE records_fts USING fts5 (
    title, question_title, question_text, answers, more_info,
    content = 'records_text', content_rowid = 'number', tokenize = 'trigram'
);
-- 32 MiB of words at a time instead of 1: a quarter less processor time for the index of 200,000 records.
INSERT INTO records_fts (records_fts, rank) VALUES ('hashsize', 33554432);
INSERT INTO records_fts (records_fts) VALUES ('rebuild');
INSERT INTO records_fts (records_fts, rank) VALUES ('hashsize', 1048576);
-- Every trigram and the rows (doc) in which it stands: finds words of two letters.
CREATE VIRTUAL TABLE records_trigrams USING fts5vocab (records_fts, instance);

-- One row an answer with its question; a question without answers has one row.
CREATE VIEW questions_and_answers AS
SELECT records.id, records.url, records.department, records.asked_on, records.age_band, records.gender,
       records.question_title, records.question_text, answers.position AS answer_position,
       answers.author_name, answers.author_department, answers.answered_on, answers.text AS answer_text
  FROM records LEFT JOIN answers ON answers.record_id = records.id;

-- How long a question waited for each of its answers.
CREATE VIEW answer_delays AS
SELECT records.id, answers.position, records.department, answers.author_name, records.asked_on, answers.answered_on,
       CAST(julianday(answers.answered_on) - julianday(records.asked_on) AS INTEGER) AS days
  FROM records JOIN answers ON answers.record_id = records.id
 WHERE records.asked_on IS NOT NULL AND answers.answered_on IS NOT NULL;

ANALYZE;
"""
