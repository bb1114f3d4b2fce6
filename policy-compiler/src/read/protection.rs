//! `detectors:` and `protections:`.

use mcpgov_engine::table::source::is_glob;

use super::{
    rule::{self, MATCH, UNLESS},
    value::{Fields, Reader},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::{Blobs, Condition, Detector, Direction, Protection, Severity, Shape, Treatment},
    source::Spanned,
    syntax::{Node, Value},
};

const DETECTOR_KEYS: &[&str] = &["pattern", "keywords", "validator", "entropy", "allow", "severity"];
const PROTECTION_KEYS: &[&str] =
    &["id", "match", "unless", "detect", "direction", "treatment", "blobs", "mode"];
/// More than the entropy of random bytes.
const ENTROPY_MAX: f64 = 8.0;

pub(super) fn detectors(reader: &mut Reader, node: &Node) -> Vec<Detector> {
    let mut detectors = Vec::new();
    for entry in reader.entries(node).unwrap_or_default() {
        let Some(name) = reader.key(entry) else { continue };
        if is_glob(&name.value) {
            let message = format!("`{}` is no name of a detector", name.value);
            reader.push(
                Diagnostic::error(Code::BadValue, name.span, message)
                    .help("`*` is for protections; a detector has one name"),
            );
        }
        let mut detector = Detector { name, shape: None, allow: Vec::new(), severity: None };
        if let Some(fields) = reader.fields(&entry.node, "a detector", DETECTOR_KEYS, &[]) {
            fields.reject_empty(reader, &entry.node);
            detector.shape = shape(reader, &fields);
            detector.allow = fields.get("allow").map(|node| reader.texts(node, "a glob")).unwrap_or_default();
            detector.severity = fields
                .get("severity")
                .and_then(|node| reader.choice(node, "severity", &Severity::ALL, |severity| severity.name()))
                .map(|severity| severity.value);
        }
        detectors.push(detector);
    }
    detectors
}

fn shape(reader: &mut Reader, fields: &Fields) -> Option<Shape> {
    let Some(node) = fields.get("pattern") else {
        for key in ["keywords", "validator", "entropy"] {
            if let Some(span) = fields.key_span(key) {
                reader.push(
                    Diagnostic::error(Code::Inconsistent, span, format!("`{key}` goes with a `pattern`"))
                        .help("write the `pattern` that it is to narrow down"),
                );
            }
        }
        return None;
    };
    let pattern = reader.text(node)?;
    Some(Shape {
        pattern,
        keywords: fields.get("keywords").map(|node| reader.texts(node, "a word")).unwrap_or_default(),
        validator: fields.get("validator").and_then(|node| reader.text(node)),
        entropy: fields.get("entropy").and_then(|node| entropy(reader, node)),
    })
}

fn entropy(reader: &mut Reader, node: &Node) -> Option<Spanned<u32>> {
    let Value::Number(written) = &node.value else {
        reader.wrong_type(node, "a number of bits");
        return None;
    };
    let bits = written.parse::<f64>().ok().filter(|bits| (0.0..=ENTROPY_MAX).contains(bits));
    let Some(bits) = bits else {
        let message = format!("expected bits per byte from 0 to {ENTROPY_MAX}, found `{written}`");
        reader.push(
            Diagnostic::error(Code::BadValue, node.span, message)
                .help("random letters and digits have about 4, words about 3"),
        );
        return None;
    };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 800")]
    let hundredths = (bits * 100.0).round() as u32;
    Some(Spanned::new(hundredths, node.span))
}

pub(super) fn protections(reader: &mut Reader, node: &Node, orphans: &mut Vec<Condition>) -> Vec<Protection> {
    let mut protections = Vec::new();
    for item in reader.list(node, "protections").unwrap_or_default() {
        protections.extend(protection(reader, item, orphans));
    }
    protections
}

fn protection(reader: &mut Reader, node: &Node, orphans: &mut Vec<Condition>) -> Option<Protection> {
    let fields = reader.fields(node, "a protection", PROTECTION_KEYS, &[])?;
    let id = fields.required(reader, "id").and_then(|node| reader.text(node));
    let condition = fields.get("match").and_then(|node| rule::condition(reader, node, MATCH, 1));
    let unless = fields.get("unless").and_then(|node| rule::condition(reader, node, UNLESS, 1));
    let detect =
        fields.required(reader, "detect").map(|node| reader.texts(node, "a detector")).unwrap_or_default();
    let treatment = fields
        .required(reader, "treatment")
        .and_then(|node| reader.choice(node, "treatment", &Treatment::ALL, |treatment| treatment.name()));
    let directions = match fields.get("direction") {
        Some(node) => directions(reader, node),
        // What comes from servers; what goes to them is a person's or agent's own.
        None => vec![Direction::Results, Direction::Descriptions],
    };
    let blobs = fields
        .get("blobs")
        .and_then(|node| reader.choice(node, "way with blobs", &Blobs::ALL, |blobs| blobs.name()))
        .map_or(Blobs::Skip, |blobs| blobs.value);
    let shadow = reader.shadow(&fields);
    match (id, treatment) {
        (Some(id), Some(treatment)) => {
            Some(Protection { id, condition, unless, detect, directions, treatment, blobs, shadow })
        }
        _ => {
            orphans.extend(condition.into_iter().chain(unless));
            None
        }
    }
}

fn directions(reader: &mut Reader, node: &Node) -> Vec<Direction> {
    let name = |direction: Direction| direction.name();
    let mut directions = Vec::new();
    let items = match &node.value {
        Value::List(items) if items.is_empty() => {
            reader.empty_list(node);
            &[][..]
        }
        Value::List(items) => items.as_slice(),
        _ => core::slice::from_ref(node),
    };
    for item in items {
        directions
            .extend(reader.choice(item, "direction", &Direction::ALL, name).map(|direction| direction.value));
    }
    directions
}
