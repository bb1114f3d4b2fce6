//! A message through the detectors: which of its texts are looked at, and which of them may change.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::members::{Place, meta, protocol, schema};
use super::names::{Called, Familiar, Names};
use super::plan::Plan;
use super::raw::raw_places;
use super::report::{Find, Report};
use crate::edit::Edits;
use crate::json::{Document, Kind as JsonKind, Limits, Value, documents, write_string};
use crate::number::hidden_digits;
use crate::scan::poison::{self, Siblings};
use crate::scan::{Finding, Kind, Scanner};
use crate::session::SessionKey;
use crate::table::View;
use crate::vocabulary::Blobs;

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
    /// Objects that MCP defines, each under a name that the other side chose and looks it up by.
    Keyed,
    /// What the other side compares or sends back: looked at, never changed.
    Fixed,
}

impl Area {
    /// Whether a value stays as it is, whatever is found in it.
    fn stays(self) -> bool {
        matches!(self, Area::Fixed | Area::Schema)
    }
}

/// What is known of a value from where it stands.
#[derive(Clone, Copy)]
struct Spot<'n> {
    called: Called<'n>,
    area: Area,
    /// How many strings of JSON it is inside of.
    depth: usize,
}

impl<'n> Spot<'n> {
    fn of(area: Area) -> Spot<'n> {
        Spot { called: Called::default(), area, depth: 0 }
    }
}

/// Looks through values for one plan.
#[derive(Debug)]
pub struct Protector<'p> {
    pub(super) view: &'p View<'p>,
    pub(super) scanner: &'p Scanner,
    pub(super) plan: &'p Plan,
    pub(super) key: Option<&'p SessionKey>,
    /// What each detector finds, where that is built in.
    pub(super) kinds: Vec<Option<Kind>>,
    pub(super) familiar: Familiar,
    /// What was found so far.
    pub report: Report,
}

impl<'p> Protector<'p> {
    /// `None` where the table has no detectors.
    #[must_use]
    pub fn new(view: &'p View<'p>, plan: &'p Plan, key: Option<&'p SessionKey>) -> Option<Protector<'p>> {
        let scanner = view.scanner?;
        let mut kinds = vec![None; view.detectors.len()];
        for kind in Kind::ALL {
            let detector = scanner.detector(*kind);
            if let Some(place) = detector.and_then(|detector| kinds.get_mut(usize::from(detector))) {
                *place = Some(*kind);
            }
        }
        let (familiar, report) = (Familiar::default(), Report::default());
        Some(Protector { view, scanner, plan, key, kinds, familiar, report })
    }

    /// Looks through a value, and notes what has to change in the text it stands in.
    pub fn value(&mut self, value: Value<'_>, area: Area, edits: &mut Edits) {
        self.any(value, Spot::of(area), edits);
    }

    /// Looks through the members of an object that MCP defines, but for those of these names.
    pub fn members(&mut self, value: Value<'_>, without: &[&str], edits: &mut Edits) {
        self.object(value, Spot::of(Area::Protocol), without, edits);
    }

    /// Looks through a text that is no message, for what there is to say about it.
    pub fn plain(&mut self, text: &str) {
        let spot = Spot::of(Area::Data);
        if self.nested(text, spot, &|_| {}).is_none() {
            let _ = self.text(text, spot.called, false, &|_| {});
        }
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
            && let Some(treated) = self.plan.of(self.view, detector)
        {
            self.report.note(detector, tool.span(), treated);
        }
    }

    fn any(&mut self, value: Value<'_>, spot: Spot<'_>, edits: &mut Edits) {
        match value.kind() {
            JsonKind::String => self.string(value, spot, edits),
            JsonKind::Number => self.number(value, spot, edits),
            JsonKind::Array => {
                for item in value.items() {
                    self.any(item, spot, edits);
                }
                if spot.area == Area::Protocol && spot.called.is("content") {
                    self.split(value);
                }
            }
            JsonKind::Object => self.object(value, spot, &[], edits),
            JsonKind::Bool | JsonKind::Null => {}
        }
    }

    fn object(&mut self, value: Value<'_>, spot: Spot<'_>, without: &[&str], edits: &mut Edits) {
        let Spot { called, area, depth } = spot;
        let mut names = Names::default();
        for (name, member) in value.pairs() {
            let Some(text) = name.as_str().filter(|text| !without.contains(text)) else { continue };
            let place = match area {
                Area::Protocol => protocol(text, called, value, member),
                Area::Data => Place::Free,
                Area::Fixed => Place::Area(Area::Fixed),
                Area::Schema => schema(text, member),
                Area::Meta => meta(text),
                Area::Keyed => Place::Area(Area::Protocol),
            };
            let is_free = matches!(place, Place::Free);
            // What MCP calls its members says nothing.
            let new = if is_free || area != Area::Protocol { self.name(name, text, is_free) } else { None };
            // Two names that were different stay different.
            let new = new.map(|new| names.unique(value, new));
            if let Some(new) = &new {
                edits.replace(name.span(), json(new));
            }
            let called = Called::new(text, new.as_deref());
            match place {
                Place::Opaque => {}
                Place::Blob => self.blob(member, edits),
                Place::Free => self.any(member, Spot { called, area: Area::Data, depth }, edits),
                Place::Area(area) => self.any(member, Spot { called, area, depth }, edits),
            }
        }
    }

    fn name(&mut self, name: Value<'_>, text: &str, is_free: bool) -> Option<String> {
        if self.familiar.is_clean(text) {
            return None;
        }
        let findings = self.scanner.scan(text, None);
        if findings.is_empty() {
            self.familiar.add_clean(text);
            return None;
        }
        self.found(text, Called::default(), !is_free, findings, &|finds| raw_places(name, finds))
    }

    fn string(&mut self, value: Value<'_>, spot: Spot<'_>, edits: &mut Edits) {
        let Some(text) = value.as_str() else { return };
        let raw = |finds: &mut [Find]| raw_places(value, finds);
        let new = match self.nested(text, spot, &raw) {
            Some(new) => new,
            // What is taken out may be what kept its reader from taking it for JSON.
            None => self.text(text, spot.called, spot.area.stays(), &raw).map(|new| {
                let whole = |finds: &mut [Find]| finds.iter_mut().for_each(|find| find.place = value.span());
                self.nested(&new, spot, &whole).flatten().unwrap_or(new)
            }),
        };
        if let Some(new) = new {
            edits.replace(value.span(), json(&new));
        }
    }

    /// A string that consists of JSON texts: their own strings are what is looked at. `None` if it does not, and the new
    /// text where it changes.
    fn nested(&mut self, text: &str, spot: Spot<'_>, raw: &dyn Fn(&mut [Find])) -> Option<Option<String>> {
        let limits = Limits { bytes_max: text.len(), ..Limits::default() };
        let documents = documents(text, spot.depth, &limits)?;
        let area = if spot.area.stays() { Area::Fixed } else { Area::Data };
        let spot = Spot { area, depth: spot.depth + 1, ..spot };
        let before = self.report.finds.len();
        let mut all = Edits::default();
        for Document { start, doc } in documents {
            let before = self.report.finds.len();
            let mut edits = Edits::default();
            self.any(doc.root(), spot, &mut edits);
            all.append(start, edits);
            for Find { place, .. } in self.report.finds.get_mut(before..).unwrap_or_default() {
                *place = start.saturating_add(place.start)..start.saturating_add(place.end);
            }
        }
        raw(self.report.finds.get_mut(before..).unwrap_or_default());
        Some((!all.is_empty()).then(|| all.apply(text)))
    }

    /// A number long enough to identify somebody: a card, a phone, a national id. It stays a number.
    fn number(&mut self, value: Value<'_>, spot: Spot<'_>, edits: &mut Edits) {
        if !matches!(spot.area, Area::Data | Area::Fixed) || value.raw().len() < NUMBER_BYTES_MIN {
            return;
        }
        let hidden = hidden_digits(value.raw());
        let start = value.span().start;
        let raw = |finds: &mut [Find]| {
            for Find { place, .. } in finds {
                *place = match hidden {
                    Some(_) => value.span(),
                    None => start.saturating_add(place.start)..start.saturating_add(place.end),
                };
            }
        };
        let digits = hidden.as_deref().unwrap_or(value.raw());
        let new = self.text(digits, spot.called, spot.area.stays(), &raw);
        if new.is_some() {
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
                // What cannot be decoded nobody can look at.
                let Some(bytes) = decoded(text) else {
                    return edits.replace(value.span(), String::from("\"\""));
                };
                let span = value.span();
                let whole = |finds: &mut [Find]| finds.iter_mut().for_each(|find| find.place = span.clone());
                let mut is_changed = false;
                let mut new = Vec::with_capacity(bytes.len());
                // A byte that is no text hides nothing of what stands beside it.
                for chunk in bytes.utf8_chunks() {
                    let changed = self.text(chunk.valid(), Called::default(), false, &whole);
                    is_changed |= changed.is_some();
                    new.extend_from_slice(changed.as_deref().unwrap_or(chunk.valid()).as_bytes());
                    new.extend_from_slice(chunk.invalid());
                }
                if is_changed {
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
            if let Some(treated) = self.plan.of(self.view, detector).filter(|_| crosses) {
                self.report.note(detector, blocks.span(), treated.where_it_stays());
            }
        }
    }
}

/// Fewer digits identify nobody.
const NUMBER_BYTES_MIN: usize = 7;

/// What readers make of base64: they skip white space, do without padding and know both alphabets.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let told = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=');
    let mut plain: Vec<u8> = told
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        })
        .collect();
    plain.resize(plain.len().next_multiple_of(4), b'=');
    STANDARD.decode(plain).ok()
}

fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    write_string(&mut out, text);
    out
}
