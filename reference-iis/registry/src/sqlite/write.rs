//! One change, inside a savepoint.

use super::{read, statement};
use crate::ids::PersonId;
use crate::matching;
use crate::record::{Dose, PersonObservation, PersonRecord, Statement, StoredReport};
use crate::store::{Change, Refusal, StoreError};
use rusqlite::{Connection, Params, params};
use serde::Serialize;

// more than the searches of a registry ask for, so that a guard sees at least what its search saw
const GUARD_LIMIT: usize = crate::registry::CANDIDATES;

pub(super) fn apply(connection: &Connection, change: &Change) -> Result<(), Refusal> {
    let expected = change.before.as_ref().map(|b| b.version);
    if read::version(connection, change.after.id)? != expected {
        return Err(Refusal::Conflict);
    }
    if !change.guard.keys.is_empty() {
        let mut now = Vec::new();
        for id in read::found(connection, &change.guard.keys, GUARD_LIMIT)? {
            now.push((id, read::version(connection, id)?.unwrap_or(0)));
        }
        if now != change.guard.seen {
            return Err(Refusal::Conflict);
        }
    }
    let (before, after) = (change.before.as_ref(), &change.after);
    person(connection, after)?;
    if before.is_none_or(|b| b.identifiers != after.identifiers) {
        identifiers(connection, after)?;
    }
    match_keys(connection, before, after)?;
    differ(
        before.map_or(&[][..], |b| &b.statements),
        &after.statements,
        |a, b| a.id == b.id,
        |s| put_statement(connection, after.id, s),
        |s| {
            run(
                connection,
                "delete a reported dose",
                "DELETE FROM reported_dose WHERE person_id = ?1 AND dose_id = ?2",
                params![after.id.bytes(), s.id.bytes()],
            )
        },
    )?;
    differ(
        before.map_or(&[][..], |b| &b.doses),
        &after.doses,
        |a, b| a.id == b.id,
        |d| {
            delete_dose(connection, after.id, d)?;
            put_dose(connection, after.id, d)
        },
        |d| delete_dose(connection, after.id, d),
    )?;
    differ(
        before.map_or(&[][..], |b| &b.observations),
        &after.observations,
        |a, b| a.id == b.id,
        |o| put_observation(connection, after.id, o),
        |o| {
            run(
                connection,
                "delete an observation",
                "DELETE FROM observation WHERE person_id = ?1 AND observation_id = ?2",
                params![after.id.bytes(), o.id.bytes()],
            )
        },
    )?;
    if let Some(report) = &change.report {
        put_report(connection, report)?;
    }
    Ok(())
}

fn run(
    connection: &Connection,
    what: &'static str,
    sql: &str,
    params: impl Params,
) -> Result<(), StoreError> {
    let fail = statement(what);
    connection
        .prepare_cached(sql)
        .map_err(&fail)?
        .execute(params)
        .map_err(&fail)?;
    Ok(())
}

fn body<T: Serialize>(table: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Row {
        table,
        source: Box::new(source),
    })
}

// writes what is new or changed and removes what is gone
fn differ<T: PartialEq>(
    before: &[T],
    after: &[T],
    same: impl Fn(&T, &T) -> bool,
    put: impl Fn(&T) -> Result<(), StoreError>,
    remove: impl Fn(&T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for gone in before {
        if !after.iter().any(|a| same(a, gone)) {
            remove(gone)?;
        }
    }
    for now in after {
        if !before.contains(now) {
            put(now)?;
        }
    }
    Ok(())
}

fn person(connection: &Connection, p: &PersonRecord) -> Result<(), StoreError> {
    run(
        connection,
        "write a person",
        "INSERT INTO person (person_id, version, created, updated, birth_date, sex,
                             protection, protection_date, protection_owner, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (person_id) DO UPDATE SET
             version = excluded.version, updated = excluded.updated,
             birth_date = excluded.birth_date, sex = excluded.sex,
             protection = excluded.protection, protection_date = excluded.protection_date,
             protection_owner = excluded.protection_owner, body = excluded.body",
        params![
            p.id.bytes(),
            p.version.cast_signed(),
            p.created,
            p.updated,
            p.demographics.birth_date,
            p.demographics.sex,
            p.protection.indicator,
            p.protection.date,
            p.protection.owner,
            body("person", &p.demographics)?,
        ],
    )
}

fn identifiers(connection: &Connection, p: &PersonRecord) -> Result<(), StoreError> {
    run(
        connection,
        "delete identifiers",
        "DELETE FROM person_identifier WHERE person_id = ?1",
        params![p.id.bytes()],
    )?;
    for (place, i) in p.identifiers.iter().enumerate() {
        run(
            connection,
            "write an identifier",
            "INSERT INTO person_identifier
                 (person_id, place, type_code, authority, authority_id, authority_id_type, value)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                p.id.bytes(),
                place.cast_signed() as i64,
                i.type_code,
                i.authority.namespace,
                i.authority.id,
                i.authority.id_type,
                i.value,
            ],
        )?;
    }
    Ok(())
}

fn match_keys(
    connection: &Connection,
    before: Option<&PersonRecord>,
    after: &PersonRecord,
) -> Result<(), StoreError> {
    let old = before.map_or_else(Vec::new, |b| {
        matching::keys(&b.identifiers, &b.demographics)
    });
    let new = matching::keys(&after.identifiers, &after.demographics);
    for key in old.iter().filter(|k| !new.contains(k)) {
        run(
            connection,
            "delete a match key",
            "DELETE FROM match_key WHERE key = ?1 AND person_id = ?2",
            params![key, after.id.bytes()],
        )?;
    }
    for key in new.iter().filter(|k| !old.contains(k)) {
        run(
            connection,
            "write a match key",
            "INSERT INTO match_key (key, person_id) VALUES (?1, ?2)",
            params![key, after.id.bytes()],
        )?;
    }
    Ok(())
}

fn put_statement(
    connection: &Connection,
    person: PersonId,
    s: &Statement,
) -> Result<(), StoreError> {
    run(
        connection,
        "write a reported dose",
        "INSERT INTO reported_dose (person_id, dose_id, report_id, organization, body)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (person_id, dose_id) DO UPDATE SET
             report_id = excluded.report_id, organization = excluded.organization,
             body = excluded.body",
        params![
            person.bytes(),
            s.id.bytes(),
            s.report.bytes(),
            s.organization,
            body("reported_dose", &s.content)?,
        ],
    )
}

fn delete_dose(connection: &Connection, person: PersonId, d: &Dose) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM dose WHERE person_id = ?1 AND dose_id = ?2",
        "DELETE FROM dose_source WHERE person_id = ?1 AND dose_id = ?2",
        "DELETE FROM dose_identifier WHERE person_id = ?1 AND dose_id = ?2",
    ] {
        run(
            connection,
            "delete a dose",
            sql,
            params![person.bytes(), d.id.bytes()],
        )?;
    }
    Ok(())
}

fn put_dose(connection: &Connection, person: PersonId, d: &Dose) -> Result<(), StoreError> {
    let content = &d.content;
    run(
        connection,
        "write a dose",
        "INSERT INTO dose (person_id, dose_id, kind, cvx, given_on, completion, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            person.bytes(),
            d.id.bytes(),
            content.kind().word(),
            content.cvx,
            content.given_on,
            content.completion.code(),
            body("dose", content)?,
        ],
    )?;
    for (place, source) in d.sources.iter().enumerate() {
        run(
            connection,
            "write a source of a dose",
            "INSERT INTO dose_source (person_id, dose_id, place, source_id) VALUES (?1, ?2, ?3, ?4)",
            params![
                person.bytes(),
                d.id.bytes(),
                place.cast_signed() as i64,
                source.bytes()
            ],
        )?;
    }
    for (role, number) in [("filler", &content.filler), ("placer", &content.placer)] {
        if number.names_an_order() {
            run(
                connection,
                "write an identifier of a dose",
                "INSERT INTO dose_identifier
                     (person_id, dose_id, role, authority, authority_id, value)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    person.bytes(),
                    d.id.bytes(),
                    role,
                    number.authority.namespace,
                    number.authority.id,
                    number.value,
                ],
            )?;
        }
    }
    Ok(())
}

fn put_observation(
    connection: &Connection,
    person: PersonId,
    o: &PersonObservation,
) -> Result<(), StoreError> {
    run(
        connection,
        "write an observation",
        "INSERT INTO observation
             (person_id, observation_id, organization, code, reported_on, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (person_id, observation_id) DO UPDATE SET
             organization = excluded.organization, code = excluded.code,
             reported_on = excluded.reported_on, body = excluded.body",
        params![
            person.bytes(),
            o.id.bytes(),
            o.organization,
            o.observation.code.code,
            o.reported_on,
            body("observation", &o.observation)?,
        ],
    )
}

fn put_report(connection: &Connection, r: &StoredReport) -> Result<(), StoreError> {
    run(
        connection,
        "write a report",
        "INSERT INTO report
             (person_id, report_id, organization, account, control_id, received, body, raw)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            r.person.bytes(),
            r.id.bytes(),
            r.organization,
            r.account,
            r.control_id,
            r.received,
            body("report", &r.said)?,
            r.raw,
        ],
    )
}
