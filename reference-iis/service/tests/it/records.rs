//! What is stored, seen through queries.

use crate::world::{GIVEN, IMMUNE, REFUSED, Reply, TOLD, iis, query, send, send_as};

fn history(iis: &titer_service::Iis) -> Reply {
    let reply = send(iis, &query("Z34"));
    assert_eq!(reply.at("MSH-21.1"), "Z32", "{:#?}", reply.lines());
    reply
}

#[test]
fn everything_that_was_stored_comes_back() {
    let iis = iis();
    send(&iis, &[GIVEN, TOLD, REFUSED, IMMUNE].concat());
    let reply = history(&iis);
    insta::assert_snapshot!(reply.lines().join("\n"));
}

#[test]
fn a_product_code_comes_back_as_cvx_with_the_product_beside_it() {
    let iis = iis();
    let message = GIVEN.replace(
        "08^Hep B, adolescent or pediatric^CVX",
        "58160-0820-01^ENGERIX-B^NDC",
    );
    assert_eq!(send(&iis, &message).at("MSA-1"), "AA");
    let reply = history(&iis);
    assert_eq!(
        (reply.at("RXA-5.1"), reply.at("RXA-5.3")),
        ("08".into(), "CVX".into())
    );
    assert_eq!(
        (reply.at("RXA-5.4"), reply.at("RXA-5.6")),
        ("58160-0820-01".into(), "NDC".into())
    );
}

#[test]
fn an_update_changes_and_a_delete_removes() {
    let iis = iis();
    send(&iis, &[GIVEN, TOLD].concat());
    let update = GIVEN
        .replace("LOT123", "LOT321")
        .replace("|CP|A", "|CP|U")
        .replace("M-1", "M-2");
    assert_eq!(send(&iis, &update).at("MSA-1"), "AA");
    let reply = history(&iis);
    assert_eq!(reply.all("RXA").len(), 2);
    assert_eq!(reply.at("RXA[2]-15"), "LOT321");
    let delete = update.replace("|CP|U", "|CP|D").replace("M-2", "M-3");
    assert_eq!(send(&iis, &delete).at("MSA-1"), "AA");
    let reply = history(&iis);
    assert_eq!(reply.all("RXA").len(), 1);
    assert_eq!(reply.at("RXA-5.1"), "45");
    // what is gone cannot be deleted again, and is not made by that
    let again = send(&iis, &delete.replace("M-3", "M-4"));
    assert_eq!(again.at("MSA-1"), "AE");
    assert_eq!(again.errors(), ["W RXA^1^21^1 999"]);
    assert_eq!(history(&iis).all("RXA").len(), 1);
}

#[test]
fn the_same_message_again_is_no_second_dose() {
    let iis = iis();
    for _ in 0..3 {
        assert_eq!(send(&iis, GIVEN).at("MSA-1"), "AA");
    }
    assert_eq!(history(&iis).all("RXA").len(), 1);
    assert_eq!(iis.registry().counts().unwrap().reports, 1);
}

#[test]
fn null_deletes_and_silence_does_not() {
    let iis = iis();
    send(&iis, GIVEN);
    let silent = GIVEN
        .replace(
            "|12 Mill Lane^^Bozeman^MT^59715^USA^P||^PRN^PH^^^406^5550123|",
            "|||\"\"|",
        )
        .replace("M-1", "M-2");
    send(&iis, &silent);
    let reply = history(&iis);
    assert_eq!(reply.at("PID-11.3"), "Bozeman");
    assert_eq!(reply.at("PID-13.7"), "");
}

#[test]
fn text_survives_both_ways() {
    let iis = iis();
    let message = GIVEN
        .replace("Marlow^Tessa", "O\\T\\Marlow^Te\\F\\ssa")
        .replace("12 Mill Lane", "Ärztehaus \\E\\ 5\\S\\7");
    let message = message
        .replace("||||Z22^", "||UNICODE UTF-8||Z22^")
        .replace("AL|||||Z22", "AL||UNICODE UTF-8|||Z22");
    assert_eq!(send(&iis, &message).at("MSA-1"), "AA");
    let asked = query("Z34").replace("Marlow^Tessa", "O\\T\\Marlow^Te\\F\\ssa");
    let reply = send(&iis, &asked);
    assert_eq!(reply.at("PID-5.1"), "O&Marlow", "{:#?}", reply.lines());
    assert_eq!(reply.at("PID-5.2"), "Te|ssa");
    assert_eq!(reply.at("PID-11.1"), "Ärztehaus \\ 5^7");
    assert_eq!(reply.at("MSH-18"), "UNICODE UTF-8");
    assert_eq!(reply.all("PID").len(), 1);
}

#[test]
fn a_protected_record_is_for_its_owner() {
    let iis = iis();
    let hidden = GIVEN.replace("|N|20260120|||A", "|Y|20260120|||A");
    assert_eq!(send(&iis, &hidden).at("MSA-1"), "AA");
    assert_eq!(history(&iis).at("PD1-12"), "Y");
    let other_clinic = |m: &str| m.replace("|CLINIC|STATE\r", "|ELSEWHERE|STATE\r");
    let stranger = send(&iis, &other_clinic(&query("Z34")));
    assert_eq!(
        (stranger.at("MSH-21.1"), stranger.at("QAK-2")),
        ("Z33".into(), "NF".into())
    );
    assert_eq!(send_as(&iis, "OTHER", &query("Z34")).at("QAK-2"), "NF");
    // a stranger's report changes nothing, and the answer does not tell that there is a record
    let report = other_clinic(GIVEN)
        .replace("LOT123", "LOT666")
        .replace("M-1", "M-9");
    let answer = send(&iis, &report);
    assert_eq!(answer.lines().len(), 2);
    assert_eq!(answer.at("MSA-1"), "AA");
    assert_eq!(history(&iis).at("RXA-15"), "LOT123");
    assert_eq!(iis.registry().counts().unwrap().persons, 1);
    // the owner may open it
    send(&iis, &GIVEN.replace("M-1", "M-3"));
    assert_eq!(
        send(&iis, &other_clinic(&query("Z34"))).at("MSH-21.1"),
        "Z32"
    );
}
