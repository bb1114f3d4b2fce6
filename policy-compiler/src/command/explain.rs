use std::{collections::BTreeMap, net::IpAddr, path::PathBuf};

use clap::builder::PossibleValuesParser;
use mcpgov_engine::{subject::Subject, vocabulary::Action};
use mcpgov_policy_compiler::explain::{self, Circumstances, Object, Question};

use super::{Failure, Format, Outcome, load, print};

/// Explain what a policy decides about a call, and why
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Policy or table file, `-` for standard input
    #[arg(value_name = "POLICY|TABLE")]
    policy: PathBuf,
    /// Server the call goes to; without it, unregistered traffic
    #[arg(long)]
    server: Option<String>,
    /// JSON-RPC method; follows from the tool, prompt or resource
    #[arg(long)]
    method: Option<String>,
    /// Tool called
    #[arg(long, group = "object")]
    tool: Option<String>,
    /// Prompt asked for
    #[arg(long, group = "object")]
    prompt: Option<String>,
    /// URI of the resource read
    #[arg(long, group = "object", value_name = "URI")]
    resource: Option<String>,
    /// Arguments of the call, a JSON object
    #[arg(long, value_name = "JSON")]
    args: Option<String>,
    /// Who calls
    #[arg(long)]
    user: Option<String>,
    /// Group of the user; may be repeated
    #[arg(long = "group", value_name = "GROUP")]
    groups: Vec<String>,
    /// Agent that acts
    #[arg(long)]
    agent: Option<String>,
    /// Tenant of the caller
    #[arg(long)]
    tenant: Option<String>,
    /// SPIFFE id of the calling workload
    #[arg(long, value_name = "SPIFFE-ID")]
    workload: Option<String>,
    /// OAuth scope of the token; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Claim of the token, by its dotted path; may be repeated
    #[arg(long = "claim", value_name = "PATH=VALUE", value_parser = claim)]
    claims: Vec<(String, String)>,
    /// Address the call comes from
    #[arg(long, value_name = "ADDRESS")]
    source: Option<IpAddr>,
    /// Time of the call, in seconds since 1970 (UTC)
    #[arg(long, value_name = "SECONDS")]
    time: Option<u64>,
    /// Whether the call belongs to a session
    #[arg(long, value_name = "BOOL")]
    session: Option<bool>,
    /// Region of the call
    #[arg(long)]
    region: Option<String>,
    /// Environment of the proxy
    #[arg(long)]
    environment: Option<String>,
    /// Action to assume in place of the registry's
    #[arg(long, value_parser = PossibleValuesParser::new(Action::ALL.map(Action::name)))]
    action: Option<String>,
    /// Risk tag to assume beside the registry's; may be repeated
    #[arg(long = "risk-tag", value_name = "TAG")]
    risk_tags: Vec<String>,
    /// Print the explanation as a JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: Arguments, format: Format) -> Result<Outcome, Failure> {
    let Some(table) = load::table(&arguments.policy, format)? else { return Ok(Outcome::Refused) };
    let json = arguments.json;
    let explanation = explain::explain(&table, &question(arguments)).map_err(|error| {
        let failure = Failure::new(error.to_string());
        match error.help() {
            Some(help) => failure.help(help),
            None => failure,
        }
    })?;
    if json {
        print(&format!("{:#}\n", explain::json(&explanation)))?;
    } else {
        print(&explain::text(&explanation))?;
    }
    Ok(if explanation.verdict.is_permit() { Outcome::Done } else { Outcome::NotAllowed })
}

fn question(arguments: Arguments) -> Question {
    // Flags that are not given are parts of the identity that are not known, as in a token without the claim.
    let some = |list: Vec<String>| (!list.is_empty()).then_some(list);
    let object = match (arguments.tool, arguments.prompt, arguments.resource) {
        (Some(name), ..) => Object::Tool(name),
        (_, Some(name), _) => Object::Prompt(name),
        (.., Some(uri)) => Object::Resource(uri),
        _ => Object::None,
    };
    Question {
        server: arguments.server,
        method: arguments.method,
        object,
        arguments: arguments.args,
        subject: Subject {
            user: arguments.user,
            groups: some(arguments.groups),
            agent: arguments.agent,
            tenant: arguments.tenant,
            workload: arguments.workload,
            scopes: some(arguments.scopes),
            token: None,
            claims: arguments.claims.into_iter().fold(BTreeMap::new(), |mut claims, (path, value)| {
                claims.entry(path).or_insert_with(Vec::new).push(value);
                claims
            }),
        },
        context: Circumstances {
            source: arguments.source,
            time: arguments.time,
            session: arguments.session,
            region: arguments.region,
            environment: arguments.environment,
        },
        action: arguments.action.as_deref().and_then(Action::from_name),
        risk_tags: arguments.risk_tags,
    }
}

fn claim(text: &str) -> Result<(String, String), &'static str> {
    let (path, value) = text.split_once('=').ok_or("write the claim's path, `=` and its value")?;
    Ok((path.to_owned(), value.to_owned()))
}
