//! Random answers of servers.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use mcpgov_engine::json::{Doc, Limits};
use proptest::prelude::*;

use super::sample::{KINDS, Random};
use super::tree::{Tree, quoted, structure, text, tree, written};

/// A result, or an error, of everything that can be in one.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) texts: Vec<Tree>,
    pub(crate) structure: Tree,
    pub(crate) kept: (u64, u64),
    pub(crate) is_error: bool,
    pub(crate) seed: u64,
}

pub(crate) fn answer() -> impl Strategy<Value = Answer> {
    let texts = prop::collection::vec(prop_oneof![text().prop_map(Tree::Text), tree()], 0..3);
    let rest = (any::<(u64, u64)>(), prop::bool::weighted(0.2), any::<u64>());
    (texts, structure(), rest).prop_map(|(texts, structure, (kept, is_error, seed))| Answer {
        texts,
        structure,
        kept,
        is_error,
        seed,
    })
}

/// What the protocol needs as it is, and what nobody reads.
pub(crate) fn kept(kept: (u64, u64)) -> (String, String) {
    let (email, media) = (KINDS[2].1(&mut Random(kept.0)), KINDS[19].1(&mut Random(kept.1)));
    let media = STANDARD.encode(media);
    (quoted(&email, &mut Random(kept.0)), quoted(&media, &mut Random(kept.1)))
}

pub(crate) fn body(answer: &Answer) -> String {
    let random = &mut Random(answer.seed);
    let structure = written(&answer.structure, random);
    let (state, media) = kept(answer.kept);
    if answer.is_error {
        let message = answer.texts.first().map_or("\"failed\"".to_owned(), |text| written(text, random));
        let message = if message.starts_with('"') { message } else { quoted(&message, random) };
        return format!(
            r#"{{"jsonrpc":"2.0","id":1,"error":{{"code":-32000,"message":{message},"data":{structure}}}}}"#
        );
    }
    let twin = written(&answer.structure, random);
    let mut blocks = vec![format!(r#"{{"type":"text","text":{}}}"#, quoted(&twin, random))];
    for text in &answer.texts {
        let text = written(text, random);
        let text = if text.starts_with('"') { text } else { quoted(&text, random) };
        blocks.push(format!(r#"{{"type":"text","text":{text}}}"#));
        blocks.push(format!(r#"{{"type":"resource","resource":{{"uri":"file:///x","text":{text}}}}}"#));
    }
    blocks.push(format!(r#"{{"type":"image","mimeType":"image/png","data":{media}}}"#));
    blocks.push(format!(r#"{{"type":"resource","resource":{{"uri":{state},"blob":{media}}}}}"#));
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"result":{{"content":[{}],"structuredContent":{structure},"isError":false,"nextCursor":{state},"requestState":{state},"_meta":{{"io.modelcontextprotocol/x":{state},"progressToken":{state},"acme.example/x":{structure}}}}}}}"#,
        blocks.join(", ")
    )
}

pub(crate) fn parsed(text: &str) -> Doc<'_> {
    Doc::parse(text.as_bytes(), &Limits::default()).unwrap_or_else(|error| panic!("{error}: {text}"))
}
