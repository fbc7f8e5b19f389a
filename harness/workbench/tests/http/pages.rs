//! Every page: it is there, it is whole, and a screen reader can use it.

use crate::browser::Bench;
use std::collections::{BTreeSet, VecDeque};

/// The values of an attribute, in order.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let mark = format!(" {attribute}=\"");
    html.split(&mark)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// Every mark of an element, up to its `>`.
fn elements<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!("<{name}");
    html.split(&mark)
        .skip(1)
        .filter(|rest| rest.starts_with([' ', '>', '\n']))
        .filter_map(|rest| rest.split('>').next())
        .collect()
}

/// What a page must have, whatever it shows.
fn look(path: &str, html: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut tell = |what: String| wrong.push(format!("{path}: {what}"));
    let ids: Vec<&str> = values(html, "id");
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    for id in &unique {
        if ids.iter().filter(|i| i == &id).count() > 1 {
            tell(format!("the id {id} stands twice"));
        }
    }
    for attribute in ["for", "aria-labelledby", "aria-describedby"] {
        for value in values(html, attribute) {
            for id in value.split(' ') {
                if !unique.contains(id) {
                    tell(format!("{attribute} names {id}, which is not there"));
                }
            }
        }
    }
    let labelled: BTreeSet<&str> = values(html, "for").into_iter().collect();
    for name in ["input", "textarea", "select"] {
        for element in elements(html, name) {
            let of = format!(" {element} ");
            let id = values(&of, "id").first().copied().unwrap_or_default();
            let hidden = of.contains("type=\"hidden\"");
            // a radio or a box stands inside of its label
            let inside = of.contains("type=\"radio\"") || of.contains("type=\"checkbox\"");
            if !hidden && !inside && !labelled.contains(id) && !of.contains("aria-label=") {
                tell(format!("a field has no label: {element}"));
            }
        }
    }
    for form in html.split("<form ").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        if form.starts_with("method=\"post\"")
            && !form.contains("name=\"token\"")
            && !path.starts_with("/key")
        {
            tell("a form has no token".to_owned());
        }
    }
    for element in elements(html, "svg") {
        if !element.contains("aria-hidden=\"true\"") && !element.contains("role=\"img\"") {
            tell(format!("a picture is neither told nor hidden: {element}"));
        }
    }
    if elements(html, "h1").len() != 1 {
        tell("there is not exactly one main heading".to_owned());
    }
    for needed in [
        "<html lang=\"en\">",
        "<title>",
        "name=\"viewport\"",
        "class=\"skip\"",
        "<main id=\"main\"",
        "aria-live=\"polite\"",
    ] {
        if !html.contains(needed) {
            tell(format!("{needed} is missing"));
        }
    }
    for never in [
        " style=\"",
        " onclick",
        "<script>",
        "javascript:",
        "{{",
        "{%",
        "src=\"http",
    ] {
        if html.contains(never) {
            tell(format!("{never} stands in it"));
        }
    }
    wrong
}

/// Follows every link from the start page on.
fn crawl(bench: &mut Bench) -> (BTreeSet<String>, Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut next = VecDeque::from(["/".to_owned()]);
    while let Some(path) = next.pop_front() {
        let path = path.split('#').next().unwrap_or_default().to_owned();
        if path.is_empty() || !seen.insert(path.clone()) {
            continue;
        }
        let answer = bench.get(&path);
        if answer.status != 200 {
            wrong.push(format!("{path}: {}", answer.status));
            continue;
        }
        let is_page =
            answer.header("content-type").starts_with("text/html") && !path.starts_with("/report/");
        if !is_page {
            continue;
        }
        let html = answer.text();
        wrong.extend(look(&path, &html));
        for href in values(&html, "href") {
            if let Some(id) = href.strip_prefix('#') {
                let target = format!(" id=\"{id}\"");
                if !html.contains(&target) {
                    wrong.push(format!("{path}: the link #{id} leads nowhere"));
                }
            } else if href.starts_with('/') {
                next.push_back(href.replace("&amp;", "&"));
            } else {
                wrong.push(format!("{path}: a link leads elsewhere: {href}"));
            }
        }
    }
    (seen, wrong)
}

#[test]
fn every_link_of_a_new_session_leads_to_a_whole_page() {
    let mut bench = Bench::new();
    let (seen, wrong) = crawl(&mut bench);
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        seen.iter().filter(|p| p.starts_with("/step/")).count() >= 13,
        "{seen:?}"
    );
    for path in [
        "/plan",
        "/messages",
        "/report",
        "/history",
        "/report/report.html",
        "/report/evidence.zip",
    ] {
        assert!(seen.contains(path), "{path}");
    }
}

#[test]
fn every_link_leads_to_a_whole_page_when_there_is_much_to_show() {
    let mut bench = Bench::new();
    let good = bench.example("W-1/report", "SUT-APP", "A1");
    let bad = String::from_utf8(good.clone())
        .expect("UTF-8")
        .replace("|M", "|X")
        .replace("IIPVAXN01", "WRONG");
    bench.hl7(bad.as_bytes());
    let alike = bench.example("W-2/first", "SUT-APP", "A2");
    bench.hl7(&alike);
    let other = bench.example("W-2/first", "OTHER-APP", "A3");
    bench.hl7(&other);
    bench.hl7(b"MSH|^~\\&|x|y|||20261122||ADT^A01|A4|P|2.5.1\rPID|1\r");
    bench.upload(
        "/step/W-1/scan/file",
        &[("title", "t")],
        &[("file", "a.txt", "text/plain", b"x")],
    );
    bench.post(
        "/step/R-1/due/shown",
        &[("forecast", "Vaccine,Due\nDTaP,22 January 2027\nHib,\n")],
    );
    bench.post(
        "/step/R-1/portal/attest",
        &[("name", "Ana"), ("date", "2026-11-22")],
    );
    bench.post("/me", &[("me", "Ana")]);
    let (seen, wrong) = crawl(&mut bench);
    assert_eq!(wrong, Vec::<String>::new());
    assert!(
        seen.iter().filter(|p| p.starts_with("/messages/")).count() >= 4,
        "{seen:?}"
    );
    assert!(seen.iter().any(|p| p.starts_with("/rule/")), "{seen:?}");
    assert!(seen.iter().any(|p| p.starts_with("/file/")), "{seen:?}");
}

#[test]
fn the_start_page_says_how_to_connect_and_what_to_do_next() {
    let mut bench = Bench::new();
    let page = bench.get("/");
    let words = page.words();
    assert!(words.contains("Next: open step load"), "{words}");
    assert!(words.contains(&format!("SOAP address http://{}/soap", bench.addr())));
    assert!(words.contains(&format!("HTTP address http://{}/hl7", bench.addr())));
    for value in ["me", "secret", "F1"] {
        assert!(
            page.text().contains(&format!("data-text=\"{value}\"")),
            "{value}"
        );
    }
    assert!(
        words.contains("0 of 13 steps are finished; 13 are open"),
        "{words}"
    );
    assert_eq!(bench.get("/soap?wsdl").status, 200);
}

#[test]
fn the_plan_is_filtered_by_what_is_open_failed_and_mine() {
    let mut bench = Bench::new();
    let mut count = |show: &str| {
        let page = bench.get(&format!("/plan?show={show}")).text();
        page.matches("class=\"name\"").count()
    };
    assert_eq!(count("all"), 13);
    assert_eq!(count("open"), 13);
    assert_eq!(count("failed"), 0);
    let (mine, message) = (count("mine"), count("message"));
    assert_eq!(mine + message, 13);
    assert!(message >= 4, "{message}");
    let words = bench.get("/plan?show=failed").words();
    assert!(words.contains("Nothing has failed so far"), "{words}");
    let words = bench.get("/plan").words();
    assert!(words.contains("3.6.1, 3.6"), "aliases are shown: {words}");
}

#[test]
fn a_step_shows_its_data_its_marks_and_its_bar_code() {
    let mut bench = Bench::new();
    let page = bench.get("/step/W-1/scan");
    let (html, words) = (page.text(), page.words());
    assert!(
        words.contains(
            "Scan the bar code below and record the dose as given today, 22 November 2026."
        ),
        "{words}"
    );
    assert!(words.contains("Product, lot and last day are those of the bar code."));
    assert!(words.contains("VFC status V04 Y"), "{words}");
    assert!(words.contains("site left thigh C"));
    assert!(
        html.contains("a &lt;b&gt;calm&lt;/b&gt; child &amp; friend"),
        "escaped"
    );
    assert!(!html.contains("<b>calm"));
    assert!(
        html.contains("data-text=\"V04\""),
        "each value can be copied"
    );
    assert!(
        words.contains("(01)00358160811432(17)281122(10)IIPVAXN01"),
        "{words}"
    );
    assert!(html.contains("<title>DataMatrix"));
    assert!(words.contains("a later message shows it"));
    assert!(words.contains("(3.6.1, 3.6)"), "aliases: {words}");
}

#[test]
fn the_report_says_first_that_it_is_incomplete() {
    let mut bench = Bench::new();
    let words = bench.get("/report").words();
    assert!(
        words.contains("Report Incomplete: 13 of 13 steps are open"),
        "{words}"
    );
    assert!(!words.contains("Passed"));
    let html = bench.get("/report/report.html");
    assert_eq!(html.status, 200);
    let json = bench.get("/report/result.json");
    assert!(
        json.text()
            .starts_with("{\n  \"schema\": \"titer-result/1\"")
    );
    assert_eq!(
        json.header("content-disposition"),
        "attachment; filename=\"result.json\""
    );
    assert!(
        bench
            .get("/report/junit.xml")
            .text()
            .contains("<testsuites")
    );
    assert!(
        bench
            .get("/report/recognition.md")
            .text()
            .to_lowercase()
            .contains("incomplete")
    );
    assert!(
        bench
            .get("/report/recognition.pdf")
            .body
            .starts_with(b"%PDF-")
    );
    let page = bench.get("/report/recognition.html").text().to_lowercase();
    assert!(page.contains("incomplete"));
    let json: serde_json::Value =
        serde_json::from_str(&bench.get("/report/recognition.json").text()).expect("JSON");
    assert!(json.is_object());
    assert_eq!(bench.get("/report/nothing").status, 404);
}

#[test]
fn a_rule_is_explained_and_an_unknown_one_has_neighbours() {
    let mut bench = Bench::new();
    let words = bench.get("/rule/IZ-23").words();
    assert!(words.contains("IZ-23"), "{words}");
    assert!(words.contains("This fires it"));
    let gone = bench.get("/rule/IZ-2333");
    assert_eq!(gone.status, 404);
    assert!(gone.words().contains("IZ-23"), "{}", gone.words());
}

#[test]
fn a_page_that_waits_hears_of_news() {
    let mut bench = Bench::new();
    let revision = bench.session.revision();
    let at_once = bench
        .get(&format!("/live?after={}&at=/", revision - 1))
        .text();
    assert!(
        at_once.contains(&format!("\"revision\":{revision}")),
        "{at_once}"
    );
    let message = bench.example("W-1/report", "SUT-APP", "A1");
    let session = bench.session.clone();
    let sender = std::thread::spawn(move || {
        session
            .take_in(titer_runner::session::Carrier::Paste, &message, "Ana")
            .expect("taken in")
    });
    let later = bench
        .get(&format!("/live?after={revision}&at=/plan"))
        .text();
    sender.join().expect("sent");
    let now: serde_json::Value = serde_json::from_str(&later).expect("JSON");
    assert!(now["revision"].as_u64().expect("a number") > revision);
}

#[test]
fn several_testers_see_each_other() {
    let mut ana = Bench::new();
    ana.post("/me", &[("me", "Ana")]);
    ana.get("/step/W-1/select");
    // another browser at the same workbench
    let cookies = std::mem::take(&mut ana.cookies);
    ana.post("/me", &[("me", "Ben & Co")]);
    let words = ana.get("/step/W-1/select").text();
    assert!(words.contains("Ana (on this page)"), "{words}");
    ana.cookies = cookies;
    assert!(ana.get("/plan").text().contains("also here: Ben &amp; Co"));
}
