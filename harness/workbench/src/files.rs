//! Files that come and go: evidence, messages, downloads.

use crate::acts::{Done, refused, too_large};
use crate::app::App;
use crate::form::Arriving;
use crate::pages::{Download, Visit, href};
use crate::problem::Problem;
use crate::server::check;
use crate::words::many;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use titer_runner::session::{ActError, Attachment, Carrier, Taken, What};

/// A name that a header can hold: letters, digits, dots, hyphens and underscores.
fn plain(name: &str) -> String {
    name.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-_".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect()
}

fn response(kind: &str, disposition: &str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, disposition),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// A report or an archive on its way.
pub(crate) fn download(download: Download) -> Response {
    match download {
        Download::Bytes {
            name,
            kind,
            bytes,
            inline,
        } => {
            let place = if inline { "inline" } else { "attachment" };
            let mut response = response(
                kind,
                &format!("{place}; filename=\"{name}\""),
                Body::from(bytes),
            );
            if inline {
                // the report has a policy of its own in its head; here it only loses its origin
                response.headers_mut().insert(
                    HeaderName::from_static("content-security-policy"),
                    HeaderValue::from_static(
                        "sandbox allow-scripts allow-modals allow-downloads; frame-ancestors 'none'; form-action 'none'; base-uri 'none'",
                    ),
                );
            }
            response
        }
        Download::File {
            name,
            kind,
            file,
            size,
        } => {
            let mut response = response(
                kind,
                &format!("attachment; filename=\"{name}\""),
                streamed(file),
            );
            response
                .headers_mut()
                .insert(header::CONTENT_LENGTH, HeaderValue::from(size));
            response
        }
    }
}

/// A file as a body, a piece at a time.
fn streamed(mut file: File) -> Body {
    let (send, mut receive) = tokio::sync::mpsc::channel::<std::io::Result<Bytes>>(4);
    tokio::task::spawn_blocking(move || {
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = match file.read(&mut piece) {
                Ok(0) => return,
                Ok(n) => Ok(Bytes::copy_from_slice(piece.get(..n).unwrap_or_default())),
                Err(error) => Err(error),
            };
            let over = read.is_err();
            if send.blocking_send(read).is_err() || over {
                return;
            }
        }
    });
    Body::from_stream(futures_core_stream(move |cx| receive.poll_recv(cx)))
}

/// A stream from a function that is polled.
fn futures_core_stream<T>(
    poll: impl FnMut(&mut std::task::Context<'_>) -> std::task::Poll<Option<T>> + Unpin,
) -> impl futures_core::Stream<Item = T> {
    struct Polled<F>(F);
    impl<T, F> futures_core::Stream for Polled<F>
    where
        F: FnMut(&mut std::task::Context<'_>) -> std::task::Poll<Option<T>> + Unpin,
    {
        type Item = T;
        fn poll_next(
            mut self: std::pin::Pin<&mut Self>,
            cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<T>> {
            (self.0)(cx)
        }
    }
    Polled(poll)
}

/// A file of evidence: always as an attachment, and never as what its sender said it is.
pub(crate) fn evidence(app: &App, path: &str, entry: u64) -> Result<Response, Problem> {
    let gone = || Problem::missing("the step has no such file");
    let file = crate::pages::files_of(app, path)
        .into_iter()
        .find(|(seq, _)| *seq == entry)
        .map(|(_, file)| file)
        .ok_or_else(gone)?;
    let bytes = app
        .session
        .file(&file.sha256)
        .map_err(|error| {
            tracing::error!(%error, "a file cannot be read");
            Problem::broken()
        })?
        .ok_or_else(gone)?;
    let name = file.name.rsplit('/').next().unwrap_or_default();
    let mut response = response(
        "application/octet-stream",
        &format!("attachment; filename=\"{}\"", plain(name)),
        Body::from(bytes),
    );
    response.headers_mut().insert(
        HeaderName::from_static("content-security-policy"),
        HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'"),
    );
    Ok(response)
}

/// Files of evidence of a step.
pub(crate) async fn take(
    app: Arc<App>,
    headers: HeaderMap,
    mut arriving: Arriving,
    who: Visit,
    path: String,
) -> Result<Done, Problem> {
    let mut taken = 0;
    let mut wrong: Vec<Problem> = Vec::new();
    while let Some(file) = arriving.next().await? {
        check(&app, &headers, &arriving.form)?;
        let title = arriving.form.text("title").map(str::to_owned);
        let (name, media_type) = (file.name.clone(), file.media_type.clone());
        let limit = app.file_limit;
        let (worker, step, by) = (Arc::clone(&app), path.clone(), who.by().to_owned());
        let attached = {
            let name = name.clone();
            file.stream(move |reader| {
                let file = Attachment {
                    name: &name,
                    title: &title.unwrap_or_default(),
                    media_type: &media_type,
                };
                worker.session.attach(&by, &step, &file, reader, limit)
            })
            .await?
        };
        match attached {
            Ok(_) => taken += 1,
            Err(ActError::TooLarge { limit }) => wrong.push(too_large(&name, limit)),
            Err(error) => wrong.push(refused(&error)),
        }
    }
    check(&app, &headers, &arriving.form)?;
    match wrong.into_iter().next() {
        Some(mut problem) => {
            if taken > 0 {
                problem.help = format!(
                    "{}; {} kept",
                    problem.help,
                    if taken == 1 {
                        "1 other file was".to_owned()
                    } else {
                        format!("{taken} other files were")
                    }
                );
            }
            Err(problem.keep(&arriving.form))
        }
        None if taken == 0 => Err(Problem::input("no file was chosen")
            .help("choose a file, or drop it on the field")
            .field("file")
            .keep(&arriving.form)),
        None => Ok(Done::new(format!("{}#evidence", href(&path)), "files")),
    }
}

/// A form with at most one file: its bytes; the fields are then in the form.
pub(crate) async fn fields_and_file(
    app: &App,
    headers: &HeaderMap,
    arriving: &mut Arriving,
    limit: u64,
) -> Result<Option<Vec<u8>>, Problem> {
    let mut bytes = None;
    while let Some(file) = arriving.next().await? {
        check(app, headers, &arriving.form)?;
        let name = file.name.clone();
        bytes = Some(
            file.bytes(limit)
                .await?
                .ok_or_else(|| too_large(&name, limit).field("key").keep(&arriving.form))?,
        );
    }
    check(app, headers, &arriving.form)?;
    Ok(bytes)
}

/// A pasted message, or a file of messages; for a step when one is named.
pub(crate) async fn take_messages(
    app: Arc<App>,
    headers: HeaderMap,
    mut arriving: Arriving,
    who: Visit,
    path: Option<String>,
) -> Result<Done, Problem> {
    let mut came: Vec<(Carrier, Vec<u8>)> = Vec::new();
    while let Some(file) = arriving.next().await? {
        check(&app, &headers, &arriving.form)?;
        let name = file.name.clone();
        match file.bytes(app.message_limit).await? {
            Some(bytes) => came.push((Carrier::File, bytes)),
            None => return Err(too_large(&name, app.message_limit).keep(&arriving.form)),
        }
    }
    let form = arriving.form.clone();
    check(&app, &headers, &form)?;
    if let Some(text) = form.raw("text").filter(|t| !t.trim().is_empty()) {
        came.insert(0, (Carrier::Paste, text.trim().as_bytes().to_vec()));
    }
    if came.is_empty() {
        return Err(Problem::input("there is no message")
            .help("paste one, or choose a file")
            .field("text")
            .keep(&form));
    }
    let worker = Arc::clone(&app);
    tokio::task::spawn_blocking(move || {
        let mut all: Vec<Taken> = Vec::new();
        for (way, bytes) in came {
            let taken = worker.session.take_in(way, &bytes, who.by());
            all.extend(taken.map_err(|e| refused(&e).keep(&form))?);
        }
        told(&worker, &who, &all, path.as_deref()).map_err(|p| p.keep(&form))
    })
    .await
    .unwrap_or_else(|_| Err(Problem::broken()))
}

/// Where to go on after messages were taken in.
fn told(app: &App, who: &Visit, all: &[Taken], path: Option<&str>) -> Result<Done, Problem> {
    let [one] = all else {
        if path.is_some() && !all.is_empty() {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                format!(
                    "there are {} in it, and a step takes one",
                    many(all.len(), "message")
                ),
            )
            .help("each of them was taken in and stands under Messages"));
        }
        return Ok(Done::new("/messages", "several"));
    };
    match (path, &one.step) {
        (Some(path), Some(step)) if step == path => {
            Ok(Done::new(format!("{}#arrived", href(path)), "judged"))
        }
        // the tester says which step it is
        (Some(path), _) => {
            app.session
                .act(
                    who.by(),
                    What::Assign {
                        message: one.message,
                        step: Some(path.to_owned()),
                    },
                )
                .map_err(|e| refused(&e))?;
            Ok(Done::new(format!("{}#arrived", href(path)), "judged"))
        }
        (None, Some(step)) => Ok(Done::new(format!("{}#arrived", href(step)), "assigned")),
        (None, None) => Ok(Done::new(format!("/messages/{}", one.message), "stray")),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_name_breaks_a_header() {
        assert_eq!(plain("a \"b\"\r\nX: y.png"), "a__b___X__y.png");
        assert_eq!(plain("ünï"), "_n_");
    }
}
