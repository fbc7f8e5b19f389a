//! The reply of a step, made to fit the message that came.

use crate::assertion::place::at;
use titer_hl7::build::Raw;
use titer_hl7::edit::{EditError, Editor, Place};
use titer_hl7::{Message, Offsets, Path};

// the raw text of a field; empty when it is not there
fn raw(message: &Message<'_>, path: &Path) -> String {
    message
        .get(path)
        .map(|e| e.raw_text().into_owned())
        .unwrap_or_default()
}

fn as_raw(text: &str) -> Raw {
    // a field of a message has no line end in it
    Raw::new(text.replace(['\r', '\n'], " "))
        .unwrap_or_else(|_| unreachable!("line ends were replaced"))
}

/// Makes a rendered reply answer `incoming`: MSA-2 repeats its MSH-10; in a response to a query QAK-1 repeats QPD-2,
/// QAK-3 repeats QPD-1, and QPD is the query's own. Places in `leave` are not touched.
pub(super) fn fitted(reply: &[u8], incoming: &[u8], leave: &[&str]) -> Result<Vec<u8>, EditError> {
    let set = |editor: &mut Editor, path: &'static str, value: &str| -> Result<(), EditError> {
        if leave.contains(&path) {
            return Ok(());
        }
        set(editor, path, value)
    };
    let mut table = Offsets::new();
    let came = Message::parse(incoming, &mut table);
    let mut editor = Editor::new(reply.to_vec());
    set(&mut editor, "MSA-2", &raw(&came, &at("MSH-10")))?;
    if let Some(query) = came.segment("QPD", 1) {
        set(&mut editor, "QAK-1", &raw(&came, &at("QPD-2")))?;
        set(&mut editor, "QAK-3", &raw(&came, &at("QPD-1")))?;
        let own = leave.iter().any(|p| p.starts_with("QPD"));
        if !own && editor.message().segment("QPD", 1).is_some() {
            let line = as_raw(&query.line().text());
            editor.insert_line(Place::After(at("QPD")), &line)?;
            editor.delete(&at("QPD"))?;
        }
    }
    Ok(editor.finish())
}

fn set(editor: &mut Editor, path: &'static str, value: &str) -> Result<(), EditError> {
    let path = at(path);
    if editor.message().segment(path.segment(), 1).is_some() && !value.is_empty() {
        editor.set(&path, as_raw(value))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fitted;

    #[test]
    fn a_reply_is_made_to_fit_the_query() {
        let query = b"MSH|^~\\&|EHR|C|||20270301||QBP^Q11^QBP_Q11|Q-77|P|2.5.1\rQPD|Z44^Evaluated^CDCPHINVS|TAG9|A7^^^CLINIC^MR|Hale^Nora\rRCP|I|1^RD\r";
        let reply = b"MSH|^~\\&|IIS|S|||20270301||RSP^K11^RSP_K11|R1|P|2.5.1\rMSA|AA|old\rQAK|old|NF|old\rQPD|old|old\r";
        let fitted = fitted(reply, query, &[]).expect("the reply has every segment");
        assert_eq!(
            String::from_utf8_lossy(&fitted).replace('\r', "\n"),
            "MSH|^~\\&|IIS|S|||20270301||RSP^K11^RSP_K11|R1|P|2.5.1\nMSA|AA|Q-77\nQAK|TAG9|NF|Z44^Evaluated^CDCPHINVS\nQPD|Z44^Evaluated^CDCPHINVS|TAG9|A7^^^CLINIC^MR|Hale^Nora\n"
        );
    }
}
