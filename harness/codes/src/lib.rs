//! The code book: every code an immunization message carries, with its dates; lookups, equivalences, the difference of two
//! books, and overlays. No network, and nothing about messages.
//!
//! [`book`] is the book that ships; [`Book::status`] says what a code is on a day. Tables are kept as text files of which one
//! line is one row ([`TextTable`]), and are looked up in a compact form that is made when the program is built.

mod blob;
mod book;
pub mod diff;
pub mod export;
mod gs1;
pub mod import;
mod ndc;
mod overlay;
mod schema;
pub mod search;
mod status;
pub mod store;
mod system;
mod text;
mod view;
mod vis;

pub use book::{Book, Row, SHIPPED_DAY, Table, book};
pub use gs1::{FNC1, Scan, ScanError, check_digit, check_digit_is_right, ndcs_of_gtin};
pub use ndc::{Eleven, Ndc, Read as NdcRead, Shape};
pub use overlay::{Answer, LayerCode, Layers, Origin, Overlay};
pub use schema::{FLAGS, Form, KINDS, Kind, STATUSES};
pub use status::Status;
pub use system::System;
pub use text::{TextTable, Wrong, natural};
pub use view::{
    CodeSet, CodeUsage, Cpt, Cvx, Equivalent, Group, Mvx, NdcEntry, NdcLink, NdcRow, Product,
    SetCode, Vis,
};
pub use vis::VisString;
