//! A book in the forms of others: CSV, and FHIR R4 terminology resources.

pub mod fhir;

use crate::book::{Book, Table};

/// The name of the CSV file of a table.
pub fn csv_name(table: Table<'_>) -> String {
    let path = table.to_text().path();
    path.replace('/', "-").replace(".txt", ".csv")
}

/// A table as CSV with a heading.
pub fn csv(table: Table<'_>) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(table.kind().columns().iter().map(|(name, _)| *name))?;
    for row in table.to_text().rows {
        writer.write_record(&row)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|e| csv::Error::from(e.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Every table as CSV: the file's name and its text.
pub fn all_csv(book: &Book) -> Result<Vec<(String, String)>, csv::Error> {
    book.tables()
        .map(|table| Ok((csv_name(table), csv(table)?)))
        .collect()
}
