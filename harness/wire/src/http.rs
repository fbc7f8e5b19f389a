//! Small things of HTTP: media types, form fields, Basic credentials.

use base64::Engine as _;

/// The media type in lower case, without parameters.
pub(crate) fn media_type(content_type: Option<&str>) -> String {
    content_type
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// A parameter of a Content-Type, unquoted.
pub(crate) fn parameter(content_type: Option<&str>, name: &str) -> Option<String> {
    let mut rest = content_type?.split_once(';')?.1;
    loop {
        let (key, after) = rest.split_once('=')?;
        let key = key.trim_matches([' ', '\t', ';']);
        let (value, tail) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(';').unwrap_or((after, "")),
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.trim().to_owned());
        }
        rest = tail;
    }
}

/// The charset parameter of a Content-Type.
pub(crate) fn charset(content_type: Option<&str>) -> Option<String> {
    parameter(content_type, "charset").filter(|c| !c.is_empty())
}

/// A value of a form: `+` is a space, `%41` is `A`; what is no proper escape stays as it is.
pub(crate) fn percent_decode(bytes: &[u8]) -> String {
    String::from_utf8_lossy(&percent_decode_bytes(bytes)).into_owned()
}

pub(crate) fn percent_decode_bytes(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        match rest {
            [] => break,
            [b'%', a, b, tail @ ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                let digit = |d: u8| char::from(d).to_digit(16).unwrap_or_default() as u8;
                out.push(digit(*a) << 4 | digit(*b));
                rest = tail;
            }
            [b'+', tail @ ..] => {
                out.push(b' ');
                rest = tail;
            }
            [c, tail @ ..] => {
                out.push(*c);
                rest = tail;
            }
        }
    }
    out
}

/// User and password of an `Authorization: Basic` header.
pub(crate) fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, encoded) = value.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(encoded.trim())
        .ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_a_content_type() {
        let soap = Some("application/soap+xml; action=\"urn:a;charset=x\"; Charset=\"UTF-8\"");
        assert_eq!(media_type(soap), "application/soap+xml");
        assert_eq!(charset(soap).as_deref(), Some("UTF-8"));
        assert_eq!(
            parameter(soap, "action").as_deref(),
            Some("urn:a;charset=x")
        );
        assert_eq!(
            charset(Some("text/xml;charset=latin1 ;x=y")).as_deref(),
            Some("latin1")
        );
        for none in [
            None,
            Some(""),
            Some("text/xml"),
            Some("text/xml; charset"),
            Some("text/xml; charset="),
            Some(";=;\""),
        ] {
            assert_eq!(charset(none), None);
        }
    }

    #[test]
    fn forms_and_basic_credentials() {
        assert_eq!(percent_decode(b"a+b%2Bc%zz%4"), "a b+c%zz%4");
        assert_eq!(
            basic("Basic dTpwOnE="),
            Some(("u".to_owned(), "p:q".to_owned()))
        );
        for bad in ["", "Basic", "Basic !", "Bearer dTpw", "Basic dQ=="] {
            assert_eq!(basic(bad), None);
        }
    }
}
