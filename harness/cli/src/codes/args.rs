//! What `titer codes` is told.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

pub(crate) const EXAMPLES: &str = "\
Examples:
  titer codes show 140
  titer codes map ndc 49281-0425-50
  titer codes scan '(01)00349281425509(17)260630(10)UJ123AB'
  titer codes check inbox/
  titer codes import downloads/ --out book-2026-03
  titer codes diff shipped book-2026-03 --messages inbox/";

/// What to do with the code book.
#[derive(Debug, Subcommand)]
pub(crate) enum CodesCommand {
    /// List the tables of the book, or the rows of one
    List {
        /// A table or value set, such as cvx, mvx, ndc-use or HL70064_IZ
        #[arg(value_name = "TABLE")]
        table: Option<String>,
        #[command(flatten)]
        source: Source,
    },
    /// Show all that is known about a code, in both directions
    Show {
        /// A code of any system, in any spelling, or a product's name
        #[arg(value_name = "CODE")]
        code: String,
        #[command(flatten)]
        day: Day,
        #[command(flatten)]
        source: Source,
    },
    /// Find codes by words of their names
    Search {
        /// The words; all must be there
        #[arg(value_name = "TEXT", required = true)]
        text: Vec<String>,
        #[command(flatten)]
        day: Day,
        #[command(flatten)]
        source: Source,
    },
    /// Map a code to those of other systems
    Map {
        /// The code's system
        #[arg(value_name = "SYSTEM", value_enum)]
        from: From,
        /// The code
        #[arg(value_name = "CODE")]
        code: String,
        #[command(flatten)]
        day: Day,
        #[command(flatten)]
        source: Source,
    },
    /// Read a bar code: of a package, or of an information statement
    Scan {
        /// What the scanner sent or what is printed below the code; `-` reads it from standard input
        #[arg(value_name = "TEXT")]
        text: String,
        #[command(flatten)]
        day: Day,
        #[command(flatten)]
        source: Source,
    },
    /// Tell which codes messages use, how often, and what each was on its day
    Check {
        /// Files, folders or patterns; `-` is standard input
        #[arg(value_name = "PATH")]
        paths: Vec<String>,
        /// Judge every code as of this day instead of the day of its dose or message
        #[arg(long, value_name = "DATE")]
        as_of: Option<String>,
        /// Hide codes that the book does not know: they may be anything
        #[arg(long)]
        mask: bool,
        #[command(flatten)]
        source: Source,
    },
    /// Tell what differs between two books
    Diff {
        /// A book's folder, or `shipped`
        #[arg(value_name = "OLD")]
        old: String,
        /// A book's folder, or `shipped`
        #[arg(value_name = "NEW")]
        new: String,
        /// Tell which senders' messages in these files or folders it hits
        #[arg(long, value_name = "PATH")]
        messages: Vec<String>,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Bring a book up to date from the files that CDC publishes
    Import {
        /// The folder with the files as they came: XML, lines with bars or tabs, CSV
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// Where the new book goes
        #[arg(long, value_name = "BOOK")]
        out: PathBuf,
        /// The book to bring up to date; tables without a file stay as they are in it [default: the one that ships]
        #[arg(long, value_name = "BOOK")]
        over: Option<PathBuf>,
        /// The day on which the files were taken from CDC [default: today]
        #[arg(long, value_name = "DATE")]
        retrieved: Option<String>,
        /// Take a table that has lost more than a tenth of its rows
        #[arg(long)]
        accept_fewer: bool,
        /// Take this for the time
        #[arg(long, value_name = "TIME", hide = true)]
        now: Option<String>,
    },
    /// Write the book in another form
    Export {
        /// The form
        #[arg(long, value_enum)]
        format: ExportFormat,
        /// The folder into which the files go
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The book [default: the one that ships]
        #[arg(long, value_name = "BOOK")]
        book: Option<PathBuf>,
    },
}

/// Which book is asked, and how the answer is written.
#[derive(Debug, Args)]
pub(crate) struct Source {
    /// Ask this book [default: the one that ships]
    #[arg(long, value_name = "BOOK")]
    pub(crate) book: Option<PathBuf>,
    /// Lay a jurisdiction's codes over the book; a later file counts before an earlier one
    #[arg(long, value_name = "FILE")]
    pub(crate) overlay: Vec<PathBuf>,
    /// Write JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// The day that is asked about.
#[derive(Debug, Args)]
pub(crate) struct Day {
    /// The day that is asked about [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Take this for the time
    #[arg(long, value_name = "TIME", hide = true)]
    pub(crate) now: Option<String>,
}

/// The system of a code to map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum From {
    /// A package, in any spelling
    Ndc,
    /// The 14 digits of a package's bar code
    Gtin,
    /// A vaccine
    Cvx,
    /// A manufacturer
    Mvx,
    /// A billing code
    Cpt,
    /// The encoded string of an information statement
    Vis,
    /// A product's name
    Product,
    /// A code of race, also a letter of the old table
    Race,
    /// A code of ethnicity, also a letter of the old table
    Ethnicity,
    /// A route, also of the old table
    Route,
}

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportFormat {
    /// A CSV file for each table
    Csv,
    /// FHIR R4: CodeSystem, ValueSet and ConceptMap resources as JSON
    Fhir,
}
