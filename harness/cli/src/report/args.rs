//! What `titer report` is told.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use titer_runner::result::Rounding;

pub(crate) const EXAMPLES: &str = "\
Examples:
  titer report out/result.json
  titer report out/result.json --html report.html --mask
  titer report out/result.json --markdown - >> \"$GITHUB_STEP_SUMMARY\"
  titer report out/result.json --format recognition-pdf --output recognition.pdf
  titer report sign out/result.json --key lab.pem --signer 'R. Okafor'
  titer report verify out/result.json --signature out/result.json.sig --key lab.pub.pem

Without a form the summary goes to stdout. A file name of - is stdout as well.";

/// What `titer report` is told.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ReportCommand>,
    /// The result document that `titer run` wrote
    #[arg(value_name = "RESULT.json", required = true)]
    pub(crate) result: Option<PathBuf>,
    /// Write the report as one HTML page
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// Write the report as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub(crate) junit: Option<PathBuf>,
    /// Write the report as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Write the result document itself, masked when that is asked for
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the recognition report in this form
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) format: Option<RecognitionForm>,
    /// Write the recognition report into this file [default: stdout]
    #[arg(long, short, value_name = "FILE", requires = "format")]
    pub(crate) output: Option<PathBuf>,
    /// Ask for this share of the optional capabilities, in percent [default: what the plan says, else 90]
    #[arg(long, value_name = "PERCENT", requires = "format", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub(crate) optional_share: Option<u8>,
    /// What to do when that share is no whole number [default: what the plan says, else exact]
    #[arg(long, value_enum, requires = "format")]
    pub(crate) rounding: Option<RoundingArg>,
    /// Hide values and messages: nothing that may identify a person is written
    #[arg(long)]
    pub(crate) mask: bool,
}

/// A form of the recognition report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RecognitionForm {
    /// One HTML file, for the screen and for paper
    #[value(name = "recognition-html")]
    Html,
    /// PDF with the same content
    #[value(name = "recognition-pdf")]
    Pdf,
    /// A summary in Markdown
    #[value(name = "recognition-md")]
    Md,
    /// JSON, for machines
    #[value(name = "recognition-json")]
    Json,
    /// JUnit XML: a capability is a test, and the rule is one
    #[value(name = "recognition-junit")]
    Junit,
}

/// What to do when the share is no whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoundingArg {
    /// Compare as it is
    Exact,
    /// Round the number that has to pass up
    Up,
    /// Round the number that has to pass down
    Down,
}

impl From<RoundingArg> for Rounding {
    fn from(arg: RoundingArg) -> Self {
        match arg {
            RoundingArg::Exact => Rounding::Exact,
            RoundingArg::Up => Rounding::Up,
            RoundingArg::Down => Rounding::Down,
        }
    }
}

/// What else `titer report` does.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Sign a result document: write a file beside it that says who vouches for its bytes
    Sign(SignArgs),
    /// Recompute a result document's hashes and verdicts, and check its files and its signature
    #[command(after_help = VERIFY_CODES)]
    Verify(VerifyArgs),
    /// Make a key to sign with
    #[command(subcommand)]
    Key(KeyCommand),
}

const VERIFY_CODES: &str = "\
Exit codes: 0 everything is as it says; 1 something is not; 2 the call or a file is wrong.";

/// What `titer report sign` is told.
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The result document
    #[arg(value_name = "RESULT.json")]
    pub(crate) result: PathBuf,
    /// The private key, a PEM file
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// Who signs [default: the tester that the document names]
    #[arg(long, value_name = "NAME")]
    pub(crate) signer: Option<String>,
    /// Where to write the signature; - is stdout [default: the document's name and .sig]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Take this for the time
    #[arg(long, value_name = "TIME", hide = true)]
    pub(crate) now: Option<String>,
}

/// What `titer report verify` is told.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The result document
    #[arg(value_name = "RESULT.json")]
    pub(crate) result: PathBuf,
    /// The signature that `titer report sign` wrote [default: the document's name and .sig, when it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) signature: Option<PathBuf>,
    /// The public key that must have signed: a PEM file, or the key in hexadecimal
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// The folder that the names of evidence files are relative to [default: the document's]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) evidence: Option<PathBuf>,
}

/// What `titer report key` does.
#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Make a new Ed25519 key: FILE.pem is kept secret, FILE.pub.pem is given to who verifies
    New {
        /// The name of the files, without their ends
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}
