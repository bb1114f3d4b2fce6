//! TOML (version 1.0), as far as servers are looked for in it: tables, strings, lists. Dates and numbers are taken as they
//! stand, and a value that is there twice is no error: what a client starts does not depend on it.

use serde_json::{Value, json};

use super::{super::piece::joined, Document, Text, WAY_BYTES_MAX};
use crate::source::Span;

/// How deep lists and tables nest within a value.
const DEPTH_MAX: usize = 64;

/// Reads a document.
///
/// # Errors
/// It is none; with the line.
pub(super) fn read(text: &str) -> Result<Document, String> {
    let mut reader = Reader { text, at: 0, texts: Vec::new() };
    match reader.document() {
        Ok(value) => Ok(Document { value, texts: reader.texts }),
        Err(Wrong(expected)) => {
            let line = text.get(..reader.at).unwrap_or_default().matches('\n').count() + 1;
            Err(format!("{expected} is missing at line {line}"))
        }
    }
}

/// What was expected.
struct Wrong(&'static str);

struct Reader<'t> {
    text: &'t str,
    at: usize,
    texts: Vec<Text>,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<Value, Wrong> {
        let mut root = json!({});
        let mut table: Vec<String> = Vec::new();
        self.take("\u{feff}");
        loop {
            self.skip(true);
            if self.rest().is_empty() {
                return Ok(root);
            }
            if self.take("[") {
                let is_list = self.take("[");
                table = self.keys()?;
                self.expect(if is_list { "]]" } else { "]" })?;
                open(&mut root, String::new(), &table, is_list);
            } else {
                let (within, path) = open(&mut root, String::new(), &table, false);
                self.member(within, path, 0)?;
            }
            self.skip(false);
            if !self.rest().is_empty() && !self.rest().starts_with(['\n', '\r']) {
                return Err(Wrong("the end of the line"));
            }
        }
    }

    /// Names, `=` and a value, in the table that `path` leads to.
    fn member(&mut self, table: &mut Value, path: String, depth: usize) -> Result<(), Wrong> {
        let mut keys = self.keys()?;
        let last = keys.pop().unwrap_or_default();
        self.expect("=")?;
        let (within, path) = open(table, path, &keys, false);
        let value = self.value(Some(&last), joined(&path, &last), depth)?;
        *member(within, &last) = value;
        Ok(())
    }

    fn value(&mut self, key: Option<&str>, path: String, depth: usize) -> Result<Value, Wrong> {
        self.skip(false);
        if depth > DEPTH_MAX || path.len() > WAY_BYTES_MAX {
            return Err(Wrong("a value that is less deep"));
        }
        if self.rest().starts_with(['"', '\'']) {
            let (text, span) = self.string()?;
            let key = key.map(str::to_owned);
            self.texts.push(Text { text: text.clone(), key, path, span });
            return Ok(Value::String(text));
        }
        if self.take("[") {
            let mut items = Vec::new();
            loop {
                self.skip(true);
                if self.take("]") {
                    return Ok(Value::Array(items));
                }
                items.push(self.value(key, format!("{path}[{}]", items.len()), depth + 1)?);
                self.skip(true);
                if !self.take(",") && !self.rest().starts_with(']') {
                    return Err(Wrong("`,` or `]`"));
                }
            }
        }
        if self.take("{") {
            return self.inline(&path, depth + 1);
        }
        let end = self.rest().find([',', ']', '}', '#', '\n', '\r']).unwrap_or(self.rest().len());
        let bare = self.rest().get(..end).unwrap_or_default().trim().to_owned();
        self.at += end;
        match bare.as_str() {
            "" => Err(Wrong("a value")),
            "true" | "false" => Ok(Value::Bool(bare == "true")),
            _ => Ok(Value::String(bare)),
        }
    }

    fn inline(&mut self, path: &str, depth: usize) -> Result<Value, Wrong> {
        let mut table = json!({});
        loop {
            self.skip(true);
            if self.take("}") {
                return Ok(table);
            }
            self.member(&mut table, path.to_owned(), depth)?;
            self.skip(true);
            if !self.take(",") && !self.rest().starts_with('}') {
                return Err(Wrong("`,` or `}`"));
            }
        }
    }

    /// Names with dots between them.
    fn keys(&mut self) -> Result<Vec<String>, Wrong> {
        let (mut keys, start) = (Vec::new(), self.at);
        while self.at - start < WAY_BYTES_MAX {
            self.skip(false);
            if self.rest().starts_with(['"', '\'']) {
                keys.push(self.string()?.0);
            } else {
                let is_other = |char: char| !char.is_ascii_alphanumeric() && char != '_' && char != '-';
                let end = self.rest().find(is_other).unwrap_or(self.rest().len());
                if end == 0 {
                    return Err(Wrong("a name"));
                }
                keys.push(self.rest().get(..end).unwrap_or_default().to_owned());
                self.at += end;
            }
            self.skip(false);
            if !self.take(".") {
                return Ok(keys);
            }
        }
        Err(Wrong("a shorter name"))
    }

    /// A string, and where its text is written.
    fn string(&mut self) -> Result<(String, Span), Wrong> {
        let mark =
            ["\"\"\"", "'''", "\"", "'"].into_iter().find(|mark| self.take(mark)).ok_or(Wrong("a string"))?;
        let is_long = mark.len() > 1;
        if is_long && !self.take("\n") {
            // The first line's end is no part of it.
            self.take("\r\n");
        }
        let start = self.at;
        let mut text = String::new();
        loop {
            if self.rest().starts_with(mark) {
                let mut span = Span { start, end: self.at };
                self.at += mark.len();
                // Quotes may stand right in front of the three that end it.
                while is_long && self.rest().starts_with(mark.get(..1).unwrap_or_default()) {
                    text.push_str(mark.get(..1).unwrap_or_default());
                    (self.at, span.end) = (self.at + 1, span.end + 1);
                }
                return Ok((text, span));
            }
            let Some(char) = self.rest().chars().next() else { return Err(Wrong("the end of a string")) };
            if !is_long && matches!(char, '\n' | '\r') {
                return Err(Wrong("the end of a string"));
            }
            self.at += char.len_utf8();
            match char {
                '\\' if mark.starts_with('"') => self.escape(&mut text)?,
                _ => text.push(char),
            }
        }
    }

    /// What follows a backslash.
    fn escape(&mut self, text: &mut String) -> Result<(), Wrong> {
        let Some(char) = self.rest().chars().next() else { return Err(Wrong("the end of a string")) };
        self.at += char.len_utf8();
        text.push(match char {
            'b' => '\u{8}',
            't' => '\t',
            'n' => '\n',
            'f' => '\u{c}',
            'r' => '\r',
            'e' => '\u{1b}',
            'x' => self.number(2)?,
            'u' => self.number(4)?,
            'U' => self.number(8)?,
            _ if char.is_whitespace() => {
                // The line goes on where the next one has text.
                self.at += self.rest().len() - self.rest().trim_start().len();
                return Ok(());
            }
            _ => char,
        });
        Ok(())
    }

    /// The character of a number with so many digits.
    fn number(&mut self, digits: usize) -> Result<char, Wrong> {
        let wrong = Wrong("a hexadecimal number");
        let Some(written) = self.rest().get(..digits) else { return Err(wrong) };
        let Ok(number) = u32::from_str_radix(written, 16) else { return Err(wrong) };
        self.at += digits;
        Ok(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    /// Goes past spaces, and past ends of lines and comments where they mean nothing.
    fn skip(&mut self, lines: bool) {
        loop {
            let rest = self.rest();
            let end = rest.find(|char| match char {
                ' ' | '\t' => false,
                '\n' | '\r' => !lines,
                _ => true,
            });
            self.at += end.unwrap_or(rest.len());
            if !self.rest().starts_with('#') {
                return;
            }
            self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        }
    }

    fn expect(&mut self, mark: &'static str) -> Result<(), Wrong> {
        self.skip(false);
        let wrong = Wrong(if mark == "=" { "`=`" } else { "`]`" });
        if self.take(mark) { Ok(()) } else { Err(wrong) }
    }

    fn take(&mut self, mark: &str) -> bool {
        let is_there = self.rest().starts_with(mark);
        self.at += if is_there { mark.len() } else { 0 };
        is_there
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }
}

/// The table that `keys` lead to from `table`, made where it is not there, and the way to it. Of a list of tables the last
/// counts; a new one is begun where `is_list`.
fn open<'v>(
    mut table: &'v mut Value,
    mut path: String,
    keys: &[String],
    is_list: bool,
) -> (&'v mut Value, String) {
    for (number, key) in (1..).zip(keys) {
        path = joined(&path, key);
        let is_new = is_list && number == keys.len();
        table = member(table, key);
        if is_new && !table.is_array() {
            *table = json!([]);
        }
        if let Value::Array(items) = table {
            if is_new || items.is_empty() {
                items.push(json!({}));
            }
            let last = items.len() - 1;
            path = format!("{path}[{last}]");
            table = &mut table[last];
        }
    }
    (table, path)
}

/// A member of what is a table, or becomes one.
fn member<'v>(table: &'v mut Value, key: &str) -> &'v mut Value {
    if !table.is_object() {
        *table = json!({});
    }
    &mut table[key]
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::json;

    #[test]
    fn tables_strings_and_lists_are_read() {
        let text = "\u{feff}# clients\nmodel = 'm' # c\nn = 1_000\nd = 1979-05-27T07:32:00Z\n\
            [mcp_servers.docs]\r\ncommand = \"npx\"\r\nargs = [ # first\n  \"-y\", 'a#b',\n]\nenv.KEY = \"v\"\n\
            [mcp_servers.\"a b\".env]\n\"K\" = \"\"\"\nx\\\n   y\"\"\"\"\n\
            [[list]]\na = { b.c = true, d = [ { e = 'f' } ] }\n[[list]]\na = \"\\u00e9\\t\"\n[list.sub]\nx = ''";
        let document = read(text).unwrap();
        let expected = json!({
            "model": "m", "n": "1_000", "d": "1979-05-27T07:32:00Z",
            "mcp_servers": {
                "docs": { "command": "npx", "args": ["-y", "a#b"], "env": { "KEY": "v" } },
                "a b": { "env": { "K": "xy\"" } },
            },
            "list": [
                { "a": { "b": { "c": true }, "d": [{ "e": "f" }] } },
                { "a": "é\t", "sub": { "x": "" } },
            ],
        });
        assert_eq!(document.value, expected);
        let place = |path: &str| {
            let found = document.texts.iter().find(|found| found.path == path).unwrap();
            (found.key.as_deref().unwrap(), text.get(found.span.range()).unwrap())
        };
        assert_eq!(place("mcp_servers.docs.args[1]"), ("args", "a#b"));
        assert_eq!(place("list[0].a.d[0].e"), ("e", "f"));
        assert_eq!(place("list[1].a"), ("a", "\\u00e9\\t"));
    }

    #[test]
    fn what_is_no_toml_is_said_without_it() {
        for (text, expected) in [
            ("a = 1\nhunter2\n", "`=` is missing at line 2"),
            ("a = \"hunter2\n", "the end of a string is missing at line 1"),
            ("a = [hunter2", "`,` or `]` is missing at line 1"),
            ("a = {b = '' hunter2}", "`,` or `}` is missing at line 1"),
            ("[a\nb = 1", "`]` is missing at line 1"),
            ("a = '' hunter2", "the end of the line is missing at line 1"),
            ("{}", "a name is missing at line 1"),
            ("a =\n", "a value is missing at line 1"),
        ] {
            assert_eq!(read(text).unwrap_err(), expected, "{text}");
        }
        let deep = format!("a = {}", "[".repeat(100_000));
        assert!(read(&deep).unwrap_err().contains("less deep"));
        assert!(read(&"a.".repeat(100_000)).unwrap_err().contains("shorter name"));
    }
}
