//! A workbench that runs, and a browser's part of HTTP.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use titer_hl7::clock::FixedClock;
use titer_runner::session::{Journal, MemoryJournal, Session, SessionOptions};
use titer_wire::Credentials;
use titer_workbench::{Workbench, WorkbenchOptions};

/// Bytes that a file of evidence may have here.
pub(crate) const LIMIT: u64 = 1_000_000;

pub(crate) fn plan() -> titer_plan::Plan {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans/small");
    titer_plan::load_dir(&folder).unwrap_or_else(|e| panic!("{:#?}", e.diagnostics()))
}

pub(crate) fn clock() -> Arc<FixedClock> {
    let at: jiff::Timestamp = "2026-11-22T10:00:00Z".parse().expect("a time");
    Arc::new(FixedClock(at.to_zoned(jiff::tz::TimeZone::UTC)))
}

/// What a browser keeps.
pub(crate) struct Bench {
    pub(crate) session: Session,
    pub(crate) workbench: Workbench,
    pub(crate) cookies: BTreeMap<String, String>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(n, _)| n.eq_ignore_ascii_case(name))
            .map_or("", |(_, v)| v)
    }

    /// The words of the page, without marks.
    pub(crate) fn words(&self) -> String {
        let text = self.text();
        let main = text.split("<main").nth(1).unwrap_or(&text);
        let mut out = String::new();
        let mut inside = true;
        for c in main.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    out.push(' ');
                }
                c if !inside => out.push(c),
                _ => {}
            }
        }
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(Box::new(MemoryJournal::new()), |_| {})
    }

    pub(crate) fn with(journal: Box<dyn Journal>, set: impl FnOnce(&mut WorkbenchOptions)) -> Self {
        let mut options = SessionOptions::new("EHR under test").clock(clock());
        options.credentials = Some(Credentials::new("me", "secret", "F1"));
        let session = Session::open(Arc::new(plan()), options, journal).expect("a session");
        let mut options = WorkbenchOptions {
            file_limit: LIMIT,
            message_limit: LIMIT,
            clock: clock(),
            ..WorkbenchOptions::default()
        };
        options
            .catalogue
            .add(titer_conformance::rules())
            .expect("rules");
        set(&mut options);
        let workbench = Workbench::start(&session, options).expect("started");
        Self {
            session,
            workbench,
            cookies: BTreeMap::new(),
        }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.workbench.addr()
    }

    pub(crate) fn raw(&mut self, head: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.addr()).expect("connected");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .expect("a timeout");
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(k, v)| format!("{k}={v}"))
            .collect();
        let host = if head.to_lowercase().contains("\r\nhost:") {
            String::new()
        } else {
            format!("Host: {}\r\n", self.addr())
        };
        let head = format!(
            "{head}{host}Cookie: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            cookies.join("; "),
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sent");
        // a server that answers early may have closed its end
        let _ = stream.write_all(body);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        let answer = parse(&bytes);
        for (name, value) in &answer.headers {
            if name.eq_ignore_ascii_case("set-cookie")
                && let Some((name, value)) = value.split(';').next().and_then(|p| p.split_once('='))
            {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub(crate) fn get(&mut self, path: &str) -> Answer {
        self.raw(&format!("GET {path} HTTP/1.1\r\n"), b"")
    }

    /// The token that stands in the forms.
    pub(crate) fn token(&mut self) -> String {
        let page = self.get("/").text();
        let rest = page
            .split("name=\"token\" value=\"")
            .nth(1)
            .expect("a token");
        rest.split('"').next().expect("a value").to_owned()
    }

    /// Sends a form with the right token; the fields follow it.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        let mut all = vec![("token", token.as_str())];
        all.extend_from_slice(fields);
        self.post_bare(path, &all)
    }

    /// Sends a form as it is.
    pub(crate) fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields
            .iter()
            .map(|(n, v)| format!("{}={}", encoded(n), encoded(v)))
            .collect();
        self.raw(
            &format!("POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"),
            body.join("&").as_bytes(),
        )
    }

    /// Sends a form with files: name of the field, name of the file, type, bytes.
    pub(crate) fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, &str, &[u8])],
    ) -> Answer {
        let token = self.token();
        let mut body = Vec::new();
        for (name, value) in std::iter::once(&("token", token.as_str())).chain(fields) {
            body.extend(
                format!(
                    "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        for (field, name, kind, bytes) in files {
            body.extend(
                format!("--xyz\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n").bytes(),
            );
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xyz--\r\n");
        self.raw(
            &format!("POST {path} HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=xyz\r\n"),
            &body,
        )
    }

    /// A message as the EHR sends it by HTTP.
    pub(crate) fn hl7(&mut self, message: &[u8]) -> Answer {
        let head = "POST /hl7 HTTP/1.1\r\nContent-Type: application/hl7-v2\r\nAuthorization: Basic bWU6c2VjcmV0\r\nFACILITYID: F1\r\n";
        self.raw(head, message)
    }

    /// The plan's example of a step's message, from a sender and with a control id.
    pub(crate) fn example(&self, step: &str, sender: &str, control_id: &str) -> Vec<u8> {
        let view = self
            .session
            .step_view(&format!("small/{step}"))
            .expect("a step");
        let text = String::from_utf8(view.example.expect("an example")).expect("UTF-8");
        let mut fields: Vec<&str> = text.split('|').collect();
        fields[2] = sender;
        fields[9] = control_id;
        fields.join("|").into_bytes()
    }

    pub(crate) fn verdict(&self, step: &str) -> String {
        let result = self.session.result();
        let step = result
            .steps()
            .find(|s| s.path == format!("small/{step}"))
            .expect("a step");
        step.standing.id().to_owned()
    }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes
        .windows(4)
        .position(|w| w == b"\r\n\r\n")
        .unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines
        .next()
        .and_then(|l| l.split(' ').nth(1))
        .and_then(|s| s.parse().ok())
        .unwrap_or(0);
    let headers: Vec<(String, String)> = lines
        .filter_map(|l| l.split_once(": "))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    let rest = bytes.get(end + 4..).unwrap_or_default();
    let chunked = headers
        .iter()
        .any(|(n, v)| n.eq_ignore_ascii_case("transfer-encoding") && v == "chunked");
    Answer {
        status,
        headers,
        body: if chunked {
            unchunked(rest)
        } else {
            rest.to_vec()
        },
    }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).ok();
        let Some(size) = size.and_then(|s| usize::from_str_radix(s, 16).ok()) else {
            break;
        };
        if size == 0 {
            break;
        }
        out.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
    out
}
