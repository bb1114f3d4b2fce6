//! A proxy whose policy asks for every detector.

use std::sync::LazyLock;

use mcpgov_engine::{
    exchange::{AnswerHead, Changes, Effect, Event, Exchange, Head, Options, Policy, Terms},
    session::SessionKey,
    subject::Subject,
    table::Table,
};
use mcpgov_policy_compiler::{compile, source::Source};
use serde_json::json;

const CALL: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read"}}"#;

/// Policies: all that is found treated alike, and each class in its own way. The last ones leave something, by
/// what surrounds it.
pub(crate) static PROXIES: LazyLock<[Proxy; 7]> = LazyLock::new(|| {
    [
        Proxy::new(&[("*", "mask")]),
        Proxy::new(&[("*", "hash")]),
        Proxy::new(&[("*", "remove")]),
        Proxy::new(&[("*", "strip")]),
        Proxy::new(&[("*", "mark")]),
        Proxy::new(&[
            ("pii.*", "hash"),
            ("secret.*", "mask"),
            ("hidden.*", "strip"),
            ("injection.*", "mark"),
        ]),
        Proxy::new(&[
            ("pii.*", "mark"),
            ("secret.*", "mask"),
            ("hidden.*", "remove"),
            ("injection.*", "strip"),
        ]),
    ]
});
pub(crate) struct Proxy {
    table: Table<Vec<u8>>,
    options: Options,
}

impl Proxy {
    /// `treatments` of classes of detectors.
    pub(crate) fn new(treatments: &[(&str, &str)]) -> Proxy {
        let protection = |(detect, treatment): &(&str, &str)| json!({ "id": treatment, "detect": detect, "treatment": treatment });
        let policy = json!({
            "version": "v1",
            "rules": [{ "id": "all", "match": { "labels": { "mcp.method": "*" } }, "decision": "ALLOW" }],
            "protections": treatments.iter().map(protection).collect::<Vec<_>>(),
        });
        let source = Source { path: "policy.yaml".to_owned(), text: policy.to_string() };
        let (table, diagnostics) = compile(&source);
        let table = table.unwrap_or_else(|| panic!("{diagnostics:#?}"));
        Proxy { table: Table::from_bytes(table).unwrap(), options: Options::default() }
    }

    /// What the client gets for an answer in JSON; `None` where that is all of it, byte for byte.
    pub(crate) fn answer(&self, body: &str) -> Option<String> {
        let mut exchange = Exchange::new();
        self.ask(&mut exchange, "application/json");
        let changes = self.forwarded(&mut exchange, Event::AnswerBody(body.as_bytes()));
        changes.body.map(|body| String::from_utf8(body).unwrap())
    }

    /// The same, unchanged or not.
    pub(crate) fn redacted(&self, body: &str) -> String {
        self.answer(body).unwrap_or_else(|| body.to_owned())
    }

    /// What the client gets of a stream that comes in these chunks.
    pub(crate) fn stream<'c>(&self, chunks: impl IntoIterator<Item = &'c [u8]>) -> Vec<u8> {
        let mut exchange = Exchange::new();
        self.ask(&mut exchange, "text/event-stream");
        let mut passed = Vec::new();
        for bytes in chunks {
            let changes = self.forwarded(&mut exchange, Event::AnswerChunk { bytes, ends: false });
            passed.extend(changes.body.unwrap_or_else(|| bytes.to_vec()));
        }
        passed
    }

    /// The parts of a text that detectors find, and what lies between them.
    pub(crate) fn parts<'t>(&self, text: &'t str, key: Option<&str>) -> (Vec<&'t str>, Vec<&'t str>) {
        let view = self.table.view();
        let (mut found, mut rest, mut done) = (Vec::new(), Vec::new(), 0);
        for finding in view.scanner.unwrap().scan(text, key) {
            found.extend(text.get(finding.place.clone()));
            rest.extend(text.get(done..finding.place.start));
            done = done.max(finding.place.end);
        }
        rest.extend(text.get(done..));
        (found, rest)
    }

    fn ask(&self, exchange: &mut Exchange, content_type: &str) {
        let head = Head {
            method: "POST".into(),
            host: "mcp.example".into(),
            path: "/".into(),
            content_type: Some("application/json".into()),
            accept: Some("application/json, text/event-stream".into()),
            ..Head::default()
        };
        let asked = Event::RequestHead { head, subject: Subject::default(), ends: false };
        assert_eq!(self.on(exchange, asked), Effect::Hold);
        self.forwarded(exchange, Event::RequestBody(CALL));
        let head = AnswerHead { status: 200, content_type: Some(content_type), ..AnswerHead::default() };
        self.on(exchange, Event::AnswerHead { head, ends: false });
    }

    fn forwarded(&self, exchange: &mut Exchange, event: Event<'_>) -> Changes {
        match self.on(exchange, event) {
            Effect::Forward(changes) => changes,
            other => panic!("{other:?}"),
        }
    }

    fn on(&self, exchange: &mut Exchange, event: Event<'_>) -> Effect {
        static KEY: SessionKey = SessionKey::new([1; 32]);
        let view = self.table.view();
        let terms = Terms {
            policy: Policy::Loaded(&view),
            options: &self.options,
            session_key: Some(&KEY),
            now_sec: 1000,
            region: None,
            environment: None,
        };
        exchange.on(&terms, event)
    }
}
