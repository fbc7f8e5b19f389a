//! One HTML file: no scripts, fonts or pictures from elsewhere.

use crate::ReportError;
use crate::recognition::sheet::Sheet;
use crate::view;
use include_dir::{Dir, include_dir};
use std::sync::OnceLock;
use tera::{Context, Kwargs, State, Tera};
use titer_runner::result::{RunResult, sha256_hex};

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../report-templates");

/// The report. With `masked` it is made from a masked copy of the document and says so.
pub fn html(result: &RunResult, masked: bool) -> Result<String, ReportError> {
    let page = if masked {
        view::page(&crate::masked(result), true)
    } else {
        view::page(result, false)
    };
    let style = [file("base.css"), file("style.css")].concat();
    let script = file("report.js");
    let mut context = Context::new();
    context.insert("page", &page);
    context.insert("style", &style);
    context.insert("script", script);
    // Only our own style and script may take effect, whatever else gets into the page.
    context.insert(
        "policy",
        &format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            sha256_base64(&style),
            sha256_base64(script)
        ),
    );
    Ok(templates()?.render("report.html", &context)?)
}

/// A report that is made of blocks.
pub(crate) fn sheet(sheet: &Sheet) -> Result<String, ReportError> {
    let style = [file("base.css"), file("style.css"), file("recognition.css")].concat();
    let script = file("report.js");
    let mut context = Context::new();
    context.insert("sheet", sheet);
    context.insert("style", &style);
    context.insert("script", script);
    context.insert(
        "policy",
        &format!(
            "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
            sha256_base64(&style),
            sha256_base64(script)
        ),
    );
    Ok(templates()?.render("recognition.html", &context)?)
}

fn file(name: &str) -> &'static str {
    TEMPLATES
        .get_file(name)
        .and_then(|f| f.contents_utf8())
        .unwrap_or_default()
}

/// All templates; those that end in `.html` escape what they print.
fn templates() -> Result<&'static Tera, ReportError> {
    static TERA: OnceLock<Tera> = OnceLock::new();
    if let Some(tera) = TERA.get() {
        return Ok(tera);
    }
    let mut tera = Tera::default();
    tera.register_filter("spans", |text: &str, _: Kwargs, _: &State| {
        tera::Value::safe_string(&spans(text))
    });
    tera.add_raw_templates(TEMPLATES.files().filter_map(|f| {
        let name = f.path().file_name()?.to_str()?;
        f.path()
            .extension()
            .is_some_and(|e| e == "html")
            .then_some((name, f.contents_utf8()?))
    }))?;
    Ok(TERA.get_or_init(|| tera))
}

/// Escaped text in which what stands between two backticks is set as code.
fn spans(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let parts: Vec<&str> = text.split('`').collect();
    for (index, part) in parts.iter().enumerate() {
        let closed = index % 2 == 1 && index + 1 < parts.len();
        let escaped = part
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;")
            .replace('\'', "&#39;");
        match (index % 2, closed) {
            (1, true) => out.extend(["<code class=\"val\">", &escaped, "</code>"]),
            (1, false) => out.extend(["`", &escaped]),
            _ => out.push_str(&escaped),
        }
    }
    out
}

/// SHA-256 in base64, as a content security policy wants it.
fn sha256_base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let hex = sha256_hex(text.as_bytes());
    // 32 bytes are 256 bits: 42 digits of 6 bits, one of 4 bits and two zero bits, and one `=`.
    let bits: Vec<u8> = hex
        .chars()
        .filter_map(|c| c.to_digit(16))
        .flat_map(|d| (0..4).rev().map(move |i| u8::from(d >> i & 1 == 1)))
        .collect();
    let mut out: String = bits
        .chunks(6)
        .map(|chunk| {
            let value = (0..6).fold(0_u8, |v, i| v << 1 | chunk.get(i).copied().unwrap_or(0));
            ALPHABET
                .get(usize::from(value))
                .map_or('=', |b| char::from(*b))
        })
        .collect();
    out.push('=');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_hash_is_base64() {
        // the well-known digest of no bytes
        assert_eq!(
            sha256_base64(""),
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
        );
    }

    #[test]
    fn backticks_become_code_and_everything_is_escaped() {
        assert_eq!(
            spans("a `<b>` c"),
            "a <code class=\"val\">&lt;b&gt;</code> c"
        );
        assert_eq!(spans("<i> `open"), "&lt;i&gt; `open");
        assert_eq!(spans("\"'&"), "&quot;&#39;&amp;");
    }

    #[test]
    fn every_template_is_there() {
        for name in [
            "report.html",
            "recognition.html",
            "base.css",
            "style.css",
            "recognition.css",
            "report.js",
        ] {
            assert!(!file(name).is_empty(), "{name}");
        }
    }
}
