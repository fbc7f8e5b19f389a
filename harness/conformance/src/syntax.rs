//! Faults of the bytes as findings.

use titer_finding::{Category, Finding, Fixer, Location, Severity};
use titer_hl7::{Fault, FaultKind, Message};

/// The finding for a fault that the reader met.
pub(crate) fn finding(fault: &Fault, message: &Message<'_>) -> Finding {
    let (rule, severity, text, help) = words(fault.kind);
    let (line, column) = message.position(fault.span.start);
    let location = Location {
        path: String::new(),
        line,
        column,
        start: u64::from(fault.span.start),
        end: u64::from(fault.span.end),
    };
    let mut finding = Finding::new(
        rule,
        severity,
        Category::Syntax,
        Fixer::SenderSoftware,
        location,
        text,
    );
    finding.help = Some(help.to_owned());
    finding.source = Some("HL7 v2.5.1 chapter 2, message construction".to_owned());
    finding
}

/// How bad a fault is.
pub(crate) fn severity(kind: FaultKind) -> Severity {
    words(kind).1
}

fn words(kind: FaultKind) -> (&'static str, Severity, &'static str, &'static str) {
    use Severity::{Error, Warning};
    match kind {
        FaultKind::NoHeader => (
            "ER7-NO-HEADER",
            Error,
            "no line starts with `MSH`",
            "a message begins with its MSH segment; send it first, on a line of its own",
        ),
        FaultKind::BeforeHeader => (
            "ER7-BEFORE-HEADER",
            Error,
            "lines stand before the MSH segment",
            "send nothing before MSH; batch headers are for batch files only",
        ),
        FaultKind::ShortHeader => (
            "ER7-SHORT-HEADER",
            Error,
            "the MSH segment ends before its delimiters are declared",
            "begin the message with `MSH|^~\\&|`",
        ),
        FaultKind::DuplicateDelimiter => (
            "ER7-DUPLICATE-DELIMITER",
            Error,
            "one character serves as two delimiters",
            "begin the message with `MSH|^~\\&|`",
        ),
        FaultKind::BadDelimiter => (
            "ER7-BAD-DELIMITER",
            Error,
            "a delimiter is not a printable ASCII character",
            "begin the message with `MSH|^~\\&|`",
        ),
        FaultKind::InvalidLine => (
            "ER7-INVALID-LINE",
            Error,
            "this line is not a segment",
            "a segment begins with three capitals or digits and the field separator; a line break inside a value must be sent as `\\.br\\`",
        ),
        FaultKind::BlankLine => (
            "ER7-BLANK-LINE",
            Warning,
            "a blank line stands between segments",
            "end every segment with one carriage return and send no empty lines",
        ),
        FaultKind::ControlCharacter => (
            "ER7-CONTROL-CHARACTER",
            Warning,
            "a control character stands in the text",
            "remove it, or send it as a `\\X..\\` escape sequence",
        ),
        FaultKind::BadCharacter => (
            "ER7-BAD-CHARACTER",
            Warning,
            "these bytes are not valid in the message's character set",
            "declare the character set that is sent in MSH-18, or convert the text to it",
        ),
        FaultKind::UnsupportedCharset => (
            "ER7-CHARSET",
            Error,
            "MSH-18 names a character set that cannot be read",
            "send UTF-8 and declare it as `UNICODE UTF-8`",
        ),
        FaultKind::ByteOrderMark => (
            "ER7-BYTE-ORDER-MARK",
            Warning,
            "a byte order mark stands before the MSH segment",
            "send the message without it; many receivers then do not find `MSH` at the start",
        ),
        FaultKind::Utf16 => (
            "ER7-UTF-16",
            Error,
            "the bytes are UTF-16 or UTF-32, which is not read",
            "send UTF-8 and declare it in MSH-18 as `UNICODE UTF-8`",
        ),
        FaultKind::TooLarge => (
            "ER7-TOO-LARGE",
            Error,
            "the message is larger than 4 GiB and was not read to its end",
            "split the file into messages",
        ),
    }
}
