//! Messages in zip archives, streamed out of them entry by entry, within limits that no honest archive meets.

use crate::failure::{chain, io_diagnostic, io_words};
use crate::inputs::{is_archive_name, is_message_file};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::Path;
use titer_finding::Diagnostic;
use zip::ZipArchive;
use zip::result::ZipError;

/// An archive that unpacks to more than this many times its size is a trap: deflate alone makes at most about 1,030.
const MOST_TIMES: u64 = 500;
/// Up to this many bytes the size does not matter.
const ALWAYS: u64 = 256 * 1024 * 1024;
/// Entries of one archive.
const MOST_ENTRIES: usize = 1_000_000;
/// An archive inside an archive is unpacked in memory, up to this many bytes.
const INNER: u64 = 16 * 1024 * 1024;
/// Archives inside each other.
const DEEPEST: usize = 3;
/// Bytes of an entry in which the start of a message is looked for.
const HEAD: usize = 4096;

/// What is done with an entry: it is given the entry's name and its bytes.
pub(crate) type Each<'f> = &'f mut dyn FnMut(&str, &mut dyn Read) -> io::Result<()>;

/// What was met in an archive beside messages.
#[derive(Default)]
pub(crate) struct Met {
    /// Entries that do not look like messages.
    pub(crate) passed_over: u64,
    /// Entries that could not be read.
    pub(crate) wrong: Vec<Diagnostic>,
    /// Entries that were handed over.
    pub(crate) entries: u64,
}

/// Hands every entry of the archive that may hold messages to `each`. An error is one that `each` returned; what is wrong
/// with the archive itself is in `met`, and what is wrong with an entry's bytes is what its reader says.
pub(crate) fn each(path: &Path, met: &mut Met, each: Each<'_>) -> io::Result<()> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            met.wrong.push(io_diagnostic("read the file", path, &error));
            return Ok(());
        }
    };
    let size = file.metadata().map_or(0, |m| m.len());
    let mut budget = Budget {
        most: size.saturating_mul(MOST_TIMES).max(ALWAYS),
        unpacked: 0,
    };
    let name = path.display().to_string();
    archive(BufReader::new(file), &name, 1, &mut budget, met, each)
}

fn archive(
    from: impl Read + Seek,
    name: &str,
    depth: usize,
    budget: &mut Budget,
    met: &mut Met,
    each: Each<'_>,
) -> io::Result<()> {
    let mut archive = match ZipArchive::new(from) {
        Ok(archive) if archive.len() <= MOST_ENTRIES => archive,
        Ok(archive) => {
            met.wrong(
                name,
                format!(
                    "the archive has {} entries; at most {MOST_ENTRIES} are read",
                    archive.len()
                ),
            );
            return Ok(());
        }
        Err(error) => {
            met.wrong(name, format!("cannot read the archive: {}", words(&error)));
            return Ok(());
        }
    };
    for index in 0..archive.len() {
        let inner = archive.name_for_index(index).unwrap_or("?").to_owned();
        if hidden(&inner) {
            continue;
        }
        let name = format!("{name}!{inner}");
        let entry = match archive.by_index(index) {
            Ok(entry) if entry.is_dir() => continue,
            Ok(entry) => entry,
            Err(error) => {
                met.wrong(&name, format!("cannot read the entry: {}", words(&error)));
                continue;
            }
        };
        let mut entry = Counted {
            from: entry,
            budget: &mut *budget,
        };
        if is_archive_name(Path::new(&inner)) {
            if let Some(bytes) = unpacked(&mut entry, &name, depth, met) {
                self::archive(Cursor::new(bytes), &name, depth + 1, budget, met, each)?;
            }
        } else {
            one(entry, &inner, &name, met, each)?;
        }
        if budget.spent() {
            break;
        }
    }
    Ok(())
}

/// An archive inside the archive.
fn unpacked(entry: &mut impl Read, name: &str, depth: usize, met: &mut Met) -> Option<Vec<u8>> {
    if depth >= DEEPEST {
        met.wrong(
            name,
            format!("archives lie more than {DEEPEST} deep in each other"),
        );
        return None;
    }
    let mut bytes = Vec::new();
    match entry.take(INNER + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > INNER => {
            let most = INNER / 1024 / 1024;
            met.wrong(
                name,
                format!("an archive inside an archive of more than {most} MiB is not read; unpack it first"),
            );
            None
        }
        Ok(_) => Some(bytes),
        Err(error) => {
            met.wrong(name, format!("cannot read the entry: {}", io_words(&error)));
            None
        }
    }
}

fn one(
    mut entry: impl Read,
    inner: &str,
    name: &str,
    met: &mut Met,
    each: Each<'_>,
) -> io::Result<()> {
    let mut head = Vec::with_capacity(HEAD);
    match entry.by_ref().take(HEAD as u64).read_to_end(&mut head) {
        Err(error) => {
            met.wrong(name, format!("cannot read the entry: {}", io_words(&error)));
            Ok(())
        }
        Ok(_) if is_message_file(Path::new(inner)) || looks_like_messages(&head) => {
            met.entries += 1;
            each(name, &mut Cursor::new(head).chain(entry))
        }
        Ok(_) => {
            met.passed_over += 1;
            Ok(())
        }
    }
}

impl Met {
    fn wrong(&mut self, name: &str, message: String) {
        self.wrong.push(Diagnostic::new(message).in_file(name));
    }
}

/// How much may still be unpacked.
struct Budget {
    most: u64,
    unpacked: u64,
}

impl Budget {
    fn spent(&self) -> bool {
        self.unpacked > self.most
    }
}

struct Counted<'b, R> {
    from: R,
    budget: &'b mut Budget,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(out)?;
        self.budget.unpacked += n as u64;
        if self.budget.spent() {
            return Err(io::Error::other(format!(
                "the archive unpacks to more than {MOST_TIMES} times its size"
            )));
        }
        Ok(n)
    }
}

fn hidden(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.starts_with("__MACOSX/") || last.starts_with('.')
}

fn looks_like_messages(head: &[u8]) -> bool {
    [&b"MSH|"[..], b"FHS|", b"BHS|"]
        .iter()
        .any(|name| head.windows(name.len()).any(|w| w == *name))
}

fn words(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => io_words(error),
        ZipError::InvalidArchive(_) => {
            "it is no zip archive, or a part of it is missing".to_owned()
        }
        ZipError::InvalidPassword => "it is encrypted".to_owned(),
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => {
            "it is encrypted".to_owned()
        }
        other => chain(other),
    }
}

#[cfg(test)]
mod tests {
    use super::{Budget, DEEPEST, INNER, Met, archive};
    use std::io::{Cursor, Write as _};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn zipped(name: &str, bytes: &[u8]) -> Vec<u8> {
        let mut out = ZipWriter::new(Cursor::new(Vec::new()));
        out.start_file(name, SimpleFileOptions::default())
            .expect("an entry");
        out.write_all(bytes).expect("written");
        out.finish().expect("finished").into_inner()
    }

    // what was handed over in bytes, what was said, and how much was unpacked
    fn read(zip: Vec<u8>, most: u64) -> (u64, Vec<String>, u64) {
        let (mut met, mut handed) = (Met::default(), 0);
        let mut budget = Budget { most, unpacked: 0 };
        let mut each = |_: &str, from: &mut dyn std::io::Read| {
            // the reader of messages goes on with the rest, and says what is wrong with this one
            handed += std::io::copy(from, &mut std::io::sink()).unwrap_or_default();
            Ok(())
        };
        let done = archive(
            Cursor::new(zip),
            "a.zip",
            1,
            &mut budget,
            &mut met,
            &mut each,
        );
        done.expect("read");
        let said = met.wrong.iter().map(ToString::to_string).collect();
        (handed, said, budget.unpacked)
    }

    #[test]
    fn an_archive_that_unpacks_to_too_much_is_broken_off() {
        const MOST: u64 = 1_000_000;
        let mut bomb = ZipWriter::new(Cursor::new(Vec::new()));
        for n in 0..50 {
            bomb.start_file(format!("{n}.hl7"), SimpleFileOptions::default())
                .expect("an entry");
            bomb.write_all(&vec![b'x'; 300_000]).expect("written");
        }
        let bomb = bomb.finish().expect("finished").into_inner();
        assert!(bomb.len() < 50_000, "it is small");
        let (_, _, unpacked) = read(bomb.clone(), MOST);
        assert!(
            (MOST..2 * MOST).contains(&unpacked),
            "unpacked no more than it takes to see it: {unpacked}"
        );
        let (handed, said, _) = read(bomb, u64::MAX);
        assert_eq!((handed, said.len()), (15_000_000, 0));
    }

    #[test]
    fn what_is_unpacked_too_much_is_an_error_of_the_entry() {
        let mut met = Met::default();
        let mut budget = Budget {
            most: 1_000,
            unpacked: 0,
        };
        let mut errors = Vec::new();
        let mut each = |_: &str, from: &mut dyn std::io::Read| {
            let mut bytes = Vec::new();
            errors.extend(from.read_to_end(&mut bytes).err().map(|e| e.to_string()));
            Ok(())
        };
        let zip = zipped("a.hl7", &b"MSH|".repeat(5_000));
        archive(
            Cursor::new(zip),
            "a.zip",
            1,
            &mut budget,
            &mut met,
            &mut each,
        )
        .expect("read");
        let said: Vec<String> = met.wrong.iter().map(ToString::to_string).collect();
        let all = [errors, said].concat().join(" ");
        assert!(all.contains("unpacks to more than 500 times"), "{all}");
    }

    #[test]
    fn archives_in_archives_end_somewhere() {
        let mut zip = zipped("a.hl7", b"MSH|");
        for _ in 0..DEEPEST {
            zip = zipped("inner.zip", &zip);
        }
        let (handed, said, _) = read(zip, u64::MAX);
        assert_eq!(handed, 0);
        assert_eq!(said.len(), 1);
        assert!(said.concat().contains("deep in each other"), "{said:?}");

        let large = vec![0; usize::try_from(INNER).expect("small") + 1];
        let (_, said, _) = read(zipped("inner.zip", &large), u64::MAX);
        assert!(said.concat().contains("more than 16 MiB"), "{said:?}");
    }
}
