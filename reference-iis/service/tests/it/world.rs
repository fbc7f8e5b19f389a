//! An IIS to test, messages to send, and eyes for replies.

use std::sync::Arc;
use titer_hl7::clock::{FixedClock, SharedClock};
use titer_hl7::{Message, Offsets, Path};
use titer_registry::Registry;
use titer_service::{Channel, Iis, IisConfig, Personality, Policy, Script};
use titer_wire::Credentials;

pub(crate) fn clock() -> SharedClock {
    let now = "2026-11-22T15:00:00Z"
        .parse::<jiff::Timestamp>()
        .unwrap()
        .to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(-5)));
    Arc::new(FixedClock(now))
}

pub(crate) fn config() -> IisConfig {
    IisConfig {
        policy: Policy::national(),
        personality: Personality::well_behaved(),
        scripts: Vec::new(),
        credentials: Credentials::new("user", "password", "FACILITY"),
        kept_exchanges: 10,
    }
}

pub(crate) fn iis_with(config: IisConfig) -> Iis {
    Iis::new(Registry::memory(clock(), 42).unwrap(), config, clock())
}

pub(crate) fn iis() -> Iis {
    iis_with(config())
}

pub(crate) fn acting(personality: &str) -> Iis {
    iis_with(IisConfig {
        personality: Personality::named(personality).unwrap(),
        ..config()
    })
}

pub(crate) fn scripted(scripts: Vec<Script>) -> Iis {
    iis_with(IisConfig {
        scripts,
        ..config()
    })
}

/// A reply that can be asked.
pub(crate) struct Reply(pub(crate) Vec<u8>);

impl Reply {
    pub(crate) fn lines(&self) -> Vec<String> {
        String::from_utf8_lossy(&self.0)
            .split('\r')
            .filter(|l| !l.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// The decoded text at a path; nothing when it is absent.
    pub(crate) fn at(&self, path: &str) -> String {
        let mut offsets = Offsets::new();
        let message = Message::parse(&self.0, &mut offsets);
        message
            .text(&path.parse::<Path>().unwrap())
            .map(std::borrow::Cow::into_owned)
            .unwrap_or_default()
    }

    /// The segments with this name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        self.lines()
            .into_iter()
            .filter(|l| l.starts_with(name))
            .collect()
    }

    /// ERR rows as `severity place code application`.
    pub(crate) fn errors(&self) -> Vec<String> {
        self.all("ERR")
            .iter()
            .map(|line| {
                let fields: Vec<&str> = line.split('|').collect();
                let part = |n: usize| fields.get(n).copied().unwrap_or("");
                let code = |n: usize| part(n).split('^').next().unwrap_or("").to_owned();
                format!("{} {} {} {}", part(4), part(2), code(3), code(5))
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }
}

pub(crate) fn send(iis: &Iis, message: &str) -> Reply {
    send_as(iis, "FACILITY", message)
}

pub(crate) fn send_as(iis: &Iis, facility: &str, message: &str) -> Reply {
    let channel = Channel {
        facility,
        transport: "a test",
    };
    Reply(iis.process(channel, message.as_bytes()))
}

/// A child with one dose given, everything that the guide asks for.
pub(crate) const GIVEN: &str = concat!(
    "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20261122090000-0500||VXU^V04^VXU_V04|M-1|P|2.5.1|||ER|AL|||||Z22^CDCPHINVS|CLINIC|STATE\r",
    "PID|1||4711^^^CLINIC-MR^MR||Marlow^Tessa^June^^^^L|Quill^^^^^^M|20260120|F||2106-3^White^CDCREC|12 Mill Lane^^Bozeman^MT^59715^USA^P||^PRN^PH^^^406^5550123|||||||||2186-5^Not Hispanic or Latino^CDCREC||N|1|||||N\r",
    "PD1|||||||||||02^Reminder/recall - any method^HL70215|N|20260120|||A|20260120|20260120\r",
    "NK1|1|Marlow^Hanna^^^^^L|MTH^Mother^HL70063|12 Mill Lane^^Bozeman^MT^59715^USA^P|^PRN^PH^^^406^5550123\r",
    "ORC|RE|P-1^CLINIC-ORD|F-1^CLINIC-ORD|||||||N1^Reed^Ada^^^^^^CLINIC-PR^L^^^PRN||D1^Stone^Carl^^^^^^CLINIC-PR^L^^^MD|||||CLINIC^Clinic^HL70362\r",
    "RXA|0|1|20261120||08^Hep B, adolescent or pediatric^CVX|0.5|mL^mL^UCUM||00^New Record^NIP001|N1^Reed^Ada^^^^^^CLINIC-PR^L^^^PRN|^^^CLINIC-A||||LOT123|20271130|SKB^GlaxoSmithKline^MVX|||CP|A\r",
    "RXR|C28161^Intramuscular^NCIT|LT^Left Thigh^HL70163\r",
    "OBX|1|CE|30963-3^Vaccine Funding Source^LN|1|VXC50^Public^CDCPHINVS||||||F|||20261120\r",
    "OBX|2|CE|64994-7^Vaccine Funding Program Eligibility^LN|2|V02^VFC Eligible - Medicaid^HL70064||||||F|||20261120|||VXC40^per immunization^CDCPHINVS\r",
    "OBX|3|CE|69764-9^Document Type^LN|3|253088698300005911160720^Hepatitis B VIS^cdcgs1vis||||||F|||20261120\r",
    "OBX|4|DT|29769-7^Date VIS Presented^LN|3|20261120||||||F|||20261120\r",
);

/// A second order group: a dose known from elsewhere.
pub(crate) const TOLD: &str = concat!(
    "ORC|RE||F-2^CLINIC-ORD|||||||N1^Reed^Ada^^^^^^CLINIC-PR^L^^^PRN|||||||CLINIC^Clinic^HL70362\r",
    "RXA|0|1|20260121||45^Hep B, unspecified formulation^CVX|999|||01^Historical Administration^NIP001|||||||||||CP|A\r",
);

/// A refusal.
pub(crate) const REFUSED: &str = concat!(
    "ORC|RE||9999^CLINIC-ORD\r",
    "RXA|0|1|20261120||116^rotavirus, pentavalent^CVX|999||||||||||||00^Parental decision^NIP002||RE|A\r",
);

/// Immunity instead of a vaccine.
pub(crate) const IMMUNE: &str = concat!(
    "ORC|RE||9999^CLINIC-ORD\r",
    "RXA|0|1|20261120||998^no vaccine administered^CVX|999||||||||||||||NA\r",
    "OBX|1|CE|59784-9^Disease with presumed immunity^LN|1|38907003^Varicella infection^SCT||||||F|||20261120\r",
);

/// The patient of [`GIVEN`], asked for by everything.
pub(crate) fn query(profile: &str) -> String {
    let name = match profile {
        "Z34" => "Request Immunization History",
        _ => "Request Evaluated History and Forecast",
    };
    format!(
        "MSH|^~\\&|EHR|CLINIC|IIS|STATE|20261122090500-0500||QBP^Q11^QBP_Q11|Q-1|P|2.5.1|||ER|AL|||||{profile}^CDCPHINVS|CLINIC|STATE\r\
         QPD|{profile}^{name}^CDCPHINVS|TAG-1|4711^^^CLINIC-MR^MR|Marlow^Tessa^June^^^^L|Quill^^^^^^M|20260120|F|12 Mill Lane^^Bozeman^MT^59715^USA^P|^PRN^PH^^^406^5550123|N|1\r\
         RCP|I|5^RD&Records&HL70126\r"
    )
}
