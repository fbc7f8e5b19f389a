//! The tables of a book: their names and columns. Shared with the build script, so nothing but the standard library.

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    /// CDC's codes of vaccines.
    Cvx = 0,
    /// CDC's codes of manufacturers.
    Mvx = 1,
    /// Product names with vaccine and manufacturer.
    Product = 2,
    /// Packages as they are sold.
    NdcSale = 3,
    /// What is inside a package: vials, syringes.
    NdcUse = 4,
    /// Which unit of use is in which unit of sale.
    NdcLink = 5,
    /// Billing codes and their vaccine; codes only.
    Cpt = 6,
    /// Editions of vaccine information statements.
    Vis = 7,
    /// Documents of which a statement is an edition, and where they can be read.
    VisDocument = 8,
    /// Which statement belongs to which vaccine.
    CvxVis = 9,
    /// Vaccine groups.
    Group = 10,
    /// Codes that say the same in two systems.
    Equivalent = 11,
    /// Facts that the publishers tell in notes, as data.
    Known = 12,
    /// A value set of the guide.
    Set = 13,
    /// A list of codes that systems in the field are known to use.
    Field = 14,
}

/// All kinds, in the order of their numbers.
pub const KINDS: [Kind; 15] = [
    Kind::Cvx,
    Kind::Mvx,
    Kind::Product,
    Kind::NdcSale,
    Kind::NdcUse,
    Kind::NdcLink,
    Kind::Cpt,
    Kind::Vis,
    Kind::VisDocument,
    Kind::CvxVis,
    Kind::Group,
    Kind::Equivalent,
    Kind::Known,
    Kind::Set,
    Kind::Field,
];

/// What may stand in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Any text.
    Text,
    /// Any text, and never nothing.
    Code,
    /// `2025-11-19`, or nothing.
    Date,
    /// One of the words for a status.
    Status,
    /// Words from a closed list, apart by spaces.
    Flags,
    /// An 11-digit NDC with hyphens.
    Ndc,
}

const NDC: &[(&str, Form)] = &[
    ("ndc", Form::Ndc),
    ("shape", Form::Code),
    ("name", Form::Text),
    ("labeler", Form::Text),
    ("form", Form::Text),
    ("route", Form::Text),
    ("from", Form::Date),
    ("until", Form::Date),
    ("gtin", Form::Text),
    ("cvx", Form::Code),
    ("updated", Form::Date),
    ("flags", Form::Flags),
];

impl Kind {
    /// The name of the kind, which is also the name of its file.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Cvx => "cvx",
            Kind::Mvx => "mvx",
            Kind::Product => "product",
            Kind::NdcSale => "ndc-sale",
            Kind::NdcUse => "ndc-use",
            Kind::NdcLink => "ndc-link",
            Kind::Cpt => "cpt",
            Kind::Vis => "vis",
            Kind::VisDocument => "vis-document",
            Kind::CvxVis => "cvx-vis",
            Kind::Group => "group",
            Kind::Equivalent => "equivalent",
            Kind::Known => "known",
            Kind::Set => "set",
            Kind::Field => "field",
        }
    }

    /// The kind with this name.
    pub fn named(name: &str) -> Option<Kind> {
        KINDS.into_iter().find(|k| k.name() == name)
    }

    /// The columns and what may stand in them.
    pub const fn columns(self) -> &'static [(&'static str, Form)] {
        use Form::{Code, Date, Flags, Status, Text};
        match self {
            Kind::Cvx => &[
                ("code", Code),
                ("name", Code),
                ("status", Status),
                ("updated", Date),
                ("from", Date),
                ("until", Date),
                ("flags", Flags),
                ("replaced-by", Text),
            ],
            Kind::Mvx => &[
                ("code", Code),
                ("name", Code),
                ("status", Status),
                ("updated", Date),
                ("until", Date),
                ("replaced-by", Text),
            ],
            Kind::Product => &[
                ("name", Code),
                ("cvx", Code),
                ("mvx", Text),
                ("status", Status),
                ("updated", Date),
            ],
            Kind::NdcSale | Kind::NdcUse => NDC,
            Kind::NdcLink => &[("sale", Code), ("use", Code), ("mvx", Text)],
            Kind::Cpt => &[
                ("cpt", Code),
                ("cvx", Code),
                ("from", Date),
                ("updated", Date),
            ],
            Kind::Vis => &[
                ("vis", Code),
                ("document", Code),
                ("edition", Date),
                ("name", Text),
                ("status", Status),
                ("updated", Date),
            ],
            Kind::VisDocument => &[
                ("document", Code),
                ("name", Text),
                ("pdf", Text),
                ("html", Text),
            ],
            Kind::CvxVis => &[("cvx", Code), ("vis", Code)],
            Kind::Group => &[("cvx", Code), ("group", Code), ("group-cvx", Code)],
            Kind::Equivalent => &[
                ("system", Code),
                ("code", Code),
                ("relation", Code),
                ("to-system", Code),
                ("to-code", Code),
            ],
            Kind::Known => &[
                ("system", Code),
                ("code", Code),
                ("from", Date),
                ("until", Date),
                ("flags", Flags),
                ("replaced-by", Text),
                ("pattern", Text),
            ],
            Kind::Set => &[
                ("code", Code),
                ("system", Code),
                ("name", Text),
                ("usage", Text),
                ("pattern", Text),
                ("libraries", Text),
            ],
            Kind::Field => &[
                ("code", Code),
                ("name", Text),
                ("status", Status),
                ("replaced-by", Text),
            ],
        }
    }

    /// How many columns, from the first one on, make a row unique.
    pub const fn key(self) -> usize {
        match self {
            Kind::Cvx
            | Kind::Mvx
            | Kind::NdcSale
            | Kind::NdcUse
            | Kind::Vis
            | Kind::VisDocument => 1,
            Kind::Cpt | Kind::CvxVis | Kind::Group | Kind::Known | Kind::Set | Kind::Field => 2,
            Kind::Product | Kind::NdcLink => 3,
            Kind::Equivalent => 5,
        }
    }

    /// Whether a book may have many tables of this kind, each with an id.
    pub const fn many(self) -> bool {
        matches!(self, Kind::Set | Kind::Field)
    }

    /// The columns by which rows are looked up besides the first one.
    pub const fn indexed(self) -> &'static [usize] {
        match self {
            Kind::Product | Kind::Group => &[1, 2],
            Kind::NdcSale | Kind::NdcUse => &[9],
            Kind::NdcLink | Kind::Cpt | Kind::CvxVis | Kind::Vis => &[1],
            Kind::Equivalent => &[4],
            _ => &[],
        }
    }
}

/// Words for a status, as they stand in a book.
pub const STATUSES: &[&str] = &[
    "active",
    "inactive",
    "non-us",
    "never-active",
    "pending",
    "current",
    "historic",
    "valid",
    "deprecated",
    "ignored",
    "invalid",
];

/// Words for flags, as they stand in a book.
pub const FLAGS: &[&str] = &[
    "unspecified",
    "historical-only",
    "non-us",
    "do-not-use",
    "placeholder",
    "not-a-vaccine",
    "adjuvant",
    "no-inner",
    "used-elsewhere",
];

/// Whether `text` is a calendar date such as `2025-11-19`.
pub(crate) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return false;
    }
    let number = |from: usize, to: usize| text.get(from..to).and_then(|t| t.parse::<u32>().ok());
    let (Some(year), Some(month), Some(day)) = (number(0, 4), number(5, 7), number(8, 10)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    year >= 1 && (1..=days).contains(&day)
}

/// Whether `text` is an NDC in the 5-4-2 form with hyphens.
pub(crate) fn is_ndc(text: &str) -> bool {
    text.len() == 13
        && text.bytes().enumerate().all(|(at, byte)| match at {
            5 | 10 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}
