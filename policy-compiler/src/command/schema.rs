use mcpgov_policy_compiler::json_schema;

use super::{Failure, Outcome, print};

/// Print the JSON Schema of policy files, for editors
#[derive(clap::Args)]
#[command(after_help = "\
Editors with the YAML language server read a first line such as
  # yaml-language-server: $schema=policy.schema.json")]
pub(super) struct Arguments {}

pub(super) fn run() -> Result<Outcome, Failure> {
    print(json_schema::POLICY)?;
    Ok(Outcome::Done)
}
