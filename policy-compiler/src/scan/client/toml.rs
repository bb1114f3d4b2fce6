//! TOML, with the library that Codex itself reads its configuration with: what it refuses starts no server.

use std::thread;

use serde_json::Value;
use toml::{
    Spanned,
    de::{DeTable, DeValue, Error},
};

use super::{super::piece::joined, Document, Text};
use crate::source::{Source, Span};

/// How deep lists and tables nest, also those that a name with dots opens.
const DEPTH_MAX: usize = 64;
/// The library bounds how deep values nest (80) and how many dots a name has (80) each on its own, so both together make
/// thousands of tables. To drop them takes 2 MiB, without optimisation 8.
const STACK_BYTES: usize = 32 << 20;

/// Reads a document.
///
/// # Errors
/// It is none, or has a name twice; with the line.
pub(super) fn read(source: &Source) -> Result<Document, String> {
    thread::scope(|scope| {
        let reader = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, || read_here(source));
        let read = reader.ok().and_then(|reader| reader.join().ok());
        read.unwrap_or_else(|| Err("it cannot be read".to_owned()))
    })
}

fn read_here(source: &Source) -> Result<Document, String> {
    let root = DeTable::parse(&source.text).map_err(|error| said(source, &error))?;
    let mut document = Document::default();
    document.value = document.table(source, root.get_ref(), "", 0)?;
    // Tables are in the order of their names.
    document.texts.sort_by_key(|text| text.span.start);
    Ok(document)
}

/// The library's messages have nothing of the text; the way it prints itself has.
fn said(source: &Source, error: &Error) -> String {
    match error.span() {
        Some(span) => format!("{} at line {}", error.message(), source.lines().position(span.start).line),
        None => error.message().to_owned(),
    }
}

impl Document {
    fn table(
        &mut self,
        source: &Source,
        table: &DeTable<'_>,
        path: &str,
        depth: usize,
    ) -> Result<Value, String> {
        let members = table.iter().map(|(name, value)| {
            let name = name.get_ref();
            let value = self.toml(source, value, Some(name), joined(path, name), depth + 1)?;
            Ok((name.to_string(), value))
        });
        members.collect::<Result<_, _>>().map(Value::Object)
    }

    fn toml(
        &mut self,
        source: &Source,
        value: &Spanned<DeValue<'_>>,
        key: Option<&str>,
        path: String,
        depth: usize,
    ) -> Result<Value, String> {
        let span = Span { start: value.span().start, end: value.span().end };
        if depth > DEPTH_MAX {
            let line = source.lines().position(span.start).line;
            return Err(format!("values nest too deep at line {line}"));
        }
        match value.get_ref() {
            DeValue::Table(table) => self.table(source, table, &path, depth),
            DeValue::Array(items) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| self.toml(source, item, key, format!("{path}[{index}]"), depth + 1));
                items.collect()
            }
            DeValue::String(text) => {
                let (text, key) = (text.to_string(), key.map(str::to_owned));
                self.texts.push(Text { text: text.clone(), key, path, span: inside(source, span) });
                Ok(Value::String(text))
            }
            DeValue::Boolean(truth) => Ok(Value::Bool(*truth)),
            // As written: no date or number says anything of a server.
            DeValue::Integer(_) | DeValue::Float(_) | DeValue::Datetime(_) => {
                Ok(Value::String(source.slice(span).to_owned()))
            }
        }
    }
}

/// The span of a string without the quotes around it, and without the end of the line that may follow the first three.
fn inside(source: &Source, span: Span) -> Span {
    let text = source.slice(span);
    let is_long = text.starts_with("\"\"\"") || text.starts_with("'''");
    let quotes = if is_long { 3 } else { 1 };
    let rest = text.get(quotes..).unwrap_or_default();
    let line =
        if is_long && rest.starts_with("\r\n") { 2 } else { usize::from(is_long && rest.starts_with('\n')) };
    Span { start: span.start + quotes + line, end: span.end - quotes }
}

#[cfg(test)]
mod tests {
    use super::{Document, Source};
    use serde_json::json;

    fn source(text: &str) -> Source {
        Source { path: "config.toml".to_owned(), text: text.to_owned() }
    }

    fn read(text: &str) -> Result<Document, String> {
        super::read(&source(text))
    }

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
        let texts: Vec<_> = document
            .texts
            .iter()
            .map(|found| {
                let key = found.key.as_deref().unwrap();
                (found.path.as_str(), key, text.get(found.span.range()).unwrap())
            })
            .collect();
        let expected = [
            ("model", "model", "m"),
            ("mcp_servers.docs.command", "command", "npx"),
            ("mcp_servers.docs.args[0]", "args", "-y"),
            ("mcp_servers.docs.args[1]", "args", "a#b"),
            ("mcp_servers.docs.env.KEY", "KEY", "v"),
            ("mcp_servers[\"a b\"].env.K", "K", "x\\\n   y\""),
            ("list[0].a.d[0].e", "e", "f"),
            ("list[1].a", "a", "\\u00e9\\t"),
            ("list[1].sub.x", "x", ""),
        ];
        assert_eq!(texts, expected);
    }

    #[test]
    fn the_place_of_a_string_is_what_stands_between_its_quotes() {
        for (written, inside) in [
            ("''", ""),
            ("\"\"\"\"\"\"", ""),
            ("'''a'''", "a"),
            ("'''\r\na\nb'''", "a\nb"),
            ("\"\"\"\n\na\"\"\"", "\na"),
            ("\"\"\"\"a\"\"\"\"\"", "\"a\"\""),
            ("'\"\"\"'", "\"\"\""),
        ] {
            let source = source(&format!("a = {written} # \"c\"\n"));
            let document = super::read(&source).unwrap();
            assert_eq!(document.texts.len(), 1);
            assert_eq!(
                (source.slice(document.texts[0].span), document.value["a"].as_str().unwrap()),
                (inside, inside)
            );
        }
    }

    #[test]
    fn what_is_no_toml_is_said_without_it() {
        for (text, line) in [
            ("a = 1\nhunter2\n", 2),
            ("a = \"hunter2\n", 1),
            ("a = [hunter2", 1),
            ("a = {b = '' hunter2}", 1),
            ("[a\nb = 1", 1),
            ("a = '' hunter2", 1),
            ("{}", 1),
            ("a = 1hunter2", 1),
            ("a = '\\hunter2'\nb = \"\\hunter2\"", 2),
            ("a = 2024-99-01hunter2", 1),
            ("[hunter2]\nb = 1\n[hunter2]\n", 3),
            ("hunter2 = ''\nhunter2.x = ''", 2),
        ] {
            let error = read(text).unwrap_err();
            assert!(
                error.ends_with(&format!(" at line {line}")) && !error.contains("hunter2"),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn of_two_members_of_one_name_nobody_knows_which_a_client_reads() {
        assert_eq!(read("a = 1\na = 2\n").unwrap_err(), "duplicate key at line 2");
    }

    #[test]
    fn depth_has_a_limit_however_it_is_written() {
        let dots = "a.".repeat(79) + "a";
        let both = format!("[{dots}]\n{dots} = {}1{}\n", format!("{{{dots} = ").repeat(80), "}".repeat(80));
        for text in [
            format!("a = {}", "[".repeat(100_000)),
            format!("a = {}", "{a = ".repeat(100_000)),
            format!("a = {}{}", "[".repeat(70), "]".repeat(70)),
            "a.".repeat(100_000) + "a = 1",
            format!("{dots} = 1"),
            format!("{both}hunter2"),
            both,
        ] {
            read(&text).unwrap_err();
        }
        read(&format!("a = {}{}", "[".repeat(60), "]".repeat(60))).unwrap();
    }
}
