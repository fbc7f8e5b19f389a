//! HL7's partial dates.

use jiff::civil::date;
use jiff::tz::Offset;
use std::cmp::Ordering;
use titer_hl7::time::{Precision, TsProblem, format_ts};
use titer_hl7::{Ts, escape};

fn ts(text: &str) -> Ts {
    Ts::parse(text).expect(text)
}

#[test]
fn precision_is_what_was_written() {
    for (text, precision) in [
        ("2019", Precision::Year),
        ("201902", Precision::Month),
        ("20190228", Precision::Day),
        ("2019022809", Precision::Hour),
        ("201902280930", Precision::Minute),
        ("20190228093000", Precision::Second),
        ("20190228093000.5", Precision::Fraction),
        ("20190228093000.0500-0600", Precision::Fraction),
        ("2019+0100", Precision::Year),
    ] {
        assert_eq!(ts(text).precision(), precision);
        assert_eq!(ts(text).to_string(), text);
    }
    assert_eq!(ts("20190228093000-0630").zone(), Some(-390));
}

#[test]
fn errors_say_where() {
    for (text, problem, at, len) in [
        ("", TsProblem::Empty, 0, 0),
        ("201", TsProblem::Incomplete, 0, 3),
        ("20191", TsProblem::Incomplete, 4, 1),
        ("201913", TsProblem::Month, 4, 2),
        ("20190229", TsProblem::Day, 6, 2),
        ("19000229", TsProblem::Day, 6, 2),
        ("2019022824", TsProblem::Hour, 8, 2),
        ("201902282360", TsProblem::Minute, 10, 2),
        ("20190228235960", TsProblem::Second, 12, 2),
        ("201902282359590", TsProblem::TooLong, 14, 1),
        ("2019-02-28", TsProblem::Zone, 4, 6),
        ("2019/02", TsProblem::NotADigit, 4, 1),
        ("20190228.5", TsProblem::Incomplete, 8, 1),
        ("20190228000000.", TsProblem::NotADigit, 15, 0),
        ("20190228000000.12345", TsProblem::TooLong, 19, 1),
        ("20190228000000+2400", TsProblem::Zone, 14, 5),
        ("20190228000000+1260", TsProblem::Zone, 14, 5),
        ("20190228000000 ", TsProblem::NotADigit, 14, 1),
    ] {
        let error = Ts::parse(text).expect_err(text);
        assert_eq!(
            (error.problem, error.at, error.len),
            (problem, at, len),
            "{text}"
        );
    }
    assert_eq!(ts("20000229").date(), Some(date(2000, 2, 29)));
    let error = Ts::parse("20191301").expect_err("month 13").to_string();
    assert_eq!(
        error,
        "no HL7 date and time: the month is not 01 to 12 at character 5"
    );
    assert_eq!(Ts::parse_date("2019022809").expect_err("a DT").at, 8);
    assert_eq!(Ts::parse_date("20190228+0100").expect_err("a DT").at, 8);
    assert!(Ts::parse_date("201902").is_ok());
}

#[test]
fn comparing_is_done_at_the_precision_that_both_have() {
    for (a, b, order) in [
        ("2019", "20190401", Ordering::Equal),
        ("2019", "2020", Ordering::Less),
        ("201905", "20190401", Ordering::Greater),
        ("20190401", "20190401093000", Ordering::Equal),
        (
            "20190401120000-0600",
            "20190401170000+0000",
            Ordering::Greater,
        ),
        (
            "20190401120000-0600",
            "20190401180000+0000",
            Ordering::Equal,
        ),
        ("20190401120000", "20190401180000+0000", Ordering::Less),
        ("20190401000000.1", "20190401000000.0999", Ordering::Greater),
    ] {
        assert_eq!(ts(a).compare(&ts(b)), order, "{a} {b}");
        assert_eq!(ts(b).compare(&ts(a)), order.reverse(), "{b} {a}");
    }
    assert!(ts("2018").is_before(&ts("20190101")) && !ts("2019").is_before(&ts("20190102")));
}

#[test]
fn dates_convert_both_ways() {
    assert_eq!(ts("2019").date(), None);
    assert_eq!(ts("2020").earliest().date(), date(2020, 1, 1));
    assert_eq!(ts("2020").last_day(), date(2020, 12, 31));
    assert_eq!(ts("202002").last_day(), date(2020, 2, 29));
    let sent = "2027-03-01T09:30:05.75-05:00[America/New_York]"
        .parse()
        .or_else(|_| "2027-03-01T09:30:05.75-05:00[-05:00]".parse());
    let sent: jiff::Zoned = sent.expect("a moment");
    assert_eq!(format_ts(&sent), "20270301093005-0500");
    let back = ts("20270301093005-0500")
        .timestamp(Offset::UTC)
        .expect("a moment");
    assert_eq!(back.as_second(), sent.timestamp().as_second());
    assert_eq!(ts("20270301").timestamp(Offset::UTC), None);
    assert_eq!(Ts::from_date(date(2027, 3, 1)).to_string(), "20270301");
    assert_eq!(
        ts("20270301093005-0500")
            .truncated(Precision::Day)
            .to_string(),
        "20270301"
    );
    assert_eq!(format!("{:?}", ts("20190401")), "Ts(Day)");
}

#[test]
fn escapes_decode_to_what_a_reader_sees() {
    let d = titer_hl7::Delimiters::default();
    for (raw, text) in [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
        (r"\X41\\X0D0a\", "A\r\n"),
        (
            r"one\.br\two\.sp2\three\.ce\four",
            "one\ntwo\n\nthree\nfour",
        ),
        (r"a\.sk3\b\.in5\\.ti -2\\.fi\\.nf\c", "a   bc"),
        (r"\H\bold\N\", "bold"),
        (
            r"\C2842\ \M244252\ \Zx1\ \Q\ \P\ \X4\ \.xx\ \\ \",
            r"\C2842\ \M244252\ \Zx1\ \Q\ \P\ \X4\ \.xx\ \\ \",
        ),
        (r"\q\T\", r"\q&"),
        (r"\.sp65000\", &"\n".repeat(200)),
    ] {
        assert_eq!(
            escape::decode(raw.as_bytes(), d, titer_hl7::Charset::Utf8),
            text,
            "{raw}"
        );
    }
    let raw = r"a\T\b\X41\\.br\";
    assert_eq!(
        escape::unescape(raw.as_bytes(), d, titer_hl7::Charset::Utf8),
        r"a&b\X41\\.br\"
    );
}
