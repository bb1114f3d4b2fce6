use std::path::PathBuf;

use clap::ValueEnum;
use mcpgov_engine::table::Table;
use mcpgov_policy_compiler::render::{self, Attachment, EnvoyFilter, MODULE_PATH};

use super::{Failure, Format, Outcome, files, load, print};

/// Compile a policy into the configuration that brings it to proxies
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Policy file or folder, `-` for standard input
    policy: PathBuf,
    /// What to write
    #[arg(long, value_enum)]
    target: Target,
    /// Which proxies an EnvoyFilter is for
    #[arg(long, value_enum, default_value_t = Context::Gateway)]
    context: Context,
    /// Name of the EnvoyFilter
    #[arg(long, default_value = "mcpgov")]
    name: String,
    /// Namespace of the EnvoyFilter and its proxies [default: mcp-gateway; sidecar-inbound, waypoint: mcp-servers]
    #[arg(long)]
    namespace: Option<String>,
    /// Gateway whose proxies an EnvoyFilter is for [default: mcp-gateway; waypoint: waypoint]
    #[arg(long)]
    gateway: Option<String>,
    /// Path of the filter module where the proxy runs
    #[arg(long, value_name = "PATH", default_value = MODULE_PATH)]
    wasm: String,
    /// File to write, `-` for standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Target {
    /// EnvoyFilter for Istio
    IstioEnvoyfilter,
    /// Extension configuration (ECDS) for Envoy to read from a file
    Envoy,
}

#[derive(Clone, Copy, ValueEnum)]
enum Context {
    /// Proxies of a Gateway
    Gateway,
    /// Sidecars of pods labelled `mcpgov: enabled`, for what they receive
    SidecarInbound,
    /// Waypoint proxies of ambient mode
    Waypoint,
}

pub(super) fn run(arguments: &Arguments, format: Format) -> Result<Outcome, Failure> {
    let target = target(arguments)?;
    let Some(table) = load::policy(&arguments.policy, format)? else { return Ok(Outcome::Refused) };
    let table = Table::from_bytes(table).map_err(|error| Failure::new(error.to_string()))?;
    let text =
        render::render(&table, &arguments.wasm, &target).map_err(|error| Failure::new(error.to_string()))?;
    if arguments.output.as_os_str() == "-" {
        print(&text)?;
    } else {
        files::write(&arguments.output, text.as_bytes())?;
    }
    Ok(Outcome::Done)
}

fn target(arguments: &Arguments) -> Result<render::Target, Failure> {
    let gateway = |usual: &str| arguments.gateway.clone().unwrap_or_else(|| usual.to_owned());
    let (attachment, namespace) = match (arguments.target, arguments.context) {
        (Target::Envoy, _) => return Ok(render::Target::Envoy),
        (Target::IstioEnvoyfilter, Context::Gateway) => {
            (Attachment::Gateway(gateway("mcp-gateway")), "mcp-gateway")
        }
        (Target::IstioEnvoyfilter, Context::Waypoint) => {
            (Attachment::Waypoint(gateway("waypoint")), "mcp-servers")
        }
        (Target::IstioEnvoyfilter, Context::SidecarInbound) if arguments.gateway.is_some() => {
            return Err(Failure::new("sidecars have no gateway")
                .help("leave `--gateway` out, and label the pods `mcpgov: enabled`"));
        }
        (Target::IstioEnvoyfilter, Context::SidecarInbound) => (Attachment::SidecarInbound, "mcp-servers"),
    };
    Ok(render::Target::Istio(EnvoyFilter {
        name: arguments.name.clone(),
        namespace: arguments.namespace.clone().unwrap_or_else(|| namespace.to_owned()),
        attachment,
    }))
}
