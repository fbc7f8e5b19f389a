//! A batch of vaccination reports that differ in patient, sender, number of doses, and in what is wrong with them. The same
//! numbers make the same bytes.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};

/// A sequence of numbers that looks random: SplitMix64.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len() as u64) as usize]
    }

    /// Once in so many times.
    fn once_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

const FAMILIES: [&str; 12] = [
    "Marigold", "Alder", "Sorrel", "Rowan", "Tansy", "Yarrow", "Clover", "Bryony", "Juniper",
    "Hazel", "Linden", "Sedge",
];
const GIVEN: [&str; 10] = [
    "Tess", "Ada", "Ines", "Lee", "Ira", "Noor", "Milo", "Vera", "Otis", "June",
];
const TOWNS: [(&str, &str, &str); 5] = [
    ("Bozeman", "MT", "59715"),
    ("Warwick", "RI", "02886"),
    ("Salem", "OR", "97301"),
    ("Boise", "ID", "83702"),
    ("Ames", "IA", "50010"),
];
/// Code, name, maker, and the information statement in its edition of today and in the one before.
struct Vaccine {
    cvx: &'static str,
    name: &'static str,
    maker: &'static str,
    statement: &'static str,
    before: &'static str,
}

const GLAXO: &str = "SKB^GlaxoSmithKline^MVX";
const SANOFI: &str = "PMC^Sanofi Pasteur^MVX";
const MERCK: &str = "MSD^Merck and Co., Inc.^MVX";

const VACCINES: [Vaccine; 6] = [
    Vaccine {
        cvx: "08",
        name: "Hep B, adolescent or pediatric",
        maker: GLAXO,
        statement: "253088698300005911250131",
        before: "253088698300005911230512",
    },
    Vaccine {
        cvx: "20",
        name: "DTaP",
        maker: GLAXO,
        statement: "253088698300003511210806",
        before: "253088698300003511200401",
    },
    Vaccine {
        cvx: "10",
        name: "IPV",
        maker: SANOFI,
        statement: "253088698300017211250131",
        before: "253088698300017211210806",
    },
    Vaccine {
        cvx: "03",
        name: "MMR",
        maker: MERCK,
        statement: "253088698300012711250131",
        before: "253088698300012711210806",
    },
    Vaccine {
        cvx: "21",
        name: "varicella",
        maker: MERCK,
        statement: "253088698300024011250131",
        before: "253088698300024011210806",
    },
    Vaccine {
        cvx: "49",
        name: "Hib (PRP-OMP)",
        maker: MERCK,
        statement: "253088698300006611210806",
        before: "253088698300006611191030",
    },
];

/// Appends one message.
pub(crate) fn message(out: &mut String, dice: &mut Dice, number: u64) {
    let clinic = dice.below(40);
    let (family, given) = (dice.one(&FAMILIES), dice.one(&GIVEN));
    let (town, state, zip) = TOWNS[dice.below(5) as usize];
    let (year, month, day) = (
        2015 + dice.below(10),
        1 + dice.below(12),
        1 + dice.below(28),
    );
    let sex = if dice.once_in(50) {
        "Q"
    } else {
        dice.one(&["F", "M"])
    };
    let race = if dice.once_in(40) {
        "White"
    } else {
        dice.one(&["2106-3", "2054-5", "2028-9"])
    };
    let birth = if dice.once_in(60) {
        format!("{year}{:02}{month:02}", day + 12)
    } else {
        format!("{year}{month:02}{day:02}")
    };
    let _ = write!(
        out,
        "MSH|^~\\&|EHR-{}|CLINIC-{clinic}|IIS|STATE|20260312101502-0500||VXU^V04^VXU_V04|C{clinic}-{number}|P|2.5.1|||ER|AL|||||\
         Z22^CDCPHINVS|CLINIC-{clinic}|STATE\r\
         PID|1||P{number}^^^CLINIC-{clinic}^MR||{family}^{given}^A^^^^L|Alder^^^^^^M|{birth}|{sex}||{race}^A race^CDCREC|{} \
         Orchard Lane^^{town}^{state}^{zip}^USA^P||^PRN^PH^^^406^555{:04}|||||||||2186-5^Not Hispanic or \
         Latino^CDCREC||N|1|||||N\r\
         PD1|||||||||||02^Reminder/recall - any method^HL70215|N|20260312|||A|{birth}|20260312\r\
         NK1|1|{family}^Ines^Ada^^^^L|MTH^Mother^HL70063|12 Orchard Lane^^{town}^{state}^{zip}^USA^P|^PRN^PH^^^406^5550142\r",
        clinic % 3,
        1 + dice.below(900),
        dice.below(10_000),
    );
    let doses = 1 + dice.below(4);
    for dose in 0..doses {
        let vaccine = &VACCINES[dice.below(6) as usize];
        let (name, maker) = (vaccine.name, vaccine.maker);
        let cvx = if dice.once_in(80) { "8" } else { vaccine.cvx };
        let statement = if dice.once_in(20) {
            vaccine.before
        } else {
            vaccine.statement
        };
        let status = if dice.once_in(100) { "CX" } else { "CP" };
        let eligibility = if dice.once_in(70) { "V99" } else { "V02" };
        let given_on = 1 + dice.below(12);
        let set = dose * 4;
        let _ = write!(
            out,
            "ORC|RE|O{number}-{dose}^CLINIC-{clinic}|D{number}-{dose}^CLINIC-{clinic}|||||||N-77^Rowan^Lee^^^^^^CLINIC^L^^^PRN||\
             D-12^Sorrel^Ira^^^^^^CLINIC^L^^^MD|||||CLINIC-{clinic}^A Clinic^HL70362\r\
             RXA|0|1|2026{given_on:02}12||{cvx}^{name}^CVX|0.5|mL^mL^UCUM||00^New Record^NIP001|\
             N-77^Rowan^Lee^^^^^^CLINIC^L^^^PRN|^^^CLINIC-{clinic}||||Y58{:04}|20271230|{maker}|||{status}|A\r\
             RXR|C28161^Intramuscular^NCIT|LT^Left Thigh^HL70163\r\
             OBX|{}|CE|30963-3^Vaccine Funding Source^LN|1|VXC50^Public^CDCPHINVS||||||F|||20260312\r\
             OBX|{}|CE|64994-7^Vaccine Funding Program Eligibility^LN|2|{eligibility}^VFC Eligible^HL70064||||||F|||20260312|||\
             VXC40^per immunization^CDCPHINVS\r\
             OBX|{}|CE|69764-9^Document Type^LN|3|{statement}^{name} VIS^cdcgs1vis||||||F|||20260312\r\
             OBX|{}|DT|29769-7^Date Vis Presented^LN|3|20260312||||||F|||20260312\r",
            dice.below(10_000),
            set + 1,
            set + 2,
            set + 3,
            set + 4,
        );
    }
}

/// Writes a batch of about so many megabytes.
pub(crate) fn write(path: &str, megabytes: u64) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice::new(42);
    let mut text = String::new();
    let (mut bytes, mut number) = (0u64, 0u64);
    out.write_all(b"FHS|^~\\&\rBHS|^~\\&\r")?;
    while bytes < megabytes * 1_000_000 {
        text.clear();
        message(&mut text, &mut dice, number);
        out.write_all(text.as_bytes())?;
        bytes += text.len() as u64;
        number += 1;
    }
    out.write_all(format!("BTS|{number}\rFTS|1\r").as_bytes())?;
    out.flush()?;
    println!(
        "{number} messages, {bytes} bytes, {} bytes each",
        bytes / number
    );
    Ok(())
}
