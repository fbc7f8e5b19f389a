//! A finding on a page.

use super::{Options, Source};
use crate::finding::Finding;
use crate::summary::escape;

/// One finding with the line it is about.
pub(super) fn article(out: &mut Vec<u8>, source: &Source<'_>, finding: &Finding, options: Options) {
    let plain = Options {
        color: false,
        ..options
    };
    let text = super::text::annotated(source, finding, plain);
    let severity = finding.severity.word();
    out.extend_from_slice(b"<article class=\"finding ");
    out.extend_from_slice(severity.as_bytes());
    out.extend_from_slice(b"\"><pre>");
    out.extend_from_slice(escape(&text).as_bytes());
    out.extend_from_slice(b"</pre></article>\n");
}
