//! A jurisdiction's choices about severities, as data.

use crate::diagnostic::Diagnostic;
use crate::finding::{Finding, Severity};
use crate::words;
use crate::yaml::read_yaml;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_saphyr::Spanned;

/// What a policy makes of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Setting {
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// Worth knowing.
    Info,
    /// Not said at all.
    Off,
}

impl Setting {
    /// The severity; `None` when the finding is dropped.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Setting::Error => Some(Severity::Error),
            Setting::Warning => Some(Severity::Warning),
            Setting::Info => Some(Severity::Info),
            Setting::Off => None,
        }
    }
}

/// One entry of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Override {
    /// A rule's id, or a pattern in which `*` stands for any characters.
    pub rule: String,
    /// Only at this location and inside it; an index that is left out means every occurrence.
    pub at: Option<String>,
    /// Only in messages judged by this profile.
    pub profile: Option<String>,
    /// What becomes of the finding.
    pub severity: Setting,
    /// Why, in the jurisdiction's words.
    pub because: Option<String>,
}

impl Override {
    fn applies(&self, rule: &str, path: &str, profile: Option<&str>) -> bool {
        matches(&self.rule, rule)
            && self.at.as_deref().is_none_or(|at| within(path, at))
            && self.profile.as_deref().is_none_or(|p| profile == Some(p))
    }
}

/// Severities that a jurisdiction sets otherwise than the guides do. Of the entries that apply, the last one wins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// Whose it is.
    pub name: String,
    /// Since when, as written.
    pub date: Option<String>,
    /// Where it is laid down.
    pub source: Option<String>,
    /// The entries, in order.
    pub overrides: Vec<Override>,
}

/// What a policy may name: an entry that names something else would never apply.
#[derive(Clone, Debug, Default)]
pub struct Known<'a> {
    /// Every rule's id.
    pub rules: Vec<&'a str>,
    /// Every profile's id.
    pub profiles: Vec<&'a str>,
}

// the document as it is written, with places
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Policy")]
struct Document {
    /// Whose policy it is.
    name: String,
    /// Since when it is in force, as 2026-03-12.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    date: Option<Spanned<String>>,
    /// Where it is laid down.
    #[serde(default)]
    source: Option<String>,
    /// Entries; of those that apply to a finding the last one wins.
    overrides: Vec<Entry>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Override")]
struct Entry {
    /// A rule's id, or a pattern in which `*` stands for any characters.
    #[schemars(with = "String")]
    rule: Spanned<String>,
    /// A location, such as PID-5 or RXA-11.4; places inside it are meant too.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    at: Option<Spanned<String>>,
    /// The profile, such as Z22, in which the entry applies.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    profile: Option<Spanned<String>>,
    /// What the finding becomes.
    severity: Setting,
    /// Why.
    #[serde(default)]
    because: Option<String>,
}

impl Policy {
    /// Reads a policy file's text. Everything that is wrong is said at once where that can be done.
    pub fn read(file: &str, text: &str, known: &Known<'_>) -> Result<Policy, Vec<Diagnostic>> {
        let document: Document = read_yaml(file, text).map_err(|d| vec![*d])?;
        let mut wrong = Vec::new();
        if let Some(date) = &document.date
            && !is_date(&date.value)
        {
            wrong.push(
                Diagnostic::new(format!("`{}` is not a date", date.value))
                    .with_help("write it as 2026-03-12")
                    .at_location(file, text, date.referenced),
            );
        }
        for entry in &document.overrides {
            entry.check(known, |d, place| {
                wrong.push(d.at_location(file, text, place));
            });
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        Ok(Policy {
            name: document.name,
            date: document.date.map(|d| d.value),
            source: document.source,
            overrides: document
                .overrides
                .into_iter()
                .map(|e| Override {
                    rule: e.rule.value,
                    at: e.at.map(|a| a.value),
                    profile: e.profile.map(|p| p.value),
                    severity: e.severity,
                    because: e.because,
                })
                .collect(),
        })
    }

    /// What the policy says about a rule at a place in a message of a profile; `None` when it says nothing.
    pub fn setting(&self, rule: &str, path: &str, profile: Option<&str>) -> Option<Setting> {
        self.overrides
            .iter()
            .rev()
            .find(|o| o.applies(rule, path, profile))
            .map(|o| o.severity)
    }

    /// The finding under this policy; `None` when it is switched off.
    pub fn apply(&self, mut finding: Finding, profile: Option<&str>) -> Option<Finding> {
        match self.setting(&finding.rule, &finding.location.path, profile) {
            None => Some(finding),
            Some(setting) => {
                finding.severity = setting.severity()?;
                Some(finding)
            }
        }
    }

    /// The JSON Schema of a policy file.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Document).to_value()
    }
}

impl Entry {
    fn check(&self, known: &Known<'_>, mut wrong: impl FnMut(Diagnostic, serde_saphyr::Location)) {
        let rule = &self.rule.value;
        if !known.rules.iter().any(|id| matches(rule, id)) {
            let d = if rule.contains('*') {
                Diagnostic::new(format!("no rule matches `{rule}`"))
                    .with_help("`titer explain --list` shows every rule")
            } else {
                Diagnostic::new(format!("no rule is called `{rule}`"))
                    .with_help("`titer explain --list` shows every rule")
                    .did_you_mean(rule, known.rules.iter().copied())
            };
            wrong(d, self.rule.referenced);
        }
        if let Some(at) = &self.at
            && !is_location(&at.value)
        {
            let d = Diagnostic::new(format!("`{}` is not a location", at.value))
                .with_help("write a segment, field or component: `PID`, `PID-5`, `RXA-11.4`");
            wrong(d, at.referenced);
        }
        if let Some(profile) = &self.profile
            && !known.profiles.contains(&profile.value.as_str())
        {
            let d = Diagnostic::new(format!("no profile is called `{}`", profile.value))
                .with_help(format!(
                    "known here: {}",
                    words::list(known.profiles.iter().copied())
                ))
                .did_you_mean(&profile.value, known.profiles.iter().copied());
            wrong(d, profile.referenced);
        }
    }
}

/// Whether `text` fits a pattern in which `*` stands for any characters.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    let mut rest = rest;
    for part in middle {
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether `path` is the location `at` or lies inside it. `RXA[2]-5.1` is within `RXA`, `RXA-5` and `RXA[2]-5`.
fn within(path: &str, at: &str) -> bool {
    let mut path = path.chars().peekable();
    let mut at = at.chars().peekable();
    loop {
        match (path.peek().copied(), at.peek().copied()) {
            // a longer number is another place
            (next, None) => return !next.is_some_and(|c| c.is_ascii_alphanumeric()),
            (Some(p), Some(a)) if p == a => {
                path.next();
                at.next();
            }
            // an index that the policy leaves out
            (Some('['), Some(_)) => while path.next().is_some_and(|c| c != ']') {},
            _ => return false,
        }
    }
}

fn is_location(text: &str) -> bool {
    let mut rest = text;
    let Some(name) = rest.get(..3) else {
        return false;
    };
    if !name.starts_with(|c: char| c.is_ascii_uppercase())
        || !name
            .chars()
            .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    {
        return false;
    }
    rest = rest.get(3..).unwrap_or_default();
    let number = |text: &mut &str| -> bool {
        let tail = text.trim_start_matches(|c: char| c.is_ascii_digit());
        let some = tail.len() < text.len();
        *text = tail;
        some
    };
    let index = |text: &mut &str| -> bool {
        let Some(mut inner) = text.strip_prefix('[') else {
            return true;
        };
        let good = number(&mut inner) && inner.starts_with(']');
        *text = inner.get(1..).unwrap_or_default();
        good
    };
    if !index(&mut rest) {
        return false;
    }
    let Some(field) = rest.strip_prefix('-') else {
        return rest.is_empty();
    };
    rest = field;
    if !number(&mut rest) || !index(&mut rest) {
        return false;
    }
    for _ in 0..2 {
        let Some(part) = rest.strip_prefix('.') else {
            break;
        };
        rest = part;
        if !number(&mut rest) {
            return false;
        }
    }
    rest.is_empty()
}

/// Four, two and two digits with a month and a day that exist in some year.
fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |width: usize| -> Option<u32> {
        let part = parts.next()?;
        (part.len() == width && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse().ok())?
    };
    let (year, month, day) = (number(4), number(2), number(2));
    let days = match month {
        Some(2) => 29,
        Some(4 | 6 | 9 | 11) => 30,
        Some(1..=12) => 31,
        _ => return false,
    };
    year.is_some() && day.is_some_and(|d| (1..=days).contains(&d)) && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Category, Fixer, Location};

    const GOOD: &str = "\
name: Example State IIS
date: 2026-10-01
source: Example State local guide 3.1, section 4
overrides:
  - rule: \"IZ-*\"
    severity: warning
  - {rule: IZ-23, at: PID-5, severity: error, because: names decide matching}
  - {rule: IZ-23, at: PID-5.2, profile: Z22, severity: off}
";

    fn known() -> Known<'static> {
        Known {
            rules: vec!["IZ-22", "IZ-23", "HL7-USAGE"],
            profiles: vec!["Z22", "Z44"],
        }
    }

    fn finding(rule: &str, path: &str) -> Finding {
        let place = Location {
            path: path.to_owned(),
            ..Location::default()
        };
        Finding::new(
            rule,
            Severity::Info,
            Category::Usage,
            Fixer::Receiver,
            place,
            "x",
        )
    }

    fn refused(text: &str) -> String {
        let wrong = Policy::read("state.yaml", text, &known()).expect_err("it is wrong");
        let shown: Vec<String> = wrong.iter().map(|d| d.render(false)).collect();
        shown.join("\n\n")
    }

    #[test]
    fn the_last_entry_that_applies_wins() {
        let policy = Policy::read("state.yaml", GOOD, &known()).expect("good");
        let severity = |rule, path, profile| {
            policy
                .apply(finding(rule, path), profile)
                .map(|f| f.severity)
        };
        assert_eq!(
            severity("HL7-USAGE", "PID-5", None),
            Some(Severity::Info),
            "not named, not touched"
        );
        assert_eq!(severity("IZ-22", "PID-5", None), Some(Severity::Warning));
        assert_eq!(severity("IZ-23", "PID-3", None), Some(Severity::Warning));
        assert_eq!(severity("IZ-23", "PID-5[2].1", None), Some(Severity::Error));
        assert_eq!(severity("IZ-23", "PID-50", None), Some(Severity::Warning));
        assert_eq!(severity("IZ-23", "PID-5.2", Some("Z22")), None);
        assert_eq!(
            severity("IZ-23", "PID-5.2", Some("Z44")),
            Some(Severity::Error)
        );
    }

    #[test]
    fn an_index_left_out_means_every_occurrence() {
        assert!(within("RXA[2]-5.1", "RXA-5"));
        assert!(within("RXA[2]-5.1", "RXA[2]-5"));
        assert!(within("RXA[2]-5.1", "RXA"));
        assert!(!within("RXA[2]-5.1", "RXA[1]-5"));
        assert!(!within("RXA[2]-5.1", "RXA[2]-5.10"));
        assert!(!within("RXA-51", "RXA-5"));
        assert!(!within("", "RXA"));
    }

    #[test]
    fn patterns_match_the_whole_id() {
        for (pattern, id, fits) in [
            ("IZ-23", "IZ-23", true),
            ("IZ-2", "IZ-23", false),
            ("IZ-*", "IZ-23", true),
            ("*-23", "IZ-23", true),
            ("I*-*3", "IZ-23", true),
            ("*", "", true),
            ("IZ*IZ", "IZ", false),
        ] {
            assert_eq!(matches(pattern, id), fits, "{pattern} {id}");
        }
    }

    #[test]
    fn locations_are_checked() {
        for good in ["PID", "RXA[2]", "PID-3", "PID-3[2].4.1", "PV1-20.1"] {
            assert!(is_location(good), "{good}");
        }
        for bad in [
            "",
            "PI",
            "pid-3",
            "PID3",
            "PID-",
            "PID-3[",
            "PID-3[].1",
            "PID-3.1.1.1",
        ] {
            assert!(!is_location(bad), "{bad}");
        }
    }

    #[test]
    fn names_that_never_apply_are_refused() {
        insta::assert_snapshot!(refused(
            "name: x\ndate: 2026-13-01\noverrides:\n  - {rule: IZ-32, severity: off}\n  - {rule: QQ-*, severity: off}\n  \
             - {rule: IZ-23, at: PID5, profile: Z2, severity: error}\n"
        ));
    }

    #[test]
    fn an_unknown_key_is_refused() {
        insta::assert_snapshot!(refused(
            "name: x\noverrides:\n  - {rule: IZ-23, sverity: off}\n"
        ));
    }

    #[test]
    fn an_unknown_severity_is_refused() {
        insta::assert_snapshot!(refused(
            "name: x\noverrides:\n  - rule: IZ-23\n    severity: fatal\n"
        ));
    }

    #[test]
    fn the_schema_accepts_a_good_policy() {
        let schema = jsonschema::validator_for(&Policy::schema()).expect("a schema");
        let quoted = GOOD.replace("off", "\"off\"");
        let document: serde_json::Value = serde_saphyr::from_str(&quoted).expect("YAML");
        assert!(schema.is_valid(&document));
        assert!(!schema.is_valid(&serde_json::json!({"name": "x", "overides": []})));
    }
}
