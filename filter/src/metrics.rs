//! Metrics of one root context, counted in memory and handed to the host on a tick.
//!
//! A host call per value would cost every request; a tick costs none. Every worker has its own counts and
//! the host adds them up. A configuration is loaded by each worker, by the main thread and by a trial
//! instance, so one bad table counts as several failures. Names, as Envoy shows them behind `wasmcustom.`:
//!
//! | name | kind | meaning |
//! |---|---|---|
//! | `mcpgov.requests.<verdict>.<reason>` | counter | decided messages |
//! | `mcpgov.finds.<treatment>` | counter | what detectors found, by what was done |
//! | `mcpgov.answers.looked` | counter | messages of servers that detectors looked through |
//! | `mcpgov.answers.quarantined` | counter | those of them that were withheld: over the former, the quarantine ratio |
//! | `mcpgov.request_bytes`, `mcpgov.response_bytes` | counter | bodies inspected |
//! | `mcpgov.decision_microseconds` | histogram | time a decision took |
//! | `mcpgov.decision_samples_dropped` | counter | decisions missing in that histogram |
//! | `mcpgov.table_load_failures` | counter | times that a configured table did not load |
//! | `mcpgov.table.<first 16 hex digits of the digest>` | gauge | 1 while some worker decides by that table |

use std::fmt::Write;

use mcpgov_engine::exchange::Looked;
use mcpgov_engine::vocabulary::Treatment;

use crate::host::{self, Metric, MetricKind, Status};

/// Histogram samples kept between two ticks. The host takes them one by one, at 0.1 µs each, and the
/// worker does nothing else meanwhile; so this bounds a tick to well under a millisecond.
const SAMPLES_MAX: usize = 4096;

/// Bytes of a table's digest that its gauge is named by.
const DIGEST_BYTES: usize = 8;

/// Counts not yet handed to the host.
#[derive(Debug, Default)]
pub struct Metrics {
    /// By verdict and reason: the few pairs that have come. Both are closed enums of the engine, so this cannot grow
    /// without bound.
    requests: Vec<((&'static str, &'static str), Counter)>,
    /// By number of the treatment.
    finds: [Counter; Treatment::ALL.len()],
    answers_looked: Counter,
    answers_quarantined: Counter,
    request_bytes: Counter,
    response_bytes: Counter,
    table_load_failures: Counter,
    samples: Vec<u32>,
    samples_dropped: Counter,
    histogram: Option<Metric>,
    table: Option<Table>,
}

impl Metrics {
    /// Nothing counted, nothing defined: a metric appears with its first value.
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one decided message.
    pub fn count(&mut self, verdict: &'static str, reason: &'static str) {
        let key = (verdict, reason);
        match self.requests.iter_mut().find(|(counted, _)| *counted == key) {
            Some((_, counter)) => counter.add(1),
            None => self.requests.push((key, Counter { pending: 1, ..Counter::default() })),
        }
    }

    /// Counts what detectors did in one exchange.
    pub fn looked(&mut self, looked: &Looked) {
        for (counter, count) in self.finds.iter_mut().zip(looked.finds) {
            counter.add(count.into());
        }
        self.answers_looked.add(looked.messages.into());
        self.answers_quarantined.add(looked.quarantined.into());
    }

    /// Counts the bytes of an inspected request body.
    pub fn request_bytes(&mut self, bytes: usize) {
        self.request_bytes.add(bytes as u64);
    }

    /// Counts the bytes of an inspected response body.
    pub fn response_bytes(&mut self, bytes: usize) {
        self.response_bytes.add(bytes as u64);
    }

    /// Samples the time one decision took.
    pub fn decision_microseconds(&mut self, micros: u64) {
        if self.samples.len() < SAMPLES_MAX {
            self.samples.push(u32::try_from(micros).unwrap_or(u32::MAX));
        } else {
            self.samples_dropped.add(1);
        }
    }

    /// Counts a configuration whose table did not load. The host may refuse that configuration, and then
    /// no tick comes: flush at once.
    pub fn table_load_failed(&mut self) {
        self.table_load_failures.add(1);
    }

    /// Names the table that decides from now on, by its digest.
    pub fn table_in_use(&mut self, digest: &[u8]) {
        self.table = Some(Table::new(digest));
    }

    /// Hands everything counted so far to the host. What the host does not take stays for the next time,
    /// except for histogram samples.
    pub fn flush(&mut self) {
        self.flush_to(&mut Host);
    }

    /// Flushes for the last time, and says that the table is no longer in use.
    ///
    /// Gauges are shared with the other workers and with a successor of the same table. They say so again
    /// at their next flush.
    pub fn retire(&mut self) {
        self.retire_to(&mut Host);
    }

    fn retire_to(&mut self, sink: &mut impl Sink) {
        if let Some(table) = &mut self.table {
            table.in_use = 0;
        }
        self.flush_to(sink);
        self.table = None;
    }

    fn flush_to(&mut self, sink: &mut impl Sink) {
        for ((verdict, reason), counter) in &mut self.requests {
            counter.flush(sink, || format!("mcpgov.requests.{verdict}.{reason}").to_ascii_lowercase());
        }
        for (treatment, counter) in Treatment::ALL.iter().zip(&mut self.finds) {
            counter.flush(sink, || format!("mcpgov.finds.{}", treatment.name()));
        }
        self.answers_looked.flush(sink, || "mcpgov.answers.looked".into());
        self.answers_quarantined.flush(sink, || "mcpgov.answers.quarantined".into());
        self.request_bytes.flush(sink, || "mcpgov.request_bytes".into());
        self.response_bytes.flush(sink, || "mcpgov.response_bytes".into());
        self.table_load_failures.flush(sink, || "mcpgov.table_load_failures".into());
        self.flush_samples(sink);
        self.samples_dropped.flush(sink, || "mcpgov.decision_samples_dropped".into());
        if let Some(table) = &mut self.table {
            table.flush(sink);
        }
    }

    fn flush_samples(&mut self, sink: &mut impl Sink) {
        if self.samples.is_empty() {
            return;
        }
        let name = || "mcpgov.decision_microseconds".into();
        if let Ok(histogram) = defined(&mut self.histogram, sink, MetricKind::Histogram, name) {
            for sample in self.samples.drain(..) {
                if sink.record(histogram, sample.into()).is_err() {
                    self.samples_dropped.add(1);
                }
            }
        } else {
            self.samples_dropped.add(self.samples.len() as u64);
            self.samples.clear();
        }
    }
}

#[derive(Debug, Default)]
struct Counter {
    metric: Option<Metric>,
    pending: u64,
}

impl Counter {
    fn add(&mut self, count: u64) {
        self.pending = self.pending.saturating_add(count);
    }

    fn flush(&mut self, sink: &mut impl Sink, name: impl FnOnce() -> String) {
        // The host refuses to add nothing.
        if self.pending == 0 {
            return;
        }
        let by = i64::try_from(self.pending).unwrap_or(i64::MAX);
        let taken = defined(&mut self.metric, sink, MetricKind::Counter, name)
            .and_then(|metric| sink.increment(metric, by));
        if taken.is_ok() {
            self.pending = self.pending.saturating_sub(by.unsigned_abs());
        }
    }
}

#[derive(Debug)]
struct Table {
    name: String,
    metric: Option<Metric>,
    in_use: u64,
}

impl Table {
    fn new(digest: &[u8]) -> Self {
        let mut name = String::from("mcpgov.table.");
        for byte in digest.iter().take(DIGEST_BYTES) {
            // Writing to a string does not fail.
            let _ = write!(name, "{byte:02x}");
        }
        Self { name, metric: None, in_use: 1 }
    }

    fn flush(&mut self, sink: &mut impl Sink) {
        // Set again each time, because another context of the same table may have retired. A failure shows
        // in the gauge; there is no one else to tell.
        let _ = defined(&mut self.metric, sink, MetricKind::Gauge, || self.name.clone())
            .and_then(|metric| sink.record(metric, self.in_use));
    }
}

/// The metric, defined at its first use.
fn defined(
    metric: &mut Option<Metric>,
    sink: &mut impl Sink,
    kind: MetricKind,
    name: impl FnOnce() -> String,
) -> Result<Metric, Status> {
    if let Some(metric) = *metric {
        return Ok(metric);
    }
    Ok(*metric.insert(sink.define(kind, &name())?))
}

/// Where values go: the host, or a test.
trait Sink {
    fn define(&mut self, kind: MetricKind, name: &str) -> Result<Metric, Status>;
    fn increment(&mut self, metric: Metric, by: i64) -> Result<(), Status>;
    fn record(&mut self, metric: Metric, value: u64) -> Result<(), Status>;
}

struct Host;

impl Sink for Host {
    fn define(&mut self, kind: MetricKind, name: &str) -> Result<Metric, Status> {
        host::define_metric(kind, name)
    }

    fn increment(&mut self, metric: Metric, by: i64) -> Result<(), Status> {
        host::increment(metric, by)
    }

    fn record(&mut self, metric: Metric, value: u64) -> Result<(), Status> {
        host::record(metric, value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A host as strict as Envoy: kinds matter, and a counter only grows.
    #[derive(Default)]
    struct Recorder {
        metrics: Vec<(String, MetricKind, Vec<u64>)>,
        calls: usize,
        down: bool,
    }

    impl Recorder {
        fn get(&self, name: &str) -> Option<(MetricKind, &[u64])> {
            let (_, kind, values) = self.metrics.iter().find(|(n, ..)| n == name)?;
            Some((*kind, values))
        }

        fn total(&self, name: &str) -> u64 {
            let (kind, values) = self.get(name).expect(name);
            assert_eq!(kind, MetricKind::Counter);
            values.iter().sum()
        }

        fn values(&mut self, metric: Metric) -> Result<(MetricKind, &mut Vec<u64>), Status> {
            self.calls += 1;
            if self.down {
                return Err(Status::InternalFailure);
            }
            let (_, kind, values) = &mut self.metrics[metric.index()];
            Ok((*kind, values))
        }
    }

    impl Sink for Recorder {
        fn define(&mut self, kind: MetricKind, name: &str) -> Result<Metric, Status> {
            self.calls += 1;
            if self.down {
                return Err(Status::InternalFailure);
            }
            assert!(self.get(name).is_none(), "`{name}` defined twice");
            self.metrics.push((name.into(), kind, Vec::new()));
            Ok(Metric::from_index(self.metrics.len() - 1))
        }

        fn increment(&mut self, metric: Metric, by: i64) -> Result<(), Status> {
            let (kind, values) = self.values(metric)?;
            assert_eq!(kind, MetricKind::Counter);
            let by = u64::try_from(by).ok().filter(|by| *by > 0).ok_or(Status::BadArgument)?;
            values.push(by);
            Ok(())
        }

        fn record(&mut self, metric: Metric, value: u64) -> Result<(), Status> {
            let (kind, values) = self.values(metric)?;
            assert_ne!(kind, MetricKind::Counter);
            values.push(value);
            Ok(())
        }
    }

    #[test]
    fn nothing_counted_calls_nothing() {
        let mut host = Recorder::default();
        Metrics::new().flush_to(&mut host);
        assert_eq!(host.calls, 0);
    }

    #[test]
    fn requests_are_named_by_verdict_and_reason_and_counted_once() {
        let (mut metrics, mut host) = (Metrics::new(), Recorder::default());
        metrics.count("DENY", "default-deny");
        metrics.count("DENY", "default-deny");
        metrics.count("ALLOW", "rule");
        metrics.flush_to(&mut host);
        metrics.count("DENY", "default-deny");
        metrics.flush_to(&mut host);
        metrics.flush_to(&mut host);
        assert_eq!(host.get("mcpgov.requests.deny.default-deny"), Some((MetricKind::Counter, &[2, 1][..])));
        assert_eq!(host.get("mcpgov.requests.allow.rule"), Some((MetricKind::Counter, &[1][..])));
        assert_eq!(host.metrics.len(), 2);
    }

    #[test]
    fn bytes_and_load_failures_add_up() {
        let (mut metrics, mut host) = (Metrics::new(), Recorder::default());
        metrics.request_bytes(100);
        metrics.request_bytes(23);
        metrics.response_bytes(7);
        metrics.table_load_failed();
        metrics.flush_to(&mut host);
        assert_eq!(host.total("mcpgov.request_bytes"), 123);
        assert_eq!(host.total("mcpgov.response_bytes"), 7);
        assert_eq!(host.total("mcpgov.table_load_failures"), 1);
    }

    #[test]
    fn alerts_name_metrics_that_there_are() {
        let (mut metrics, mut host) = (Metrics::new(), Recorder::default());
        let finds = [1; Treatment::ALL.len()];
        metrics.looked(&Looked { messages: 1, quarantined: 1, finds });
        metrics.table_load_failed();
        metrics.flush_to(&mut host);
        // As Prometheus has them.
        let there: Vec<String> =
            host.metrics.iter().map(|(name, ..)| name.replace(['.', '-'], "_")).collect();
        let alerts = include_str!("../../envoy/alerts.yaml");
        let words = alerts.split(|char: char| !char.is_ascii_alphanumeric() && char != '_');
        let named: Vec<&str> = words.filter(|word| word.starts_with("mcpgov_")).collect();
        assert!(named.contains(&"mcpgov_answers_quarantined"), "{named:?}");
        for name in named {
            assert!(there.iter().any(|there| there == name), "no metric `{name}`");
        }
    }

    #[test]
    fn what_an_unwilling_host_refuses_is_counted_later() {
        let (mut metrics, mut host) = (Metrics::new(), Recorder::default());
        host.down = true;
        metrics.request_bytes(5);
        metrics.decision_microseconds(9);
        metrics.flush_to(&mut host);
        host.down = false;
        metrics.request_bytes(6);
        metrics.flush_to(&mut host);
        assert_eq!(host.total("mcpgov.request_bytes"), 11);
        assert_eq!(host.get("mcpgov.decision_microseconds"), None);
        assert_eq!(host.total("mcpgov.decision_samples_dropped"), 1);
    }

    #[test]
    fn a_count_beyond_one_call_is_handed_over_in_parts() {
        let (mut counter, mut host) = (Counter::default(), Recorder::default());
        counter.add(u64::MAX);
        counter.add(1);
        for _ in 0..4 {
            counter.flush(&mut host, || "c".into());
        }
        assert_eq!(host.get("c"), Some((MetricKind::Counter, &[i64::MAX as u64, i64::MAX as u64, 1][..])));
    }

    #[test]
    fn samples_are_bounded_and_the_surplus_is_counted() {
        let (mut metrics, mut host) = (Metrics::new(), Recorder::default());
        for micros in 0..SAMPLES_MAX as u64 + 3 {
            metrics.decision_microseconds(micros);
        }
        metrics.flush_to(&mut host);
        metrics.decision_microseconds(u64::MAX);
        metrics.flush_to(&mut host);
        let (kind, values) = host.get("mcpgov.decision_microseconds").unwrap();
        assert_eq!(kind, MetricKind::Histogram);
        let expected: Vec<u64> = (0..SAMPLES_MAX as u64).chain([u32::MAX.into()]).collect();
        assert_eq!(values, expected);
        assert_eq!(host.total("mcpgov.decision_samples_dropped"), 3);
    }

    #[test]
    fn the_gauge_of_the_table_is_set_at_each_flush_and_cleared_at_the_end() {
        let (mut metrics, mut host) = (Metrics::new(), Recorder::default());
        metrics.table_in_use(&[0x01, 0xab, 2, 3, 4, 5, 6, 0xff, 0xee]);
        metrics.flush_to(&mut host);
        metrics.flush_to(&mut host);
        metrics.retire_to(&mut host);
        metrics.flush_to(&mut host);
        assert_eq!(host.get("mcpgov.table.01ab0203040506ff"), Some((MetricKind::Gauge, &[1, 1, 0][..])));
    }
}
