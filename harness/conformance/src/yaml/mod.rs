//! Our own profile format.
//!
//! A folder holds a set of profiles: `Z22.yaml` and its like, one file a profile; `segments/` and `datatypes/` with what
//! they share, one file for all flavours of a segment or data type (`segments/RXA.yaml` holds `RXA.Z22` and `RXA.Z32`,
//! `datatypes/CE.yaml` holds `CE` and `CE_IZ`); `datatypes/primitives.yaml`; `tables/` with one file a value set, for those that
//! are not as in the book of codes; and `patterns.yaml`. A profile's segments name data types, and those name tables, so a profile draws in what it needs and
//! no more.

mod book;
mod files;
mod load;
mod rare;
mod small;

pub use load::load;

/// Where the files of a set of profiles come from: their texts by path, `segments/RXA.yaml`.
pub trait Source {
    /// The text of a file; `None` when there is none.
    fn text(&self, path: &str) -> Option<std::borrow::Cow<'_, str>>;
}

/// A folder on disk.
#[derive(Clone, Debug)]
pub struct Folder(pub std::path::PathBuf);

impl Source for Folder {
    fn text(&self, path: &str) -> Option<std::borrow::Cow<'_, str>> {
        std::fs::read_to_string(self.0.join(path))
            .ok()
            .map(Into::into)
    }
}

impl Source for include_dir::Dir<'_> {
    fn text(&self, path: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.get_file(path)?.contents_utf8().map(Into::into)
    }
}

impl Source for std::collections::BTreeMap<String, String> {
    fn text(&self, path: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.get(path).map(|t| t.as_str().into())
    }
}
