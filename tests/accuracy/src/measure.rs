//! What is measured, as data, and the one way of counting it.

use std::ops::Range;

use crate::{
    corpus::Row,
    figure::{Metric, Share},
};

/// One line of the table: what is to be found in the rows of a file, and what finds it.
pub(crate) struct Measure {
    /// Group, for `--only`.
    pub(crate) class: &'static str,
    /// What is to be found.
    pub(crate) what: &'static str,
    pub(crate) file: &'static str,
    /// What may find it.
    pub(crate) by: By,
    pub(crate) count: Count,
    pub(crate) goals: &'static [(Metric, f64)],
}

/// What of the product is asked, and whose findings count: those of detectors whose names begin with one of these, and
/// with none that has a dash before it.
#[derive(Clone, Copy)]
pub(crate) struct By(pub(crate) Sight, pub(crate) &'static [&'static str]);

/// As what a row is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sight {
    /// A text that a server answers.
    Text,
    /// The definition of a tool in a list.
    Definition,
    /// An argument of a call that a policy guards.
    Argument,
    /// An argument of a call that holds prose, where all arguments are guarded.
    Prose,
}

/// How rows are counted.
pub(crate) enum Count {
    /// Each row once: whether something must be found in it, must not, or the row says nothing about it. Where the row
    /// has spans, what is found must touch one of them: labels often include what stands around a value.
    Rows(fn(&Row) -> Option<bool>, Part),
    /// Each span of these types, in rows whose spans of these types are complete. Found is what is covered by half; what
    /// is found elsewhere in such a row is false.
    Spans(&'static [&'static str], fn(&Row) -> bool),
}

/// What a finding is of the spans of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A value that has to be masked: how often all of it is found is shown, too.
    Value,
    /// A mark that gives the text away.
    Mark,
    /// Nothing: the spans say something else than where it is.
    Anywhere,
}

/// Something found in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) name: String,
    pub(crate) place: Range<usize>,
}

/// What came of a measure.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) shares: Vec<(Metric, Share)>,
    pub(crate) faults: Vec<Fault>,
}

/// Something missed, or found where nothing is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) row: usize,
    pub(crate) place: Range<usize>,
    /// The detector that should have kept still; `None` where none spoke.
    pub(crate) by: Option<String>,
}

impl By {
    pub(crate) fn includes(self, hit: &Hit) -> bool {
        let By(_, names) = self;
        let without = |name: &str| name.strip_prefix('-').is_some_and(|name| hit.name.starts_with(name));
        names.iter().any(|name| hit.name.starts_with(name)) && !names.iter().any(|name| without(name))
    }
}

impl Measure {
    /// Counts; `hits` are what was found in each of the rows.
    pub(crate) fn count(&self, rows: &[Row], hits: &[Vec<Hit>]) -> Outcome {
        let mut tally = Tally::default();
        for (number, (row, hits)) in rows.iter().zip(hits).enumerate() {
            let hits: Vec<&Hit> = hits.iter().filter(|hit| self.by.includes(hit)).collect();
            match &self.count {
                Count::Rows(expected, part) => {
                    if let Some(expected) = expected(row) {
                        tally.row(number, row, &hits, expected, *part);
                    }
                }
                Count::Spans(types, is_complete) => {
                    if is_complete(row) {
                        tally.spans(number, row, &hits, types);
                    }
                }
            }
        }
        tally.outcome()
    }
}

#[derive(Default)]
struct Tally {
    found: usize,
    to_find: usize,
    whole: usize,
    with_place: usize,
    right: usize,
    said: usize,
    flagged: usize,
    clean: usize,
    faults: Vec<Fault>,
}

impl Tally {
    fn row(&mut self, number: usize, row: &Row, hits: &[&Hit], expected: bool, part: Part) {
        if !expected {
            self.clean += 1;
            if let Some(hit) = hits.first() {
                self.flagged += 1;
                self.faults.push(Fault { row: number, place: hit.place.clone(), by: Some(hit.name.clone()) });
            }
            return;
        }
        self.to_find += 1;
        let covered = |place: &Range<usize>| share_covered(place, hits);
        let is_found = match row.spans.as_slice() {
            [] => !hits.is_empty(),
            _ if part == Part::Anywhere => !hits.is_empty(),
            spans => spans.iter().any(|span| covered(&span.place) > 0.0),
        };
        if part == Part::Value && !row.spans.is_empty() {
            self.with_place += 1;
            self.whole += usize::from(row.spans.iter().any(|span| covered(&span.place) >= 1.0));
        }
        if is_found {
            self.found += 1;
        } else {
            let place = row.spans.first().map_or(0..row.text.len(), |span| span.place.clone());
            self.faults.push(Fault { row: number, place, by: None });
        }
    }

    fn spans(&mut self, number: usize, row: &Row, hits: &[&Hit], types: &[&str]) {
        let spans = row.spans.iter().filter(|span| types.contains(&span.name.as_str()));
        let places: Vec<Range<usize>> =
            spans.map(|span| address(&row.text, &span.name, &span.place)).collect();
        for place in &places {
            self.to_find += 1;
            self.with_place += 1;
            let covered = share_covered(place, hits);
            self.whole += usize::from(covered >= 1.0);
            if covered >= 0.5 {
                self.found += 1;
            } else {
                self.faults.push(Fault { row: number, place: place.clone(), by: None });
            }
        }
        for hit in hits {
            self.said += 1;
            if places.iter().any(|place| overlap(place, &hit.place) > 0) {
                self.right += 1;
            } else {
                self.faults.push(Fault { row: number, place: hit.place.clone(), by: Some(hit.name.clone()) });
            }
        }
    }

    fn outcome(self) -> Outcome {
        let shares = [
            (Metric::Recall, self.found, self.to_find),
            (Metric::Precision, self.right, self.said),
            (Metric::FalsePositives, self.flagged, self.clean),
            (Metric::Whole, self.whole, self.with_place),
        ];
        // All or nothing is the usual case, and then one line says both.
        let is_new = |metric, of| {
            of > 0 && (metric != Metric::Whole || (self.whole, self.with_place) != (self.found, self.to_find))
        };
        let counted = shares.into_iter().filter(|(metric, _, of)| is_new(*metric, *of));
        Outcome {
            shares: counted.map(|(metric, hits, of)| (metric, Share { hits, of })).collect(),
            faults: self.faults,
        }
    }
}

/// Which share of the bytes of `place` is in one of the hits.
fn share_covered(place: &Range<usize>, hits: &[&Hit]) -> f64 {
    if place.is_empty() {
        return if hits.iter().any(|hit| hit.place.contains(&place.start)) { 1.0 } else { 0.0 };
    }
    let covered = place.clone().filter(|byte| hits.iter().any(|hit| hit.place.contains(byte))).count();
    covered as f64 / place.len() as f64
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> usize {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

/// The part of a labelled address that is the address: some labels include the length of a network or a zone.
fn address(text: &str, name: &str, place: &Range<usize>) -> Range<usize> {
    let labelled = text.get(place.clone()).unwrap_or_default();
    let end = if name == "IP_ADDRESS" {
        labelled.find(['/', '%']).unwrap_or(labelled.len())
    } else {
        labelled.len()
    };
    place.start..place.start + end
}

#[cfg(test)]
mod tests {
    use super::{By, Count, Fault, Hit, Measure, Outcome, Part, Sight};
    use crate::{
        corpus::{Labelled, Row},
        figure::{Metric, Share},
    };

    fn row(text: &str, label: &str, spans: &[(usize, usize, &str)]) -> Row {
        let spans =
            spans.iter().map(|(start, end, name)| Labelled { place: *start..*end, name: (*name).to_owned() });
        Row {
            id: String::new(),
            text: text.to_owned(),
            label: label.to_owned(),
            kind: String::new(),
            spans: spans.collect(),
            line: serde_json::Value::Null,
        }
    }

    fn hit(name: &str, place: std::ops::Range<usize>) -> Hit {
        Hit { name: name.to_owned(), place }
    }

    fn measured(count: Count, rows: &[Row], hits: &[Vec<Hit>]) -> Outcome {
        let by = By(Sight::Text, &["pii.ip"]);
        Measure { class: "", what: "", file: "", by, count, goals: &[] }.count(rows, hits)
    }

    fn share(outcome: &Outcome, metric: Metric) -> Option<Share> {
        outcome.shares.iter().find(|(other, _)| *other == metric).map(|(_, share)| *share)
    }

    #[test]
    fn rows_count_once_and_only_by_the_detectors_asked() {
        let rows =
            [row("aa", "bad", &[]), row("aa", "bad", &[]), row("aa", "good", &[]), row("aa", "other", &[])];
        let hits =
            [vec![hit("pii.ip", 0..1), hit("pii.ip", 1..2)], vec![hit("pii.mac", 0..2)], vec![], vec![]];
        let expected = |row: &Row| match row.label.as_str() {
            "bad" => Some(true),
            "good" => Some(false),
            _ => None,
        };
        let outcome = measured(Count::Rows(expected, Part::Value), &rows, &hits);
        let expected = vec![
            (Metric::Recall, Share { hits: 1, of: 2 }),
            (Metric::FalsePositives, Share { hits: 0, of: 1 }),
        ];
        assert_eq!(outcome.shares, expected);
        assert_eq!(outcome.faults, [Fault { row: 1, place: 0..2, by: None }]);
    }

    #[test]
    fn a_dash_takes_detectors_away() {
        let by = By(Sight::Text, &["pii.", "-pii.ip"]);
        assert!(by.includes(&hit("pii.mac", 0..1)));
        assert!(!by.includes(&hit("pii.ip", 0..1)) && !by.includes(&hit("secret.jwt", 0..1)));
    }

    #[test]
    fn a_row_with_spans_is_found_where_one_is_touched() {
        let rows = [row("0123456789", "bad", &[(2, 6, "X")])];
        for (place, found, whole) in [(0..1, 0, None), (5..9, 1, Some(0)), (1..6, 1, None)] {
            let count = Count::Rows(|_| Some(true), Part::Value);
            let outcome = measured(count, &rows, &[vec![hit("pii.ip", place)]]);
            assert_eq!(share(&outcome, Metric::Recall), Some(Share { hits: found, of: 1 }));
            assert_eq!(share(&outcome, Metric::Whole), whole.map(|hits| Share { hits, of: 1 }));
        }
    }

    #[test]
    fn spans_of_the_type_are_to_be_found_and_what_touches_none_is_false() {
        let text = "10.0.0.0/8 and x.y";
        let rows = [row(text, "", &[(0, 10, "IP_ADDRESS"), (15, 18, "URL")])];
        let hits = [vec![hit("pii.ip", 0..8), hit("pii.ip", 15..18)]];
        let outcome = measured(Count::Spans(&["IP_ADDRESS"], |_| true), &rows, &hits);
        assert_eq!(share(&outcome, Metric::Recall), Some(Share { hits: 1, of: 1 }));
        assert_eq!(
            share(&outcome, Metric::Whole),
            None,
            "the network's length is no address, so all is covered"
        );
        assert_eq!(share(&outcome, Metric::Precision), Some(Share { hits: 1, of: 2 }));
        assert_eq!(outcome.faults, [Fault { row: 0, place: 15..18, by: Some("pii.ip".to_owned()) }]);
        let half = measured(Count::Spans(&["IP_ADDRESS"], |_| true), &rows, &[vec![hit("pii.ip", 0..5)]]);
        assert_eq!(share(&half, Metric::Recall), Some(Share { hits: 1, of: 1 }));
        assert_eq!(share(&half, Metric::Whole), Some(Share { hits: 0, of: 1 }));
        let incomplete = measured(Count::Spans(&["IP_ADDRESS"], |_| false), &rows, &hits);
        assert!(incomplete.shares.is_empty());
    }
}
