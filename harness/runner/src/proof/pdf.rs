//! The text of a document that a system wrote.
//!
//! A PDF comes from outside and may be broken on purpose: it is read on a thread of its own that is given up when it takes
//! too long, a panic in it is caught, and both the file and what it unpacks to are limited.

use std::collections::VecDeque;
use std::panic::catch_unwind;
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;
use titer_finding::{Diagnostic, Phi};

/// Largest file that is read, in bytes.
const MOST_BYTES: usize = 32 << 20;
/// Largest size to which one stream, or the content of one page, may unpack, in bytes.
const MOST_UNPACKED: usize = 64 << 20;
/// Most pages that are read; a record of one patient has a few.
const MOST_PAGES: usize = 500;
/// Longest text that is kept, in bytes.
const MOST_TEXT: usize = 8 << 20;
/// How many texts are kept.
const KEEP: usize = 16;
/// How long a file may take.
const MOST_TIME: Duration = Duration::from_secs(20);
/// Stack of the reading thread: nested objects are read by recursion.
const STACK: usize = 16 << 20;

/// Why a document gives no text. The step that it was for stays with the tester.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Too large.
    #[error("the document is larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
    /// Nothing in it.
    #[error("the document is empty")]
    Empty,
    /// A PDF that a password protects.
    #[error("the PDF is encrypted, so its text cannot be read")]
    Encrypted,
    /// A PDF of pictures.
    #[error("the PDF has no text: it seems to be a scan")]
    NoText,
    /// Not a PDF that can be read.
    #[error("the PDF cannot be read: it is damaged or unfinished")]
    Broken,
    /// It takes too long or unpacks to too much.
    #[error("the PDF was given up: it takes too long or unpacks to too much")]
    TooMuch,
    /// Neither PDF nor text.
    #[error("the document is neither a PDF nor text")]
    NotText,
}

impl DocumentError {
    /// The same with what can be done about it, for the file of this name.
    pub fn diagnostic(self, file: &str) -> Diagnostic {
        let help = match self {
            DocumentError::TooLarge => "supply the record of this one patient alone",
            DocumentError::Empty => "supply the document that the system wrote",
            DocumentError::Encrypted => "print the record to a PDF without a password",
            DocumentError::NoText => {
                "print the record to a PDF instead of scanning it, or go through the checklist by eye"
            }
            DocumentError::Broken | DocumentError::TooMuch => {
                "print the record again, supply its text, or go through the checklist by eye"
            }
            DocumentError::NotText => {
                "supply a PDF or a text; a picture is kept as evidence and looked at by eye"
            }
        };
        Diagnostic::new(self.to_string())
            .in_file(file)
            .with_help(help)
    }
}

/// The text of a PDF, or of a file that is text itself (HTML without its tags). It may identify a person.
pub fn document_text(bytes: &[u8]) -> Result<Phi, DocumentError> {
    if bytes.len() > MOST_BYTES {
        return Err(DocumentError::TooLarge);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(DocumentError::Empty);
    }
    let head = bytes.get(..1024).unwrap_or(bytes);
    if head.windows(5).any(|w| w == b"%PDF-") {
        return guarded(bytes.to_vec(), MOST_TIME, pdf).map(Phi::new);
    }
    plain_text(bytes).map(Phi::new)
}

/// The text of a file of evidence by its SHA-256. A document is made anew after every entry, so the last texts are kept.
pub(super) fn text_of(
    sha256: &str,
    size: u64,
    load: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<Phi, DocumentError> {
    static KEPT: Mutex<VecDeque<(String, Result<Phi, DocumentError>)>> =
        Mutex::new(VecDeque::new());
    if size > MOST_BYTES as u64 {
        return Err(DocumentError::TooLarge);
    }
    let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, text)) = kept().iter().find(|(hash, _)| hash == sha256) {
        return text.clone();
    }
    let bytes = load(sha256).ok_or(DocumentError::Empty)?;
    let text = document_text(&bytes);
    let mut kept = kept();
    kept.push_back((sha256.to_owned(), text.clone()));
    if kept.len() > KEEP {
        kept.pop_front();
    }
    text
}

fn plain_text(bytes: &[u8]) -> Result<String, DocumentError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.contains(&0) {
        return Err(DocumentError::NotText);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // what is not UTF-8 is read as ISO 8859-1, unless it is no text at all
        Err(_) => {
            let odd = bytes
                .iter()
                .filter(|b| **b < 0x20 && !b.is_ascii_whitespace())
                .count();
            if odd > bytes.len() / 100 {
                return Err(DocumentError::NotText);
            }
            bytes.iter().copied().map(char::from).collect()
        }
    };
    let start = text.trim_start().to_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Ok(without_tags(&text));
    }
    Ok(text)
}

// a page that was saved: tags give way to blanks, scripts and styles are left out
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        out.push_str(before);
        let name = tag.get(..6).unwrap_or(tag).to_ascii_lowercase();
        let end = if name.starts_with("script") {
            "</script>"
        } else if name.starts_with("style") {
            "</style>"
        } else {
            ">"
        };
        out.push(' ');
        rest = match find_ignoring_case(tag, end) {
            Some(at) => tag.get(at + end.len()..).unwrap_or_default(),
            None => "",
        };
    }
    out.push_str(rest);
    for (entity, character) in [
        ("&nbsp;", " "),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        out = out.replace(entity, character);
    }
    out
}

fn find_ignoring_case(text: &str, what: &str) -> Option<usize> {
    text.as_bytes()
        .windows(what.len())
        .position(|w| w.eq_ignore_ascii_case(what.as_bytes()))
}

/// Reads on a thread of its own. A thread that takes too long is left to itself; it holds nothing that anybody waits for.
fn guarded(
    bytes: Vec<u8>,
    most: Duration,
    read: fn(&[u8]) -> Result<String, DocumentError>,
) -> Result<String, DocumentError> {
    let (give, take) = mpsc::sync_channel(1);
    let thread = std::thread::Builder::new()
        .name(QUIET.to_owned())
        .stack_size(STACK)
        .spawn(move || {
            let done = catch_unwind(|| read(&bytes)).unwrap_or(Err(DocumentError::Broken));
            // nobody listens any more when it took too long
            let _ = give.send(done);
        });
    if thread.is_err() {
        return Err(DocumentError::TooMuch);
    }
    take.recv_timeout(most)
        .unwrap_or(Err(DocumentError::TooMuch))
}

/// The name of the reading thread: a panic in it says nothing on the terminal.
const QUIET: &str = "titer-document";

fn pdf(bytes: &[u8]) -> Result<String, DocumentError> {
    hush();
    // one that only forbids printing opens without a password; what goes wrong in any other is the encryption's doing
    let locked = bytes.windows(8).any(|w| w == b"/Encrypt");
    read(bytes).map_err(|error| match error {
        DocumentError::Broken | DocumentError::NoText if locked => DocumentError::Encrypted,
        other => other,
    })
}

fn read(bytes: &[u8]) -> Result<String, DocumentError> {
    let options = lopdf::LoadOptions {
        max_decompressed_size: Some(MOST_UNPACKED),
        ..lopdf::LoadOptions::default()
    };
    let document = lopdf::Document::load_mem_with_options(bytes, options).map_err(|e| why(&e))?;
    if document.is_encrypted() {
        return Err(DocumentError::Encrypted);
    }
    let pages = document.get_pages();
    if pages.is_empty() {
        return Err(DocumentError::Broken);
    }
    let mut text = String::new();
    let mut failed = None;
    for number in pages.keys().take(MOST_PAGES) {
        match document.extract_text_with_limit(&[*number], MOST_UNPACKED) {
            Ok(page) => text.push_str(&page),
            Err(error) => failed = Some(why(&error)),
        }
        text.push('\n');
        if text.len() > MOST_TEXT {
            return Err(DocumentError::TooMuch);
        }
    }
    if text.chars().filter(|c| c.is_alphanumeric()).count() < 3 {
        return Err(failed.unwrap_or(DocumentError::NoText));
    }
    Ok(text)
}

fn why(error: &lopdf::Error) -> DocumentError {
    match error {
        lopdf::Error::Decryption(_)
        | lopdf::Error::InvalidPassword
        | lopdf::Error::AlreadyEncrypted
        | lopdf::Error::UnsupportedSecurityHandler(_) => DocumentError::Encrypted,
        lopdf::Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => {
            DocumentError::TooMuch
        }
        _ => DocumentError::Broken,
    }
}

/// Panics of the reading thread are its answer and nobody's message.
fn hush() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().name() != Some(QUIET) {
                before(panic);
            }
        }));
    });
}
