//! Looking up a patient and reading what belongs to one.

use super::auth::{Backend, FhirAuth, Secret};
use super::error::FhirError;
use super::read::{issue, json, kind, list, text, what_is};
use crate::client::post::{self, CallError, ClientError, ClientOptions, Received};
use crate::client::worker;
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use reqwest::Url;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use titer_finding::Phi;
use titer_hl7::clock::{SharedClock, SystemClock};

/// How a client reads.
#[derive(Clone)]
pub struct FhirOptions {
    /// How it comes in.
    pub auth: FhirAuth,
    /// Time to connect, TLS included.
    pub connect_timeout: Duration,
    /// Time for one request.
    pub timeout: Duration,
    /// Largest answer in bytes.
    pub max_response: usize,
    /// Most pages of one search.
    pub max_pages: usize,
    /// Most resources of one search.
    pub max_resources: usize,
    /// Certificates in PEM that are trusted besides the system's own.
    pub trust: Vec<Vec<u8>>,
    /// Tells the time for assertions and for how long a token lives.
    pub clock: SharedClock,
}

impl Default for FhirOptions {
    fn default() -> Self {
        Self {
            auth: FhirAuth::Open,
            connect_timeout: Duration::from_secs(15),
            timeout: Duration::from_secs(30),
            max_response: 8 << 20,
            max_pages: 50,
            max_resources: 5000,
            trust: Vec::new(),
            clock: Arc::new(SystemClock::new()),
        }
    }
}

/// Whom to look for: by the identifier first, then, when that finds nobody, by name and date of birth.
#[derive(Clone, Debug, Default)]
pub struct PatientQuery {
    /// The server's own id of the Patient, when it is known.
    pub id: Option<Phi>,
    /// An identifier, such as the medical record number; with its system before a `|` where that is known.
    pub identifier: Option<Phi>,
    /// Last name.
    pub family: Option<Phi>,
    /// First name.
    pub given: Option<Phi>,
    /// Date of birth, `2026-03-12`.
    pub birth_date: Option<Phi>,
}

/// What an interface told of one patient.
#[derive(Clone)]
pub struct FhirRecord {
    /// The Patient, then Immunization, AllergyIntolerance and AdverseEvent resources.
    pub resources: Vec<Value>,
    /// Every answer as it came, as one Bundle of type `collection`: what is kept as evidence.
    pub evidence: Vec<u8>,
    /// What could not be asked, in words without anything of the patient.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for FhirRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FhirRecord")
            .field("resources", &self.resources.len())
            .field("evidence", &self.evidence.len())
            .field("notes", &self.notes)
            .finish()
    }
}

/// What an interface says of itself (CapabilityStatement), as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FhirAbout {
    /// The version of FHIR: `4.0.1`.
    pub version: Option<String>,
    /// Name and version of the software.
    pub software: Option<String>,
    /// The types of resources that it serves; empty where it names none.
    pub resources: Vec<String>,
}

struct Token {
    secret: Secret,
    // a second of the clock
    until: i64,
}

/// Reads from one FHIR interface. Blocking; may be used from many threads.
#[derive(Clone)]
pub struct FhirClient {
    http: reqwest::Client,
    base: Url,
    options: FhirOptions,
    token: Arc<Mutex<Option<Token>>>,
}

impl std::fmt::Debug for FhirClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FhirClient")
            .field("auth", &self.options.auth)
            .finish_non_exhaustive()
    }
}

// what was asked, and what came: evidence
#[derive(Default)]
struct Heard {
    pages: Vec<(String, Value)>,
    notes: Vec<String>,
}

impl FhirClient {
    /// A client of the interface with this base address.
    pub fn new(base: &str, options: FhirOptions) -> Result<Self, FhirError> {
        let bad = || ClientError::Url {
            url: crate::exchange::redact_url(base),
        };
        let mut url = Url::parse(base.trim()).map_err(|_| bad())?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(bad().into());
        }
        url.set_query(None);
        url.set_fragment(None);
        // a base ends with a slash, so that what is joined stands below it
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        worker::install_provider();
        let http = post::client(&ClientOptions {
            connect_timeout: options.connect_timeout,
            trust: options.trust.clone(),
            ..ClientOptions::default()
        })?;
        Ok(Self {
            http,
            base: url,
            options,
            token: Arc::default(),
        })
    }

    /// Asks the interface what it is (`GET metadata`), with the login that is used for the patients: whether the address is
    /// right and the login is taken is known before anybody is looked up.
    pub fn about(&self) -> Result<FhirAbout, FhirError> {
        let what = "GET metadata";
        let found = self.get(what, &self.at("metadata")?, &mut Heard::default())?;
        if kind(&found) != Some("CapabilityStatement") {
            return Err(not_fhir(what, "a CapabilityStatement", &found));
        }
        let software: Vec<&str> = ["/software/name", "/software/version"]
            .into_iter()
            .filter_map(|at| text(&found, at))
            .collect();
        let mut resources: Vec<String> = list(&found, "rest")
            .iter()
            .flat_map(|rest| list(rest, "resource"))
            .filter_map(|r| text(r, "/type").map(str::to_owned))
            .collect();
        resources.sort();
        resources.dedup();
        Ok(FhirAbout {
            version: text(&found, "/fhirVersion").map(str::to_owned),
            software: (!software.is_empty()).then(|| software.join(" ")),
            resources,
        })
    }

    /// Looks a patient up and reads everything that an immunization test compares.
    pub fn record(&self, query: &PatientQuery) -> Result<FhirRecord, FhirError> {
        let mut heard = Heard::default();
        let patient = self.patient(query, &mut heard)?;
        let id = text(&patient, "/id").unwrap_or_default().to_owned();
        let mut resources = vec![patient];
        resources.extend(self.search("Immunization", &[("patient", &id)], &mut heard)?);
        let subject = format!("Patient/{id}");
        for (resource, parameter, value) in [
            ("AllergyIntolerance", "patient", id.as_str()),
            ("AdverseEvent", "subject", subject.as_str()),
        ] {
            match self.search(resource, &[(parameter, value)], &mut heard) {
                Ok(found) => resources.extend(found),
                // US Core does not ask for AdverseEvent, and a token may be for immunizations alone
                Err(error @ FhirError::Refused { .. }) => heard.notes.push(error.to_string()),
                Err(error) if error.is_unsupported() => {
                    heard
                        .notes
                        .push(format!("{resource} cannot be asked for: {error}"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(FhirRecord {
            resources,
            evidence: evidence(&heard.pages),
            notes: heard.notes,
        })
    }

    fn patient(&self, query: &PatientQuery, heard: &mut Heard) -> Result<Value, FhirError> {
        if let Some(id) = &query.id {
            let what = "GET Patient";
            let mut url = self.at("Patient")?;
            if let Ok(mut path) = url.path_segments_mut() {
                path.push(id.reveal());
            }
            let found = self.get(what, &url, heard)?;
            return match kind(&found) {
                Some("Patient") => Ok(found),
                _ => Err(not_fhir(what, "a Patient", &found)),
            };
        }
        let mut searches: Vec<Vec<(&str, &str)>> = Vec::new();
        if let Some(identifier) = &query.identifier {
            searches.push(vec![("identifier", identifier.reveal())]);
        }
        if let (Some(family), Some(birth)) = (&query.family, &query.birth_date) {
            let mut by_name = vec![("family", family.reveal()), ("birthdate", birth.reveal())];
            if let Some(given) = &query.given {
                by_name.push(("given", given.reveal()));
            }
            searches.push(by_name);
        }
        if searches.is_empty() {
            return Err(FhirError::NothingAsked);
        }
        for parameters in searches {
            let found = self.search("Patient", &parameters, heard)?;
            match found.len() {
                0 => {}
                1 => return found.into_iter().next().ok_or(FhirError::NobodyFound),
                count => return Err(FhirError::SeveralFound { count }),
            }
        }
        Err(FhirError::NobodyFound)
    }

    fn at(&self, resource: &str) -> Result<Url, FhirError> {
        self.base.join(resource).map_err(|_| FhirError::Address {
            reason: "nothing can stand below it".to_owned(),
        })
    }

    /// All pages of a search: the resources of this type. A server that says no `type` of resource twice the same is read
    /// once.
    fn search(
        &self,
        resource: &str,
        parameters: &[(&str, &str)],
        heard: &mut Heard,
    ) -> Result<Vec<Value>, FhirError> {
        let what = format!("GET {resource}");
        let mut url = self.at(resource)?;
        url.query_pairs_mut()
            .extend_pairs(parameters)
            .append_pair("_count", "100");
        let mut found: Vec<Value> = Vec::new();
        let mut ids: BTreeSet<String> = BTreeSet::new();
        let mut pages: BTreeSet<String> = BTreeSet::new();
        loop {
            pages.insert(url.to_string());
            let bundle = self.get(&what, &url, heard)?;
            if kind(&bundle) != Some("Bundle") {
                return Err(not_fhir(&what, "a Bundle", &bundle));
            }
            for entry in list(&bundle, "entry") {
                let Some(inner) = entry.get("resource") else {
                    continue;
                };
                // included resources and outcomes stand beside the matches
                if kind(inner) != Some(resource) {
                    continue;
                }
                let new = text(inner, "/id").is_none_or(|id| ids.insert(id.to_owned()));
                if new {
                    found.push(inner.clone());
                }
                if found.len() > self.options.max_resources {
                    return Err(FhirError::TooMuch {
                        what,
                        limit: format!("{} resources", self.options.max_resources),
                    });
                }
            }
            let next = list(&bundle, "link")
                .iter()
                .find(|l| text(l, "/relation") == Some("next"))
                .and_then(|l| text(l, "/url"));
            let Some(next) = next else { return Ok(found) };
            let next = self.base.join(next).map_err(|_| FhirError::NotFhir {
                what: what.clone(),
                expected: "an address of the next page",
                found: "something else".to_owned(),
            })?;
            if next.origin() != self.base.origin() {
                return Err(FhirError::ForeignPage { what });
            }
            // a server that gives the same page again and again
            if pages.contains(next.as_str()) || pages.len() >= self.options.max_pages {
                return Err(FhirError::TooMuch {
                    what,
                    limit: format!("{} pages", pages.len()),
                });
            }
            url = next;
        }
    }

    fn get(&self, what: &str, url: &Url, heard: &mut Heard) -> Result<Value, FhirError> {
        let mut received = self.ask(what, url)?;
        if received.status == 401 && matches!(self.options.auth, FhirAuth::Backend(_)) {
            // the server took the token back before its time
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = None;
            received = self.ask(what, url)?;
        }
        let answer = judge(what, &received)?;
        heard
            .pages
            .push((crate::exchange::redact_url(url.as_str()), answer.clone()));
        Ok(answer)
    }

    fn ask(&self, what: &str, url: &Url) -> Result<Received, FhirError> {
        let mut request = self
            .http
            .get(url.clone())
            .header(ACCEPT, "application/fhir+json, application/json;q=0.9");
        if let Some(token) = self.token()? {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        self.call(what, request)
    }

    fn call(&self, what: &str, request: reqwest::RequestBuilder) -> Result<Received, FhirError> {
        let (limit, timeout) = (self.options.max_response, self.options.timeout);
        worker::wait(async move {
            match tokio::time::timeout(timeout, post::call(request, limit)).await {
                Ok(result) => result,
                Err(_) => Err(CallError::Timeout { after: timeout }),
            }
        })
        .unwrap_or(Err(CallError::Client))
        .map_err(|source| FhirError::Call {
            what: what.to_owned(),
            source,
        })
    }

    /// The token to send, fetched anew when it is about to run out.
    fn token(&self) -> Result<Option<Secret>, FhirError> {
        let backend = match &self.options.auth {
            FhirAuth::Open => return Ok(None),
            FhirAuth::Token(secret) => return Ok(Some(secret.clone())),
            FhirAuth::Backend(backend) => backend,
        };
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.options.clock.now().timestamp().as_second();
        if let Some(token) = token.as_ref().filter(|t| t.until > now) {
            return Ok(Some(token.secret.clone()));
        }
        let fresh = self.fetch(backend, now)?;
        let secret = fresh.secret.clone();
        *token = Some(fresh);
        Ok(Some(secret))
    }

    fn fetch(&self, backend: &Backend, now: i64) -> Result<Token, FhirError> {
        let token_url = match &backend.token_url {
            Some(url) => url.clone(),
            None => self.discover()?,
        };
        let url = Url::parse(&token_url)
            .ok()
            .filter(|u| matches!(u.scheme(), "http" | "https"))
            .ok_or_else(|| FhirError::Token {
                reason: "the address of the token endpoint is not one".to_owned(),
            })?;
        let assertion = backend.assertion(&token_url, &self.options.clock)?;
        let mut form = Url::parse("form:/").map_err(|_| FhirError::Token {
            reason: "the request cannot be written".to_owned(),
        })?;
        form.query_pairs_mut().extend_pairs([
            ("grant_type", "client_credentials"),
            ("scope", backend.scope.as_str()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", assertion.as_str()),
        ]);
        let what = "POST to the token endpoint";
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(form.query().unwrap_or_default().to_owned());
        let received = self.call(what, request)?;
        let answer = json(what, &received.body);
        if !(200..300).contains(&received.status) {
            let code = answer
                .as_ref()
                .ok()
                .and_then(|a| text(a, "/error"))
                .filter(|c| {
                    c.len() <= 60 && c.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
                });
            return Err(FhirError::Token {
                reason: match code {
                    Some(code) => format!("the server says `{code}` (HTTP {})", received.status),
                    None => format!("HTTP status {}", received.status),
                },
            });
        }
        let answer = answer?;
        let Some(token) = text(&answer, "/access_token") else {
            return Err(FhirError::Token {
                reason: "the answer holds no access_token".to_owned(),
            });
        };
        let life = answer
            .get("expires_in")
            .and_then(Value::as_i64)
            .unwrap_or(300);
        Ok(Token {
            secret: Secret::new(token),
            // anew before the server takes it back
            until: now.saturating_add(life.clamp(0, 86_400) - 20),
        })
    }

    /// Asks the interface where tokens are given.
    fn discover(&self) -> Result<String, FhirError> {
        let what = "GET .well-known/smart-configuration";
        let url = self.at(".well-known/smart-configuration")?;
        let request = self.http.get(url).header(ACCEPT, "application/json");
        let received = self.call(what, request)?;
        let answer = judge(what, &received)?;
        text(&answer, "/token_endpoint")
            .map(str::to_owned)
            .ok_or_else(|| FhirError::Token {
                reason: "smart-configuration names no token_endpoint".to_owned(),
            })
    }
}

fn not_fhir(what: &str, expected: &'static str, found: &Value) -> FhirError {
    match issue(found) {
        Some(issue) => FhirError::Outcome {
            what: what.to_owned(),
            issue,
        },
        None => FhirError::NotFhir {
            what: what.to_owned(),
            expected,
            found: what_is(found),
        },
    }
}

// the JSON of an answer that succeeded
fn judge(what: &str, received: &Received) -> Result<Value, FhirError> {
    let answer = json(what, &received.body);
    let status = received.status;
    if (200..300).contains(&status) {
        return answer;
    }
    let issue = answer.ok().as_ref().and_then(issue);
    let what = what.to_owned();
    Err(match status {
        401 | 403 => FhirError::Refused {
            what,
            status,
            issue,
        },
        _ => FhirError::Status {
            what,
            status,
            issue,
        },
    })
}

fn evidence(pages: &[(String, Value)]) -> Vec<u8> {
    let entries: Vec<Value> = pages
        .iter()
        .map(|(url, page)| json!({"fullUrl": url, "resource": page}))
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "collection", "entry": entries});
    bundle.to_string().into_bytes()
}
