//! Mistakes that an EHR can be told to make.

/// Every mistake and what it is.
pub(crate) const ALL: [(&str, &str); 33] = [
    ("lost-middle-name", "the patient's middle name is not kept"),
    ("lost-maiden-name", "the mother's maiden name is not sent"),
    ("wrong-birth-date", "the date of birth is one day later"),
    (
        "lost-multiple-birth",
        "multiple birth and birth order are not sent",
    ),
    ("lost-next-of-kin", "next of kin are not sent"),
    ("lost-protection", "the protection indicator is sent as N"),
    (
        "wrong-cvx",
        "a product is sent with another vaccine's CVX code",
    ),
    ("no-cvx", "the NDC is sent without the CVX code"),
    ("wrong-manufacturer", "the manufacturer is another one"),
    (
        "historical-as-given",
        "a reported dose is sent as given here: source 00",
    ),
    (
        "given-as-historical",
        "a dose given here is sent as reported: source 01",
    ),
    ("forgot-refusal", "a refusal is not recorded"),
    ("wrong-refusal-reason", "a refusal has another reason"),
    ("old-lot", "the lot is not changed by the correction"),
    (
        "add-for-update",
        "a correction is sent as a new dose: action A",
    ),
    ("no-delete", "a deletion is sent as an update: action U"),
    ("wrong-vis", "the information statement is another one"),
    ("lost-eligibility", "the eligibility is not sent"),
    ("wrong-eligibility", "the eligibility is another one"),
    ("wrong-funding", "the funding source is another one"),
    ("wrong-site", "the site is another one"),
    ("lost-route", "the route is not sent"),
    ("wrong-expiry", "the lot's last day is a year later"),
    ("wrong-dose-date", "a dose is sent with the day before"),
    (
        "not-reconciled",
        "one dose of the registry is not taken over",
    ),
    ("doubled", "a dose that both have is kept twice"),
    (
        "lost-local",
        "a dose of its own is lost when histories come together",
    ),
    ("stale-forecast", "the forecast is not made anew"),
    (
        "short-forecast",
        "one vaccine group is missing in the forecast",
    ),
    ("no-alert", "no alert is shown"),
    ("bad-entry-accepted", "a bad entry is accepted"),
    (
        "error-not-shown",
        "errors of an acknowledgment are not shown",
    ),
    ("record-without-dates", "the printed record has no dates"),
];

/// The mistakes that are made.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mistakes(Vec<String>);

impl Mistakes {
    /// From the command line.
    pub(crate) fn read(args: &[String]) -> Result<Self, String> {
        let mut made = Vec::new();
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let name = match arg.as_str() {
                "--mistake" => args.next().cloned().ok_or("--mistake needs a name")?,
                // taken by the EHR itself
                "--mllp" | "--tells-nothing" => continue,
                "--fhir-file" => {
                    args.next().ok_or("--fhir-file needs a file")?;
                    continue;
                }
                other => return Err(format!("`{other}` is not known")),
            };
            if !ALL.iter().any(|(known, _)| *known == name) {
                return Err(format!("no mistake is called `{name}`"));
            }
            made.push(name);
        }
        Ok(Self(made))
    }

    /// Whether a mistake is made.
    pub(crate) fn makes(&self, name: &str) -> bool {
        debug_assert!(ALL.iter().any(|(known, _)| *known == name), "{name}");
        self.0.iter().any(|made| made == name)
    }
}
