//! Finding codes by words of their names.

use crate::book::{Book, Row, Table};
use crate::schema::Kind;

/// A row that was found.
#[derive(Clone, Copy, Debug)]
pub struct Hit<'b> {
    /// The table in which it stands.
    pub table: Table<'b>,
    /// The row.
    pub row: Row<'b>,
    /// How near it is: the smaller the nearer.
    rank: u8,
}

impl Book {
    /// The rows whose code or name has every word of `text`, the nearest first. Case does not count.
    pub fn search(&self, text: &str) -> Vec<Hit<'_>> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        if words.is_empty() {
            return Vec::new();
        }
        let whole = words.join(" ");
        let mut hits = Vec::new();
        for table in self.tables() {
            if matches!(
                table.kind(),
                Kind::NdcLink | Kind::CvxVis | Kind::Equivalent | Kind::Known
            ) {
                continue;
            }
            for row in table.rows() {
                let all = searched(row).to_lowercase();
                if !words.iter().all(|w| all.contains(w.as_str())) {
                    continue;
                }
                let code = row.cell(0).to_lowercase();
                let name = name(row).to_lowercase();
                let rank = if code == whole {
                    0
                } else if name == whole {
                    1
                } else if name.starts_with(&whole) {
                    2
                } else {
                    3
                };
                // what the publishers of the codes say comes before lists that use them
                let rank = rank + if table.kind().many() { 4 } else { 0 };
                hits.push(Hit { table, row, rank });
            }
        }
        // the tables stand in the order in which people ask for them
        hits.sort_by_key(|hit| (hit.rank, hit.table.kind()));
        hits
    }
}

/// The name of a row for people.
pub fn name(row: Row<'_>) -> &str {
    let columns = row.kind().columns();
    columns
        .iter()
        .position(|(name, _)| *name == "name")
        .or_else(|| columns.iter().position(|(name, _)| *name == "group"))
        .map_or("", |at| row.cell(at))
}

fn searched(row: Row<'_>) -> String {
    let wanted = [
        "code", "name", "ndc", "labeler", "cpt", "vis", "document", "group",
    ];
    let columns = row.kind().columns().iter().zip(row.cells());
    columns
        .filter(|((name, _), _)| wanted.contains(name))
        .map(|(_, cell)| cell)
        .collect::<Vec<_>>()
        .join(" ")
}
