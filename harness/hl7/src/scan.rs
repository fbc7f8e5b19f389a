// The one pass over the bytes: lines, delimiters, fields, character set.

impl Offsets {
    fn split_lines(&mut self, source: &[u8]) {
        let mut start = 0usize;
        for end in memchr::memchr2_iter(b'\r', b'\n', source) {
            if end < start {
                continue; // the LF of a CRLF
            }
            let crlf = source.get(end) == Some(&b'\r') && source.get(end + 1) == Some(&b'\n');
            let next = end + 1 + usize::from(crlf);
            self.push_line(source, start, end, next);
            start = next;
        }
        if start < source.len() {
            self.push_line(source, start, source.len(), source.len());
        }
        while self.lines.last().is_some_and(|l| l.start == l.end) {
            self.lines.pop();
        }
    }

    fn push_line(&mut self, source: &[u8], start: usize, end: usize, next: usize) {
        let blank = source.get(start..end).is_none_or(|l| l.iter().all(|b| matches!(b, b' ' | b'\t')));
        self.lines.push(LineEntry {
            start: start as u32,
            end: end as u32,
            next: next as u32,
            fields_at: 0,
            fields: 0,
            kind: if blank { LineKind::Blank } else { LineKind::Garbage },
        });
    }

    fn read_delimiters(&mut self, source: &[u8], header: usize) -> Delimiters {
        let Some(line) = self.lines.get(header).copied() else { return Delimiters::default() };
        let number = header as u32 + 1;
        let bytes = source.get(line.start as usize..line.end as usize).unwrap_or_default();
        let mut found = Delimiters::default();
        let Some(&field) = bytes.get(3) else {
            self.fault(FaultKind::ShortHeader, line.start..line.end, number);
            return found;
        };
        if !usable(field) {
            self.fault(FaultKind::BadDelimiter, line.start + 3..line.start + 4, number);
            return found;
        }
        found.field = field;
        let rest = bytes.get(4..).unwrap_or_default();
        let end = memchr::memchr(field, rest).unwrap_or(rest.len());
        let declared = rest.get(..end).unwrap_or_default();
        let places: [&mut u8; 4] =
            [&mut found.component, &mut found.repetition, &mut found.escape, &mut found.subcomponent];
        let mut bad = Vec::new();
        for (i, place) in places.into_iter().enumerate() {
            match declared.get(i) {
                Some(&b) if usable(b) => *place = b,
                Some(_) => bad.push(i as u32),
                None => {}
            }
        }
        for i in bad {
            let at = line.start + 4 + i;
            self.fault(FaultKind::BadDelimiter, at..at + 1, number);
        }
        let span = line.start + 3..line.start + 4 + declared.len() as u32;
        if declared.len() < 4 {
            self.fault(FaultKind::ShortHeader, span.clone(), number);
        }
        found.truncation = declared.get(4).copied().filter(|b| usable(*b));
        let all = [found.field, found.component, found.repetition, found.escape, found.subcomponent];
        if all.iter().enumerate().any(|(i, b)| all.iter().skip(i + 1).any(|c| b == c)) {
            self.fault(FaultKind::DuplicateDelimiter, span, number);
        }
        found
    }

    fn split_fields(&mut self, source: &[u8], delimiters: Delimiters) {
        let count = self.lines.len();
        for (index, line) in self.lines.iter_mut().enumerate() {
            let bytes = source.get(line.start as usize..line.end as usize).unwrap_or_default();
            let number = index as u32 + 1;
            if is_segment_name(bytes, delimiters.field) {
                line.kind = LineKind::Segment;
            } else {
                let kind = match line.kind {
                    LineKind::Blank if index + 1 < count => FaultKind::BlankLine,
                    LineKind::Blank => continue,
                    _ => FaultKind::InvalidLine,
                };
                self.faults.push(Fault { kind, span: line.start..line.end, line: number });
                continue;
            }
            line.fields_at = self.fields.len() as u32;
            if bytes.len() > 3 {
                self.fields.push(line.start + 4);
                let body = bytes.get(4..).unwrap_or_default();
                self.fields.extend(memchr::memchr_iter(delimiters.field, body).map(|n| line.start + 4 + n as u32 + 1));
            }
            line.fields = self.fields.len() as u32 - line.fields_at;
        }
    }

    fn charset(&mut self, source: &[u8], header: Option<usize>, delimiters: Delimiters) -> Charset {
        let entry = header.and_then(|h| self.lines.get(h).copied());
        let declared = entry.and_then(|line| {
            // MSH-18 is the 17th field after the name
            (line.fields > 16).then_some(())?;
            let at = line.fields_at as usize + 16;
            let start = *self.fields.get(at)?;
            let end = if line.fields > 17 { self.fields.get(at + 1)? - 1 } else { line.end };
            Some(start..end)
        });
        let name = declared.clone().and_then(|s| source.get(s.start as usize..s.end as usize)).unwrap_or_default();
        let first = name.split(|b| *b == delimiters.repetition || *b == delimiters.component).next().unwrap_or_default();
        let number = header.map_or(1, |h| h as u32 + 1);
        let charset = match Charset::from_msh18(first) {
            Ok(Some(charset)) => charset,
            Ok(None) => Charset::guess(source),
            Err(()) => {
                self.fault(FaultKind::UnsupportedCharset, declared.unwrap_or(0..0), number);
                Charset::guess(source)
            }
        };
        if let Some(bad) = charset.first_invalid(source) {
            let line = self.lines.partition_point(|l| l.next as usize <= bad) as u32 + 1;
            self.fault(FaultKind::BadCharacter, bad as u32..bad as u32 + 1, line);
        }
        if let Some(at) = source.iter().position(|b| *b < 0x20 && !matches!(b, b'\r' | b'\n' | b'\t')) {
            let line = self.lines.partition_point(|l| l.next as usize <= at) as u32 + 1;
            self.fault(FaultKind::ControlCharacter, at as u32..at as u32 + 1, line);
        }
        charset
    }
}

fn usable(b: u8) -> bool {
    b.is_ascii_graphic() || b == b' '
}
