//! Reconciled histories and recommendations.

use crate::{Material, TODAY, dose, driver, row, some, us};
use titer_finding::Phi;
use titer_runner::proof::{ForecastQuery, Forecaster, ForecasterError};
use titer_runner::result::{Answers, DoseSeen, ForecastSeen, Judged};

fn before() -> Vec<DoseSeen> {
    vec![dose("08", -180), dose("83", -150)]
}

fn reconciled(change: impl FnOnce(&mut Vec<DoseSeen>)) -> Material {
    let mut after = before();
    after.extend([dose("20", -120), dose("49", -120)]);
    change(&mut after);
    let answers = Answers {
        before: Some(before()),
        doses: Some(after),
        ..driver()
    };
    Material::default().at("reconcile", answers)
}

#[test]
fn a_reconciliation_takes_over_what_it_must_and_nothing_else() {
    reconciled(|_| {}).passes("reconcile", Judged::Reconciled);
    // an unspecified code of the same group stands for the local dose
    reconciled(|d| d[0] = dose("45", -180)).passes("reconcile", Judged::Reconciled);
    reconciled(|d| drop(d.remove(3))).fails("reconcile", &["Hib", "no such dose"]);
    reconciled(|d| drop(d.remove(1))).fails("reconcile", &["of before (CVX 83)", "still there"]);
    reconciled(|d| d.push(dose("20", -120))).fails("reconcile", &["DTaP", "a second time"]);
    reconciled(|d| d[2] = dose("20", -109)).fails("reconcile", &["DTaP", "11 days late"]);
    reconciled(|d| d[2] = dose("107", -120)).passes("reconcile", Judged::Reconciled);
    reconciled(|d| d[2] = dose("115", -120)).fails("reconcile", &["DTaP", "another vaccine"]);
    reconciled(|d| d.push(dose("03", -10)))
        .fails("reconcile", &["no dose is there that should not be"]);
    reconciled(|d| d.push(dose("21", -30)))
        .fails("reconcile", &["a dose of somebody else", "not taken over"]);
    reconciled(|d| d.push(dose("45", -180))).fails(
        "reconcile",
        &["HepB of the registry", "not there a second time"],
    );
    reconciled(|d| d[2].completion = Some("RE".to_owned()))
        .fails("reconcile", &["DTaP", "not given"]);
    reconciled(|d| d[2].date = Phi::new("soon")).fails("reconcile", &["DTaP", "cannot be read"]);
    // each of several mistakes is told
    let both = reconciled(|d| {
        d.remove(3);
        d.push(dose("03", -10));
    });
    assert_eq!(both.unmet("reconcile").len(), 2);
}

#[test]
fn a_result_that_the_plan_gives_counts_alone() {
    let shown = |doses: Vec<DoseSeen>| {
        let answers = Answers {
            doses: Some(doses),
            ..driver()
        };
        Material::default().at("reconcile-result", answers)
    };
    shown(vec![dose("20", -120), dose("08", -180)]).passes("reconcile-result", Judged::Reconciled);
    shown(vec![dose("20", -120)]).fails("reconcile-result", &["ENGERIX-B", "in the history"]);
    shown(vec![dose("20", -120), dose("08", -180), dose("83", -150)])
        .fails("reconcile-result", &["should not be"]);
}

#[test]
fn a_later_message_can_show_what_was_taken_over() {
    let sent = |change: &[(&str, &str)]| Material::default().message("send", "shots", change);
    sent(&[]).passes("traced-import", Judged::Reconciled);
    sent(&[("08^ENGERIX-B^CVX", "43^ENGERIX-B^CVX")])
        .fails("traced-import", &["the shot", "another vaccine"]);
    sent(&[("83^HAVRIX", "20^DTaP")]).fails("traced-import", &["DTaP", "not taken over"]);
    sent(&[]).passes("traced", Judged::Traced);
    sent(&[("LLBUAYMO6", "LLBUAYM06")]).fails("traced", &["LLBUAYMO6"]);
    assert!(Material::default().prove("traced").is_none());
}

fn displayed(change: impl FnOnce(&mut Vec<ForecastSeen>)) -> Material {
    let earlier = Answers {
        forecast: Some(vec![row("DTaP", 0), row("Hep B", 0), row("PCV", 3)]),
        ..driver()
    };
    let mut rows = vec![row("DTaP, IPV", 25), row("Flu (seasonal)", -10)];
    change(&mut rows);
    let answers = Answers {
        forecast: Some(rows),
        ..driver()
    };
    Material::default()
        .at("forecast-before", earlier)
        .at("forecast", answers)
}

#[test]
fn recommendations_are_compared_by_group_and_date() {
    displayed(|_| {}).passes("forecast", Judged::Forecast);
    displayed(|_| {}).passes("forecast-before", Judged::Forecast);
    displayed(|r| r[0] = row("DTaP", 41)).fails("forecast", &["DTaP: due", "11 days late"]);
    displayed(|r| r[1] = row("Influenza", -11))
        .fails("forecast", &["Influenza: due", "11 days early"]);
    displayed(|r| r[1].due = some("when he comes")).fails_all(
        "forecast",
        &["Influenza is recommended", "Influenza: a date is shown"],
    );
    displayed(|r| r.push(row("Hepatitis B", 5))).fails_all(
        "forecast",
        &[
            "HepB is not recommended",
            "HepB: it is not recommended any more",
        ],
    );
    displayed(|r| r[0] = row("DTaP", 0)).fails_all(
        "forecast",
        &["DTaP: due", "DTaP: the recommendation is another one"],
    );
    displayed(|r| drop(r.remove(1))).fails_all(
        "forecast",
        &["Influenza is recommended", "Influenza: a date is shown"],
    );
    displayed(|r| {
        r.push(ForecastSeen {
            vaccine: "HepB".to_owned(),
            status: Some("complete".to_owned()),
            ..ForecastSeen::default()
        });
    })
    .passes("forecast", Judged::Forecast);
    // the earliest date of the plan counts where the system shows one
    displayed(|r| r[0].earliest = Some(Phi::new(us(20))))
        .fails("forecast", &["DTaP: not before", "18 days late"]);
}

#[test]
fn without_the_earlier_display_nothing_can_be_compared() {
    let mut alone = displayed(|_| {});
    alone
        .answers
        .remove(&("c".to_owned(), "forecast-before".to_owned()));
    let unmet = alone.unmet("forecast");
    assert_eq!(unmet.len(), 1, "{unmet:#?}");
    assert!(unmet[0].starts_with("Inconclusive") && unmet[0].contains("forecast-before"));
}

/// Answers only when it is asked about these doses, and recommends DTaP in a month.
struct Ours(&'static [&'static str]);

impl Forecaster for Ours {
    fn forecast(&self, query: &ForecastQuery) -> Result<Vec<ForecastSeen>, ForecasterError> {
        let codes: Vec<&str> = query.doses.iter().map(|d| d.cvx.as_str()).collect();
        if codes != self.0 || query.sex != "F" || query.as_of != TODAY {
            return Err(ForecasterError(format!("{codes:?}")));
        }
        let complete = ForecastSeen {
            vaccine: "HepB".to_owned(),
            status: Some("complete".to_owned()),
            ..ForecastSeen::default()
        };
        Ok(vec![row("DTaP", 30), complete])
    }
}

#[test]
fn recommendations_are_compared_with_our_own_forecaster() {
    // what the plan's story leads to: the result of the last reconciliation
    let planned = Answers {
        forecast: Some(vec![row("DTaP", 21)]),
        ..driver()
    };
    let mut material = Material::default().at("forecast-ours", planned);
    material.forecaster = Some(Box::new(Ours(&["08", "20"])));
    material.passes("forecast-ours", Judged::Forecast);
    // the history that the system shows counts more; a refused dose is not among it
    let shown = |rows: Vec<ForecastSeen>| {
        let answers = Answers {
            forecast: Some(rows),
            doses: Some(vec![
                dose("08", -180),
                dose("45", -179),
                dose("20", -120),
                dose("08", 0),
                DoseSeen {
                    completion: Some("RE".to_owned()),
                    ..dose("83", 0)
                },
            ]),
            ..driver()
        };
        let mut material = Material::default().at("forecast-ours", answers);
        material.forecaster = Some(Box::new(Ours(&["08", "45", "20", "08"])));
        material
    };
    shown(vec![row("DTaP", 21)]).passes("forecast-ours", Judged::Forecast);
    shown(vec![row("DTaP", 19)]).fails(
        "forecast-ours",
        &["DTaP by our forecaster", "11 days early"],
    );
    shown(vec![]).fails("forecast-ours", &["DTaP by our forecaster is recommended"]);
    shown(vec![row("DTaP", 30), row("Hep B", 1)])
        .fails("forecast-ours", &["HepB is not recommended by our"]);
    let mut without = shown(vec![row("DTaP", 30)]);
    without.forecaster = None;
    assert!(without.unmet("forecast-ours")[0].starts_with("Inconclusive"));
}
