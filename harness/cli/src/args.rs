//! The command line.

use crate::codes::{self, CodesCommand};
use crate::exit;
use crate::forecast::args::{self as forecast, ForecastArgs};
use crate::report::args::{self as report, ReportArgs};
use crate::ui::Color;
use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;
use std::sync::LazyLock;

/// The version, and how old the codes are that it knows.
static LONG_VERSION: LazyLock<String> = LazyLock::new(|| {
    let version = env!("CARGO_PKG_VERSION");
    format!("{version}\ncode book of {}", titer_codes::SHIPPED_DAY)
});

/// Proves that immunization data exchange works.
#[derive(Debug, Parser)]
#[command(
    name = "titer",
    version,
    long_version = LONG_VERSION.as_str(),
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = exit::TABLE
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// When to write colours
    #[arg(long, global = true, display_order = 900, value_enum, default_value_t = Color::Auto, hide_possible_values = true, value_name = "auto|always|never")]
    pub(crate) color: Color,
    /// Tell more about what happens inside, on stderr; twice for more still
    #[arg(long, short, global = true, display_order = 901, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check messages: what is wrong, where, why, and who can fix it
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// Run a test plan against an IIS or an EHR
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Serve a reference IIS: a registry that receives, acknowledges and answers
    #[command(after_help = SERVE_EXAMPLES)]
    Serve(Box<ServeArgs>),
    /// Work through a test plan with an EHR, in the browser
    #[command(after_help = WORKBENCH_EXAMPLES)]
    Workbench(Box<WorkbenchArgs>),
    /// Make reports from the result of a run
    #[command(after_help = report::EXAMPLES)]
    Report(Box<ReportArgs>),
    /// List, show, convert or compare conformance profiles
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Check, list or show test plans
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Evaluate an immunization history and forecast what is due, by CDC's logic
    #[command(after_help = forecast::EXAMPLES)]
    Forecast(Box<ForecastArgs>),
    /// Import, show or compare immunization schedules
    #[command(subcommand)]
    Schedule(ScheduleCommand),
    /// Explain a rule, or list all rules
    #[command(after_help = EXPLAIN_EXAMPLES)]
    Explain(ExplainArgs),
    /// Look codes up, bring the code book up to date, see what changed
    #[command(subcommand, after_help = codes::EXAMPLES)]
    Codes(CodesCommand),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

const CHECK_EXAMPLES: &str = "\
Examples:
  titer check vxu.hl7
  titer check inbox/ --fail-on warning --format junit --output findings.xml
  titer check 'archive/**/*.txt' month.zip --profile Z22 --format jsonl --mask
  titer check inbox/ --summary
  some-export | titer check - --policy state.yaml

A folder's files that end in .hl7, .er7, .msg, .vxu or .mllp are read, and archives that end in .zip.
A file may hold one message, many, batches (FHS/BHS) or MLLP frames, with any line ends, or one message
on each line, alone or in a column of a table. Findings go to stdout, a line of totals goes to stderr.";

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  titer explain IZ-23
  titer explain";

/// What `titer check` is told.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Files, folders or patterns; `-` is standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<String>,
    /// Judge by this profile: an id such as Z22, a YAML profile, or a folder or zip file with an IGAMT bundle
    /// [default: the one that MSH-21 names, then the one for MSH-9]
    #[arg(long, value_name = "PROFILE")]
    pub(crate) profile: Option<String>,
    /// Judge every message by this one of the bundle [default: the one that MSH-21 names, then the one for MSH-9]
    #[arg(long, value_name = "ID", requires = "profile")]
    pub(crate) message_id: Option<String>,
    /// Whose reading of the profiles to follow
    #[arg(long, value_enum, default_value_t = DialectArg::Titer)]
    pub(crate) dialect: DialectArg,
    /// Change severities as this file says
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Report dates that lie behind this day: a date such as 2026-03-12, or `today` [default: they are not judged]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// Judge codes by this book [default: the one that ships]
    #[arg(long, value_name = "BOOK")]
    pub(crate) book: Option<PathBuf>,
    /// Lay a jurisdiction's codes over the book; a later file counts before an earlier one
    #[arg(long, value_name = "FILE")]
    pub(crate) overlay: Vec<PathBuf>,
    /// Exit with 1 from this severity on
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,
    /// How to write findings
    #[arg(long, value_enum, default_value_t = FormatArg::Text)]
    pub(crate) format: FormatArg,
    /// Write findings into this file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Hide values: nothing that may identify a person is written
    #[arg(long)]
    pub(crate) mask: bool,
    /// Write findings from this severity on; all are counted [default: warning for text and concise, info for the others]
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) show: Option<Show>,
    /// Write at most this many findings; all are counted [default: 200 for html, no limit for the others]
    #[arg(long, value_name = "N")]
    pub(crate) max_findings: Option<u64>,
    /// Write no findings but what they have in common: causes, rules, places and senders, worst first
    #[arg(long)]
    pub(crate) summary: bool,
    /// Threads that judge [default: one for each core]
    #[arg(long, short, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) jobs: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectArg {
    /// What is right
    Titer,
    /// What NIST's validation engine 1.6.3 says, entry by entry
    #[value(name = "nist-1.6.3")]
    Nist163,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Nothing
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Show {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Everything
    Info,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FormatArg {
    /// The lines with what is wrong marked
    Text,
    /// One line for each finding
    Concise,
    /// One JSON document
    Json,
    /// A JSON object on each line
    Jsonl,
    /// SARIF 2.1.0
    Sarif,
    /// JUnit XML
    Junit,
    /// One page for people, with a summary above the findings
    Html,
    /// A row for each finding
    Csv,
}

const RUN_EXAMPLES: &str = "\
Examples:
  titer run onc-2015
  titer run onc-2015 --sut https://iis.example.org/soap --username me --facility F1 --select 'QR-*'
  titer run onc-2015 --role ehr --bind 0.0.0.0:8080 --mllp 0.0.0.0:2575 --open
  titer run iip-v11 --role ehr --driver 'python3 drive.py' --attest attest.yaml --fhir https://ehr.example.org/fhir/r4
  titer run my-plan/ --known-failures known.yaml --out out/monday

With an IIS under test the messages of the plan are sent and the answers are judged; the reference IIS
of this program is the default. With an EHR under test the program listens, answers as an IIS and
judges what comes. result.json, report.html and junit.xml are written into the folder of --out.

Exit codes: 0 passed; 1 failed; 2 the call, a file or the plan is wrong; 3 incomplete;
4 the system under test could not be reached.";

/// What `titer run` is told.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// A plan's folder, or the name of a plan that the program carries
    #[arg(value_name = "PLAN")]
    pub(crate) plan: String,
    /// The IIS under test: `reference`, or the address of its CDC SOAP service
    #[arg(long, value_name = "reference|URL", default_value = "reference")]
    pub(crate) sut: String,
    /// Which side is under test
    #[arg(long, value_enum, default_value_t = RoleArg::Iis)]
    pub(crate) role: RoleArg,
    /// How messages are sent to an IIS
    #[arg(long, value_enum, default_value_t = TransportArg::Soap)]
    pub(crate) transport: TransportArg,
    /// Run only what matches, such as AD-1 or 'QR-*'; cases that it needs run as well
    #[arg(long, value_name = "PATTERN")]
    pub(crate) select: Vec<String>,
    /// Write the result and its reports into this folder
    #[arg(long, value_name = "DIR", default_value = "out")]
    pub(crate) out: PathBuf,
    /// Where everything comes from that looks random
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: u64,
    /// The day that relative dates count from [default: today]
    #[arg(long, value_name = "DATE")]
    pub(crate) as_of: Option<String>,
    /// What is known to fail; it still runs, and a pass of it fails the run
    #[arg(long, value_name = "FILE")]
    pub(crate) known_failures: Option<PathBuf>,
    /// What callers of an IIS log in with
    #[command(flatten)]
    pub(crate) login: LoginArgs,
    /// Seconds that an answer may take
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Where to listen for an EHR under test
    #[arg(
        long,
        visible_alias = "listen",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:0"
    )]
    pub(crate) bind: String,
    /// Where to listen for an EHR by MLLP, which carries no credentials [default: nowhere]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mllp: Option<String>,
    /// Minutes without a message after which the run of an EHR ends
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=1440))]
    pub(crate) idle: u64,
    /// A program that operates an EHR under test, with its arguments; see docs/drive-an-ehr.md
    #[arg(long, value_name = "COMMAND")]
    pub(crate) driver: Option<String>,
    /// Seconds for which the driver may say nothing
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86400))]
    pub(crate) driver_timeout: u64,
    /// What the vendor of an EHR under test declares
    #[arg(long, value_name = "FILE")]
    pub(crate) attest: Option<PathBuf>,
    /// The FHIR interface of an EHR under test, read for the steps that allow it
    #[arg(long, value_name = "URL")]
    pub(crate) fhir: Option<String>,
    /// Token for it; better given as TITER_FHIR_TOKEN in the environment
    #[arg(
        long,
        value_name = "TOKEN",
        env = "TITER_FHIR_TOKEN",
        hide_env_values = true,
        requires = "fhir"
    )]
    pub(crate) fhir_token: Option<String>,
    /// Client id with which it is read as a SMART backend service
    #[arg(long, value_name = "ID", requires_all = ["fhir", "fhir_key"], conflicts_with = "fhir_token")]
    pub(crate) fhir_client: Option<String>,
    /// Private key of that client, PEM: RSA, or EC on P-384
    #[arg(long, value_name = "FILE", requires = "fhir_client")]
    pub(crate) fhir_key: Option<PathBuf>,
    /// Id of that key in the registered set (`kid`)
    #[arg(long, value_name = "ID", requires = "fhir_client")]
    pub(crate) fhir_key_id: Option<String>,
    /// Jurisdiction's choices of the reference IIS
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Let the reference IIS misbehave: the name of a misbehaviour, or a file with one
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) personality: Option<String>,
    /// Who makes the system under test, for the report
    #[arg(long, value_name = "TEXT")]
    pub(crate) vendor: Option<String>,
    /// The product's name, for the report
    #[arg(long, value_name = "TEXT")]
    pub(crate) product: Option<String>,
    /// The product's version, for the report
    #[arg(long, value_name = "TEXT")]
    pub(crate) product_version: Option<String>,
    /// Who tests, for the report
    #[arg(long, value_name = "TEXT")]
    pub(crate) tester: Option<String>,
    /// The organization that tests, for the report
    #[arg(long, value_name = "TEXT")]
    pub(crate) lab: Option<String>,
    /// Hide values and messages in the reports; result.json is the evidence and stays whole
    #[arg(long)]
    pub(crate) mask: bool,
    /// Open the report in a browser
    #[arg(long)]
    pub(crate) open: bool,
    /// Take this for the time, so that two runs write the same bytes
    #[arg(long, value_name = "TIME", hide = true)]
    pub(crate) now: Option<String>,
}

/// What callers of an IIS log in with: this program where it calls one, the EHR where this program is the IIS.
#[derive(Debug, Args)]
pub(crate) struct LoginArgs {
    /// User name that callers send
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Password that callers send [default: one is made where this program is the IIS]; better given as TITER_PASSWORD in the
    /// environment
    #[arg(
        long,
        value_name = "PASSWORD",
        env = "TITER_PASSWORD",
        hide_env_values = true
    )]
    pub(crate) password: Option<String>,
    /// Facility that callers send
    #[arg(long, value_name = "ID")]
    pub(crate) facility: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleArg {
    /// An immunization registry
    Iis,
    /// A system of a provider
    Ehr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TransportArg {
    /// CDC SOAP over SOAP 1.2
    Soap,
    /// CDC SOAP over SOAP 1.1
    #[value(name = "soap-1.1")]
    Soap11,
    /// The message by HTTP POST
    Http,
}

const SERVE_EXAMPLES: &str = "\
Examples:
  titer serve
  titer serve --db iis.sqlite --bind 0.0.0.0:8080 --username clinic --facility F1
  titer serve --personality lose-dose

It answers CDC SOAP and HTTP POST, and serves a page with its addresses and the last exchanges.";

/// What `titer serve` is told.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) bind: String,
    /// Keep records in this SQLite file [default: in memory]
    #[arg(long, value_name = "FILE")]
    pub(crate) db: Option<PathBuf>,
    /// Jurisdiction's choices
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Misbehave: the name of a misbehaviour, or a file with one
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) personality: Option<String>,
    /// What callers of an IIS log in with
    #[command(flatten)]
    pub(crate) login: LoginArgs,
    /// Where everything comes from that looks random
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: u64,
    /// Open the page in a browser
    #[arg(long)]
    pub(crate) open: bool,
    /// Take this for the time
    #[arg(long, value_name = "TIME", hide = true)]
    pub(crate) now: Option<String>,
}

const WORKBENCH_EXAMPLES: &str = "\
Examples:
  titer workbench iip-v11 --open
  titer workbench iip-v11 --state our-ehr.sqlite --name 'Our EHR 4.2'
  titer workbench iip-v11 --listen 0.0.0.0:8090 --mllp 0.0.0.0:2575

The pages say what to do, step by step. The EHR calls the addresses that the first page shows; messages
can also be pasted. Everything is kept in one file: stop the program whenever you like, and the same
command goes on where it stopped. Where other machines can reach the pages, they want a key, which is
printed at the start.";

/// What `titer workbench` is told.
#[derive(Debug, Args)]
pub(crate) struct WorkbenchArgs {
    /// A plan's folder, or the name of a plan that the program carries
    #[arg(value_name = "PLAN")]
    pub(crate) plan: String,
    /// Keep the session in this file [default: PLAN.sqlite in this folder]
    #[arg(long, value_name = "FILE.sqlite")]
    pub(crate) state: Option<PathBuf>,
    /// Where the pages are and where the EHR calls
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    pub(crate) listen: String,
    /// Where MLLP is listened for [default: nowhere]
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) mllp: Option<String>,
    /// What the system under test is called
    #[arg(long, value_name = "SYSTEM")]
    pub(crate) name: Option<String>,
    /// Work only on what matches, such as '5.*'; cases that it needs are there as well
    #[arg(long, value_name = "PATTERN")]
    pub(crate) select: Vec<String>,
    /// The day that relative dates count from [default: today]
    #[arg(long, value_name = "DAY")]
    pub(crate) as_of: Option<String>,
    /// What callers of an IIS log in with
    #[command(flatten)]
    pub(crate) login: LoginArgs,
    /// Megabytes that a file of evidence may have
    #[arg(long, value_name = "MB", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=10_000))]
    pub(crate) file_limit: u64,
    /// Where everything comes from that looks random
    #[arg(long, value_name = "N", default_value_t = 42)]
    pub(crate) seed: u64,
    /// Open the first page in a browser
    #[arg(long)]
    pub(crate) open: bool,
    /// Take this for the time
    #[arg(long, value_name = "TIME", hide = true)]
    pub(crate) now: Option<String>,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  titer profile diff Z22 local-guide.zip
  titer profile diff Z22 our-profiles/Z22.yaml --format markdown > changes.md
  titer profile diff 2015.zip#Z22 2026.zip#Z22 --format json

Exit codes: 0 both ask for the same; 1 there are differences; 2 the call or a file is wrong.";

/// What `titer profile` is told.
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// List the profiles that the program carries
    List {
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Show a message's segments and groups, or what a profile says about one element
    Show {
        /// An id such as Z22, a YAML profile, or a bundle's folder, zip file or XML profile; a message of it behind `#`
        #[arg(value_name = "PROFILE")]
        profile: String,
        /// A segment, field or component, such as PID, PID-5 or PID-5.1
        #[arg(value_name = "PATH")]
        path: Option<String>,
    },
    /// Write profiles in the other format: NIST's XML as YAML, and YAML as NIST's XML
    Convert {
        /// An id such as Z22, a YAML profile or folder, or a bundle's folder, zip file or XML profile
        #[arg(value_name = "SRC")]
        source: String,
        /// A folder that is empty or does not exist
        #[arg(value_name = "DST")]
        target: PathBuf,
        /// What to write [default: what the source is not]
        #[arg(long, value_enum)]
        to: Option<ProfileForm>,
    },
    /// List what a profile tightens or loosens against another
    #[command(after_help = DIFF_EXAMPLES)]
    Diff(DiffArgs),
}

/// How profiles are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileForm {
    /// Our own format
    Yaml,
    /// NIST's XML
    Xml,
}

/// What `titer profile diff` is told.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The profile to start from: an id such as Z22, a YAML profile or folder, or a bundle; a message of it behind `#`
    #[arg(value_name = "FROM")]
    pub(crate) before: String,
    /// The profile that may ask for more or less
    #[arg(value_name = "TO")]
    pub(crate) after: String,
    /// How to write the differences
    #[arg(long, value_enum, default_value_t = DiffFormat::Text)]
    pub(crate) format: DiffFormat,
}

/// How differences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// Lines for people
    Text,
    /// One JSON document
    Json,
    /// Tables for a page
    Markdown,
}

/// What `titer plan` is told.
#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Read CDC's published supporting data into a schedule that the program can use
    #[command(after_help = SCHEDULE_IMPORT_EXAMPLES)]
    Import {
        /// The archive that CDC publishes, or a folder with its XML files
        #[arg(value_name = "ZIP|DIR")]
        from: PathBuf,
        /// Write the schedule into this folder
        #[arg(long, short, value_name = "DIR", default_value = "schedule")]
        output: PathBuf,
        /// The version of the data, such as 4.64 [default: as the archive's or folder's name says]
        #[arg(long, value_name = "VERSION")]
        data_version: Option<String>,
        /// When it was published: a year, a month or a day
        #[arg(long, value_name = "DATE")]
        published: Option<String>,
    },
    /// List the antigens of a schedule, or show what it says about one
    Show {
        /// An antigen, such as Measles
        #[arg(value_name = "ANTIGEN")]
        antigen: Option<String>,
        /// A schedule: a folder, CDC's archive, or `shipped`
        #[arg(long, value_name = "SCHEDULE", default_value = "shipped")]
        schedule: String,
    },
    /// Say in words what changed between two schedules, and for whom answers change
    #[command(after_help = SCHEDULE_DIFF_EXAMPLES)]
    Diff {
        /// A schedule: a folder, CDC's archive, or `shipped`
        #[arg(value_name = "OLD")]
        old: String,
        /// A schedule, too
        #[arg(value_name = "NEW")]
        new: String,
        /// Ask both about the patients of this file: CDC's test cases as CSV
        #[arg(long, value_name = "FILE")]
        cases: Option<PathBuf>,
    },
}

const SCHEDULE_IMPORT_EXAMPLES: &str = "\
Examples:
  titer schedule import supporting-data-4.64.zip --published 2025-11
  titer schedule import supporting-data-4.65/XML -o my-schedule";

const SCHEDULE_DIFF_EXAMPLES: &str = "\
Examples:
  titer schedule diff shipped supporting-data-4.65.zip
  titer schedule diff old-schedule new-schedule --cases healthy-v4.45.csv";

#[derive(Debug, Subcommand)]
pub(crate) enum PlanCommand {
    /// Look for mistakes in plans
    Lint {
        /// Folders of plans, or names of plans that the program carries [default: all of these]
        #[arg(value_name = "PLAN")]
        plans: Vec<String>,
    },
    /// List the plans that the program carries, or the names in one plan
    List {
        /// A plan's folder or name
        #[arg(value_name = "PLAN")]
        plan: Option<String>,
        /// Write JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a plan of a bundle of NIST's test tool
    #[command(after_help = IMPORT_HELP)]
    Import {
        /// The bundle: a folder with TestPlan.json, TestGroup_1/TestCase_1/TestStep_1 and so on
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// The folder for the plan; it must be empty or not be there [default: the plan's id]
        #[arg(long, short, value_name = "FOLDER", visible_alias = "out")]
        output: Option<PathBuf>,
        /// The plan's id, the first part of every name in it [default: made from the bundle's folder]
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// Only tell what would become of it, and write nothing
        #[arg(long, conflicts_with = "output")]
        check: bool,
        /// Write the report as JSON
        #[arg(long)]
        json: bool,
    },
    /// Show what a plan does, case by case and step by step
    Show {
        /// A plan's folder or name
        #[arg(value_name = "PLAN")]
        plan: String,
        /// Only the cases that match, such as AD-1 or 'QR-*'
        #[arg(long, value_name = "PATTERN")]
        select: Vec<String>,
        /// Write JSON
        #[arg(long)]
        json: bool,
        /// Write the bar codes of the plan's stock into this folder: an SVG picture of each, and a page with all of them
        #[arg(long, value_name = "DIR")]
        bar_codes: Option<PathBuf>,
        /// The day that relative dates count from, for bar codes [default: today]
        #[arg(long, value_name = "DATE", requires = "bar_codes")]
        as_of: Option<jiff::civil::Date>,
    },
}

/// What `titer plan import --help` says at its end.
const IMPORT_HELP: &str = "\
Examples:
  titer plan import 'ONC 2015 Test Plan' --output onc
  titer plan import bundle --check --json

Every step of the bundle is a step of the plan. What could not be carried is told with its
reason, here and in import-report.json beside the plan.

Exit codes: 0 everything was carried; 1 something was not; 2 the bundle gives no plan.";

/// What `titer explain` is told.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The rule's id; without one every rule is listed
    #[arg(value_name = "RULE", conflicts_with = "list")]
    pub(crate) rule: Option<String>,
    /// List every rule with its severity and title
    #[arg(long)]
    pub(crate) list: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
