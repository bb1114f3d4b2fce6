//! The part of the governed session in which what the server sends is changed on its way.

use serde_json::{Value, json};

use crate::client::{Client, Refusal};
use crate::envoy::Envoy;
use crate::fixture::files;

/// The tool whose description gives orders to the model.
pub const POISONED_TOOL: &str = "format_text";

/// One call and what must become of its result.
pub struct Step {
    /// What it shows.
    pub title: &'static str,
    /// The tool.
    pub tool: &'static str,
    /// Its arguments.
    pub arguments: Value,
    /// What the server sends and the client must not get.
    pub gone: Vec<String>,
    /// What the client must still get.
    pub kept: Vec<&'static str>,
    /// Detectors that the audit record must name, and the treatment of what each found.
    pub found: Vec<(&'static str, &'static str)>,
}

/// The steps, in order.
pub fn steps() -> Vec<Step> {
    let read = |path: &str| json!({ "repo": "acme/web", "path": path });
    vec![
        Step {
            title: "a page with instructions that only the model sees",
            tool: "read_file",
            arguments: read(files::PAGE),
            gone: vec![
                "<!--".to_owned(),
                files::ORDER.to_owned(),
                "\u{200b}".to_owned(),
                "\u{200c}".to_owned(),
            ],
            kept: vec![
                "# Setting up acme/web",
                "Clone the repository, then run `make setup`.",
                "The tests start with `make test`.",
            ],
            found: vec![
                ("hidden.markup", "strip"),
                ("hidden.zero_width", "strip"),
                ("injection.override", "strip"),
            ],
        },
        Step {
            title: "a configuration with a key and a password in it",
            tool: "read_file",
            arguments: read(files::CONFIGURATION),
            gone: vec![files::access_key(), files::password()],
            kept: vec![
                "REGION=eu-central-1\n",
                "AWS_ACCESS_KEY_ID=*",
                "postgres://web:*",
                "@db.acme.example/web\nWORKERS=4\n",
            ],
            found: vec![("secret.aws_access_key_id", "mask"), ("secret.connection_string", "mask")],
        },
    ]
}

/// What became of a result.
pub struct Outcome {
    /// What the server sent to whoever asked it directly.
    pub sent: String,
    /// What the client got.
    pub got: Result<String, Refusal>,
    /// The audit record.
    pub record: Value,
}

/// Makes the call of `step` without governance and with it; with it, it is the tool call with that `number` (from 0) of
/// all that went through `envoy`.
pub async fn play(step: &Step, number: usize, direct: &Client, client: &Client, envoy: &Envoy) -> Outcome {
    let sent = direct.call(step.tool, &step.arguments).await.expect("the server refuses nothing");
    let got = client.call(step.tool, &step.arguments).await;
    let record = envoy.wait_for_record(number, |record| record["method"] == "tools/call");
    Outcome { sent, got, record }
}

/// What an audit record says of the answer: the name of each detector that found something, and what was done.
pub fn found(record: &Value) -> Vec<(&str, &str)> {
    let found = record["response"]["found"].as_array().map_or(&[][..], Vec::as_slice);
    found.iter().filter_map(|one| one["detector"].as_str().zip(one["treatment"].as_str())).collect()
}

impl Outcome {
    /// Everything that is not as `step` expects, in words.
    pub fn mismatches(&self, step: &Step) -> Vec<String> {
        let mut mismatches = Vec::new();
        let got = match &self.got {
            Ok(text) => text,
            Err(refusal) => return vec![format!("refused: {refusal:?}")],
        };
        for gone in &step.gone {
            if !self.sent.contains(gone) {
                mismatches.push(format!("the server did not send {gone:?}"));
            }
            if got.contains(gone) {
                mismatches.push(format!("the client got {gone:?}"));
            }
            if self.record.to_string().contains(gone) {
                mismatches.push(format!("the audit record shows {gone:?}"));
            }
        }
        let kept = step.kept.iter().filter(|kept| !got.contains(**kept));
        mismatches.extend(kept.map(|kept| format!("the client did not get {kept:?}")));
        let found = found(&self.record);
        let missing = step.found.iter().filter(|one| !found.contains(one));
        mismatches.extend(missing.map(|one| format!("the audit record does not say {one:?}")));
        mismatches
    }
}
