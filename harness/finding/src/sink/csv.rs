//! CSV: a row for each finding, under a row of names, as RFC 4180 says.

use super::Source;
use crate::finding::Finding;

/// The row of names.
pub(super) const HEAD: &[u8] =
    b"file,message_number,profile,rule,severity,category,path,line,column,start,end,value,\
message,expected,help,source,fixer\r\n";

/// One cell; a comma stands before every one but the first.
pub(crate) fn cell(out: &mut Vec<u8>, text: &str, first: bool) {
    if !first {
        out.push(b',');
    }
    if text
        .bytes()
        .any(|b| matches!(b, b',' | b'"' | b'\r' | b'\n'))
    {
        out.push(b'"');
        for b in text.bytes() {
            if b == b'"' {
                out.push(b'"');
            }
            out.push(b);
        }
        out.push(b'"');
    } else {
        out.extend_from_slice(text.as_bytes());
    }
}

/// The end of a row.
pub(crate) fn end(out: &mut Vec<u8>) {
    out.extend_from_slice(b"\r\n");
}

/// The row of one finding.
pub(super) fn row(out: &mut Vec<u8>, source: &Source<'_>, finding: &Finding, mask: bool) {
    let settled = finding.settled(mask);
    let place = source.place(&finding.location);
    let number = |n: u64| n.to_string();
    let value = settled.value.as_ref().map_or("", |v| v.reveal());
    cell(out, source.file, true);
    cell(out, &number(source.number), false);
    cell(out, source.profile.unwrap_or_default(), false);
    cell(out, &settled.rule, false);
    cell(out, settled.severity.word(), false);
    cell(out, settled.category.word(), false);
    cell(out, &place.path, false);
    cell(out, &number(u64::from(place.line)), false);
    cell(out, &number(u64::from(place.column)), false);
    cell(out, &number(place.start), false);
    cell(out, &number(place.end), false);
    cell(out, value, false);
    cell(out, &settled.message, false);
    cell(out, settled.expected.as_deref().unwrap_or_default(), false);
    cell(out, settled.help.as_deref().unwrap_or_default(), false);
    cell(out, settled.source.as_deref().unwrap_or_default(), false);
    cell(out, settled.fixer.words(), false);
    end(out);
}
