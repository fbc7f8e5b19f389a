//! Queries.

use super::statement;
use crate::ids::{DoseId, ObservationId, PersonId, ReportId};
use crate::record::{
    Candidate, Demographics, Dose, PersonObservation, PersonRecord, Protection, Statement,
    StoredReport,
};
use crate::store::{Counts, StoreError};
use crate::value::{Authority, Identifier};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;

pub(super) fn json<T: DeserializeOwned>(table: &'static str, body: &str) -> Result<T, StoreError> {
    serde_json::from_str(body).map_err(|source| StoreError::Row {
        table,
        source: Box::new(source),
    })
}

fn rows<T>(
    connection: &Connection,
    what: &'static str,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let fail = statement(what);
    let mut prepared = connection.prepare_cached(sql).map_err(&fail)?;
    let rows = prepared
        .query_map(params, |row| read(row))
        .map_err(&fail)?
        .collect::<rusqlite::Result<Vec<T>>>()
        .map_err(&fail)?;
    Ok(rows)
}

/// Persons under these keys, by id; of each key at most `limit`.
pub(super) fn found(
    connection: &Connection,
    keys: &[String],
    limit: usize,
) -> Result<Vec<PersonId>, StoreError> {
    let mut ids = Vec::new();
    for key in keys {
        ids.extend(rows(
            connection,
            "look up a match key",
            "SELECT person_id FROM match_key WHERE key = ?1 ORDER BY person_id LIMIT ?2",
            params![key, limit.cast_signed() as i64],
            |row| row.get(0).map(PersonId::from_bytes),
        )?);
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

pub(super) fn version(
    connection: &Connection,
    person: PersonId,
) -> Result<Option<u64>, StoreError> {
    let fail = statement("read a version");
    let mut prepared = connection
        .prepare_cached("SELECT version FROM person WHERE person_id = ?1")
        .map_err(&fail)?;
    let version: Option<i64> = prepared
        .query_row([person.bytes()], |row| row.get(0))
        .optional()
        .map_err(&fail)?;
    Ok(version.map(i64::cast_unsigned))
}

struct Head {
    candidate: Candidate,
    created: String,
    updated: String,
}

fn head(connection: &Connection, person: PersonId) -> Result<Option<Head>, StoreError> {
    let fail = statement("read a person");
    let mut prepared = connection
        .prepare_cached(
            "SELECT version, created, updated, protection, protection_date, protection_owner, body
             FROM person WHERE person_id = ?1",
        )
        .map_err(&fail)?;
    let row = prepared
        .query_row([person.bytes()], |row| {
            Ok((
                row.get::<_, i64>(0)?.cast_unsigned(),
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                Protection {
                    indicator: row.get(3)?,
                    date: row.get(4)?,
                    owner: row.get(5)?,
                },
                row.get::<_, String>(6)?,
            ))
        })
        .optional()
        .map_err(&fail)?;
    let Some((version, created, updated, protection, body)) = row else {
        return Ok(None);
    };
    let demographics: Demographics = json("person", &body)?;
    let identifiers = rows(
        connection,
        "read identifiers",
        "SELECT type_code, authority, authority_id, authority_id_type, value
         FROM person_identifier WHERE person_id = ?1 ORDER BY place",
        [person.bytes()],
        |row| {
            Ok(Identifier {
                type_code: row.get(0)?,
                authority: Authority {
                    namespace: row.get(1)?,
                    id: row.get(2)?,
                    id_type: row.get(3)?,
                },
                value: row.get(4)?,
            })
        },
    )?;
    Ok(Some(Head {
        candidate: Candidate {
            id: person,
            version,
            demographics,
            identifiers,
            protection,
        },
        created,
        updated,
    }))
}

pub(super) fn candidates(
    connection: &Connection,
    keys: &[String],
    limit: usize,
) -> Result<Vec<Candidate>, StoreError> {
    let mut candidates = Vec::new();
    for id in found(connection, keys, limit)? {
        candidates.extend(head(connection, id)?.map(|h| h.candidate));
    }
    Ok(candidates)
}

pub(super) fn load(
    connection: &Connection,
    person: PersonId,
) -> Result<Option<PersonRecord>, StoreError> {
    let Some(Head {
        candidate,
        created,
        updated,
    }) = head(connection, person)?
    else {
        return Ok(None);
    };
    let statements = rows(
        connection,
        "read reported doses",
        "SELECT dose_id, report_id, organization, body
         FROM reported_dose WHERE person_id = ?1 ORDER BY dose_id",
        [person.bytes()],
        |row| {
            Ok((
                DoseId::from_bytes(row.get(0)?),
                ReportId::from_bytes(row.get(1)?),
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
            ))
        },
    )?
    .into_iter()
    .map(|(id, report, organization, body)| {
        Ok(Statement {
            id,
            organization,
            report,
            content: json("reported_dose", &body)?,
        })
    })
    .collect::<Result<_, StoreError>>()?;
    Ok(Some(PersonRecord {
        id: person,
        version: candidate.version,
        created,
        updated,
        demographics: candidate.demographics,
        identifiers: candidate.identifiers,
        protection: candidate.protection,
        statements,
        doses: doses(connection, person)?,
        observations: observations(connection, person)?,
    }))
}

fn doses(connection: &Connection, person: PersonId) -> Result<Vec<Dose>, StoreError> {
    let mut sources: BTreeMap<DoseId, Vec<DoseId>> = BTreeMap::new();
    for (dose, source) in rows(
        connection,
        "read sources of doses",
        "SELECT dose_id, source_id FROM dose_source WHERE person_id = ?1 ORDER BY dose_id, place",
        [person.bytes()],
        |row| {
            Ok((
                DoseId::from_bytes(row.get(0)?),
                DoseId::from_bytes(row.get(1)?),
            ))
        },
    )? {
        sources.entry(dose).or_default().push(source);
    }
    rows(
        connection,
        "read doses",
        "SELECT dose_id, body FROM dose
         WHERE person_id = ?1 ORDER BY substr(given_on, 1, 8), cvx, dose_id",
        [person.bytes()],
        |row| Ok((DoseId::from_bytes(row.get(0)?), row.get::<_, String>(1)?)),
    )?
    .into_iter()
    .map(|(id, body)| {
        Ok(Dose {
            id,
            sources: sources.remove(&id).unwrap_or_default(),
            content: json("dose", &body)?,
        })
    })
    .collect()
}

fn observations(
    connection: &Connection,
    person: PersonId,
) -> Result<Vec<PersonObservation>, StoreError> {
    rows(
        connection,
        "read observations",
        "SELECT observation_id, organization, reported_on, body
         FROM observation WHERE person_id = ?1 ORDER BY observation_id",
        [person.bytes()],
        |row| {
            Ok((
                ObservationId::from_bytes(row.get(0)?),
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
            ))
        },
    )?
    .into_iter()
    .map(|(id, organization, reported_on, body)| {
        Ok(PersonObservation {
            id,
            organization,
            reported_on,
            observation: json("observation", &body)?,
        })
    })
    .collect()
}

pub(super) fn page(
    connection: &Connection,
    after: Option<PersonId>,
    limit: usize,
) -> Result<Vec<PersonRecord>, StoreError> {
    let after: &[u8] = after.as_ref().map_or(&[], |id| id.bytes());
    let ids = rows(
        connection,
        "page through persons",
        "SELECT person_id FROM person WHERE person_id > ?1 ORDER BY person_id LIMIT ?2",
        params![after, limit.cast_signed() as i64],
        |row| row.get(0).map(PersonId::from_bytes),
    )?;
    let mut records = Vec::with_capacity(ids.len());
    for id in ids {
        records.extend(load(connection, id)?);
    }
    Ok(records)
}

pub(super) fn reports(
    connection: &Connection,
    person: PersonId,
) -> Result<Vec<StoredReport>, StoreError> {
    rows(
        connection,
        "read reports",
        "SELECT report_id, organization, account, control_id, received, body, raw
         FROM report WHERE person_id = ?1 ORDER BY report_id",
        [person.bytes()],
        |row| {
            Ok((
                row.get::<_, String>(5)?,
                StoredReport {
                    id: ReportId::from_bytes(row.get(0)?),
                    person,
                    organization: row.get(1)?,
                    account: row.get(2)?,
                    control_id: row.get(3)?,
                    received: row.get(4)?,
                    said: crate::record::StatedDemographics::default(),
                    raw: row.get(6)?,
                },
            ))
        },
    )?
    .into_iter()
    .map(|(body, report)| {
        Ok(StoredReport {
            said: json("report", &body)?,
            ..report
        })
    })
    .collect()
}

pub(super) fn has_report(
    connection: &Connection,
    person: PersonId,
    control_id: &str,
    raw: &[u8],
) -> Result<bool, StoreError> {
    let found = rows(
        connection,
        "look for a report",
        "SELECT 1 FROM report WHERE person_id = ?1 AND control_id = ?2 AND raw = ?3 LIMIT 1",
        params![person.bytes(), control_id, raw],
        |_| Ok(()),
    )?;
    Ok(!found.is_empty())
}

pub(super) fn counts(connection: &Connection) -> Result<Counts, StoreError> {
    let fail = statement("count");
    let count = |table: &str| {
        connection
            .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get::<_, i64>(0).map(i64::cast_unsigned)
            })
            .map_err(&fail)
    };
    Ok(Counts {
        persons: count("person")?,
        doses: count("dose")?,
        reports: count("report")?,
    })
}
