//! A message through the detectors: which of its texts are looked at, and which of them may change.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use core::str::CharIndices;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::plan::{Plan, Treated};
use super::treat::{Part, treated};
use crate::edit::Edits;
use crate::glob;
use crate::json::{Doc, Kind as JsonKind, Limits, Value, write_string};
use crate::scan::poison::{self, Siblings};
use crate::scan::{Finding, Kind, Scanner};
use crate::session::SessionKey;
use crate::table::View;
use crate::vocabulary::{Blobs, Treatment};

/// What part of a message a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Members that MCP defines: some of them steer the protocol, and stay.
    Protocol,
    /// Content of its own shape: every text, name and number may change.
    Data,
    /// A JSON Schema: titles and descriptions may change, what it says about values stays.
    Schema,
    /// `_meta`: what MCP reserves stays, the rest is data.
    Meta,
    /// What the other side compares or sends back: looked at, never changed.
    Fixed,
}

/// Looks through values for one plan.
#[derive(Debug)]
pub struct Protector<'p> {
    view: &'p View<'p>,
    scanner: &'p Scanner,
    plan: &'p Plan,
    key: Option<&'p SessionKey>,
    /// What was found so far.
    pub report: Report,
}

/// What was found, and what is to become of the message.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Everything found, in the order of the text as far as it stands in the text itself.
    pub finds: Vec<Find>,
    /// What concerns the whole message, and the detector whose find says so.
    pub message: Option<(Treatment, u16)>,
}

/// Something found in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Find {
    /// The detector.
    pub detector: u16,
    /// Bytes of the JSON text; of what stands inside a decoded string, the string's own.
    pub place: Range<usize>,
    /// What is done.
    pub treated: Treated,
}

/// JSON texts inside strings of JSON texts that are read as such.
const NESTING_MAX: usize = 4;
/// Looks at one text, each at what the one before left of it.
const ROUNDS_MAX: usize = 4;

impl<'p> Protector<'p> {
    /// `None` where the table has no detectors.
    #[must_use]
    pub fn new(view: &'p View<'p>, plan: &'p Plan, key: Option<&'p SessionKey>) -> Option<Protector<'p>> {
        Some(Protector { view, scanner: view.scanner?, plan, key, report: Report::default() })
    }

    /// Looks through a value, and notes what has to change in the text it stands in.
    pub fn value(&mut self, value: Value<'_>, area: Area, edits: &mut Edits) {
        self.any(value, None, area, 0, edits);
    }

    /// Looks through the members of an object that MCP defines, but for those of these names.
    pub fn members<const N: usize>(&mut self, value: Value<'_>, without: [&str; N], edits: &mut Edits) {
        for (name, member) in value.members().filter(|(name, _)| !without.contains(name)) {
            self.member(name, member, protocol(name, value), 0, edits);
        }
    }

    /// Looks through a text that is no JSON, for what there is to say about it.
    pub fn plain(&mut self, text: &str) {
        let _ = self.text(text, None, &|_| {});
    }

    /// Looks at the definition of a tool as a whole. `siblings` are the names in the same list.
    pub fn definition(&mut self, tool: Value<'_>, siblings: &Siblings<'_>) {
        let asked = [Kind::ToolPoisoning, Kind::ToolSuspicion].map(|kind| self.scanner.detector(kind));
        let Some(phrases) = self.scanner.phrases().filter(|_| asked.iter().any(Option::is_some)) else {
            return;
        };
        let [poisoning, suspicion] = asked;
        let verdict = poison::check(tool, siblings, phrases);
        let detector = if verdict.blocks() { poisoning.or(suspicion) } else { suspicion };
        if let Some(detector) = detector.filter(|_| verdict.warns())
            && let Some(treated) = self.plan.of(detector)
        {
            self.note(detector, tool.span(), treated);
        }
    }

    fn any(&mut self, value: Value<'_>, key: Option<&str>, area: Area, depth: usize, edits: &mut Edits) {
        match value.kind() {
            JsonKind::String => self.string(value, key, area, depth, edits),
            JsonKind::Number => self.number(value, key, area, edits),
            JsonKind::Array => {
                for item in value.items() {
                    self.any(item, key, area, depth, edits);
                }
                if area == Area::Protocol && key == Some("content") {
                    self.split(value);
                }
            }
            JsonKind::Object => self.object(value, area, depth, edits),
            JsonKind::Bool | JsonKind::Null => {}
        }
    }

    fn object(&mut self, value: Value<'_>, area: Area, depth: usize, edits: &mut Edits) {
        let mut names = Names::default();
        for (name, member) in value.pairs() {
            let Some(text) = name.as_str() else { continue };
            let place = match area {
                Area::Protocol => protocol(text, value),
                Area::Data | Area::Fixed => Place::Area(area),
                Area::Schema => schema(text, member),
                Area::Meta => meta(text),
            };
            if area == Area::Data
                && let Some(new) = self.text(text, None, &|finds| raw_places(name, finds))
            {
                // Two names that were different stay different.
                edits.replace(name.span(), json(&names.unique(value, new)));
            }
            self.member(text, member, place, depth, edits);
        }
    }

    fn member(&mut self, name: &str, member: Value<'_>, place: Place, depth: usize, edits: &mut Edits) {
        match place {
            Place::Opaque => {}
            Place::Blob => self.blob(member, edits),
            Place::Area(area) => self.any(member, Some(name), area, depth, edits),
        }
    }

    fn string(&mut self, value: Value<'_>, key: Option<&str>, area: Area, depth: usize, edits: &mut Edits) {
        let Some(text) = value.as_str() else { return };
        if let Some(new) = self.nested(value, text, area, depth) {
            if let Some(new) = new {
                edits.replace(value.span(), json(&new));
            }
            return;
        }
        let new = self.text(text, key, &|finds| raw_places(value, finds));
        if let Some(new) = new.filter(|_| area != Area::Fixed) {
            edits.replace(value.span(), json(&new));
        }
    }

    /// A string that holds a JSON text: its own strings are what is looked at. `None` if it holds none, and the new
    /// text where it changes.
    fn nested(&mut self, value: Value<'_>, text: &str, area: Area, depth: usize) -> Option<Option<String>> {
        let is_json = text.trim_ascii_start().starts_with(['{', '[', '"']) && depth < NESTING_MAX;
        if !is_json {
            return None;
        }
        let limits = Limits { bytes_max: text.len(), ..Limits::default() };
        let doc = Doc::parse(text.as_bytes(), &limits).ok()?;
        let before = self.report.finds.len();
        let mut edits = Edits::default();
        let area = if area == Area::Fixed { area } else { Area::Data };
        self.any(doc.root(), None, area, depth + 1, &mut edits);
        raw_places(value, self.report.finds.get_mut(before..).unwrap_or_default());
        Some((!edits.is_empty()).then(|| edits.apply(text)))
    }

    /// A number long enough to identify somebody: a card, a phone, a national id. It stays a number.
    fn number(&mut self, value: Value<'_>, key: Option<&str>, area: Area, edits: &mut Edits) {
        let raw = value.raw();
        if !matches!(area, Area::Data | Area::Fixed) || raw.len() < NUMBER_BYTES_MIN {
            return;
        }
        let start = value.span().start;
        let new = self.text(raw, key, &|finds| {
            for Find { place, .. } in finds {
                *place = start.saturating_add(place.start)..start.saturating_add(place.end);
            }
        });
        if new.is_some() && area == Area::Data {
            edits.replace(value.span(), String::from("0"));
        }
    }

    /// Content in base64.
    fn blob(&mut self, value: Value<'_>, edits: &mut Edits) {
        let Some(text) = value.as_str() else { return };
        match self.plan.blobs {
            Blobs::Skip => {}
            Blobs::Strip => edits.replace(value.span(), String::from("\"\"")),
            Blobs::Scan => {
                let Ok(bytes) = STANDARD.decode(text) else { return };
                let Ok(decoded) = core::str::from_utf8(&bytes) else { return };
                let span = value.span();
                if let Some(new) = self.text(decoded, None, &|finds| {
                    for find in finds {
                        find.place = span.clone();
                    }
                }) {
                    edits.replace(value.span(), json(&STANDARD.encode(new)));
                }
            }
        }
    }

    /// Looks for what begins in one block of a result and ends in another. No single text of it can be changed, so
    /// that it is only reported, and what concerns the whole message applies.
    fn split(&mut self, blocks: Value<'_>) {
        let mut joined = String::new();
        let mut ends = Vec::new();
        for block in blocks.items() {
            if let Some(text) = block.get("text").and_then(|text| text.as_str()) {
                joined.push_str(text);
                ends.push(joined.len());
            }
        }
        ends.pop();
        if ends.is_empty() {
            return;
        }
        for Finding { place, detector, .. } in self.scanner.scan(&joined, None) {
            let next = ends.get(ends.partition_point(|end| *end <= place.start));
            let crosses = next.is_some_and(|end| *end < place.end);
            if let Some(treated) = self.plan.of(detector).filter(|_| crosses) {
                let now = if treated.now.is_of_message() { treated.now } else { Treatment::Log };
                self.note(detector, blocks.span(), Treated { now, ..treated });
            }
        }
    }

    /// Looks through one decoded text: what it becomes, if it changes. `raw` turns the places of finds in it into places
    /// in the JSON.
    ///
    /// What is left is looked through again: taking something out may join what it stood between, and nothing that
    /// could be found in the answer may leave.
    fn text(&mut self, text: &str, key: Option<&str>, raw: &dyn Fn(&mut [Find])) -> Option<String> {
        let before = self.report.finds.len();
        let round = self.round(text, text, key);
        raw(self.report.finds.get_mut(before..).unwrap_or_default());
        let (parts, first) = round?;
        let mut new = first?;
        let mut worst = parts;
        for _ in 1..ROUNDS_MAX {
            let before = self.report.finds.len();
            let round = self.round(&new, text, key);
            let again = self.report.finds.get_mut(before..).unwrap_or_default();
            // Where it came from nobody can tell.
            again.iter_mut().for_each(|find| find.place = 0..text.len());
            raw(again);
            let Some((parts, Some(changed))) = round else { return Some(new) };
            (worst, new) = (parts, changed);
        }
        // Made so that there is always something more to find.
        let treatment = worst.iter().map(|part| part.treatment).max()?;
        let all = Part { place: 0..new.len(), treatment, kind: None };
        treated(&new, &[all], self.key).or(Some(new))
    }

    /// One look at a text: what is to be treated in it, and what it becomes if it changes. What stood in the
    /// `original` is written down there.
    fn round(
        &mut self,
        text: &str,
        original: &str,
        key: Option<&str>,
    ) -> Option<(Vec<Part>, Option<String>)> {
        let findings = self.scanner.scan(text, key);
        if findings.is_empty() {
            return None;
        }
        let is_again = !core::ptr::eq(text, original);
        let mut searches = 0;
        let mut parts = Vec::with_capacity(findings.len());
        for Finding { place, detector, is_encoded } in findings {
            let Some(treated) = self.plan.of(detector) else { continue };
            let Some(found) = text.get(place.clone()) else { continue };
            if self.is_allowed(detector, found) {
                continue;
            }
            let kind = self.kind(detector).filter(|_| !is_encoded);
            let part = Part { place: place.clone(), treatment: treated.now, kind };
            // Made by what was done before, or found then.
            let mut is_known = is_again && part.stays(text, self.key);
            if is_again && !is_known && searches < SEARCHES_MAX {
                searches += 1;
                is_known = original.contains(found);
            }
            if !is_known {
                self.note(detector, place, treated);
            }
            parts.push(part);
        }
        let new = treated(text, &parts, self.key);
        Some((parts, new))
    }

    fn is_allowed(&self, detector: u16, found: &str) -> bool {
        let Some(detector) = self.view.detectors.get(usize::from(detector)) else { return false };
        let allow = self.view.run(detector.allow.get(), u32::from(detector.allow_len.get()));
        allow.iter().any(|allowed| glob::matches(self.view.text(allowed), found))
    }

    fn kind(&self, detector: u16) -> Option<Kind> {
        self.view.kind(self.view.detectors.get(usize::from(detector))?)
    }

    fn note(&mut self, detector: u16, place: Range<usize>, treated: Treated) {
        if treated.now.is_of_message() && self.report.message.is_none_or(|(worst, _)| worst < treated.now) {
            self.report.message = Some((treated.now, detector));
        }
        self.report.finds.push(Find { detector, place, treated });
    }
}

/// The names of an object of which some change.
#[derive(Default)]
struct Names {
    taken: BTreeSet<String>,
    renamed: usize,
}

impl Names {
    /// The name, or one like it that the object does not have.
    fn unique(&mut self, object: Value<'_>, name: String) -> String {
        if self.renamed == 0 {
            self.taken = object.members().map(|(name, _)| String::from(name)).collect();
        }
        let mut unique = name.clone();
        while !self.taken.insert(unique.clone()) {
            // Goes up with every name, so that many equal ones are found a place at once.
            self.renamed += 1;
            unique = alloc::format!("{name}~{}", self.renamed);
        }
        self.renamed += 1;
        unique
    }
}

/// Finds of a further look that are looked up in the original, so that the same one is not written down twice.
const SEARCHES_MAX: usize = 32;

/// Fewer digits identify nobody.
const NUMBER_BYTES_MIN: usize = 7;

/// How a member of a known object is to be taken.
enum Place {
    Area(Area),
    /// It means nothing to a reader, and the other side needs it as it is.
    Opaque,
    Blob,
}

/// Members of messages as MCP defines them (2024-11-05 to 2026-07-28). What is not named here is prose.
fn protocol(name: &str, parent: Value<'_>) -> Place {
    match name {
        "jsonrpc" | "id" | "method" | "nextCursor" | "cursor" | "requestState" | "taskId"
        | "progressToken" | "requestId" | "resultType" | "protocolVersion" | "capabilities"
        | "cacheScope" | "ttlMs" | "icons" | "createdAt" | "lastUpdatedAt" | "lastModified"
        | "pollInterval" | "ttl" | "supportedVersions" => Place::Opaque,
        "uri" | "uriTemplate" | "name" | "type" | "role" | "mimeType" | "level" | "logger" | "model"
        | "stopReason" | "status" | "action" | "mode" | "url" | "websiteUrl" | "version"
        | "elicitationId" => Place::Area(Area::Fixed),
        "inputSchema" | "outputSchema" | "requestedSchema" => Place::Area(Area::Schema),
        "structuredContent" | "arguments" | "input" => Place::Area(Area::Data),
        "_meta" => Place::Area(Area::Meta),
        "blob" => Place::Blob,
        // The bytes of an image or a recording; of a log message, anything.
        "data" if is_media(parent) => Place::Blob,
        "data" => Place::Area(Area::Data),
        _ => Place::Area(Area::Protocol),
    }
}

/// Names that MCP keeps for itself: those of which the second label of the prefix is `mcp` or `modelcontextprotocol`,
/// and those without a prefix that a revision defines (MCP 2025-11-25, basic, `_meta`).
fn meta(name: &str) -> Place {
    let is_reserved = match name.split_once('/') {
        Some((prefix, _)) => {
            prefix.split('.').take(2).any(|label| matches!(label, "mcp" | "modelcontextprotocol"))
        }
        None => matches!(name, "progressToken" | "traceparent" | "tracestate" | "baggage"),
    };
    if is_reserved { Place::Opaque } else { Place::Area(Area::Data) }
}

fn is_media(block: Value<'_>) -> bool {
    block.get("type").and_then(|kind| kind.as_str()).is_some_and(|kind| matches!(kind, "image" | "audio"))
}

fn schema(name: &str, member: Value<'_>) -> Place {
    let is_prose = matches!(name, "title" | "description" | "$comment") && member.kind() == JsonKind::String;
    match member.kind() {
        _ if is_prose => Place::Area(Area::Protocol),
        JsonKind::Object | JsonKind::Array => Place::Area(Area::Schema),
        _ => Place::Area(Area::Fixed),
    }
}

/// Turns places in a decoded string into places in the JSON text: all in one pass, for texts that are long and full of
/// finds.
fn raw_places(value: Value<'_>, finds: &mut [Find]) {
    let inner = value.span().start.saturating_add(1);
    let raw = value.raw();
    if value.as_str().is_some_and(|text| text.len() + 2 == raw.len()) {
        for Find { place, .. } in finds {
            *place = inner.saturating_add(place.start)..inner.saturating_add(place.end);
        }
        return;
    }
    let body = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
    // Offsets in the decoded string, and those in the text once they are reached.
    let offsets = finds.iter().flat_map(|find| [find.place.start, find.place.end]);
    let mut marks: Vec<(usize, usize)> = offsets.map(|offset| (offset, body.len())).collect();
    marks.sort_unstable();
    marks.dedup();
    let mut open = marks.iter_mut().peekable();
    let mut decoded = 0_usize;
    let mut rest = body.char_indices();
    while let Some((at, char)) = rest.next() {
        while let Some((_, raw)) = open.next_if(|(offset, _)| *offset <= decoded) {
            *raw = at;
        }
        if open.peek().is_none() {
            break;
        }
        decoded += decoded_bytes(char, &mut rest);
    }
    let raw_of = |offset: usize| {
        let found = marks.binary_search_by_key(&offset, |(offset, _)| *offset).ok();
        let raw = found.and_then(|found| marks.get(found)).map_or(body.len(), |(_, raw)| *raw);
        inner.saturating_add(raw)
    };
    for Find { place, .. } in finds {
        *place = raw_of(place.start)..raw_of(place.end);
    }
}

/// How many bytes a character or escape takes decoded; of an escape the rest is taken.
fn decoded_bytes(char: char, rest: &mut CharIndices<'_>) -> usize {
    if char != '\\' {
        return char.len_utf8();
    }
    match rest.next() {
        Some((_, 'u')) => {
            let digits = rest.by_ref().take(4);
            let code = digits.fold(0, |code, (_, digit)| code << 4 | digit.to_digit(16).unwrap_or(0));
            match code {
                0..0x80 => 1,
                0x80..0x800 => 2,
                // Half of a pair: four bytes together.
                0xD800..0xE000 => 2,
                _ => 3,
            }
        }
        _ => 1,
    }
}

fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    out
}
