//! Text in indented sections.

use std::fmt::{self, Write as _};

#[derive(Debug, Default)]
pub(crate) struct Report {
    text: String,
    depth: usize,
}

impl Report {
    /// Writes a heading, and below it what `write` adds.
    pub(crate) fn section<T>(&mut self, title: &str, write: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth == 0 && !self.text.is_empty() {
            self.text.push('\n');
        }
        self.line(title);
        self.depth += 1;
        let written = write(self);
        self.depth -= 1;
        written
    }

    pub(crate) fn line(&mut self, line: impl fmt::Display) {
        let indent = "  ".repeat(self.depth);
        let _ = writeln!(self.text, "{indent}{line}");
    }

    /// A name and its value.
    pub(crate) fn item(&mut self, name: &str, value: impl fmt::Display) {
        self.line(format_args!("{name:<22} {value}"));
    }

    /// Reports something that cannot be parsed.
    pub(crate) fn malformed(&mut self, what: impl fmt::Display) {
        self.line(format_args!("MALFORMED: {what}"));
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

/// Makes untrusted text safe to print on a terminal: escapes control characters and those that change the direction of
/// text, and truncates it.
pub(crate) fn shown(text: &str) -> String {
    const MAX: usize = 400;
    let mut shown = String::new();
    for char in text.chars().take(MAX) {
        match char {
            '"' | '\'' | '\\' => shown.push(char),
            _ => shown.extend(char.escape_debug()),
        }
    }
    if text.chars().nth(MAX).is_some() {
        shown.push('…');
    }
    shown
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_indented_and_separated_at_the_top_only() {
        let mut report = Report::default();
        report.section("One", |report| {
            report.line("a");
            report.section("Two", |report| report.item("b", 1));
            report.line("c");
        });
        report.section("Three", |report| report.malformed("d"));
        let b = format!("    {:<22} 1", "b");
        let expected = format!("One\n  a\n  Two\n{b}\n  c\n\nThree\n  MALFORMED: d\n");
        assert_eq!(report.into_text(), expected);
    }

    #[test]
    fn text_that_is_cut_ends_in_an_ellipsis() {
        let longest = "ä".repeat(400);
        assert_eq!(shown(&longest), longest);
        assert_eq!(shown(&format!("{longest}a")), format!("{longest}…"));
    }
}
