//! Forms that are sent: fields, and files as streams that are never held in memory.

use crate::problem::Problem;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use multer::Multipart;
use std::collections::BTreeMap;
use std::io::{self, Read};
use std::time::Duration;
use tokio::sync::mpsc;

/// Bytes of a form without files.
const MOST_BYTES: usize = 4 << 20;
/// Bytes of one field of a form with files.
const MOST_FIELD: usize = 4 << 20;
/// Bytes that are read on after a file turned out to be too large, so that the browser listens to the answer.
const MOST_DRAINED: u64 = 16 << 30;
/// How long the next part of a form may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The fields of a form, by name; of several with one name the last counts, and [`Form::all`] gives each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// A field, without white space around it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.trim())
    }

    /// A field that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|v| !v.is_empty())
    }

    /// A field as it was sent.
    pub(crate) fn raw(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .rev()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
    }

    /// Every value of a field.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.fields
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.trim())
            .collect()
    }

    /// Adds a field.
    pub(crate) fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.fields.push((name.into(), value.into()));
    }

    /// What a page that shows the form again fills in.
    pub(crate) fn kept(&self) -> Kept {
        Kept(self.fields.iter().cloned().collect())
    }
}

/// Input of a form that could not be taken, to be shown again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept(BTreeMap<String, String>);

impl Kept {
    /// What was written, or what else stands there.
    pub(crate) fn or(&self, name: &str, otherwise: &str) -> String {
        self.0
            .get(name)
            .cloned()
            .unwrap_or_else(|| otherwise.to_owned())
    }

    /// What was written.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Whether nothing but the token was sent.
    pub(crate) fn is_empty(&self) -> bool {
        self.0
            .iter()
            .all(|(name, value)| name == "token" || name == "back" || value.trim().is_empty())
    }
}

fn too_long(form: &Form) -> Problem {
    Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the form is longer than 4 MB",
    )
    .help("add long texts as a file")
    .keep(form)
}

fn cut_off() -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "the form did not arrive whole")
        .help("send it again; nothing of it was kept")
}

/// Reads a form without files.
pub(crate) async fn read(request: Request) -> Result<Form, Problem> {
    let bytes = axum::body::to_bytes(request.into_body(), MOST_BYTES);
    let bytes = tokio::time::timeout(PATIENCE, bytes)
        .await
        .map_err(|_| cut_off())?
        .map_err(|_| too_long(&Form::default()))?;
    Ok(Form {
        fields: form_urlencoded::parse(&bytes).into_owned().collect(),
    })
}

/// Whether a form may have files.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// A form with files, read as it arrives.
pub(crate) struct Arriving {
    multipart: Multipart<'static>,
    /// The fields so far.
    pub(crate) form: Form,
}

/// A file that arrives.
pub(crate) struct ArrivingFile {
    field: multer::Field<'static>,
    /// Its name as the sender called it, without folders.
    pub(crate) name: String,
    /// Its media type as the sender called it.
    pub(crate) media_type: String,
}

impl Arriving {
    /// Begins to read.
    pub(crate) fn new(body: Body, boundary: String) -> Self {
        Self {
            multipart: Multipart::new(body.into_data_stream(), boundary),
            form: Form::default(),
        }
    }

    /// The next file; fields before it are then in the form. An empty file input is passed over.
    pub(crate) async fn next(&mut self) -> Result<Option<ArrivingFile>, Problem> {
        loop {
            let field = tokio::time::timeout(PATIENCE, self.multipart.next_field())
                .await
                .map_err(|_| cut_off())?
                .map_err(|_| cut_off())?;
            let Some(mut field) = field else {
                return Ok(None);
            };
            let file_name = field.file_name().map(base_name);
            match file_name {
                Some(name) if !name.is_empty() => {
                    return Ok(Some(ArrivingFile {
                        name,
                        media_type: field.content_type().map_or_else(
                            || "application/octet-stream".to_owned(),
                            ToString::to_string,
                        ),
                        field,
                    }));
                }
                Some(_) => {}
                None => {
                    let name = field.name().unwrap_or_default().to_owned();
                    let mut bytes = Vec::new();
                    while let Some(chunk) = chunk(&mut field).await? {
                        if bytes.len() + chunk.len() > MOST_FIELD {
                            return Err(too_long(&self.form));
                        }
                        bytes.extend_from_slice(&chunk);
                    }
                    let text = String::from_utf8_lossy(&bytes);
                    self.form.push(name, text);
                }
            }
        }
    }
}

async fn chunk(field: &mut multer::Field<'static>) -> Result<Option<Vec<u8>>, Problem> {
    tokio::time::timeout(PATIENCE, field.chunk())
        .await
        .map_err(|_| cut_off())?
        .map_err(|_| cut_off())
        .map(|chunk| chunk.map(|bytes| bytes.to_vec()))
}

/// The last part of a path, whichever system wrote it.
fn base_name(name: &str) -> String {
    name.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_control())
        .take(120)
        .collect()
}

impl ArrivingFile {
    /// The whole file, when it is not larger than `limit`; what is larger is read to its end and forgotten.
    pub(crate) async fn bytes(mut self, limit: u64) -> Result<Option<Vec<u8>>, Problem> {
        let mut bytes = Vec::new();
        let mut size = 0_u64;
        while let Some(chunk) = chunk(&mut self.field).await? {
            size += chunk.len() as u64;
            if size > MOST_DRAINED {
                return Ok(None);
            }
            if size <= limit {
                bytes.extend_from_slice(&chunk);
            }
        }
        Ok((size <= limit).then_some(bytes))
    }

    /// Gives the file to `take`, on a thread that may block, as it arrives. When `take` returns before the end, the rest is
    /// read and forgotten, so that the sender hears the answer.
    pub(crate) async fn stream<T: Send + 'static>(
        mut self,
        take: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let (send, receive) = mpsc::channel::<io::Result<Vec<u8>>>(4);
        let taken = tokio::task::spawn_blocking(move || {
            take(&mut Pipe {
                receive,
                chunk: Vec::new(),
                at: 0,
            })
        });
        let mut drained = 0_u64;
        loop {
            match chunk(&mut self.field).await {
                Ok(Some(bytes)) => {
                    if send.is_closed() {
                        drained += bytes.len() as u64;
                        if drained > MOST_DRAINED {
                            break;
                        }
                    } else {
                        // an error means that the other end has heard enough
                        let _ = send.send(Ok(bytes)).await;
                    }
                }
                Ok(None) => break,
                Err(problem) => {
                    let cut = io::Error::from(io::ErrorKind::UnexpectedEof);
                    let _ = send.send(Err(cut)).await;
                    drop(send);
                    let _ = taken.await;
                    return Err(problem);
                }
            }
        }
        drop(send);
        taken.await.map_err(|_| Problem::broken())
    }
}

/// Chunks from the network as a reader.
struct Pipe {
    receive: mpsc::Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.chunk.len() {
            match self.receive.blocking_recv() {
                None => return Ok(0),
                Some(chunk) => {
                    self.chunk = chunk?;
                    self.at = 0;
                }
            }
        }
        let rest = self.chunk.get(self.at..).unwrap_or_default();
        let length = rest.len().min(into.len());
        for (to, from) in into.iter_mut().zip(rest) {
            *to = *from;
        }
        self.at += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders_and_controls() {
        assert_eq!(base_name("C:\\pictures\\a b.png"), "a b.png");
        assert_eq!(base_name("../../etc/passwd"), "passwd");
        assert_eq!(base_name("a\r\nb"), "ab");
        assert_eq!(base_name("/"), "");
    }

    #[test]
    fn the_last_of_equal_names_counts() {
        let mut form = Form::default();
        form.push("a", " 1 ");
        form.push("a", " 2");
        assert_eq!(form.get("a"), Some("2"));
        assert_eq!(form.raw("a"), Some(" 2"));
        assert_eq!(form.all("a"), ["1", "2"]);
        assert_eq!(form.text("b"), None);
        assert_eq!(form.kept().or("a", ""), " 2");
        assert_eq!(form.kept().or("b", "x"), "x");
    }
}
