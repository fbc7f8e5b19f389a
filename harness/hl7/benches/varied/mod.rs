//! Varied VXU messages of about 2.7 kB for benchmarks: patients, doses and observations differ from one to the next, so
//! that no table or branch is warmed for one message. The same number of messages is the same bytes every time.

mod numbers;

use numbers::Numbers;
use std::fmt::Write;

const FAMILIES: [&str; 12] = [
    "Okonkwo",
    "Snow",
    "Castellanos",
    "Li",
    "Abernathy",
    "Nguyen",
    "Berg",
    "Whitehorse",
    "Petrov",
    "Oyelaran",
    "Diaz",
    "Vandermeer",
];
const GIVEN: [&str; 12] = [
    "Adaeze",
    "Madelynn",
    "Jo",
    "Alexander",
    "Priya",
    "Tomas",
    "Wren",
    "Guadalupe",
    "Ezra",
    "Ingrid",
    "Malik",
    "Theodora",
];
const STREETS: [&str; 8] = [
    "12 River Road",
    "32 Prescott Street Ave",
    "4 Elm",
    "1800 North Lakeshore Boulevard",
    "77 Mill Lane",
    "9 Second Street",
    "210 County Highway 14",
    "5 Harbor View",
];
const TOWNS: [(&str, &str, &str); 6] = [
    ("Lakeside", "MN", "55401"),
    ("Warwick", "MA", "02452"),
    ("Springfield", "IL", "62704"),
    ("Marble Falls", "TX", "78654"),
    ("Ely", "NV", "89301"),
    ("Port Townsend", "WA", "98368"),
];
const RACES: [(&str, &str); 5] = [
    ("2106-3", "White"),
    ("2054-5", "Black or African American"),
    ("2028-9", "Asian"),
    ("2076-8", "Native Hawaiian or Other Pacific Islander"),
    ("1002-5", "American Indian or Alaska Native"),
];
const ETHNICITIES: [(&str, &str); 2] = [
    ("2186-5", "Not Hispanic or Latino"),
    ("2135-2", "Hispanic or Latino"),
];
const VACCINES: [(&str, &str, &str, &str, &str, &str, &str); 7] = [
    (
        "08",
        "Hep B, adolescent or pediatric",
        "SKB",
        "GlaxoSmithKline",
        "45",
        "Hep B, unspecified formulation",
        "20120202",
    ),
    (
        "10",
        "IPV",
        "PMC",
        "sanofi pasteur",
        "89",
        "polio, unspecified formulation",
        "20111108",
    ),
    (
        "20",
        "DTaP",
        "SKB",
        "GlaxoSmithKline",
        "107",
        "DTaP, unspecified formulation",
        "20070517",
    ),
    (
        "21",
        "varicella",
        "MSD",
        "Merck and Co., Inc.",
        "21",
        "varicella",
        "20080313",
    ),
    (
        "03",
        "MMR",
        "MSD",
        "Merck and Co., Inc.",
        "03",
        "MMR",
        "20120420",
    ),
    (
        "49",
        "Hib (PRP-OMP)",
        "MSD",
        "Merck and Co., Inc.",
        "17",
        "Hib, unspecified formulation",
        "19981216",
    ),
    (
        "116",
        "rotavirus, pentavalent",
        "MSD",
        "Merck and Co., Inc.",
        "122",
        "rotavirus, unspecified formulation",
        "20101206",
    ),
];
const ROUTES: [(&str, &str, &str); 3] = [
    ("C28161", "Intramuscular", "NCIT"),
    ("C38299", "Subcutaneous", "NCIT"),
    ("C38238", "Intradermal", "NCIT"),
];
const SITES: [(&str, &str); 4] = [
    ("LD", "Left Deltoid"),
    ("RD", "Right Deltoid"),
    ("LT", "Left Thigh"),
    ("RT", "Right Thigh"),
];
const FUNDING: [(&str, &str); 4] = [
    ("V01", "Not VFC eligible"),
    ("V02", "VFC eligible - Medicaid/Medicaid Managed Care"),
    ("V03", "VFC eligible - Uninsured"),
    (
        "V05",
        "VFC eligible - Federally Qualified Health Center Patient",
    ),
];

/// `count` messages, each of them clean under the guide's profile Z22.
pub(crate) fn messages(count: usize) -> Vec<String> {
    let mut n = Numbers::new(22);
    (1..=count).map(|number| message(&mut n, number)).collect()
}

fn message(n: &mut Numbers, number: usize) -> String {
    let mut out = String::with_capacity(4096);
    let family = n.one_of(&FAMILIES);
    let (given, middle, parent, maiden) = (
        n.one_of(&GIVEN),
        n.one_of(&GIVEN),
        n.one_of(&GIVEN),
        n.one_of(&FAMILIES),
    );
    let street = n.one_of(&STREETS);
    let (town, state, zip) = n.one_of(&TOWNS);
    let (race, race_name) = n.one_of(&RACES);
    let (ethnicity, ethnicity_name) = n.one_of(&ETHNICITIES);
    let (year, month, day) = (2019 + n.below(6), 1 + n.below(12), 1 + n.below(28));
    let phone = 2_000_000 + n.below(7_999_999);
    let unit = 1 + n.below(400);
    let sex = n.one_of(&["F", "M"]);
    let record = 10_000_000 + n.below(80_000_000);
    // writing to a String cannot fail
    let _ = write!(
        out,
        "MSH|^~\\&|EHR^2.16.840.1.113883.3.72.5.40.1^ISO|CLINIC^2.16.840.1.113883.3.72.5.40.2^ISO|IIS^2.16.840.1.113883.3.72.5.40.3^ISO|STATE^2.16.840.1.113883.3.72.5.40.4^ISO|20260312{:02}{:02}00.000-0500||VXU^V04^VXU_V04|BENCH-{number}|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|Clinic^^^^^CDC&2.16.840.1.114222&ISO^XX^^^100-6482|State^^^^^CDC&2.16.840.1.114222&ISO^XX^^^100-3322\r",
        8 + n.below(10),
        n.below(60)
    );
    let _ = write!(
        out,
        "PID|1||{record}^^^NIST MPI^MR||{family}^{given}^{middle}^^^^L|{maiden}^{parent}^^^^^M|{year}{month:02}{day:02}|{sex}||{race}^{race_name}^CDCREC|{street}^Unit {unit}^{town}^{state}^{zip}^USA^L||^PRN^PH^^^657^{phone}|||||||||{ethnicity}^{ethnicity_name}^CDCREC||N||||||N\r"
    );
    let _ = write!(
        out,
        "PD1|||||||||||02^Reminder/recall - any method^HL70215|N|20260312|||A|20260312|20260312\r"
    );
    let _ = write!(
        out,
        "NK1|1|{family}^{parent}^{middle}^^^^L|MTH^Mother^HL70063|{street}^Unit {unit}^{town}^{state}^{zip}^USA^L|^PRN^PH^^^657^{phone}\r"
    );
    let doses = 1 + n.below(3);
    for dose in 1..=doses {
        order(&mut out, n, number * 10 + dose, dose);
    }
    out
}

fn order(out: &mut String, n: &mut Numbers, id: usize, dose: usize) {
    let (cvx, name, mvx, maker, group, group_name, statement) = n.one_of(&VACCINES);
    let (route, route_name, route_system) = n.one_of(&ROUTES);
    let (site, site_name) = n.one_of(&SITES);
    let (funding, funding_name) = n.one_of(&FUNDING);
    let (family, given) = (n.one_of(&FAMILIES), n.one_of(&GIVEN));
    let day = 1 + n.below(11);
    let (lot, units) = (n.below(90_000) + 10_000, n.below(9) + 1);
    let _ = write!(
        out,
        "ORC|RE|{id}^NIST-AA|IZ-{id}^NDA|||||||I-23432^{family}^{given}^A^^^^^NIST-AA-1^L^^^PRN||57422^RADON^NICHOLAS^Q^^^^^NIST-AA-1^L^^^MD|||||CLN-{dose}^Clinic {dose}^HL70362\r\
RXA|0|1|202603{day:02}||{cvx}^{name}^CVX|0.{units}|mL^mL^UCUM||00^New immunization record^NIP001|7832-1^Lemon^Mike^A^^^^^NIST-AA-1^L^^^PRN|^^^Clinic-{dose}||||Y{lot}RR|20271230|{mvx}^{maker}^MVX|||CP|A\r\
RXR|{route}^{route_name}^{route_system}|{site}^{site_name}^HL70163\r"
    );
    let first = (dose - 1) * 4;
    let _ = write!(
        out,
        "OBX|{}|CE|64994-7^Vaccine funding program eligibility category^LN|1|{funding}^{funding_name}^HL70064||||||F|||202603{day:02}|||VXC40^Eligibility captured at the immunization level^CDCPHINVS\r\
OBX|{}|CE|30956-7^vaccine type^LN|2|{group}^{group_name}^CVX||||||F|||202603{day:02}\r\
OBX|{}|TS|29768-9^Date vaccine information statement published^LN|2|{statement}||||||F|||202603{day:02}\r\
OBX|{}|TS|29769-7^Date vaccine information statement presented^LN|2|202603{day:02}||||||F|||202603{day:02}\r",
        first + 1,
        first + 2,
        first + 3,
        first + 4
    );
}
