//! `cargo xtask demo`: a session of a real client with a real server, seen by a person, with governance in between.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mcpgov_tests::artifact::Table;
use mcpgov_tests::client::{Client, Refusal};
use mcpgov_tests::config::Config;
use mcpgov_tests::envoy::Envoy;
use mcpgov_tests::fixture::Fixture;
use mcpgov_tests::session::protected;
use mcpgov_tests::{session, token};
use serde_json::Value;

#[derive(Parser)]
struct Arguments {
    /// The Envoy program
    #[arg(long)]
    envoy: PathBuf,
    /// The filter module
    #[arg(long)]
    filter: PathBuf,
    /// The compiled policy
    #[arg(long)]
    table: PathBuf,
    /// Keep everything running until Ctrl-C
    #[arg(long)]
    serve: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (github, other) = (Fixture::start(), Fixture::start());
    let table = Table::read(&arguments.table);
    let config = Config::demo(&arguments.filter, &table, github.port(), other.port());
    let envoy = match Envoy::try_start(&arguments.envoy, config) {
        Ok(envoy) => envoy,
        Err(log) => {
            eprintln!("{log}\nerror: `{}` did not start", arguments.envoy.display());
            return ExitCode::FAILURE;
        }
    };
    if arguments.serve {
        return serve(&envoy, &github).await;
    }
    let mut demo = Demo { checked: 0, failed: 0 };
    demo.session(&envoy, &github).await;
    demo.unregistered(&envoy, &other).await;
    demo.audit(envoy);
    println!("\n{} expectations held, {} did not", demo.checked - demo.failed, demo.failed);
    if demo.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Demo {
    checked: usize,
    failed: usize,
}

impl Demo {
    async fn session(&mut self, envoy: &Envoy, github: &Fixture) {
        println!("\nAn MCP server at {} hosts code. Envoy with mcpgov stands in front of it.", github.url());
        println!("Its policy is policy-compiler/examples/demo.yaml.");
        println!("The client is the agent `triage-bot`, acting for ada@acme.example of the group `support`.");

        heading("The tools on offer");
        let direct = Client::connect(&github.url(), None).await.expect("the server asks for nothing");
        let offered = direct.tools().await.expect("the server hides nothing");
        println!("  by the server itself   {}", offered.join(", "));
        let client = match Client::connect(&governed_url(envoy, "/github"), Some(&token::ada())).await {
            Ok(client) => client,
            Err(refusal) => return self.check("the session opens", false, &words(&refusal)),
        };
        let listed = client.tools().await.unwrap_or_default();
        println!("  governed               {}", listed.join(", "));
        let record = envoy.wait_for_record(0, |record| record["method"] == "tools/list");
        let found = protected::found(&record);
        println!("  found                  {}", treatments(&found));
        let hidden = [session::HIDDEN_TOOL, protected::POISONED_TOOL];
        let expected: Vec<_> = offered.into_iter().filter(|tool| !hidden.contains(&tool.as_str())).collect();
        self.check("only what no rule could allow is hidden, and what gives orders", listed == expected, "");
        let is_recorded = !found.is_empty() && found.iter().all(|(_, treatment)| *treatment == "quarantine");
        self.check("why is in the audit record", is_recorded, &record.to_string());

        let steps = session::steps();
        for (number, step) in steps.iter().enumerate() {
            heading(&capitalised(step.title));
            println!("  call       {} {}", step.tool, step.arguments);
            let outcome = session::play(step, number, &client, envoy, github).await;
            match &outcome.answer {
                Ok(text) => println!("  answer     {text}"),
                Err(refusal) => println!("  answer     {}", words(refusal)),
            }
            println!("  decision   {}", decision(&outcome.record));
            println!("  server     {}", if outcome.ran { "ran it" } else { "never saw it" });
            let mismatches = outcome.mismatches(step);
            self.check("as expected", mismatches.is_empty(), &mismatches.join("; "));
        }
        for (number, step) in (steps.len()..).zip(protected::steps()) {
            heading(&capitalised(step.title));
            println!("  call       {} {}", step.tool, step.arguments);
            let outcome = protected::play(&step, number, &direct, &client, envoy).await;
            block("sent", &outcome.sent);
            match &outcome.got {
                Ok(text) => block("got", text),
                Err(refusal) => println!("  got        {}", words(refusal)),
            }
            println!("  found      {}", treatments(&protected::found(&outcome.record)));
            let mismatches = outcome.mismatches(&step);
            self.check("as expected", mismatches.is_empty(), &mismatches.join("; "));
        }
        direct.close().await;
        client.close().await;
    }

    async fn unregistered(&mut self, envoy: &Envoy, other: &Fixture) {
        heading("A server that is not in the registry");
        let url = governed_url(envoy, "/other");
        println!("  connect    {url}, where the same kind of server listens");
        let answer = Client::connect(&url, Some(&token::ada())).await.map(drop);
        match &answer {
            Ok(()) => println!("  answer     the session is open"),
            Err(refusal) => println!("  answer     {}", words(refusal)),
        }
        let record = envoy.wait_for_record(0, |record| record["path"] == "/other");
        println!("  decision   {}", decision(&record));
        self.check("refused", answer.is_err_and(|refusal| refusal.code == -31403), "");
        self.check("by the rule", record["rule"] == "registered-servers-only", &record.to_string());
        self.check("the server saw nothing", other.executed().is_empty(), "");
    }

    fn audit(&mut self, envoy: Envoy) {
        heading("What Envoy's access log says of all this");
        let log = envoy.stop();
        for line in &log {
            println!("{}", line.text());
        }
        let recorded = log.iter().all(|line| line.records().len() == 1);
        self.check("every exchange has its audit record", recorded && !log.is_empty(), "");
    }

    fn check(&mut self, what: &str, holds: bool, otherwise: &str) {
        self.checked += 1;
        if holds {
            println!("  ok         {what}");
        } else {
            self.failed += 1;
            println!("  NOT OK     {what} {otherwise}");
        }
    }
}

async fn serve(envoy: &Envoy, github: &Fixture) -> ExitCode {
    println!("governed server      {}", governed_url(envoy, "/github"));
    println!("unregistered server  {}", governed_url(envoy, "/other"));
    println!("ungoverned server    {}", github.url());
    println!("access log           {}", envoy.access_log().display());
    println!(
        "\nThe policy knows callers by their token. Ada's, for an hour:\n\nauthorization: Bearer {}",
        token::ada()
    );
    println!("\nCtrl-C ends it.");
    match tokio::signal::ctrl_c().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot wait for Ctrl-C: {error}");
            ExitCode::FAILURE
        }
    }
}

fn governed_url(envoy: &Envoy, path: &str) -> String {
    format!("http://127.0.0.1:{}{path}", envoy.port())
}

fn heading(text: &str) {
    println!("\n{text}");
}

/// What detectors found and what was done with it.
fn treatments(found: &[(&str, &str)]) -> String {
    let found: Vec<_> =
        found.iter().map(|(detector, treatment)| format!("{detector} ({treatment})")).collect();
    found.join(", ")
}

/// A text of several lines; what nobody would see of it is written out.
fn block(name: &str, text: &str) {
    for (number, line) in text.lines().filter(|line| !line.is_empty()).enumerate() {
        let name = if number == 0 { name } else { "" };
        let shown: String = line
            .chars()
            .map(|char| match char {
                '\u{200b}'..='\u{200f}' => char.escape_unicode().to_string(),
                char => char.to_string(),
            })
            .collect();
        println!("  {name:<10} {shown}");
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn words(refusal: &Refusal) -> String {
    format!("error {}: {}", refusal.code, refusal.message)
}

fn decision(record: &Value) -> String {
    let text = |key: &str| record[key].as_str().unwrap_or("none").to_owned();
    match record["rule"].as_str() {
        Some(rule) if record["reason"] == "rule" => format!("{} by rule `{rule}`", text("decision")),
        Some(rule) => format!("{} by rule `{rule}` ({})", text("decision"), text("reason")),
        None => format!("{} ({})", text("decision"), text("reason")),
    }
}
