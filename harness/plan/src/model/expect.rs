//! Expectations: what a message holds.

use super::{Refs, Text, Texts};
use crate::span::{Entries, OneOrMany, Parsed, Spanned};
use crate::syntax::{Path, Reference, Regex, Target};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One expectation. It has one of these forms:
///
/// - `{at: PID-8, is: F}` with `is`, `is-not`, `is-one-of`, `matches`, `same-as`, `differs-from`, `day`,
///   `min-length`, `max-length`;
/// - `{fixed: {PID-8: F, PID-10.1: 2106-3}}` and `{listed: {PID-11.7: [P, H]}}`, many places at once;
/// - `{present: [PID-3.1, PID-5.1]}`, `{absent: PID-29}`;
/// - `{find: ORDER, where: {RXA-5.1: "08"}, count: 1, expect: [...]}`, in whatever order the sender chose;
/// - `{conforms-to: Z23}`;
/// - `{any-of: [...]}`, at least one of these;
/// - `{meets: administered-dose}`, a set of expectations that is written once and stands for its items here.
///
/// Every path is one assertion. A value is compared after escape sequences were decoded; `""` is a value.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expectation {
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Parsed<Path>>,
    /// The value is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Text>,
    /// The value is not this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_not: Option<Text>,
    /// The value is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_one_of: Option<Vec<Text>>,
    /// The whole value matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<Parsed<Regex>>,
    /// The value is the same as there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<Parsed<Reference>>,
    /// The value is another one than there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub differs_from: Option<Parsed<Reference>>,
    /// The value begins with this day, eight digits; a time of day that follows does not matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Text>,
    /// At least this many characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<u32>,
    /// At most this many characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<u32>,
    /// Whether upper and lower case are the same; the plan's `judging` says it when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignoring_case: Option<bool>,
    /// A value stands at each of these places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<OneOrMany<Parsed<Path>>>,
    /// Nothing stands at these places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<OneOrMany<Parsed<Path>>>,
    /// Places and what stands there.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub fixed: Entries<Path, Text>,
    /// Places and the values one of which stands there.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub listed: Entries<Path, Texts>,
    /// What is looked for, in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub find: Option<Parsed<Target>>,
    /// By which values it is known: each place has one of its values.
    #[serde(default, rename = "where", skip_serializing_if = "<[_]>::is_empty")]
    pub conditions: Entries<Path, Texts>,
    /// What it is called in reports: `the Pentacel dose`.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Exactly this many are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// At least this many are there; 1 when neither `count` nor `at-most` is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
    /// At most this many are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
    /// What each of them holds; paths are looked up inside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
    /// The message conforms to one of these profiles.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conforms_to: Option<Refs>,
    /// At least one of these holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Expectation>,
    /// Sets of expectations of the folder `expectations`, whose items stand here in place of this one. A loaded plan has
    /// the items and no `meets`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meets: Option<Refs>,
    /// What kind of test data the value is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<DataKind>,
    /// Why it is expected, for the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// The operators of an [`Expectation`] with `at`; each one that is given must hold.
#[derive(Clone, Copy, Debug)]
#[expect(
    missing_docs,
    reason = "each is the field of the expectation with the same name"
)]
pub struct Operators<'a> {
    pub is: Option<&'a Text>,
    pub is_not: Option<&'a Text>,
    pub is_one_of: Option<&'a [Text]>,
    pub matches: Option<&'a Parsed<Regex>>,
    pub same_as: Option<&'a Parsed<Reference>>,
    pub differs_from: Option<&'a Parsed<Reference>>,
    pub day: Option<&'a Text>,
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
}

/// How many of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At least.
    pub least: u32,
    /// At most.
    pub most: Option<u32>,
}

impl Count {
    /// Whether `n` is in the range.
    pub fn holds(self, n: u32) -> bool {
        n >= self.least && self.most.is_none_or(|most| n <= most)
    }
}

/// The form of an expectation.
#[derive(Clone, Copy, Debug)]
pub enum Form<'a> {
    /// A value at one place.
    Value(&'a Parsed<Path>, Operators<'a>),
    /// A value stands at each place.
    Present(&'a [Parsed<Path>]),
    /// Nothing stands at these places.
    Absent(&'a [Parsed<Path>]),
    /// Places and their values.
    Fixed(&'a [(Parsed<Path>, Text)]),
    /// Places and their possible values.
    Listed(&'a [(Parsed<Path>, Texts)]),
    /// Groups, segments or repetitions in any order.
    Find {
        /// What is looked through.
        target: &'a Parsed<Target>,
        /// By what it is known.
        conditions: &'a [(Parsed<Path>, Texts)],
        /// How many.
        count: Count,
        /// What each holds.
        expect: &'a [Expectation],
    },
    /// The message conforms to one of these profiles.
    ConformsTo(&'a Refs),
    /// At least one holds.
    AnyOf(&'a [Expectation]),
}

impl Expectation {
    /// Every form that is given; a checked plan has exactly one in each expectation.
    pub(crate) fn forms(&self) -> Vec<Form<'_>> {
        let mut forms = Vec::new();
        if let Some(at) = &self.at {
            forms.push(Form::Value(at, self.operators()));
        }
        if let Some(paths) = &self.present {
            forms.push(Form::Present(paths));
        }
        if let Some(paths) = &self.absent {
            forms.push(Form::Absent(paths));
        }
        if !self.fixed.is_empty() {
            forms.push(Form::Fixed(&self.fixed));
        }
        if !self.listed.is_empty() {
            forms.push(Form::Listed(&self.listed));
        }
        if let Some(target) = &self.find {
            forms.push(Form::Find {
                target,
                conditions: &self.conditions,
                count: self.counted(),
                expect: &self.expect,
            });
        }
        if let Some(profiles) = &self.conforms_to {
            forms.push(Form::ConformsTo(profiles));
        }
        if !self.any_of.is_empty() {
            forms.push(Form::AnyOf(&self.any_of));
        }
        forms
    }

    /// The form. `None` only for an expectation that no checked plan holds.
    pub fn form(&self) -> Option<Form<'_>> {
        self.forms().first().copied()
    }

    /// The operators that go with `at`.
    pub(crate) fn operators(&self) -> Operators<'_> {
        Operators {
            is: self.is.as_ref(),
            is_not: self.is_not.as_ref(),
            is_one_of: self.is_one_of.as_deref(),
            matches: self.matches.as_ref(),
            same_as: self.same_as.as_ref(),
            differs_from: self.differs_from.as_ref(),
            day: self.day.as_ref(),
            min_length: self.min_length,
            max_length: self.max_length,
        }
    }

    /// How many a `find` wants.
    pub fn counted(&self) -> Count {
        match (self.count, self.at_least, self.at_most) {
            (Some(n), _, _) => Count {
                least: n,
                most: Some(n),
            },
            (None, None, None) => Count {
                least: 1,
                most: None,
            },
            (None, least, most) => Count {
                least: least.unwrap_or(0),
                most,
            },
        }
    }
}

/// A file of the folder `expectations`: expectations that many messages have in common, by name.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExpectationSets {
    /// The sets.
    pub sets: BTreeMap<String, Spanned<Vec<Expectation>>>,
}

/// Something else that is allowed: when an expectation at the same place fails and this one holds, the step passes with a
/// notable exception.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Allowance {
    /// Where.
    pub at: Parsed<Path>,
    /// The value is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Text>,
    /// The value is one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_one_of: Option<Vec<Text>>,
    /// The whole value matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<Parsed<Regex>>,
    /// Nothing stands there.
    #[serde(default, skip_serializing_if = "super::is_false")]
    pub absent: bool,
    /// Why.
    pub because: String,
}

/// What kind of test data a value is: how free the tester is with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DataKind {
    /// Given by the case: it is there and it is exactly this.
    Fixed,
    /// Given by the case: it is one of a list.
    FixedList,
    /// Given by the profile.
    ProfileFixed,
    /// It is there; what it says does not matter.
    ContentIndifferent,
    /// It is there; the installation decides what it says.
    Configuration,
    /// It is there; the system makes it.
    SystemGenerated,
    /// It is there; it says what the case says, in other words if need be.
    TestCaseProper,
    /// It is there and long enough.
    Length,
    /// It is not there.
    NonPresence,
    /// It may be there or not.
    Indifferent,
}

/// A dose of a history. Everything that is given must hold.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DoseExpect {
    /// What it is called in reports.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// An order of the test data: its vaccine's codes and its date count where they are not given here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<super::Ref>,
    /// A CVX code in either triplet of RXA-5; any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cvx: Option<Texts>,
    /// An NDC in either triplet of RXA-5; any of them. With `cvx`, one of the two is enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ndc: Option<Texts>,
    /// The day of RXA-3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Text>,
    /// RXA-15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<Text>,
    /// RXA-16, the day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Text>,
    /// RXA-17.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<Text>,
    /// RXA-6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Text>,
    /// RXR-1.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Text>,
    /// RXR-2.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site: Option<Text>,
    /// RXA-9.1: `00` administered, `01` to `08` historical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub information_source: Option<Texts>,
    /// RXA-20: `CP`, `PA`, `RE`, `NA`; any of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion: Option<Texts>,
    /// RXA-18.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Text>,
    /// Anything else, looked up in the dose's ORDER group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expectation>,
}
