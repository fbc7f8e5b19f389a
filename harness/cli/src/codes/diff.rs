//! `titer codes diff`: what differs between two books, and whose messages it hits.

use super::usage::{codes, messages};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::inputs::collect;
use crate::output;
use crate::ui::{counted, grouped};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use titer_codes::diff::{Change, How, diff as differences, verdicts};
use titer_codes::{Book, Kind, Status, System};

/// A book by its folder, or the one that ships.
enum Side {
    Shipped,
    Own(Box<Book>),
}

impl Side {
    fn open(text: &str) -> Result<Self, Failure> {
        if text == "shipped" {
            return Ok(Side::Shipped);
        }
        Ok(Side::Own(Box::new(super::open(Path::new(text))?)))
    }

    fn book(&self) -> &Book {
        match self {
            Side::Shipped => titer_codes::book(),
            Side::Own(book) => book,
        }
    }
}

/// A code of which the two books do not say the same, in messages.
#[derive(Default)]
struct Hit {
    uses: u64,
    senders: BTreeMap<String, u64>,
}

type Hits = BTreeMap<(System, String, String), Hit>;

pub(super) fn diff(old: &str, new: &str, paths: &[String], json: bool) -> Result<Exit, Failure> {
    let (old, new) = (Side::open(old)?, Side::open(new)?);
    let (old, new) = (old.book(), new.book());
    let changes = differences(old, new);
    let (mut hits, mut read) = (Hits::new(), None);
    if !paths.is_empty() {
        let inputs = collect(paths)?;
        let (count, wrong) = messages(&inputs.list, |message| {
            let mut found = Vec::new();
            let head = codes(message, |used| {
                let Some(system) = used.system else { return };
                let on = used.on.unwrap_or(new.retrieved());
                if let Some((before, after)) = verdicts(old, new, system, &used.code, on) {
                    found.push((system, used.code, said(before, after)));
                }
            });
            for key in found {
                let hit = hits.entry(key).or_default();
                hit.uses += 1;
                *hit.senders.entry(head.sender.clone()).or_default() += 1;
            }
        });
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        read = Some(count);
    }
    if json {
        return output::print_json(&as_json(old, new, &changes, &hits, read));
    }
    output::print(&text(old, new, &changes, &hits, read))?;
    Ok(Exit::Good)
}

fn said(before: Status<'_>, after: Status<'_>) -> String {
    format!("{before} -> {after}")
}

fn counts(changes: &[Change]) -> BTreeMap<(Kind, String), BTreeMap<How, usize>> {
    let mut counts: BTreeMap<(Kind, String), BTreeMap<How, usize>> = BTreeMap::new();
    for change in changes {
        let table = counts.entry((change.kind, change.id.clone())).or_default();
        *table.entry(change.how).or_default() += 1;
    }
    counts
}

fn table(change: &Change) -> Cow<'_, str> {
    if change.id.is_empty() {
        Cow::Borrowed(change.kind.name())
    } else {
        Cow::Borrowed(&change.id)
    }
}

fn text(old: &Book, new: &Book, changes: &[Change], hits: &Hits, read: Option<u64>) -> String {
    let mut out = format!(
        "code books of {} and {}\n",
        old.retrieved(),
        new.retrieved()
    );
    if changes.is_empty() {
        out.push_str("no code differs\n");
    }
    for ((kind, id), counts) in counts(changes) {
        let name = if id.is_empty() { kind.name() } else { &id };
        let words: Vec<String> = counts
            .iter()
            .map(|(how, count)| format!("{count} {}", how.word()))
            .collect();
        let _ = writeln!(out, "{name:13} {}", words.join(", "));
    }
    if !changes.is_empty() {
        out.push('\n');
    }
    for change in changes {
        let name = if change.name.is_empty() || change.name == change.code() {
            String::new()
        } else {
            format!("  {}", change.name)
        };
        let _ = writeln!(
            out,
            "{:8} {:9} {}{name}",
            change.how.word(),
            table(change),
            change.key.join(" ")
        );
        for (column, before, after) in &change.cells {
            let shown = |text: &str| {
                if text.is_empty() {
                    "nothing".to_owned()
                } else {
                    format!("`{text}`")
                }
            };
            let _ = writeln!(
                out,
                "{:18} {column}: {} -> {}",
                "",
                shown(before),
                shown(after)
            );
        }
    }
    if let Some(count) = read {
        let _ = writeln!(out, "\nin {}:", counted(count, "message", "messages"));
        if hits.is_empty() {
            out.push_str("every code is what it was\n");
        }
        for ((system, code, said), hit) in hits {
            let _ = writeln!(
                out,
                "{} {code}: {said}, {}",
                system.name(),
                counted(hit.uses, "use", "uses")
            );
            for (sender, uses) in &hit.senders {
                let _ = writeln!(out, "    {sender}: {}", grouped(*uses));
            }
        }
    }
    out
}

fn as_json(old: &Book, new: &Book, changes: &[Change], hits: &Hits, read: Option<u64>) -> Value {
    let list: Vec<Value> = changes
        .iter()
        .map(|c| {
            let cells: Vec<Value> = c
                .cells
                .iter()
                .map(|(column, before, after)| json!({"column": column, "before": before, "after": after}))
                .collect();
            json!({"table": table(c), "how": c.how.word(), "key": c.key, "name": c.name, "cells": cells})
        })
        .collect();
    let traffic: Vec<Value> = hits
        .iter()
        .map(|((system, code, said), hit)| {
            json!({"system": system.name(), "code": code, "said": said, "uses": hit.uses, "senders": hit.senders})
        })
        .collect();
    json!({
        "old": old.retrieved().to_string(),
        "new": new.retrieved().to_string(),
        "changes": list,
        "messages": read,
        "hits": traffic,
    })
}
