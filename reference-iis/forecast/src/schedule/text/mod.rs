//! The project's own form of a schedule: readable files, one for each antigen and one for the schedule as a whole.
//!
//! A line says one thing; indentation is for the eye; `#` begins a remark that is not read. Ages and intervals are written
//! `12m-4d` (years, months, weeks, days), ranges `6w..8m`, with either end left out where it does not bind. A range of ages
//! contains its beginning and not its end; `effective` dates contain both ends.
//!
//! ```text
//! series "Example 2-dose series"
//!   group MMR
//!   kind standard
//!   choose group 1 "Standard" priority A preference 1 default
//!   dose 1
//!     age absolute 12m-4d minimum 12m recommended 12m..16m
//!     vaccine 03 ages 12m.. volume 0.5 recommended
//!     allowed 03 04 05 ages 12m-4d..
//!   dose 2
//!     interval previous absolute 4w-4d minimum 4w recommended 4w..
//!     skip both
//!       when age 19y.. and doses > 0 of 03 94 ages ..50y
//!       or when complete 1
//! ```

mod antigen;
mod dose;
mod line;
mod read;
mod wide;
mod write;

pub use read::{TextFile, read};
pub use write::write;

/// The first word of every file.
const MAGIC: &str = "titer-schedule";
/// The version of the format.
const FORMAT: &str = "1";
/// The name of the file for the schedule as a whole.
pub const WIDE: &str = "schedule.txt";
/// The folder of the antigens' files.
pub const ANTIGENS: &str = "antigens";

/// The name of an antigen's file, without its folder.
pub fn file_name(antigen: &str) -> String {
    let mut name = String::new();
    for c in antigen.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    format!("{}.txt", name.trim_matches('-'))
}
