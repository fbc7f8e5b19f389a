//! Who may see and change the pages: a local tool's defences against other pages in the same browser.
//!
//! A change needs the process's token in its form and must come from these pages (`Origin`, `Sec-Fetch-Site`). While the
//! program listens on the loopback, only a loopback name may be asked for, which ends DNS rebinding. When it listens
//! elsewhere, the pages want a key that the program prints; messages of the system under test have credentials of their own.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::hash::{BuildHasher, RandomState};

/// Only our own style, script and pictures take effect, forms lead here, and nobody frames the pages.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The cookie with the key.
pub(crate) const KEY_COOKIE: &str = "titer-key";
/// The cookie with the tester's name.
pub(crate) const NAME_COOKIE: &str = "titer-tester";

/// A secret of this process: 128 bits that the operating system gave, in hexadecimal digits. It stands in no document.
pub fn secret() -> String {
    let mut hash = Sha256::new();
    for round in 0_u8..8 {
        // every `RandomState` has keys of its own, which come from the system's random source
        hash.update(RandomState::new().hash_one(round).to_be_bytes());
    }
    hash.finalize()
        .iter()
        .take(16)
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

/// Compares without telling by its time where two texts differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0_u8, |different, (x, y)| different | (x ^ y))
            == 0
}

/// The host that was asked for, without its port.
fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    Some(match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => host.split(':').next().unwrap_or(host),
    })
}

/// The host and port that were asked for, when they are made of nothing but what such are made of.
pub(crate) fn authority(headers: &HeaderMap) -> String {
    headers
        .get(header::HOST)
        .and_then(|h| h.to_str().ok())
        .filter(|h| {
            h.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
        })
        .unwrap_or_default()
        .to_owned()
}

/// Whether a loopback name was asked for.
pub(crate) fn asks_loopback(headers: &HeaderMap) -> bool {
    host(headers).is_some_and(|h| {
        h.eq_ignore_ascii_case("localhost")
            || h.parse::<std::net::IpAddr>()
                .is_ok_and(|ip| ip.is_loopback())
    })
}

/// Whether a request that changes something comes from these pages, as far as the browser tells.
pub(crate) fn same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &HeaderName| headers.get(name).and_then(|v| v.to_str().ok());
    let site = HeaderName::from_static("sec-fetch-site");
    if let Some(site) = text(&site)
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    match (text(&header::ORIGIN), text(&header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_some_and(|(_, of)| of.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
    }
}

/// A cookie's value.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|line| line.split(';'))
        .find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key.trim() == name).then(|| {
                form_urlencoded::parse(format!("v={}", value.trim()).as_bytes())
                    .next()
                    .map(|(_, v)| v.into_owned())
                    .unwrap_or_default()
            })
        })
}

/// A `Set-Cookie` line for this site alone; scripts cannot read it.
pub(crate) fn set_cookie(name: &str, value: &str) -> Option<HeaderValue> {
    let value: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    // 400 days is the longest that browsers keep one
    HeaderValue::from_str(&format!(
        "{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=34560000"
    ))
    .ok()
}

/// What every answer says to the browser.
pub(crate) fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(HeaderName::from_static("content-security-policy"))
        .or_insert(HeaderValue::from_static(POLICY));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    HeaderName::from_static(name),
                    HeaderValue::from_str(value).expect("a value"),
                )
            })
            .collect()
    }

    #[test]
    fn another_page_cannot_send_a_form() {
        let of =
            |origin: &str| same_origin(&headers(&[("host", "127.0.0.1:8090"), ("origin", origin)]));
        assert!(of("http://127.0.0.1:8090"));
        assert!(!of("http://127.0.0.1:9"));
        assert!(!of("https://example.org"));
        assert!(!of("null"));
        assert!(!same_origin(&headers(&[
            ("host", "localhost"),
            ("sec-fetch-site", "cross-site")
        ])));
        assert!(same_origin(&headers(&[("host", "localhost")])));
    }

    #[test]
    fn a_name_that_leads_here_by_dns_is_refused() {
        for good in ["localhost:1", "127.0.0.1:8090", "[::1]:8090", "LOCALHOST"] {
            assert!(asks_loopback(&headers(&[("host", good)])), "{good}");
        }
        for bad in ["evil.example:8090", "10.0.0.1", "127.0.0.1.evil.example"] {
            assert!(!asks_loopback(&headers(&[("host", bad)])), "{bad}");
        }
        assert!(!asks_loopback(&HeaderMap::new()));
    }

    #[test]
    fn cookies_keep_any_name() {
        let set = set_cookie(NAME_COOKIE, "Zoë; Brown=1").expect("a cookie");
        let pair = set.to_str().expect("text").split("; ").next().expect("one");
        let back = cookie(
            &headers(&[("cookie", &format!("a=b; {pair}"))]),
            NAME_COOKIE,
        );
        assert_eq!(back.as_deref(), Some("Zoë; Brown=1"));
        assert_eq!(cookie(&headers(&[("cookie", "a=b")]), NAME_COOKIE), None);
    }

    #[test]
    fn secrets_differ() {
        assert_eq!(secret().len(), 32);
        assert_ne!(secret(), secret());
        assert!(same("abc", "abc") && !same("abc", "abd") && !same("abc", "ab"));
    }
}
