use std::path::{Path, PathBuf};

use mcpgov_policy_compiler::{
    generate::{self, Listing},
    live,
};
use serde_json::Value;

use super::{Failure, Format, Outcome, files, print, server};

/// Write a first policy from the tools of a server: reads allowed, writes with approval, the rest denied
#[derive(clap::Args)]
#[command(after_help = "\
Reads are told from writes by annotations and names. Every guess is marked with its grounds; read them all.")]
pub(super) struct Arguments {
    /// Saved answer to `tools/list`, or the URL of a server
    #[arg(long, value_name = "TOOLS.JSON|URL")]
    from: String,
    /// What rules call the server [default: its own name, or the file's]
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Header for requests to the server, such as `Authorization: Bearer …`; may be repeated
    #[arg(long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Policy file to write, `-` for standard output; an existing file is never replaced
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments, _: Format) -> Result<Outcome, Failure> {
    let is_url = arguments.from.contains("://");
    let mut listing = if is_url { live(arguments)? } else { saved(Path::new(&arguments.from))? };
    if let Some(name) = &arguments.server {
        listing.server = generate::server_name(name);
    }
    let to_file = arguments.output.as_os_str() != files::STANDARD;
    if to_file && !is_url {
        listing.schema = beside(Path::new(&arguments.from), &arguments.output);
    }
    let text = generate::policy(&listing);
    if !to_file {
        print(&text)?;
    } else if arguments.output.exists() {
        let message = format!("`{}` is already there", arguments.output.display());
        return Err(Failure::new(message)
            .help("a policy that people have worked on is not replaced; name another file"));
    } else {
        files::write(&arguments.output, text.as_bytes())?;
    }
    Ok(Outcome::Done)
}

/// The list's name, if it is in the folder of the policy.
fn beside(list: &Path, policy: &Path) -> Option<String> {
    let same = list.parent() == policy.parent();
    same.then(|| list.file_name()?.to_str().map(str::to_owned)).flatten()
}

fn live(arguments: &Arguments) -> Result<Listing, Failure> {
    let headers = server::headers(&arguments.headers)?;
    let server = live::list(&arguments.from, &headers).map_err(server::failure)?;
    let name = server.name.as_deref().unwrap_or(&server.traffic.0);
    Ok(Listing {
        server: generate::server_name(name),
        origin: format!("`{}`", arguments.from),
        traffic: Some(server.traffic),
        schema: None,
        tools: server.tools,
    })
}

fn saved(path: &Path) -> Result<Listing, Failure> {
    let bytes = files::bytes(path)?;
    let shown = files::shown(path);
    let answer: Value = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::new(format!("`{shown}` is no JSON: {error}"))
            .help("save the answer to `tools/list`, or its result")
    })?;
    let tools = generate::tools(&answer).ok_or_else(|| {
        Failure::new(format!("`{shown}` has no list of tools"))
            .help("save the answer to `tools/list`, or its result")
    })?;
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    Ok(Listing {
        server: generate::server_name(stem),
        origin: format!("`{shown}`"),
        traffic: None,
        schema: None,
        tools,
    })
}
