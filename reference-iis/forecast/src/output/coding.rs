//! How the field codes what a schedule names: vaccine groups as CVX, antigens as SNOMED CT.
//!
//! A schedule with other names is answered as well, with the name as text.

use super::Report;
use crate::answer::GroupForecast;

/// A CVX code that stands for a vaccine group, and the vaccines for which it stands when the group has several.
struct GroupCode {
    group: &'static str,
    cvx: &'static str,
    name: &'static str,
    members: &'static [&'static str],
}

const fn group(group: &'static str, cvx: &'static str, name: &'static str) -> GroupCode {
    GroupCode {
        group,
        cvx,
        name,
        members: &[],
    }
}

/// CDC's CVX codes for vaccine groups (table "CVX for vaccine group", December 2025); yellow fever, TBE and the others by the
/// code of their unspecified formulation. Rows with members come first.
const GROUPS: [GroupCode; 28] = [
    GroupCode {
        group: "DTaP/Tdap/Td",
        cvx: "115",
        name: "Tdap",
        members: &["115"],
    },
    GroupCode {
        group: "DTaP/Tdap/Td",
        cvx: "139",
        name: "Td(adult) unspecified formulation",
        members: &["09", "35", "112", "113", "138", "139", "196"],
    },
    group("DTaP/Tdap/Td", "107", "DTaP, unspecified formulation"),
    group(
        "COVID-19",
        "213",
        "SARS-COV-2 (COVID-19) vaccine, UNSPECIFIED",
    ),
    group(
        "Chikungunya",
        "317",
        "Chikungunya live attenuated vaccine, 0.5 mL, PF",
    ),
    group("Cholera", "26", "cholera, unspecified formulation"),
    group("Dengue", "330", "Dengue fever, unspecified"),
    group("Ebola", "214", "Ebola, unspecified"),
    group("HPV", "137", "HPV, unspecified formulation"),
    group("HepA", "85", "Hep A, unspecified formulation"),
    group("HepB", "45", "Hep B, unspecified formulation"),
    group("Hib", "17", "Hib, unspecified formulation"),
    group("Influenza", "88", "influenza, unspecified formulation"),
    group(
        "Japanese Encephalitis",
        "129",
        "Japanese Encephalitis, unspecified formulation",
    ),
    group("MMR", "03", "MMR"),
    group(
        "Meningococcal",
        "108",
        "meningococcal ACWY, unspecified formulation",
    ),
    group("Meningococcal B", "164", "meningococcal B, unspecified"),
    group(
        "Orthopoxvirus",
        "325",
        "Vaccinia (smallpox, monkeypox), unspecified",
    ),
    group(
        "Pneumococcal",
        "152",
        "Pneumococcal Conjugate, unspecified formulation",
    ),
    group("Polio", "89", "polio, unspecified formulation"),
    group(
        "RSV",
        "304",
        "Respiratory syncytial virus (RSV), unspecified",
    ),
    group("Rabies", "90", "rabies, unspecified formulation"),
    group("Rotavirus", "122", "rotavirus, unspecified formulation"),
    group("TBE", "222", "Tick-borne encephalitis, unspecified"),
    group("Typhoid", "91", "typhoid, unspecified formulation"),
    group("Varicella", "21", "varicella"),
    group("Yellow Fever", "184", "Yellow fever, unspecified"),
    group("Zoster", "188", "zoster, unspecified formulation"),
];

/// SNOMED CT codes of the diseases, as the ImmDS guide's value set of target diseases has them.
const DISEASES: [(&str, &str); 30] = [
    ("COVID-19", "840539006"),
    ("Chikungunya", "111864006"),
    ("Cholera", "63650001"),
    ("Dengue", "38362002"),
    ("Diphtheria", "397430003"),
    ("Ebola", "37109004"),
    ("HPV", "240532009"),
    ("HepA", "40468003"),
    ("HepB", "66071002"),
    ("Hib", "709410003"),
    ("Influenza", "6142004"),
    ("Japanese Encephalitis", "52947006"),
    ("Measles", "14189004"),
    ("Meningococcal", "23511006"),
    ("Meningococcal B", "860805006"),
    ("Mumps", "36989005"),
    ("Orthopoxvirus", "359814004"),
    ("Pertussis", "27836007"),
    ("Pneumococcal", "16814004"),
    ("Polio", "398102009"),
    ("RSV", "55735004"),
    ("Rabies", "14168008"),
    ("Rotavirus", "18624000"),
    ("Rubella", "36653000"),
    ("TBE", "712986001"),
    ("Tetanus", "76902006"),
    ("Typhoid", "4834000"),
    ("Varicella", "38907003"),
    ("Yellow Fever", "16541001"),
    ("Zoster", "4740000"),
];

/// What a vaccine is called in some code.
pub(super) struct Vaccine<'a> {
    pub(super) cvx: &'a str,
    pub(super) name: &'a str,
}

/// The code for a vaccine group, when `vaccines` are what it is about: those to be given, or the one that was.
fn of_group(name: &str, vaccines: &[&str]) -> Option<Vaccine<'static>> {
    GROUPS
        .iter()
        .filter(|g| g.group == name)
        .find(|g| g.members.is_empty() || vaccines.iter().any(|v| g.members.contains(v)))
        .map(|g| Vaccine {
            cvx: g.cvx,
            name: g.name,
        })
}

/// The code under which a dose's evaluation in a vaccine group is told.
pub(super) fn of_dose<'a>(report: &Report<'a>, group: &str, cvx: &'a str) -> Vaccine<'a> {
    of_group(group, &[cvx]).unwrap_or(Vaccine {
        cvx,
        name: report.vaccine_name(cvx),
    })
}

/// The code under which a forecast is told: the group's, or the first recommended vaccine of a group that has none.
pub(super) fn of_forecast<'a>(
    report: &Report<'a>,
    forecast: &GroupForecast<'a>,
) -> Option<Vaccine<'a>> {
    let preferable = preferable(report, forecast);
    of_group(forecast.group, &preferable).or_else(|| {
        let cvx = forecast.vaccines.first().or(preferable.first())?;
        Some(Vaccine {
            cvx,
            name: report.vaccine_name(cvx),
        })
    })
}

/// The preferable vaccines of the doses that a forecast is for.
pub(super) fn preferable<'a>(report: &Report<'a>, forecast: &GroupForecast<'a>) -> Vec<&'a str> {
    let mut codes = Vec::new();
    for series in forecast
        .series
        .iter()
        .filter_map(|s| report.answer.series.get(*s as usize))
    {
        let dose = series
            .forecast
            .as_ref()
            .and_then(|f| report.answer.targets(series).get(f.target as usize))
            .and_then(|target| {
                let antigen = report.schedule.antigen(series.antigen)?;
                let doses = &antigen.series.iter().find(|s| s.name == series.name)?.doses;
                doses.get(usize::from(target.number).checked_sub(1)?)
            });
        for vaccine in dose.map(|d| d.preferable.as_slice()).unwrap_or_default() {
            let code = vaccine.cvx.as_str();
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
    }
    codes
}

/// The disease that an antigen stands for.
pub(super) fn disease(antigen: &str) -> Option<&'static str> {
    DISEASES
        .iter()
        .find(|(name, _)| *name == antigen)
        .map(|(_, code)| *code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_with_several_codes_takes_the_one_for_its_vaccine() {
        let code = |vaccines: &[&str]| of_group("DTaP/Tdap/Td", vaccines).map(|v| v.cvx);
        assert_eq!(code(&["20"]), Some("107"));
        assert_eq!(code(&["09", "113", "115"]), Some("115"));
        assert_eq!(code(&["113"]), Some("139"));
        assert_eq!(code(&[]), Some("107"));
        assert_eq!(of_group("MMR", &["94"]).map(|v| v.cvx), Some("03"));
        assert!(of_group("Anthrax", &[]).is_none());
    }
}
