//! Tables that a tester types or pastes: doses, recommendations, stock, a list of patients.
//!
//! Comma, semicolon, tab or `|` between columns, quotes around a value that holds one; the first line may name the columns.
//! Dates stay as the system shows them. What cannot be read is told with its line.

mod columns;
mod write;

pub(crate) use columns::{COHORT, Column, DOSES, FORECAST, REACTIONS, STOCK};
pub(crate) use write::{heading, of_cohort, of_doses, of_forecast, of_reactions, of_stock};

use csv::{ReaderBuilder, StringRecord};
use titer_finding::Phi;
use titer_runner::result::{CodeSeen, CohortSeen, DoseSeen, ForecastSeen, StockSeen};

/// Why a table cannot be read: one sentence that names the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) String);

/// More is no list that a person looks at.
const MOST_ROWS: usize = 1000;

struct Rows {
    columns: Vec<Option<&'static str>>,
    // each with its line
    rows: Vec<(u64, StringRecord)>,
}

impl Rows {
    fn cell<'a>(&self, row: &'a StringRecord, key: &str) -> Option<&'a str> {
        let at = self.columns.iter().position(|c| *c == Some(key))?;
        row.get(at).map(str::trim).filter(|v| !v.is_empty())
    }

    fn text(&self, row: &StringRecord, key: &str) -> Option<String> {
        self.cell(row, key).map(str::to_owned)
    }

    fn phi(&self, row: &StringRecord, key: &str) -> Option<Phi> {
        self.cell(row, key).map(Phi::new)
    }
}

fn known(word: &str, columns: &'static [Column]) -> Option<&'static str> {
    let word = word.trim().to_lowercase().replace(['_', '.'], " ");
    columns
        .iter()
        .find(|c| c.key == word || c.name.to_lowercase() == word || c.also.contains(&word.as_str()))
        .map(|c| c.key)
}

/// What stands between columns: whichever the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text
        .lines()
        .find(|l| !l.trim().is_empty())
        .unwrap_or_default();
    [b'\t', b';', b'|', b',']
        .into_iter()
        .max_by_key(|d| first.bytes().filter(|b| b == d).count())
        .unwrap_or(b',')
}

fn read(text: &str, columns: &'static [Column]) -> Result<Rows, Unreadable> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut named: Option<Vec<Option<&'static str>>> = None;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| {
            let line = e.position().map_or(0, csv::Position::line);
            Unreadable(format!("line {line} of the table cannot be read"))
        })?;
        if record.iter().all(|c| c.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        if rows.is_empty() && named.is_none() {
            let found: Vec<Option<&'static str>> =
                record.iter().map(|c| known(c, columns)).collect();
            if found.iter().flatten().count() > 0 && record.iter().all(|c| !starts_with_digit(c)) {
                named = Some(found);
                continue;
            }
        }
        if rows.len() == MOST_ROWS {
            return Err(Unreadable(format!(
                "the table has more than {MOST_ROWS} lines"
            )));
        }
        rows.push((line, record));
    }
    let columns = named.unwrap_or_else(|| columns.iter().map(|c| Some(c.key)).collect());
    Ok(Rows { columns, rows })
}

fn starts_with_digit(cell: &str) -> bool {
    cell.trim().starts_with(|c: char| c.is_ascii_digit())
}

fn lacks(line: u64, what: &str, columns: &[Column]) -> Unreadable {
    let order: Vec<&str> = columns.iter().take(4).map(|c| c.name).collect();
    Unreadable(format!(
        "line {line} of the table has no {what}; without a line that names the columns they are {} and so on",
        order.join(", ")
    ))
}

/// Doses; each needs a date and a vaccine in words or as a code.
pub(crate) fn doses(text: &str) -> Result<Vec<DoseSeen>, Unreadable> {
    let table = read(text, DOSES)?;
    table
        .rows
        .iter()
        .map(|(line, row)| {
            let date = table
                .phi(row, "date")
                .ok_or_else(|| lacks(*line, "date", DOSES))?;
            let mut dose = DoseSeen {
                date,
                cvx: table.text(row, "cvx"),
                ndc: table.text(row, "ndc"),
                name: table.text(row, "name"),
                lot: table.text(row, "lot"),
                expires: table.text(row, "expires"),
                manufacturer: table.text(row, "manufacturer"),
                source: table.text(row, "source"),
                completion: table.text(row, "completion"),
                refusal: table.text(row, "refusal"),
                amount: table.text(row, "amount"),
                unit: table.text(row, "unit"),
                route: table.text(row, "route"),
                site: table.text(row, "site"),
                funding: table.text(row, "funding"),
                eligibility: table.text(row, "eligibility"),
                valid: None,
            };
            dose.valid = match table.cell(row, "valid").map(str::to_lowercase).as_deref() {
                None => None,
                Some("y" | "yes" | "valid" | "true") => Some(true),
                Some("n" | "no" | "invalid" | "not valid" | "false") => Some(false),
                Some(_) => {
                    return Err(Unreadable(format!(
                        "line {line} of the table: whether the dose is valid is written as Y or N"
                    )));
                }
            };
            // a code in the vaccine's column is a code
            if dose.cvx.is_none()
                && let Some(name) = &dose.name
                && (2..=3).contains(&name.len())
                && name.bytes().all(|b| b.is_ascii_digit())
            {
                dose.cvx = dose.name.take();
            }
            if dose.cvx.is_none() && dose.ndc.is_none() && dose.name.is_none() {
                return Err(lacks(*line, "vaccine", DOSES));
            }
            Ok(dose)
        })
        .collect()
}

/// Recommendations; each needs a vaccine.
pub(crate) fn forecast(text: &str) -> Result<Vec<ForecastSeen>, Unreadable> {
    let table = read(text, FORECAST)?;
    table
        .rows
        .iter()
        .map(|(line, row)| {
            Ok(ForecastSeen {
                vaccine: table
                    .text(row, "vaccine")
                    .ok_or_else(|| lacks(*line, "vaccine", FORECAST))?,
                cvx: table.text(row, "cvx"),
                earliest: table.phi(row, "earliest"),
                due: table.phi(row, "due"),
                overdue: table.phi(row, "overdue"),
                latest: table.phi(row, "latest"),
                dose: table.text(row, "dose"),
                status: table.text(row, "status"),
            })
        })
        .collect()
}

/// The stock; each line needs a lot and a whole number of doses.
pub(crate) fn stock(text: &str) -> Result<Vec<StockSeen>, Unreadable> {
    let table = read(text, STOCK)?;
    table
        .rows
        .iter()
        .map(|(line, row)| {
            let doses = table
                .cell(row, "doses")
                .ok_or_else(|| lacks(*line, "number of doses", STOCK))?;
            Ok(StockSeen {
                lot: table
                    .text(row, "lot")
                    .ok_or_else(|| lacks(*line, "lot", STOCK))?,
                doses: doses.replace([' ', ','], "").parse().map_err(|_| {
                    Unreadable(format!(
                        "line {line} of the table: the doses are a whole number"
                    ))
                })?,
                vaccine: table.text(row, "vaccine"),
                ndc: table.text(row, "ndc"),
                expires: table.text(row, "expires"),
                funding: table.text(row, "funding"),
            })
        })
        .collect()
}

/// A list of patients; each line needs a name or an id.
pub(crate) fn cohort(text: &str) -> Result<Vec<CohortSeen>, Unreadable> {
    let table = read(text, COHORT)?;
    table
        .rows
        .iter()
        .map(|(line, row)| {
            let seen = CohortSeen {
                patient: table.phi(row, "patient"),
                id: table.phi(row, "id"),
                birth_date: table.phi(row, "birth-date"),
                with: table.text(row, "with"),
            };
            if seen.patient.is_none() && seen.id.is_none() {
                return Err(lacks(*line, "patient", COHORT));
            }
            Ok(seen)
        })
        .collect()
}

/// Reactions; each line needs a code.
pub(crate) fn reactions(text: &str) -> Result<Vec<CodeSeen>, Unreadable> {
    let table = read(text, REACTIONS)?;
    table
        .rows
        .iter()
        .map(|(line, row)| {
            Ok(CodeSeen {
                code: table
                    .text(row, "code")
                    .ok_or_else(|| lacks(*line, "code", REACTIONS))?,
                system: table.text(row, "system"),
                text: table.text(row, "text"),
                date: table.phi(row, "date"),
                after: table.text(row, "after"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_may_be_named_in_any_order() {
        let read = doses("Lot,Vaccine,Date Given,CVX\nA1,\"HepB, ped\",02/05/2023,08\n\n")
            .expect("a table");
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].lot.as_deref(), Some("A1"));
        assert_eq!(read[0].name.as_deref(), Some("HepB, ped"));
        assert_eq!(read[0].cvx.as_deref(), Some("08"));
        assert_eq!(read[0].date.reveal(), "02/05/2023");
    }

    #[test]
    fn a_pasted_sheet_without_a_heading_has_the_usual_order() {
        let read = doses("2023-02-05\t08\n2023-12-22\tHAVRIX\t83\tHA1111\n").expect("a table");
        assert_eq!(read[0].cvx.as_deref(), Some("08"));
        assert_eq!(read[0].name, None);
        assert_eq!(read[1].lot.as_deref(), Some("HA1111"));
        let due = forecast("DTaP; 2026-12-01\nHib;2027-01-02;2026-12-30").expect("a table");
        assert_eq!(
            due[1].earliest.as_ref().expect("one").reveal(),
            "2026-12-30"
        );
    }

    #[test]
    fn what_is_missing_is_told_with_its_line() {
        let said = doses("Date,Vaccine\n2023-02-05,HepB\n,HepA\n").expect_err("no date");
        assert!(
            said.0.starts_with("line 3 of the table has no date"),
            "{}",
            said.0
        );
        let said = stock("Lot,Doses\nA,ten\n").expect_err("no number");
        assert_eq!(said.0, "line 2 of the table: the doses are a whole number");
        assert!(cohort("Why\noverdue\n").is_err());
        assert!(forecast(&"a\n".repeat(1001)).is_err());
    }

    #[test]
    fn tables_come_back_as_they_were() {
        let text = "Date,Vaccine,CVX,Lot,Valid\n2023-02-05,\"HepB, ped\",08,A1,N\n";
        let once = doses(text).expect("a table");
        assert_eq!(of_doses(&once), text);
        assert_eq!(doses(&of_doses(&once)).expect("again"), once);
        let lines = stock("lot,doses\nA1,\"1,000\"\n").expect("stock");
        assert_eq!(of_stock(&lines), "Lot,Doses\nA1,1000\n");
        assert_eq!(stock(&of_stock(&lines)).expect("again"), lines);
        let due = forecast("DTaP,1 March 2027").expect("one");
        assert_eq!(forecast(&of_forecast(&due)).expect("again"), due);
        let reacted = reactions("Code,After\n39579001,83\n").expect("one");
        assert_eq!(reactions(&of_reactions(&reacted)).expect("again"), reacted);
        let who = cohort("Lance Duncan,DTaP").expect("one");
        assert_eq!(cohort(&of_cohort(&who)).expect("again"), who);
    }

    #[test]
    fn an_empty_table_says_that_nothing_is_shown() {
        assert_eq!(doses("Date,Vaccine\n").expect("none"), []);
        assert_eq!(doses(" \n").expect("none"), []);
    }
}
