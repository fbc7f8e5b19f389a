//! The start page: what is tested, how to connect, what to do next.

use super::frame::{Visit, page};
use super::lines;
use crate::app::App;
use crate::problem::Problem;
use axum::http::StatusCode;
use serde::Serialize;
use tera::Context;

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
    hint: &'static str,
}

#[derive(Serialize)]
struct Forms {
    me: String,
    vendor: String,
    product: String,
    version: String,
    testers: String,
    lab: String,
    modification: String,
}

/// The page.
pub(crate) fn start(app: &App, visit: &Visit) -> Result<(StatusCode, String), Problem> {
    let now = app.now();
    let mut context = Context::new();
    // what the plan is for comes first; the rest of what it says of itself can be unfolded
    let about = app.plan.about.as_deref().unwrap_or_default().trim();
    let (first, rest) = about.split_once(". ").map_or((about, ""), |(first, rest)| {
        (about.get(..=first.len()).unwrap_or(about), rest)
    });
    context.insert("about", first);
    context.insert("about_rest", rest);
    context.insert("next", &lines::next(&now));
    context.insert("progress", &lines::progress(&now));
    context.insert("turned_away", now.turned_away());
    context.insert("connection", &connection(app, visit));
    context.insert("reach", reach(app));
    context.insert("has_stock", &!app.plan.data.stock.is_empty());
    let kept = visit.kept();
    let system = &now.result.system;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    context.insert(
        "forms",
        &Forms {
            me: kept.or("me", &visit.tester),
            vendor: kept.or("vendor", &text(&system.vendor)),
            product: kept.or("product", &text(&system.product)),
            version: kept.or("version", &text(&system.version)),
            testers: kept.or("testers", &text(&system.tester)),
            lab: kept.or("lab", &text(&system.lab)),
            modification: kept.or("modification", ""),
        },
    );
    context.insert("fhir", &super::fhir::view(app, &now, visit, None));
    context.insert("modifications", &now.result.modifications);
    page(app, &now, visit, ("start.html", "Start", "start"), context)
}

fn connection(app: &App, visit: &Visit) -> Vec<Fact> {
    let addresses = app.addresses().seen_from(&visit.host);
    let mut facts = vec![
        Fact {
            name: "SOAP address",
            value: addresses.soap.clone(),
            hint: "CDC's interface of 2011, SOAP 1.2; the way that the recognition programme tests",
        },
        Fact {
            name: "WSDL",
            value: format!("{}?wsdl", addresses.soap),
            hint: "when your EHR wants the interface's definition",
        },
        Fact {
            name: "HTTP address",
            value: addresses.http.clone(),
            hint: "for an EHR that posts the message as it is",
        },
    ];
    if let Some(mllp) = &addresses.mllp {
        facts.push(Fact {
            name: "MLLP address",
            value: mllp.clone(),
            hint: "host and port; without user and password",
        });
    }
    match app.session.credentials() {
        Some(credentials) => facts.extend([
            Fact {
                name: "User",
                value: credentials.username.clone(),
                hint: "",
            },
            Fact {
                name: "Password",
                value: credentials.password.clone(),
                hint: "of this test alone",
            },
            Fact {
                name: "Facility",
                value: credentials.facility.clone(),
                hint: "facilityID of SOAP",
            },
        ]),
        None => facts.push(Fact {
            name: "User and password",
            value: "any".to_owned(),
            hint: "they only must not be empty",
        }),
    }
    facts.retain(|f| !f.value.is_empty());
    facts
}

fn reach(app: &App) -> &'static str {
    if app.addresses().loopback {
        "These addresses can be reached from this machine only. When your EHR runs elsewhere, start titer workbench with --listen and this machine's address."
    } else {
        "These addresses can be reached from other machines. Messages may hold test data only."
    }
}
