//! The tables.
//!
//! Keys are made by the application, every table about a person begins its primary key with the person's id, match keys are
//! rows of their own, and there are no triggers, sequences or generated keys, so that the same tables can be sharded. What
//! people and doses are found or judged by has a column; the rest of a row is JSON in `body`.

/// `application_id` of a registry: `Titr`.
pub(super) const APPLICATION_ID: i64 = 0x5469_7472;

/// `user_version` that this program writes.
pub(super) const SCHEMA_VERSION: i64 = 1;

pub(super) const TABLES: &str = "
CREATE TABLE registry (
    name TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE person (
    person_id BLOB NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    created TEXT NOT NULL,
    updated TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    protection TEXT NOT NULL,
    protection_date TEXT NOT NULL,
    protection_owner TEXT NOT NULL,
    body TEXT NOT NULL
) WITHOUT ROWID, STRICT;

CREATE TABLE person_identifier (
    person_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    type_code TEXT NOT NULL,
    authority TEXT NOT NULL,
    authority_id TEXT NOT NULL,
    authority_id_type TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (person_id, place)
) WITHOUT ROWID, STRICT;

CREATE TABLE match_key (
    key TEXT NOT NULL,
    person_id BLOB NOT NULL,
    PRIMARY KEY (key, person_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE report (
    person_id BLOB NOT NULL,
    report_id BLOB NOT NULL,
    organization TEXT NOT NULL,
    account TEXT NOT NULL,
    control_id TEXT NOT NULL,
    received TEXT NOT NULL,
    body TEXT NOT NULL,
    raw BLOB NOT NULL,
    PRIMARY KEY (person_id, report_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE reported_dose (
    person_id BLOB NOT NULL,
    dose_id BLOB NOT NULL,
    report_id BLOB NOT NULL,
    organization TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (person_id, dose_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE dose (
    person_id BLOB NOT NULL,
    dose_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    cvx TEXT NOT NULL,
    given_on TEXT NOT NULL,
    completion TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (person_id, dose_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE dose_source (
    person_id BLOB NOT NULL,
    dose_id BLOB NOT NULL,
    place INTEGER NOT NULL,
    source_id BLOB NOT NULL,
    PRIMARY KEY (person_id, dose_id, place)
) WITHOUT ROWID, STRICT;

CREATE TABLE dose_identifier (
    person_id BLOB NOT NULL,
    dose_id BLOB NOT NULL,
    role TEXT NOT NULL,
    authority TEXT NOT NULL,
    authority_id TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (person_id, dose_id, role)
) WITHOUT ROWID, STRICT;

CREATE TABLE observation (
    person_id BLOB NOT NULL,
    observation_id BLOB NOT NULL,
    organization TEXT NOT NULL,
    code TEXT NOT NULL,
    reported_on TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (person_id, observation_id)
) WITHOUT ROWID, STRICT;
";
