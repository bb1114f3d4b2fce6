use clap::CommandFactory;
use clap_complete::{Shell, generate};

use super::{Cli, Failure, Outcome, print};

/// Print completions for a shell
#[derive(clap::Args)]
#[command(after_help = "\
bash: mcpgov completions bash > ~/.local/share/bash-completion/completions/mcpgov
zsh:  mcpgov completions zsh > a file named `_mcpgov` in a folder of $fpath
fish: mcpgov completions fish > ~/.config/fish/completions/mcpgov.fish")]
pub(super) struct Arguments {
    /// Shell
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut Cli::command(), "mcpgov", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Done)
}
