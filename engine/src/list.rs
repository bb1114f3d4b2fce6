//! Lists: what of a list answer a caller gets to see.

use alloc::string::String;

use crate::json::{Kind, Lookup, Value};
use crate::message::{Method, Object};

/// A method that answers with a list of things a policy can hide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct List {
    /// The member of the result that holds the entries.
    member: &'static str,
    /// The member of an entry that names it.
    name: &'static str,
    /// What the entries are.
    pub kind: Object,
    /// The method that uses an entry.
    pub used_by: Method,
    /// Whether an entry's name is a pattern for many names.
    pub is_template: bool,
}

/// Why a list answer could not be filtered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAList;

impl List {
    /// The list that `method` answers with.
    #[must_use]
    pub const fn of(method: Method) -> Option<List> {
        let (member, name, kind, used_by) = match method {
            Method::ToolsList => ("tools", "name", Object::Tool, Method::ToolsCall),
            Method::PromptsList => ("prompts", "name", Object::Prompt, Method::PromptsGet),
            Method::ResourcesList => ("resources", "uri", Object::Resource, Method::ResourcesRead),
            Method::ResourceTemplatesList => {
                ("resourceTemplates", "uriTemplate", Object::Resource, Method::ResourcesRead)
            }
            _ => return None,
        };
        Some(List {
            member,
            name,
            kind,
            used_by,
            is_template: matches!(method, Method::ResourceTemplatesList),
        })
    }

    /// The answer `text` without the entries that `keep` refuses, and how many those are. Everything else,
    /// cursors and members we do not know included, stays byte for byte. An entry without a readable name is
    /// dropped: nobody could have permitted it.
    ///
    /// # Errors
    /// [`NotAList`] where `result` has not exactly one array under the list's member.
    pub fn filter(
        &self,
        text: &str,
        result: Value<'_>,
        mut keep: impl FnMut(&str) -> bool,
    ) -> Result<(String, u32), NotAList> {
        let entries = match result.lookup(self.member) {
            Lookup::Found(entries) if entries.kind() == Kind::Array => entries,
            _ => return Err(NotAList),
        };
        let mut kept = |entry: &Value<'_>| match entry.lookup(self.name) {
            Lookup::Found(name) => name.as_str().is_some_and(&mut keep),
            Lookup::Missing | Lookup::Ambiguous => false,
        };
        let span = entries.span();
        let (Some(before), Some(after)) = (text.get(..span.start), text.get(span.end..)) else {
            return Err(NotAList);
        };
        let mut filtered = String::with_capacity(text.len());
        filtered.push_str(before);
        filtered.push('[');
        let (mut shown, mut hidden) = (0_u32, 0_u32);
        for entry in entries.items() {
            if kept(&entry) {
                if shown > 0 {
                    filtered.push(',');
                }
                filtered.push_str(entry.raw());
                shown += 1;
            } else {
                hidden += 1;
            }
        }
        filtered.push(']');
        filtered.push_str(after);
        Ok((filtered, hidden))
    }
}
