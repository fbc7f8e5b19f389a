//! The columns that a table can have, and by which words they are known.

/// A column: its key, what it is called, and by which other words it is known.
pub(crate) struct Column {
    pub(super) key: &'static str,
    pub(crate) name: &'static str,
    pub(super) also: &'static [&'static str],
}

const fn column(key: &'static str, name: &'static str, also: &'static [&'static str]) -> Column {
    Column { key, name, also }
}

/// Columns of doses, in the order that counts when no line names them.
pub(crate) const DOSES: &[Column] = &[
    column(
        "date",
        "Date",
        &[
            "given",
            "administered",
            "vaccination date",
            "date given",
            "date administered",
            "rxa-3",
        ],
    ),
    column(
        "name",
        "Vaccine",
        &[
            "product",
            "vaccine name",
            "trade name",
            "description",
            "name",
        ],
    ),
    column("cvx", "CVX", &["cvx code", "vaccine code"]),
    column("lot", "Lot", &["lot number", "lot no", "rxa-15"]),
    column("source", "Source", &["information source", "rxa-9"]),
    column("manufacturer", "MVX", &["manufacturer", "mfr", "rxa-17"]),
    column("ndc", "NDC", &["ndc code"]),
    column(
        "expires",
        "Expires",
        &["expiry", "expiration", "expiration date"],
    ),
    column(
        "completion",
        "Status",
        &["completion", "completion status", "rxa-20"],
    ),
    column("refusal", "Refusal", &["refusal reason", "rxa-18"]),
    column("route", "Route", &["rxr-1"]),
    column("site", "Site", &["body site", "rxr-2"]),
    column("funding", "Funding", &["funding source"]),
    column(
        "eligibility",
        "Eligibility",
        &["vfc", "vfc status", "program eligibility"],
    ),
    column("amount", "Amount", &["volume", "dose amount"]),
    column("unit", "Unit", &["units"]),
    column("valid", "Valid", &["counts", "dose validity"]),
];

/// Columns of recommendations.
pub(crate) const FORECAST: &[Column] = &[
    column(
        "vaccine",
        "Vaccine",
        &["group", "vaccine group", "series", "name"],
    ),
    column(
        "due",
        "Due",
        &["recommended", "recommended date", "due date", "date"],
    ),
    column("earliest", "Earliest", &["minimum", "earliest date"]),
    column("overdue", "Overdue", &["past due", "overdue date"]),
    column("status", "Status", &["state"]),
    column("dose", "Dose", &["dose number", "number"]),
    column("latest", "Latest", &["maximum", "latest date"]),
    column("cvx", "CVX", &["cvx code"]),
];

/// Columns of the stock.
pub(crate) const STOCK: &[Column] = &[
    column("lot", "Lot", &["lot number", "lot no"]),
    column(
        "doses",
        "Doses",
        &["on hand", "quantity", "count", "doses on hand"],
    ),
    column("vaccine", "Vaccine", &["product", "name"]),
    column("ndc", "NDC", &["ndc code"]),
    column(
        "expires",
        "Expires",
        &["expiry", "expiration", "expiration date"],
    ),
    column("funding", "Funding", &["funding source", "stock"]),
];

/// Columns of a list of patients.
pub(crate) const COHORT: &[Column] = &[
    column("patient", "Patient", &["name", "patient name"]),
    column("with", "Why", &["with", "vaccine", "lot", "reason"]),
    column(
        "birth-date",
        "Birth date",
        &["dob", "born", "date of birth"],
    ),
    column("id", "ID", &["mrn", "record number", "patient id"]),
];

/// Columns of reactions.
pub(crate) const REACTIONS: &[Column] = &[
    column("code", "Code", &["reaction code", "snomed"]),
    column("text", "Text", &["reaction", "name"]),
    column("date", "Date", &["onset", "since"]),
    column("after", "After CVX", &["after", "vaccine", "cvx", "agent"]),
    column("system", "System", &["code system"]),
];
