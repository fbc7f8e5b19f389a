//! Invented results. `fixtures/results/*.json` are these, checked in, so that other tests and people can look at them.

use crate::sample_messages::{ack, finding, kept, place, qbp, rsp, vxu};
use titer_finding::{Category, Location, Phi, Severity};
use titer_runner::result::{
    Assertion, Attestation, Body, Capability, Case, ChecklistItem, Direction, Evaluation,
    EvidenceFile, Exchange, Group, Judged, KnownFailure, Level, MessageEvidence, Origin, Outcome,
    Part, PlanInfo, Requirement, Role, RunResult, Step, StepKind, SystemInfo, ToolInfo, Unexpected,
    Verdict, Waiver, sha256_hex,
};

/// Strings that must not get out of their place.
pub(crate) const HOSTILE: [&str; 4] = [
    "<script>alert('owned')</script>",
    "\"><img src=x onerror=alert(2)>",
    "</style></title><b>bold</b>",
    "javascript:alert(3)",
];

/// A name that people in the samples bear, to be looked for in masked reports.
pub(crate) const NAME: &str = "MONTGOMERY^ANNALISE^Q^^^^L";

/// Numbers messages and exchanges, and keeps the time.
struct Maker {
    messages: usize,
    exchanges: usize,
    clock: u64,
}

impl Maker {
    fn new() -> Self {
        Self {
            messages: 0,
            exchanges: 0,
            clock: 4,
        }
    }

    fn message(
        &mut self,
        title: &str,
        origin: Origin,
        profile: &str,
        bytes: &[u8],
    ) -> MessageEvidence {
        self.messages += 1;
        kept(
            &format!("m{}", self.messages),
            title,
            origin,
            profile,
            bytes,
        )
    }

    /// A call that carries one message each way and takes `took` milliseconds.
    fn call(
        &mut self,
        sent: &MessageEvidence,
        back: Option<&MessageEvidence>,
        took: u64,
    ) -> Exchange {
        self.exchanges += 1;
        let started = self.clock;
        self.clock += took + 3;
        let part = |message: &MessageEvidence| {
            let text = message.body.text.reveal().replace('\r', "&#xD;\n");
            let wire = format!(
                "<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\">\n<Body><hl7Message>{text}</hl7Message></Body>\n</Envelope>"
            );
            Part {
                message: Some(message.id.clone()),
                size: wire.len() as u64,
                wire: Some(Body::new(wire.as_bytes())),
            }
        };
        Exchange {
            id: format!("x{}", self.exchanges),
            direction: Direction::ToSystem,
            transport: "CDC SOAP 2011".to_owned(),
            operation: "submitSingleMessage".to_owned(),
            status: back.map(|_| 200),
            started_ms: started,
            took_ms: took,
            request: part(sent),
            response: back.map(part),
            error: None,
        }
    }

    /// A step that sends a VXU and judges the acknowledgment.
    fn send(&mut self, path: &str, cvx: &str, code: &str, err: Option<&str>) -> Step {
        let id = format!("T{:04}", self.messages + 1);
        let sent = self.message(
            "VXU sent",
            Origin::Harness,
            "Z22",
            &vxu(&id, NAME, cvx, "D-1"),
        );
        let back = self.message("ACK received", Origin::System, "Z23", &ack(&id, code, err));
        let mut step = executed(
            path,
            "the dose is reported and acknowledged",
            StepKind::Send,
        );
        let exchange = self.call(&sent, Some(&back), 31 + (self.messages as u64 * 7) % 20);
        step.started_ms = Some(exchange.started_ms);
        step.took_ms = Some(exchange.took_ms + 2);
        step.assertions = vec![
            met(
                "the acknowledgment accepts the message",
                "MSA-1",
                "AA",
                &back.id,
            ),
            met(
                "it names the message that it answers",
                "MSA-2",
                "the sent MSH-10",
                &back.id,
            ),
            met("it conforms to its profile", "MSH-21", "Z23", &back.id),
        ];
        step.requirements = vec!["R-1".to_owned(), "R-3".to_owned()];
        step.capabilities = vec!["report-administered".to_owned()];
        step.messages = vec![sent, back];
        step.exchanges = vec![exchange];
        step
    }

    /// A step that asks what the registry kept.
    fn query(&mut self, path: &str, cvx: &str) -> Step {
        let id = format!("T{:04}", self.messages + 1);
        let sent = self.message("QBP sent", Origin::Harness, "Z34", &qbp(&id, NAME));
        let back = self.message("RSP received", Origin::System, "Z32", &rsp(&id, NAME, cvx));
        let mut step = executed(
            path,
            "the registry kept what it was told",
            StepKind::QueryBack,
        );
        let exchange = self.call(&sent, Some(&back), 12 + (self.messages as u64 * 5) % 11);
        step.started_ms = Some(exchange.started_ms);
        step.took_ms = Some(exchange.took_ms + 1);
        step.assertions = vec![met(
            "the dose is returned",
            "RXA-5.1",
            &format!("{cvx} of 12 March 2026"),
            &back.id,
        )];
        step.requirements = vec!["R-2".to_owned()];
        step.capabilities = vec!["query-history".to_owned()];
        step.messages = vec![sent, back];
        step.exchanges = vec![exchange];
        step
    }
}

fn executed(path: &str, title: &str, kind: StepKind) -> Step {
    let mut step = Step::new(path, title, kind);
    step.verdict = Verdict::Passed;
    step.judged = Judged::Automatic;
    step
}

fn met(what: &str, at: &str, expected: &str, message: &str) -> Assertion {
    let mut assertion = Assertion::new(what, Outcome::Met);
    assertion.at = Some(at.to_owned());
    assertion.expected = Some(expected.to_owned());
    assertion.message = Some(message.to_owned());
    assertion
}

fn known(pattern: &str, reason: &str) -> KnownFailure {
    KnownFailure {
        pattern: pattern.to_owned(),
        reason: reason.to_owned(),
        reference: Some("registry ticket 1041".to_owned()),
    }
}

fn start(groups: Vec<Group>) -> RunResult {
    let mut system = SystemInfo::new(Role::Iis, "Example registry");
    system.about = Some("test instance, policy national".to_owned());
    system.address = Some("http://127.0.0.1:41873/soap".to_owned());
    system.vendor = Some("Example Health Software".to_owned());
    system.product = Some("ImmuTrack".to_owned());
    system.version = Some("7.2.0".to_owned());
    system.tester = Some("R. Okafor".to_owned());
    system.lab = Some("Example Interoperability Laboratory".to_owned());
    let mut result = RunResult::new(
        ToolInfo {
            name: "titer".to_owned(),
            version: "0.1.0".to_owned(),
            code_book: Some("2025-12-01".to_owned()),
        },
        PlanInfo {
            id: "sample".to_owned(),
            title: "Sample plan of immunization exchange".to_owned(),
            version: "1.0".to_owned(),
            sha256: sha256_hex(b"the sample plan"),
            selection: None,
        },
        system,
        42,
        jiff::civil::date(2026, 11, 22),
        "2026-11-22T10:04:00Z".parse().expect("a time"),
        groups,
    );
    result.finished = "2026-11-22T10:04:01.318Z".parse().expect("a time");
    result.capabilities = [
        ("report-administered", "Report administered doses"),
        ("query-history", "Query the immunization history"),
        (
            "receive-acknowledgments",
            "Tell the user what an acknowledgment says",
        ),
    ]
    .into_iter()
    .map(|(id, title)| Capability {
        id: id.to_owned(),
        title: title.to_owned(),
        level: Level::Core,
        component: None,
    })
    .collect();
    result.requirements = [
        (
            "R-1",
            "Every message is acknowledged, and the acknowledgment names it",
        ),
        ("R-2", "What was accepted is returned to a query"),
        (
            "R-3",
            "Acknowledgments conform to the profile that they name",
        ),
        ("R-4", "A deleted dose is gone from later answers"),
        (
            "R-5",
            "A code that is not recognized is reported in an ERR segment",
        ),
        (
            "R-6",
            "Protected records are not returned to other organizations",
        ),
    ]
    .into_iter()
    .map(|(id, title)| Requirement {
        id: id.to_owned(),
        title: title.to_owned(),
        source: Some("implementation guide 1.5, chapter 7".to_owned()),
        steps: Vec::new(),
    })
    .collect();
    result.settle();
    result
}

/// Everything passed.
pub(crate) fn passed() -> RunResult {
    let mut maker = Maker::new();
    let cases = [
        ("AD-1", "a child's first administered dose", "08"),
        ("AD-2", "an adult's dose with a refusal", "141"),
        ("AD-3", "a dose is corrected", "20"),
    ]
    .into_iter()
    .map(|(name, title, cvx)| {
        let path = |step: &str| format!("sample/{name}/{step}");
        Case::new(
            format!("sample/{name}"),
            title,
            vec![
                maker.send(&path("report"), cvx, "AA", None),
                maker.query(&path("query-back"), cvx),
            ],
        )
    })
    .collect();
    let mut result = start(vec![Group::new("administration", "Reporting doses", cases)]);
    result.requirements.truncate(3);
    result.capabilities.truncate(2);
    result.settle();
    result
}

/// Nothing was run, and the system did not answer.
pub(crate) fn nothing() -> RunResult {
    let mut result = start(Vec::new());
    result.system.unreachable =
        Some("connection refused at http://127.0.0.1:41873/soap".to_owned());
    result.capabilities.clear();
    result.requirements.clear();
    result.settle();
    result
}

/// Every verdict, and much that is hostile.
pub(crate) fn sample() -> RunResult {
    let mut maker = Maker::new();
    let groups = vec![
        Group::new(
            "administration",
            "Reporting doses",
            administration(&mut maker),
        ),
        Group::new(
            "query",
            "Asking for history and forecast",
            query(&mut maker),
        ),
        Group::new("transport", "The transport itself", transport(&mut maker)),
        Group::new("strange", "Strange input", strange(&mut maker)),
    ];
    let mut result = start(groups);
    result.modifications = vec![
        "AD-2: the patient's address was changed, because the registry checks postal codes"
            .to_owned(),
    ];
    result.unmatched_known_failures = vec!["sample/QR-9/*".to_owned()];
    let stray = format!("MSH|^~\\&|EHR|CLINIC\rPID|1||MR-T0001||{NAME}\r");
    result.unexpected = vec![Unexpected {
        because: "it could be the report of AD-1 or of AD-2".to_owned(),
        messages: vec![maker.message(
            "a message that two steps await",
            Origin::System,
            "Z22",
            stray.as_bytes(),
        )],
        exchanges: Vec::new(),
    }];
    result.settle();
    result
}

fn administration(maker: &mut Maker) -> Vec<Case> {
    let path = |case: &str, step: &str| format!("sample/{case}/{step}");
    let case = |name: &str, title: &str, steps: Vec<Step>| {
        Case::new(format!("sample/{name}"), title, steps)
    };

    let mut preload = executed(
        &path("AD-1", "preload"),
        "the patient is put into the registry",
        StepKind::Preload,
    );
    preload.verdict = Verdict::NotEvaluated;
    preload.judged = Judged::NotJudged;
    preload.evaluation = Evaluation::NotEvaluated {
        because: "set-up before the test proper never counts".to_owned(),
    };
    let first = case(
        "AD-1",
        "a child's first administered dose",
        vec![
            preload,
            maker.send(&path("AD-1", "report"), "08", "AA", None),
            maker.query(&path("AD-1", "query-back"), "08"),
        ],
    );

    let mut warned = maker.send(&path("AD-2", "report"), "141", "AE", Some("RXA^1^9^1^1"));
    warned.verdict = Verdict::PassedWithException;
    let text = warned.messages[1].body.bytes();
    let mut allowed = met(
        "the acknowledgment accepts the message",
        "MSA-1",
        "AA",
        &warned.messages[1].id,
    );
    allowed.outcome = Outcome::Allowed;
    allowed.found = Some(Phi::new("AE"));
    allowed.because = Some("`{found}` is also allowed: a warning may be sent so".to_owned());
    allowed.location = Some(place(&text, "MSA", "AE", "MSA-1"));
    warned.assertions[0] = allowed;
    warned.requirements.push("R-5".to_owned());
    warned.waivers = vec![Waiver {
        what: "IZ-ERR-4".to_owned(),
        reason: "the laboratory accepts severity W here".to_owned(),
        by: Some("R. Okafor".to_owned()),
        date: Some("2026-11-20".to_owned()),
    }];
    warned.messages[1].findings = vec![finding(
        "IZ-ERR-4",
        Severity::Warning,
        Category::CodeSet,
        place(&text, "ERR", "|W|", "ERR-4"),
        "`{value}` says that nothing was lost, but the dose was not kept",
        Some("W"),
    )];
    let second = case("AD-2", "an adult's dose with a refusal", vec![warned]);

    let third = case(
        "AD-3",
        "a dose is corrected",
        vec![
            maker.send(&path("AD-3", "report"), "20", "AA", None),
            maker.send(&path("AD-3", "correct"), "106", "AA", None),
            maker.query(&path("AD-3", "query-back"), "106"),
        ],
    );

    let mut kept_on = maker.query(&path("AD-4", "query-back"), "08");
    let text = kept_on.messages[1].body.bytes();
    kept_on.verdict = Verdict::Failed;
    kept_on.because =
        Some("dose 08 of 12 March is still returned (said deleted, kept it)".to_owned());
    kept_on.requirements.push("R-4".to_owned());
    let mut missed = Assertion::new("no dose is returned", Outcome::NotMet);
    missed.at = Some("RXA-5.1".to_owned());
    missed.expected = Some("no RXA with CVX 08 of 12 March 2026".to_owned());
    missed.found = Some(Phi::new("08"));
    missed.message = Some(kept_on.messages[1].id.clone());
    missed.location = Some(place(&text, "RXA", "08^Invented vaccine^CVX", "RXA-5"));
    missed.because = Some("the answer still holds `{found}`".to_owned());
    kept_on.assertions.push(missed);
    kept_on.messages[1].findings = vec![
        finding(
            "IZ-RXA-20-01",
            Severity::Error,
            Category::CodeSet,
            place(&text, "RXA", "CP", "RXA-20"),
            "`{value}` contradicts the action code",
            Some("CP"),
        ),
        finding(
            "IZ-RXA-6",
            Severity::Info,
            Category::Quality,
            place(&text, "RXA", "999", "RXA-6"),
            "`{value}` says that the amount is unknown",
            Some("999"),
        ),
        finding(
            "IZ-PID-11",
            Severity::Error,
            Category::Usage,
            Location {
                path: "PID-11".to_owned(),
                ..place(&text, "ORC", "", "PID-11")
            },
            "the address is missing, and the profile requires it",
            None,
        ),
        finding(
            "IZ-GRP-1",
            Severity::Warning,
            Category::Structure,
            Location::default(),
            "the answer has no observation at all",
            None,
        ),
    ];
    let fourth = case(
        "AD-4",
        "delete a dose",
        vec![
            maker.send(&path("AD-4", "report"), "08", "AA", None),
            maker.send(&path("AD-4", "delete"), "08", "AA", None),
            kept_on,
        ],
    );

    let mut broken = maker.send(&path("AD-5", "report"), "03", "AA", None);
    broken.verdict = Verdict::Error;
    broken.messages.truncate(1);
    broken.assertions = vec![Assertion::new("the answer can be read", Outcome::Error)];
    broken.assertions[0].because =
        Some("the envelope is not well-formed XML: line 3, column 14, unexpected end".to_owned());
    broken.exchanges[0].response = None;
    broken.exchanges[0].status = Some(200);
    broken.exchanges[0].error = Some("the answer is not XML".to_owned());
    let fifth = case("AD-5", "two doses in one message", vec![broken]);

    let mut unclear = maker.query(&path("AD-6", "query-back"), "03");
    unclear.verdict = Verdict::Inconclusive;
    unclear.assertions[0].outcome = Outcome::Inconclusive;
    unclear.assertions[0].because =
        Some("the registry holds two records that fit, and the answer names neither".to_owned());
    unclear.requirements.push("R-6".to_owned());
    let sixth = case("AD-6", "a protected record", vec![unclear]);

    let apart = ["AD-7", "AD-8"].map(|name| {
        let mut step = Step::new(
            path(name, "acknowledge"),
            "the user sees the error that came back",
            StepKind::TaAckError,
        );
        step.verdict = Verdict::NotApplicable;
        step.evaluation = Evaluation::NotApplicable {
            because: "an IIS cannot be made to answer a valid message with this error".to_owned(),
        };
        step.capabilities = vec!["receive-acknowledgments".to_owned()];
        case(name, "an error is shown to the user", vec![step])
    });

    let mut declared = Step::new(
        path("AD-9", "declare"),
        "the lot's recall is told to the clinics",
        StepKind::Attestation,
    );
    declared.verdict = Verdict::Attested;
    declared.judged = Judged::Attested;
    declared.evaluation = Evaluation::Attestation;
    declared.attestations = vec![Attestation {
        statement: "Recalled lots are announced to every clinic within a day.".to_owned(),
        name: "M. Lindqvist".to_owned(),
        role: Some("Example Health Software".to_owned()),
        date: "2026-11-21".to_owned(),
        expires: None,
    }];
    let ninth = case("AD-9", "a recalled lot", vec![declared]);

    let mut open = Step::new(
        path("AD-10", "look"),
        "every issue of the acknowledgment is shown",
        StepKind::TaAckError,
    );
    open.checklist = vec![
        ChecklistItem {
            text: "The user sees that the vaccine's code was not recognized.".to_owned(),
            value: None,
            wants: titer_runner::result::Wants::See,
            optional: false,
            seen: Some(true),
            comment: Some("in red, on the worklist".to_owned()),
        },
        ChecklistItem::new("The user sees whose dose it was", Some(Phi::new(NAME))),
        ChecklistItem {
            text: "The message is queued again after the correction.".to_owned(),
            value: None,
            wants: titer_runner::result::Wants::See,
            optional: false,
            seen: Some(false),
            comment: None,
        },
    ];
    open.because = Some("a person has to look at the screen".to_owned());
    open.comment = Some("Continued tomorrow.".to_owned());
    open.files = vec![EvidenceFile {
        name: "evidence/ad-10-screen.png".to_owned(),
        title: "The worklist".to_owned(),
        media_type: "image/png".to_owned(),
        size: 184_223,
        sha256: sha256_hex(b"no real picture"),
    }];
    let tenth = case(
        "AD-10",
        "several issues at once",
        vec![
            maker.send(&path("AD-10", "report"), "999", "AE", Some("RXA^1^5^1^1")),
            open,
        ],
    );

    let [seventh, eighth] = apart;
    vec![
        first, second, third, fourth, fifth, sixth, seventh, eighth, ninth, tenth,
    ]
}

fn query(maker: &mut Maker) -> Vec<Case> {
    let mut forecast = maker.query("sample/QR-1/query", "08");
    forecast.verdict = Verdict::Failed;
    forecast.assertions[0].outcome = Outcome::NotMet;
    forecast.assertions[0].expected = Some("an answer by Z42".to_owned());
    forecast.assertions[0].found = Some(Phi::new("Z33 with QAK-2 AE"));
    let mut first = Case::new(
        "sample/QR-1",
        "evaluated history and forecast",
        vec![forecast],
    );
    first.known = Some(known(
        "sample/QR-1",
        "there is no forecaster yet: Z33 AE instead of Z42",
    ));

    let mut second = Case::new(
        "sample/QR-2",
        "history of a person with two names",
        vec![maker.query("sample/QR-2/query", "21")],
    );
    second.known = Some(known("sample/QR-2", "the second name was not searched"));

    let mut none = maker.query("sample/QR-3/query", "20");
    none.verdict = Verdict::Failed;
    none.assertions[0].outcome = Outcome::NotMet;
    none.known = Some(known(
        "sample/QR-3/query",
        "`NF` is sent as `OK` with no record",
    ));
    let third = Case::new(
        "sample/QR-3",
        "nobody is found",
        vec![maker.query("sample/QR-3/before", "20"), none],
    );
    vec![first, second, third]
}

fn transport(maker: &mut Maker) -> Vec<Case> {
    let steps = (1..=24)
        .map(|n| {
            let mut step = maker.send(&format!("sample/SOAP-1/form-{n:02}"), "08", "AA", None);
            step.title = format!("the message is read in spelling {n} of the envelope");
            step.kind = StepKind::Transport;
            step.requirements = vec!["R-1".to_owned()];
            step.messages.truncate(2);
            step
        })
        .collect();
    let mut lost = maker.send("sample/SOAP-2/submit", "08", "AA", None);
    lost.verdict = Verdict::Error;
    lost.messages.truncate(1);
    lost.assertions = Vec::new();
    lost.because = Some("no answer within 30 seconds".to_owned());
    lost.exchanges[0].response = None;
    lost.exchanges[0].status = None;
    lost.exchanges[0].error = Some("no answer within 30 seconds".to_owned());
    lost.exchanges[0].took_ms = 400;
    vec![
        Case::new("sample/SOAP-1", "many spellings of one envelope", steps),
        Case::new("sample/SOAP-2", "a slow answer", vec![lost]),
    ]
}

fn strange(maker: &mut Maker) -> Vec<Case> {
    let long = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch".repeat(4);
    let mut hostile = maker.send(
        "sample/<script>alert('owned')</script>/\"><img",
        "08",
        "AA",
        None,
    );
    HOSTILE[1].clone_into(&mut hostile.title);
    hostile.verdict = Verdict::Failed;
    hostile.comment = Some(HOSTILE[2].to_owned());
    hostile.requirements = vec![HOSTILE[0].to_owned(), long.clone()];
    hostile.because = Some(format!(
        "{} \u{1b}[31mred\u{1b}[0m \u{202e}backwards",
        HOSTILE[0]
    ));
    hostile.assertions[0].outcome = Outcome::NotMet;
    hostile.assertions[0].found = Some(Phi::new(HOSTILE[0]));
    hostile.assertions[0].expected = Some("`AA` | <b>or</b> *so*".to_owned());
    let name = format!("{}^{long}", HOSTILE[1]);
    let text = vxu("T<b>", &name, "08", "D-1");
    let mut message = maker.message(HOSTILE[0], Origin::System, "Z22", &text);
    message.findings = vec![finding(
        "IZ-<i>",
        Severity::Error,
        Category::Format,
        place(&text, "PID", &name, "PID-5"),
        "`{value}` is no name",
        Some(&name),
    )];
    hostile.messages.push(message);
    HOSTILE[2].clone_into(&mut hostile.exchanges[0].operation);
    hostile.known = None;
    let mut first = Case::new(
        "sample/<script>alert('owned')</script>",
        long,
        vec![hostile],
    );
    first.title = format!("{} {}", HOSTILE[3], first.title);

    // Latin-1 without MSH-18, a vertical tab, and line ends of all kinds.
    let mut bytes = b"MSH|^~\\&|OTHER|SITE||||20261122||VXU^V04^VXU_V04|B1|P|2.5.1\r\nPID|1||7^^^S^MR||NOVOTN\xdd^ZO\xcb\x0b||20240517|F\n\n".to_vec();
    bytes.extend(b"this line is no segment\rRXA|0|1|20261122||08^^CVX|".iter());
    let mut foreign = executed(
        "sample/BYTES-1/read",
        "bytes that are not UTF-8",
        StepKind::Assert,
    );
    let mut message = maker.message("VXU received", Origin::System, "Z22", &bytes);
    let at = |needle: &[u8]| {
        bytes
            .windows(needle.len())
            .position(|w| w == needle)
            .expect("there") as u64
    };
    let start = at(b"NOVOTN");
    message.findings = vec![
        finding(
            "HL7-CHARSET",
            Severity::Warning,
            Category::Syntax,
            Location {
                path: "PID-5".to_owned(),
                line: 2,
                column: 18,
                start,
                end: start + 12,
            },
            "the bytes are not in the character set that MSH-18 declares",
            None,
        ),
        finding(
            "HL7-LINE",
            Severity::Error,
            Category::Structure,
            Location {
                path: String::new(),
                line: 4,
                column: 1,
                start: at(b"this line"),
                end: at(b"this line") + 23,
            },
            "this line is no segment",
            None,
        ),
        finding(
            "IZ-RXA-6",
            Severity::Error,
            Category::Usage,
            Location {
                path: "RXA-6".to_owned(),
                line: 5,
                column: 30,
                start: bytes.len() as u64,
                end: bytes.len() as u64,
            },
            "the amount is missing",
            None,
        ),
    ];
    foreign.assertions = vec![met("the name is read", "PID-5.1", "a name", &message.id)];
    foreign.messages = vec![message];
    vec![
        first,
        Case::new("sample/BYTES-1", "bytes that are not UTF-8", vec![foreign]),
        Case::new("sample/EMPTY-1", "a case without steps", Vec::new()),
    ]
}

/// The checked-in samples are the ones made here; `TITER_WRITE=1` writes them.
#[test]
fn the_checked_in_samples_are_up_to_date() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/results");
    for (name, result) in [
        ("sample", sample()),
        ("passed", passed()),
        ("nothing", nothing()),
        ("recognition", crate::recognition_sample::full()),
        ("recognition-met", crate::recognition_sample::met()),
    ] {
        let path = format!("{folder}/{name}.json");
        let json = result.to_json().expect("serializes");
        if std::env::var_os("TITER_WRITE").is_some() {
            std::fs::write(&path, &json).expect("writes");
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == json,
            "{path} is out of date: run once with TITER_WRITE=1"
        );
        assert_eq!(RunResult::from_json(&json).expect("reads"), result);
    }
}

#[test]
fn the_sample_holds_every_standing() {
    use titer_runner::result::Standing;
    let result = sample();
    for standing in Standing::ALL {
        assert!(
            result.case_counts.get(standing) + result.step_counts.get(standing) > 0,
            "{standing:?}"
        );
    }
}
