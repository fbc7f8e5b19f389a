//! JUnit XML: a suite for each file, a case for each message.

use super::{Counts, Options, Sink, Source, concise};
use crate::finding::Finding;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::io::{self, Write};

/// Writes one JUnit report at the end: its head says how much there is, so everything is held until then.
#[derive(Debug)]
pub struct Junit<W> {
    out: W,
    options: Options,
    suites: Vec<TestSuite>,
    case: Option<Case>,
}

/// The case for what is wrong with a file outside of any message.
const WHOLE_FILE: &str = "the file itself";

#[derive(Debug)]
struct Case {
    name: String,
    file: String,
    counts: Counts,
    lines: Vec<String>,
}

impl Case {
    fn new(name: String, file: &str) -> Self {
        Self {
            name,
            file: file.to_owned(),
            counts: Counts::default(),
            lines: Vec::new(),
        }
    }
}

impl<W: Write> Junit<W> {
    /// Writes to `out`.
    pub fn new(out: W, options: Options) -> Self {
        Self {
            out,
            options,
            suites: Vec::new(),
            case: None,
        }
    }

    fn close(&mut self) {
        let Some(case) = self.case.take() else { return };
        let failed = self
            .options
            .fail_on
            .is_some_and(|severity| case.counts.at_least(severity) > 0);
        let text = case.lines.join("\n");
        let status = if failed {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status
                .set_message(case.counts.words())
                .set_type("findings")
                .set_description(text.as_str());
            status
        } else {
            TestCaseStatus::success()
        };
        let mut test = TestCase::new(case.name, status);
        test.set_classname(case.file.as_str());
        if !failed && !text.is_empty() {
            test.set_system_out(text);
        }
        match self.suites.last_mut() {
            Some(suite) if suite.name.as_str() == case.file => {
                suite.add_test_case(test);
            }
            _ => {
                let mut suite = TestSuite::new(case.file);
                suite.add_test_case(test);
                self.suites.push(suite);
            }
        }
    }
}

impl<W: Write> Sink for Junit<W> {
    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn message(&mut self, source: &Source<'_>) -> io::Result<()> {
        self.close();
        let name = format!(
            "message {}, line {}",
            source.number,
            source.lines_before + 1
        );
        self.case = Some(Case::new(name, source.file));
        Ok(())
    }

    fn finding(&mut self, source: &Source<'_>, finding: &Finding) -> io::Result<()> {
        if source.number == 0
            && self
                .case
                .as_ref()
                .is_none_or(|c| c.name != WHOLE_FILE || c.file != source.file)
        {
            self.close();
            self.case = Some(Case::new(WHOLE_FILE.to_owned(), source.file));
        }
        if let Some(case) = &mut self.case {
            case.counts.add(finding.severity);
            let line = concise::line(source, finding, self.options.mask);
            case.lines
                .push(format!("{}: {line}", finding.severity.word()));
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.close();
        let mut report = Report::new("titer check");
        report.add_test_suites(std::mem::take(&mut self.suites));
        let xml = report.to_string().map_err(io::Error::other)?;
        self.out.write_all(xml.as_bytes())?;
        self.out.flush()
    }
}
