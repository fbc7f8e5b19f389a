//! Code systems: the names that messages use for them, and their addresses elsewhere.

/// A code system. `name()` is what stands in a message, as HL7 table 0396 and the guide spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum System {
    /// Vaccines, also HL70292.
    Cvx,
    /// Manufacturers of vaccines, also HL70227.
    Mvx,
    /// National Drug Codes.
    Ndc,
    /// Billing codes.
    Cpt,
    /// Encoded strings of vaccine information statements.
    Vis,
    /// Race and ethnicity as CDC codes them.
    CdcRec,
    /// LOINC.
    Loinc,
    /// SNOMED CT.
    Snomed,
    /// The thesaurus of the National Cancer Institute: routes.
    Ncit,
    /// Units of measure.
    Ucum,
    /// CDC's public health codes: eligibility methods, funding, profiles.
    CdcPhinVs,
    /// A table of HL7: 5 is `HL70005`.
    Hl7(u16),
    /// A table of the National Immunization Program: 1 is `NIP001`.
    Nip(u16),
}

impl System {
    /// The system that a message means by this name. Case does not count, and neither does `HL7` before a number of four digits
    /// without zeros.
    pub fn named(name: &str) -> Option<System> {
        let known = [
            ("CVX", System::Cvx),
            ("HL70292", System::Cvx),
            ("MVX", System::Mvx),
            ("HL70227", System::Mvx),
            ("NDC", System::Ndc),
            ("CPT", System::Cpt),
            ("CPTM", System::Cpt),
            ("C4", System::Cpt),
            ("cdcgs1vis", System::Vis),
            ("VIS", System::Vis),
            ("CDCREC", System::CdcRec),
            ("CDCM", System::CdcRec),
            ("LN", System::Loinc),
            ("LOINC", System::Loinc),
            ("SCT", System::Snomed),
            ("SNM", System::Snomed),
            ("NCIT", System::Ncit),
            ("UCUM", System::Ucum),
            ("CDCPHINVS", System::CdcPhinVs),
        ];
        if let Some((_, system)) = known.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)) {
            return Some(*system);
        }
        let number = |prefix: &str, length: usize| {
            let start = name.get(..prefix.len())?;
            let digits = name.get(prefix.len()..)?;
            (start.eq_ignore_ascii_case(prefix)
                && digits.len() == length
                && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse().ok())
            .flatten()
        };
        number("HL7", 4)
            .or_else(|| number("", 4))
            .map(System::Hl7)
            .or_else(|| number("NIP", 3).map(System::Nip))
    }

    /// The name as a message spells it.
    pub fn name(self) -> std::borrow::Cow<'static, str> {
        use std::borrow::Cow::{Borrowed, Owned};
        match self {
            System::Cvx => Borrowed("CVX"),
            System::Mvx => Borrowed("MVX"),
            System::Ndc => Borrowed("NDC"),
            System::Cpt => Borrowed("CPT"),
            System::Vis => Borrowed("cdcgs1vis"),
            System::CdcRec => Borrowed("CDCREC"),
            System::Loinc => Borrowed("LN"),
            System::Snomed => Borrowed("SCT"),
            System::Ncit => Borrowed("NCIT"),
            System::Ucum => Borrowed("UCUM"),
            System::CdcPhinVs => Borrowed("CDCPHINVS"),
            System::Hl7(5) => Borrowed("HL70005"),
            System::Hl7(64) => Borrowed("HL70064"),
            System::Hl7(162) => Borrowed("HL70162"),
            System::Hl7(163) => Borrowed("HL70163"),
            System::Hl7(189) => Borrowed("HL70189"),
            System::Hl7(number) => Owned(format!("HL7{number:04}")),
            System::Nip(1) => Borrowed("NIP001"),
            System::Nip(2) => Borrowed("NIP002"),
            System::Nip(3) => Borrowed("NIP003"),
            System::Nip(number) => Owned(format!("NIP{number:03}")),
        }
    }

    /// The address under which FHIR knows the system.
    pub fn uri(self) -> String {
        match self {
            System::Cvx => "http://hl7.org/fhir/sid/cvx".to_owned(),
            System::Mvx => "http://hl7.org/fhir/sid/mvx".to_owned(),
            System::Ndc => "http://hl7.org/fhir/sid/ndc".to_owned(),
            System::Cpt => "http://www.ama-assn.org/go/cpt".to_owned(),
            System::Vis => "urn:oid:2.16.840.1.114222.4.5.307".to_owned(),
            System::CdcRec => "urn:oid:2.16.840.1.113883.6.238".to_owned(),
            System::Loinc => "http://loinc.org".to_owned(),
            System::Snomed => "http://snomed.info/sct".to_owned(),
            System::Ncit => "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl".to_owned(),
            System::Ucum => "http://unitsofmeasure.org".to_owned(),
            System::CdcPhinVs => "urn:oid:2.16.840.1.114222.4.5.274".to_owned(),
            System::Hl7(number) => {
                format!("http://terminology.hl7.org/CodeSystem/v2-{number:04}")
            }
            System::Nip(number) => {
                format!("http://terminology.hl7.org/CodeSystem/v2-NIP{number:03}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_found_by_the_name_that_a_message_gives() {
        for (name, system) in [
            ("CVX", System::Cvx),
            ("cvx", System::Cvx),
            ("HL70292", System::Cvx),
            ("HL70005", System::Hl7(5)),
            ("0104", System::Hl7(104)),
            ("NIP001", System::Nip(1)),
            ("CDCREC", System::CdcRec),
        ] {
            assert_eq!(System::named(name), Some(system), "{name}");
        }
        for name in ["", "HL7", "HL7005", "99LAB", "L", "NIP", "ü"] {
            assert_eq!(System::named(name), None, "{name}");
        }
    }

    #[test]
    fn a_name_names_the_system() {
        for system in [
            System::Cvx,
            System::Vis,
            System::Hl7(5),
            System::Hl7(396),
            System::Nip(3),
            System::Nip(9),
        ] {
            assert_eq!(System::named(&system.name()), Some(system));
        }
    }
}
