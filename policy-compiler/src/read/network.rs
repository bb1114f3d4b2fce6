//! IP networks.

use super::value::Reader;
use crate::{
    diagnostic::{Code, Diagnostic},
    policy::Network,
    syntax::Node,
};

/// One network, or a list of them.
pub(super) fn networks(reader: &mut Reader, node: &Node) -> Vec<Network> {
    let mut networks = Vec::new();
    for text in reader.texts(node, "a network") {
        match Network::parse(&text.value) {
            Some(network) if network.is_written(&text.value) => networks.push(network),
            found => {
                let message = format!("`{}` is no network", text.value);
                let help = match found {
                    Some(network) => format!("bits behind the prefix are zero; did you mean `{network}`?"),
                    None => {
                        "write an address and the length of the prefix, such as `10.0.0.0/8` or `fd00::/8`"
                            .to_owned()
                    }
                };
                reader.push(Diagnostic::error(Code::BadValue, text.span, message).help(help));
            }
        }
    }
    networks
}
