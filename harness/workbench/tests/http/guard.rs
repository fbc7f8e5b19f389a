//! What other pages, other machines and odd callers must not be able to do.

use crate::browser::Bench;
use titer_runner::session::MemoryJournal;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[test]
fn a_form_without_the_token_changes_nothing_and_keeps_what_was_written() {
    let mut bench = Bench::new();
    let before = bench.session.revision();
    for token in ["", "wrong"] {
        let answer = bench.post_bare(
            "/step/W-1/select/comment",
            &[("token", token), ("comment", "written <with> care")],
        );
        assert_eq!(answer.status, 403);
        assert!(answer.text().contains("written &lt;with&gt; care"));
        assert!(
            answer
                .words()
                .contains("before the program was started again")
        );
    }
    assert_eq!(bench.session.revision(), before);
}

#[test]
fn another_page_of_the_same_browser_changes_nothing() {
    let mut bench = Bench::new();
    let before = bench.session.revision();
    let token = bench.token();
    let body = format!("token={token}&modification=x");
    for origin in [
        "Origin: https://evil.example\r\n",
        "Origin: null\r\n",
        "Sec-Fetch-Site: cross-site\r\n",
    ] {
        let answer = bench.raw(
            &format!("POST /modification HTTP/1.1\r\n{FORM}{origin}"),
            body.as_bytes(),
        );
        assert_eq!(answer.status, 403, "{origin}");
    }
    assert_eq!(bench.session.revision(), before);
    let own = format!("Origin: http://{}\r\n", bench.addr());
    let answer = bench.raw(
        &format!("POST /modification HTTP/1.1\r\n{FORM}{own}"),
        body.as_bytes(),
    );
    assert_eq!(answer.status, 303);
}

#[test]
fn a_name_that_leads_to_the_loopback_is_not_answered() {
    let mut bench = Bench::new();
    let answer = bench.raw("GET / HTTP/1.1\r\nHost: evil.example:8090\r\n", b"");
    assert_eq!(answer.status, 421);
    assert!(!answer.text().contains("secret"));
    let local = bench.raw("GET / HTTP/1.1\r\nHost: localhost\r\n", b"");
    assert_eq!(local.status, 200);
}

#[test]
fn where_a_key_is_wanted_nothing_is_seen_without_it() {
    let mut bench = Bench::with(Box::new(MemoryJournal::new()), |o| {
        o.key = Some("k1e2y3".to_owned());
    });
    for path in [
        "/",
        "/plan",
        "/report/result.json",
        "/live?after=0",
        "/?key=wrong",
    ] {
        let answer = bench.get(path);
        assert_eq!(answer.status, 401, "{path}");
        assert!(!answer.text().contains("secret"), "{path}");
    }
    let wrong = bench.raw(&format!("POST /key HTTP/1.1\r\n{FORM}"), b"key=no");
    assert_eq!(wrong.status, 401);
    assert!(wrong.words().contains("That is not the key"));
    let opened = bench.get("/plan?key=k1e2y3");
    assert_eq!(opened.status, 303);
    assert_eq!(opened.header("location"), "/plan");
    assert!(
        opened
            .header("set-cookie")
            .contains("HttpOnly; SameSite=Strict")
    );
    assert_eq!(bench.get("/plan").status, 200);
}

#[test]
fn every_answer_is_guarded() {
    let mut bench = Bench::new();
    for path in [
        "/",
        "/plan",
        "/style.css",
        "/nowhere",
        "/report/result.json",
        "/health",
    ] {
        let answer = bench.get(path);
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"),
            "{path}"
        );
        assert!(policy.contains("frame-ancestors 'none'"), "{path}");
    }
    let report = bench.get("/report/report.html");
    assert!(
        report
            .header("content-security-policy")
            .starts_with("sandbox")
    );
}

#[test]
fn evidence_is_only_ever_an_attachment() {
    let mut bench = Bench::new();
    let page: &[u8] = b"<script>alert(1)</script>";
    let answer = bench.upload(
        "/step/W-1/scan/file",
        &[("title", "a page")],
        &[("file", "evil \"x\".html", "text/html", page)],
    );
    assert_eq!(answer.status, 303);
    let step = bench.get("/step/W-1/scan");
    let text = step.text();
    let href = text.split("href=\"/file/").nth(1).expect("a link");
    let href = format!("/file/{}", href.split('"').next().expect("an end"));
    let file = bench.get(&href);
    assert_eq!(file.status, 200);
    assert_eq!(file.body, page);
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"")
    );
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert!(
        file.header("content-security-policy")
            .starts_with("sandbox")
    );
    assert_eq!(bench.get("/file/W-1/scan/99999").status, 404);
    assert_eq!(bench.get("/file/W-1/report/1").status, 404);
}

#[test]
fn odd_requests_get_an_answer() {
    let mut bench = Bench::new();
    for head in [
        "GET /step/%2e%2e/%2e%2e HTTP/1.1\r\n",
        "GET /step/%00/%ff HTTP/1.1\r\n",
        "GET /messages/-1 HTTP/1.1\r\n",
        "GET /messages/18446744073709551616 HTTP/1.1\r\n",
        "GET /history?before=abc HTTP/1.1\r\n",
        "GET /plan?show=%3Cscript%3E HTTP/1.1\r\n",
        "GET /rule/%3Cb%3E HTTP/1.1\r\n",
        "GET /report/..%2f..%2fetc%2fpasswd HTTP/1.1\r\n",
        "DELETE / HTTP/1.1\r\n",
        "POST /step/W-1/scan/file HTTP/1.1\r\nContent-Type: text/plain\r\n",
        "POST /step/W-1/scan/nothing HTTP/1.1\r\n",
        "POST /step/W-1/scan/file HTTP/1.1\r\nContent-Type: multipart/form-data; boundary=q\r\n",
    ] {
        let answer = bench.raw(head, b"nonsense");
        assert!(
            (200..500).contains(&answer.status),
            "{head}: {}",
            answer.status
        );
        assert!(
            !answer.text().contains("<b>") || head.contains("plan"),
            "{head}"
        );
    }
    assert_eq!(bench.get("/").status, 200);
}
