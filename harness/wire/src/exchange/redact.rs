//! Credentials out of what is recorded.

use super::Header;
use crate::xml;
use std::ops::Range;

/// What stands in place of a credential.
pub const HIDDEN: &str = "[hidden]";

/// Whether a header may carry a credential.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    matches!(
        name.as_str(),
        "authorization" | "proxy-authorization" | "cookie" | "set-cookie" | "userid"
    ) || ["password", "token", "secret", "api-key", "clientcert"]
        .iter()
        .any(|part| name.contains(part))
}

/// Headers with the values of credentials replaced.
pub(crate) fn headers(headers: &axum::http::HeaderMap) -> Vec<Header> {
    headers
        .iter()
        .map(|(name, value)| Header {
            name: name.as_str().to_owned(),
            value: if is_secret(name.as_str()) {
                HIDDEN.to_owned()
            } else {
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            },
        })
        .collect()
}

/// An address without user, password, query and fragment.
pub(crate) fn url(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = url.get(..end).unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (authority, path) = match rest.find('/') {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}{path}")
}

/// A body with passwords replaced: what stands in elements whose name holds `password`, and form fields of that name.
///
/// This works on the text and not on a tree, because bodies that are no XML are recorded, too. A body in which nothing is
/// found is kept byte for byte.
pub(crate) fn body(bytes: &[u8], content_type: Option<&str>) -> Vec<u8> {
    let media = content_type.unwrap_or_default().to_ascii_lowercase();
    if media.starts_with("application/x-www-form-urlencoded") {
        return form(bytes);
    }
    let wide = bytes.iter().take(4).any(|b| *b == 0)
        || bytes.starts_with(&[0xFF, 0xFE])
        || bytes.starts_with(&[0xFE, 0xFF]);
    if wide {
        let charset = crate::http::charset(content_type);
        return match xml::decode(bytes, charset.as_deref()) {
            Ok(decoded) => {
                let spans = secrets(decoded.text.as_bytes());
                if spans.is_empty() {
                    bytes.to_vec()
                } else {
                    replace(decoded.text.as_bytes(), &spans)
                }
            }
            Err(_) => HIDDEN.as_bytes().to_vec(),
        };
    }
    let spans = secrets(bytes);
    if spans.is_empty() {
        bytes.to_vec()
    } else {
        replace(bytes, &spans)
    }
}

fn replace(bytes: &[u8], spans: &[Range<usize>]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for span in spans {
        out.extend_from_slice(bytes.get(from..span.start).unwrap_or_default());
        out.extend_from_slice(HIDDEN.as_bytes());
        from = span.end;
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    out
}

/// Where the contents of elements stand whose name holds `password`.
fn secrets(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(open) = find(bytes, at, |b| b == b'<') {
        let name_end = find(bytes, open + 1, |b| {
            b.is_ascii_whitespace() || matches!(b, b'>' | b'/' | b'<')
        })
        .unwrap_or(bytes.len());
        let name = bytes.get(open + 1..name_end).unwrap_or_default();
        let lower = name.to_ascii_lowercase();
        if !contains(&lower, b"password") || lower.starts_with(b"!") {
            at = name_end.max(open + 1);
            continue;
        }
        let Some(tag_end) = find(bytes, name_end, |b| b == b'>') else {
            spans.push(name_end..bytes.len());
            break;
        };
        if bytes.get(tag_end.wrapping_sub(1)) == Some(&b'/') {
            at = tag_end;
            continue;
        }
        let start = tag_end + 1;
        let end = closing(bytes, start, name);
        if end > start {
            spans.push(start..end);
        }
        at = (end + 1).max(start);
        // the end tag itself has the name, too
        at = find(bytes, at, |b| b == b'>')
            .map_or(bytes.len(), |g| g + 1)
            .max(at);
        if end >= bytes.len() {
            break;
        }
    }
    spans
}

/// Where the end tag of `name` begins; the end of the bytes when there is none.
fn closing(bytes: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(open) = find(bytes, at, |b| b == b'<') {
        let rest = bytes.get(open + 1..).unwrap_or_default();
        if rest.first() == Some(&b'/') && rest.get(1..).is_some_and(|r| r.starts_with(name)) {
            return open;
        }
        at = open + 1;
    }
    bytes.len()
}

fn find(bytes: &[u8], from: usize, wanted: impl Fn(u8) -> bool) -> Option<usize> {
    bytes
        .get(from..)?
        .iter()
        .position(|b| wanted(*b))
        .map(|i| from + i)
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}

fn form(bytes: &[u8]) -> Vec<u8> {
    let fields: Vec<Vec<u8>> = bytes
        .split(|b| *b == b'&')
        .map(|field| {
            let eq = field.iter().position(|b| *b == b'=');
            let name = field.get(..eq.unwrap_or(field.len())).unwrap_or_default();
            let lower = crate::http::percent_decode(name).to_ascii_lowercase();
            if lower.contains("password") {
                [name, b"=", HIDDEN.as_bytes()].concat()
            } else {
                field.to_vec()
            }
        })
        .collect();
    fields.join(&b'&')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body_text: &str) -> String {
        String::from_utf8(body(body_text.as_bytes(), Some("text/xml"))).unwrap_or_default()
    }

    #[test]
    fn passwords_go_and_the_rest_stays() {
        for (from, to) in [
            (
                "<a><password>x</password><b>y</b></a>",
                "<a><password>[hidden]</password><b>y</b></a>",
            ),
            (
                "<p:Password a='1'>x&amp;y</p:Password>",
                "<p:Password a='1'>[hidden]</p:Password>",
            ),
            (
                "<password><![CDATA[x]]>y</password>",
                "<password>[hidden]</password>",
            ),
            (
                "<password></password><password/>z",
                "<password></password><password/>z",
            ),
            (
                "<secondPassword>x</secondPassword>z",
                "<secondPassword>[hidden]</secondPassword>z",
            ),
            ("<password>x", "<password>[hidden]"),
            ("<password", "<password[hidden]"),
            ("<password>x</b>y", "<password>[hidden]"),
            ("<!-- password -->z", "<!-- password -->z"),
            (
                "<password>a</password><password>b</password>",
                "<password>[hidden]</password><password>[hidden]</password>",
            ),
            ("no xml at all < >", "no xml at all < >"),
            ("", ""),
        ] {
            assert_eq!(text(from), to);
        }
    }

    #[test]
    fn what_holds_no_password_keeps_its_bytes() {
        let bytes = b"MSH|^~\\&|\xFF\x00\r";
        assert_eq!(body(bytes, None), bytes);
        let wide: Vec<u8> = "<a>x</a>"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(body(&wide, None), wide);
    }

    #[test]
    fn forms_and_addresses_lose_theirs() {
        let form = body(
            b"USERID=u&PASSWORD=p%26q&pass%57ord=r&MESSAGEDATA=MSH%7C",
            Some("application/x-www-form-urlencoded; charset=utf-8"),
        );
        assert_eq!(
            String::from_utf8_lossy(&form),
            "USERID=u&PASSWORD=[hidden]&pass%57ord=[hidden]&MESSAGEDATA=MSH%7C"
        );
        assert_eq!(url("http://u:p@h:1/soap?key=2#x"), "http://h:1/soap");
        assert_eq!(url("https://h"), "https://h");
        assert_eq!(url("/soap?wsdl"), "/soap");
    }
}
