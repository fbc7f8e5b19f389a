//! The files of a session, written beside its result document.

use super::error::ActError;
use super::session::Session;
use std::path::Path;

impl Session {
    /// Writes the files that the result document names into the folder where the document is; gives how many there are.
    pub fn write_evidence(&self, folder: &Path) -> Result<usize, ActError> {
        let document = self.document();
        let mut written = 0;
        for file in document.steps().flat_map(|s| &s.files) {
            let Some(bytes) = self.file(&file.sha256)? else {
                continue;
            };
            let path = folder.join(&file.name);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent).map_err(super::JournalError::Io)?;
            }
            std::fs::write(&path, bytes).map_err(super::JournalError::Io)?;
            written += 1;
        }
        Ok(written)
    }
}
