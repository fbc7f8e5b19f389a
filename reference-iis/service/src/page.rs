//! The page of a running IIS: where to send, with which credentials, and what arrived.

use crate::exchange::Seen;
use crate::iis::Iis;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;
use std::sync::OnceLock;
use tera::{Context, Tera};
use titer_finding::{Finding, Severity};
use titer_hl7::{Message, Offsets};

#[derive(Clone)]
struct Page {
    iis: Iis,
    // the password is shown to whoever sits at the machine
    local: bool,
}

/// `/`, `/count` and `/health`.
pub(crate) fn router(iis: Iis, local: bool) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/count", get(count))
        .route("/health", get(health))
        .with_state(Page { iis, local })
}

static TERA: OnceLock<Tera> = OnceLock::new();

fn tera() -> Result<&'static Tera, tera::Error> {
    if let Some(tera) = TERA.get() {
        return Ok(tera);
    }
    let mut tera = Tera::default();
    // the name's ending switches escaping on
    tera.add_raw_template("page.html", include_str!("../pages/page.html"))?;
    Ok(TERA.get_or_init(|| tera))
}

#[derive(Serialize)]
struct View {
    soap_url: String,
    http_url: String,
    username: String,
    password: Option<String>,
    facility: String,
    policy: String,
    personality: Option<(String, String)>,
    total: u64,
    persons: Option<u64>,
    doses: Option<u64>,
    exchanges: Vec<ExchangeView>,
}

#[derive(Serialize)]
struct ExchangeView {
    number: u64,
    at: String,
    at_machine: String,
    transport: String,
    facility: String,
    kind: String,
    control_id: String,
    // accepted, warned, refused, scripted: a class, a shape and a word
    verdict: &'static str,
    word: &'static str,
    shape: &'static str,
    code: String,
    profile: &'static str,
    note: String,
    errors: usize,
    warnings: usize,
    infos: usize,
    request: Vec<LineView>,
    unplaced: Vec<FindingView>,
    // findings that are only worth knowing stand apart, so that the others are seen
    notes: Vec<FindingView>,
    reply: Vec<LineView>,
}

#[derive(Serialize)]
struct LineView {
    number: u32,
    name: String,
    rest: Vec<PieceView>,
    findings: Vec<FindingView>,
}

#[derive(Serialize)]
struct PieceView {
    text: String,
    // the worst severity of the findings here, or nothing
    mark: &'static str,
    numbers: String,
}

#[derive(Clone, Serialize)]
struct FindingView {
    number: usize,
    line: u32,
    severity: &'static str,
    rule: String,
    path: String,
    text: String,
    help: String,
}

async fn page(State(page): State<Page>, headers: HeaderMap) -> Response {
    let host = headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .filter(|h| {
            h.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        })
        .unwrap_or("127.0.0.1")
        .to_owned();
    let made = tokio::task::spawn_blocking(move || render(&page, &host)).await;
    match made {
        Ok(Ok(html)) => with_headers(Html(html).into_response()),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "the page could not be made",
        )
            .into_response(),
    }
}

fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("content-security-policy"),
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn count(State(page): State<Page>) -> Response {
    let (total, _) = page.iis.inner.exchanges.last();
    with_headers(total.to_string().into_response())
}

async fn health(State(page): State<Page>) -> Response {
    let counted = tokio::task::spawn_blocking(move || page.iis.inner.registry.counts()).await;
    match counted {
        Ok(Ok(_)) => with_headers("ok\n".into_response()),
        _ => (
            StatusCode::SERVICE_UNAVAILABLE,
            "the registry does not answer\n",
        )
            .into_response(),
    }
}

fn render(page: &Page, host: &str) -> Result<String, tera::Error> {
    let inner = &page.iis.inner;
    let (total, last) = inner.exchanges.last();
    let counts = inner.registry.counts().ok();
    let personality = &inner.personality;
    let view = View {
        soap_url: format!("http://{host}/soap"),
        http_url: format!("http://{host}/hl7"),
        username: inner.credentials.username.clone(),
        password: page.local.then(|| inner.credentials.password.clone()),
        facility: inner.credentials.facility.clone(),
        policy: inner.policy.name.clone(),
        personality: (!personality.name.is_empty())
            .then(|| (personality.name.clone(), personality.title.clone())),
        total,
        persons: counts.map(|c| c.persons),
        doses: counts.map(|c| c.doses),
        exchanges: last.iter().map(exchange).collect(),
    };
    tera()?.render("page.html", &Context::from_serialize(&view)?)
}

fn exchange(seen: &Seen) -> ExchangeView {
    let of = |s: Severity| seen.findings.iter().filter(|f| f.severity == s).count();
    let (verdict, word, shape) = match seen.code.as_str() {
        "AA" => ("good", "accepted", "●"),
        "AE" => ("fair", "accepted in part or not at all", "▲"),
        "AR" => ("bad", "refused", "■"),
        _ => ("none", "answered without an acknowledgment code", "◆"),
    };
    let (notes, marked): (Vec<Finding>, Vec<Finding>) = seen
        .findings
        .iter()
        .cloned()
        .partition(|f| f.severity == Severity::Info);
    let views: Vec<FindingView> = marked.iter().zip(1..).map(finding).collect();
    let (request, unplaced) = message(&seen.request, &marked, &views);
    ExchangeView {
        number: seen.number,
        at: seen.at.strftime("%-d %B %Y, %H:%M:%S").to_string(),
        at_machine: seen.at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        transport: seen.transport.clone(),
        facility: seen.facility.clone(),
        kind: seen.kind.clone(),
        control_id: seen.control_id.clone(),
        verdict,
        word,
        shape,
        code: seen.code.clone(),
        profile: seen.profile.unwrap_or(""),
        note: seen.note.clone().unwrap_or_default(),
        errors: of(Severity::Error),
        warnings: of(Severity::Warning),
        infos: of(Severity::Info),
        request,
        unplaced,
        notes: notes.iter().zip(1..).map(finding).collect(),
        reply: message(&seen.reply, &[], &[]).0,
    }
}

fn finding((finding, number): (&Finding, usize)) -> FindingView {
    FindingView {
        number,
        line: finding.location.line,
        severity: finding.severity.word(),
        rule: finding.rule.clone(),
        path: finding.location.path.clone(),
        text: finding.text(false),
        help: finding.help_text(false).unwrap_or_default(),
    }
}

// the message line by line, each with its findings and their places marked; and the findings that have no line
fn message(
    bytes: &[u8],
    findings: &[Finding],
    views: &[FindingView],
) -> (Vec<LineView>, Vec<FindingView>) {
    let mut offsets = Offsets::new();
    let message = Message::parse(bytes, &mut offsets);
    let mut placed = vec![false; findings.len()];
    let mut lines = Vec::new();
    for line in message.lines() {
        let span = line.span();
        let mut here: Vec<(u32, u32, usize)> = Vec::new();
        for (i, f) in findings.iter().enumerate() {
            let start = u32::try_from(f.location.start).unwrap_or(u32::MAX);
            let end = u32::try_from(f.location.end).unwrap_or(u32::MAX);
            if f.location.line == line.number() {
                here.push((
                    start.clamp(span.start, span.end),
                    end.clamp(span.start, span.end),
                    i,
                ));
                if let Some(done) = placed.get_mut(i) {
                    *done = true;
                }
            }
        }
        let text = |from: u32, to: u32| {
            message
                .charset()
                .decode(bytes.get(from as usize..to as usize).unwrap_or_default())
                .into_owned()
        };
        let name_end = (span.start + 3).min(span.end);
        let is_segment = line.segment().is_some();
        let body = if is_segment { name_end } else { span.start };
        lines.push(LineView {
            number: line.number(),
            name: if is_segment {
                text(span.start, name_end)
            } else {
                String::new()
            },
            rest: pieces(body, span.end, &here, findings, &text),
            findings: here
                .iter()
                .filter_map(|(_, _, i)| views.get(*i).cloned())
                .collect(),
        });
    }
    let unplaced = placed
        .iter()
        .zip(views)
        .filter(|(done, _)| !**done)
        .map(|(_, v)| v.clone())
        .collect();
    (lines, unplaced)
}

// cuts a line at the ends of all marks
fn pieces(
    start: u32,
    end: u32,
    here: &[(u32, u32, usize)],
    findings: &[Finding],
    text: &impl Fn(u32, u32) -> String,
) -> Vec<PieceView> {
    // a finding about the whole line marks nothing: it stands below
    let marks: Vec<&(u32, u32, usize)> = here
        .iter()
        .filter(|(from, to, _)| from < to && !(*from <= start && *to >= end))
        .collect();
    let mut cuts: Vec<u32> = marks
        .iter()
        .flat_map(|(from, to, _)| [*from, *to])
        .chain([start, end])
        .filter(|c| (start..=end).contains(c))
        .collect();
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2)
        .filter_map(|w| match w {
            [from, to] => Some((*from, *to)),
            _ => None,
        })
        .map(|(from, to)| {
            let over: Vec<usize> = marks
                .iter()
                .filter(|(a, b, _)| *a <= from && to <= *b)
                .map(|(_, _, i)| *i)
                .collect();
            let worst = over
                .iter()
                .filter_map(|i| findings.get(*i))
                .map(|f| f.severity)
                .max();
            let ends_here = over
                .iter()
                .filter(|i| marks.iter().any(|(_, b, j)| j == *i && *b == to));
            PieceView {
                text: text(from, to),
                mark: worst.map_or("", Severity::word),
                numbers: ends_here
                    .map(|i| (i + 1).to_string())
                    .collect::<Vec<_>>()
                    .join(" "),
            }
        })
        .collect()
}
