//! What an event of a stream costs: processor time of the proxy, and how long the event takes to come through.
//!
//! One thread is both ends: it sends an event as the server and reads it as the client before it sends the next, so that
//! nothing waits for anything but the proxy.

use std::io::{self, Read as _, Write as _};
use std::iter;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use xtask::step::step;
use xtask::{Failure, Result, paths};

use super::case::{self, Case};
use super::chains::{Plan, Series, calmer_half, over_starts};
use super::proxy::{Place, Proxy, SETTLE};
use super::report::{Bound, Goal, Outcome, Table, figure, summary};
use super::{upstream, workload};

/// Events in a stream.
const EVENTS: usize = 200;
/// Streams of a case in a round.
const STREAMS: usize = 5;
const WAIT_MAX: Duration = Duration::from_secs(20);

/// What governing may add to an event, against a module that does nothing.
const ADDED_MICROS_MAX: f64 = 5.0;
/// In how many milliseconds all but one event in a hundred come through.
const DELAY_MILLIS_MAX: f64 = 1.0;

/// How the events come.
#[derive(Clone, Copy)]
enum Pace {
    /// Each by itself, when the one before is through.
    Single,
    /// All of a stream in one piece.
    Burst,
}

const PACES: [(Pace, &str); 2] =
    [(Pace::Single, "each event by itself"), (Pace::Burst, "all events of a stream at once")];

/// A proxy with both ends of one stream after another.
struct Bed {
    proxy: Proxy,
    client: TcpStream,
    server: TcpStream,
    /// Events that came through by themselves: microseconds each took.
    delays: Vec<f64>,
}

/// Runs this part of the plan.
pub(crate) fn run(plan: &Plan<'_>) -> Result<Outcome> {
    let folder = paths::target().join("bench");
    let cases = case::all(plan.filter, plan.noop)?;
    let cases: Vec<Case> = cases
        .into_iter()
        .filter(|case| [case::EMPTY, case::NOOP, case::WHOLE].contains(&case.name))
        .collect();
    let mut all = PACES.map(|_| Vec::new());
    let mut delays = vec![Vec::new(); cases.len()];
    for start in 1..=plan.starts {
        let name =
            format!("start {start} of {}: a proxy for each case, and whether streams pass", plan.starts);
        let mut beds = step(&name, || {
            let bed = |case: &Case| Bed::start(plan, &folder, case);
            cases.iter().map(bed).collect::<Result<Vec<_>>>()
        })?;
        for ((pace, title), starts) in PACES.into_iter().zip(&mut all) {
            let series =
                step(&format!("measure, {title}"), || measure(plan.rounds_of_start(), pace, &mut beds))?;
            starts.push(calmer_half(&series));
        }
        for (delays, bed) in delays.iter_mut().zip(beds) {
            delays.extend(bed.delays);
        }
    }
    let mut outcome = Outcome::default();
    let mut figures = Vec::new();
    for ((pace, title), starts) in PACES.into_iter().zip(&all) {
        figures.push(add_costs(&mut outcome, plan, (pace, title), &cases, starts));
    }
    add_delays(&mut outcome, &cases, delays);
    outcome.figures = json!({ "events": EVENTS, "paces": figures });
    Ok(outcome)
}

fn measure(rounds: usize, pace: Pace, beds: &mut [Bed]) -> Result<Series> {
    let mut series = vec![Vec::with_capacity(rounds); beds.len()];
    for round in 0..rounds {
        let mut turns: Vec<_> = beds.iter_mut().zip(&mut series).collect();
        // Nobody always follows the same neighbour's start.
        let first = round % turns.len().max(1);
        turns.rotate_left(first);
        for (bed, series) in turns {
            series.push(bed.measure(pace)?);
        }
    }
    Ok(series)
}

fn add_costs(
    outcome: &mut Outcome,
    plan: &Plan<'_>,
    (pace, title): (Pace, &str),
    cases: &[Case],
    starts: &[Series],
) -> serde_json::Value {
    let noop = cases.iter().position(|case| case.name == case::NOOP).unwrap_or(0);
    let title_of_table = format!(
        "a stream of {EVENTS} events, {title}: processor time of the proxy for one event, {}",
        plan.basis()
    );
    let mut table = Table::new(title_of_table, &["case", "µs", "middle half", "added to no-op, µs"]);
    let mut rows = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let of = |figure| over_starts(starts, [number, noop], figure);
        let (total, added) = (of(|case, _| case), of(|case, noop| case - noop));
        let middle = format!("{} to {}", figure(total.low), figure(total.high));
        table.row([case.name.to_owned(), figure(total.center), middle, figure(added.center)]);
        if case.name == case::WHOLE && matches!(pace, Pace::Single) {
            let text = format!("governing adds at most {ADDED_MICROS_MAX} µs to an event of a stream");
            outcome.goals.push(Goal { text, bound: Bound::AtMost(ADDED_MICROS_MAX), measured: added.center });
        }
        rows.push(
            json!({ "case": case.name, "microseconds": summary(&total), "added_to_noop": summary(&added) }),
        );
    }
    outcome.tables.push(table);
    json!({ "pace": title, "cases": rows })
}

fn add_delays(outcome: &mut Outcome, cases: &[Case], delays: Vec<Vec<f64>>) {
    let mut table = Table::new(
        "from sending an event to reading the first byte of it, each event by itself".to_owned(),
        &["case", "median, µs", "9 of 10 within, µs", "99 of 100 within, µs"],
    );
    for (case, mut delays) in cases.iter().zip(delays) {
        delays.sort_by(f64::total_cmp);
        let at = |share: usize| delays.get(delays.len() * share / 100).copied().unwrap_or(f64::NAN);
        table.row([case.name.to_owned(), figure(at(50)), figure(at(90)), figure(at(99))]);
        if case.name == case::WHOLE {
            let text = "99 of 100 events reach the client within a millisecond".to_owned();
            outcome.goals.push(Goal {
                text,
                bound: Bound::AtMost(DELAY_MILLIS_MAX),
                measured: at(99) / 1000.0,
            });
        }
    }
    outcome.tables.push(table);
}

impl Bed {
    /// Starts a proxy, and shows that a stream passes as it is, but for what must not pass where it is governed.
    fn start(plan: &Plan<'_>, folder: &Path, case: &Case) -> Result<Bed> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(broken)?;
        let upstream = listener.local_addr().map_err(broken)?.port();
        let place = Place { envoy: plan.envoy, core: plan.cores.proxy, folder, upstream };
        let name: String = case.name.chars().filter(char::is_ascii_alphanumeric).collect();
        let proxy = Proxy::start(&place, &format!("stream-{name}"), &case.chain)?;
        let connected = || -> io::Result<(TcpStream, TcpStream)> {
            let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port()))?;
            client.write_all(&request())?;
            Ok((client, accept(&listener)?))
        };
        let (client, server) = connected().map_err(broken)?;
        for stream in [&client, &server] {
            stream.set_nodelay(true).map_err(broken)?;
            stream.set_read_timeout(Some(WAIT_MAX)).map_err(broken)?;
        }
        let mut bed = Bed { proxy, client, server, delays: Vec::new() };
        // The first stream, whose request is sent; from then on every stream begins with one.
        let text = bed.burst(QUESTION).map_err(broken)?;
        let is_whole = (0..EVENTS).all(|number| text.contains(&event(number)));
        if !is_whole || text.contains(QUESTION) == (case.name == case::WHOLE) {
            return Err(Failure::new(format!("too little or too much of a stream passed: {text}")));
        }
        Ok(bed)
    }

    /// Microseconds of processor time for an event.
    fn measure(&mut self, pace: Pace) -> Result<f64> {
        let stream = |bed: &mut Bed| {
            bed.client.write_all(&request())?;
            match pace {
                Pace::Single => bed.single(),
                Pace::Burst => bed.burst("").map(drop),
            }
        };
        // The caches are still the last proxy's.
        stream(self).map_err(broken)?;
        let before = self.proxy.processor_nanos()?;
        for _ in 0..STREAMS {
            stream(self).map_err(broken)?;
        }
        thread::sleep(SETTLE);
        let spent = self.proxy.processor_nanos()?.saturating_sub(before);
        Ok(spent as f64 / 1000.0 / (STREAMS * EVENTS) as f64)
    }

    fn single(&mut self) -> io::Result<()> {
        read_until(&mut self.server, b"}")?;
        self.server.write_all(HEAD)?;
        for number in 0..EVENTS {
            let chunk = chunk(&event(number));
            let sent = Instant::now();
            self.server.write_all(&chunk)?;
            let mut buffer = [0; 4096];
            let count = self.client.read(&mut buffer)?;
            // With the first event comes the answer's head.
            if number > 0 {
                self.delays.push(sent.elapsed().as_nanos() as f64 / 1000.0);
            }
            let read = buffer.get(..count).unwrap_or_default();
            if !read.ends_with(b"\n\n\r\n") {
                read_until(&mut self.client, b"\n\n\r\n")?;
            }
        }
        self.server.write_all(END)?;
        read_until(&mut self.client, END).map(drop)
    }

    fn burst(&mut self, before: &str) -> io::Result<String> {
        read_until(&mut self.server, b"}")?;
        let events: String = iter::once(before.to_owned()).chain((0..EVENTS).map(event)).collect();
        self.server.write_all(&[HEAD, &chunk(&events), END].concat())?;
        read_until(&mut self.client, END)
    }
}

const HEAD: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
/// What the policy lets no server ask.
const QUESTION: &str = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sampling/createMessage\",\"params\":{\"messages\":[]}}\n\n";
const END: &[u8] = b"0\r\n\r\n";

fn request() -> Vec<u8> {
    workload::request(0, &workload::call(0, 200))
}

/// Progress, and at last the result.
fn event(number: usize) -> String {
    let data = match number + 1 {
        EVENTS => upstream::ANSWER.to_owned(),
        done => format!(
            r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"progressToken":1,"progress":{done},"total":{EVENTS},"message":"looking at issue {done}"}}}}"#
        ),
    };
    format!("event: message\nid: s-{number}\ndata: {data}\n\n")
}

fn chunk(bytes: &str) -> Vec<u8> {
    format!("{:x}\r\n{bytes}\r\n", bytes.len()).into_bytes()
}

/// The proxy's connection, for which there is no reason where the proxy refuses the request.
fn accept(listener: &TcpListener) -> io::Result<TcpStream> {
    listener.set_nonblocking(true)?;
    let deadline = Instant::now() + WAIT_MAX;
    loop {
        match listener.accept() {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(1));
            }
            accepted => return accepted.map(|(stream, _)| stream),
        }
    }
}

fn read_until(stream: &mut TcpStream, end: &[u8]) -> io::Result<String> {
    let mut read = Vec::new();
    let mut buffer = [0; 16384];
    while !read.ends_with(end) {
        match stream.read(&mut buffer)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => read.extend_from_slice(buffer.get(..count).unwrap_or_default()),
        }
    }
    Ok(String::from_utf8_lossy(&read).into_owned())
}

fn broken(error: io::Error) -> Failure {
    Failure::new(format!("a stream broke off: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_ends_with_the_result() {
        assert!(event(0).contains("notifications/progress") && event(0).ends_with("\n\n"));
        assert!(event(EVENTS - 1).contains(upstream::ANSWER));
        assert_eq!(chunk("abc"), b"3\r\nabc\r\n");
    }
}
