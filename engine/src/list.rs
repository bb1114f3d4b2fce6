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

/// A result has the list under its name, but not as one array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAList;

impl List {
    /// Every list.
    pub const ALL: [List; 4] = [
        List {
            member: "tools",
            name: "name",
            kind: Object::Tool,
            used_by: Method::ToolsCall,
            is_template: false,
        },
        List {
            member: "prompts",
            name: "name",
            kind: Object::Prompt,
            used_by: Method::PromptsGet,
            is_template: false,
        },
        List {
            member: "resources",
            name: "uri",
            kind: Object::Resource,
            used_by: Method::ResourcesRead,
            is_template: false,
        },
        List {
            member: "resourceTemplates",
            name: "uriTemplate",
            kind: Object::Resource,
            used_by: Method::ResourcesRead,
            is_template: true,
        },
    ];

    /// The list that `method` answers with.
    #[must_use]
    pub const fn of(method: Method) -> Option<List> {
        let [tools, prompts, resources, templates] = List::ALL;
        match method {
            Method::ToolsList => Some(tools),
            Method::PromptsList => Some(prompts),
            Method::ResourcesList => Some(resources),
            Method::ResourceTemplatesList => Some(templates),
            _ => None,
        }
    }

    /// The list in a result, if it has it.
    ///
    /// # Errors
    /// [`NotAList`] where the member is no array, or there under more than one spelling.
    pub fn entries<'d>(&self, result: Value<'d>) -> Result<Option<Value<'d>>, NotAList> {
        match result.lookup(self.member) {
            Lookup::Found(entries) if entries.kind() == Kind::Array => Ok(Some(entries)),
            Lookup::Missing => Ok(None),
            Lookup::Found(_) | Lookup::Ambiguous => Err(NotAList),
        }
    }

    /// The list without the entries that `shows` refuses, as JSON, and how many those are. What stays is byte
    /// for byte as it was. An entry without a readable name is dropped: nobody could have permitted it.
    pub fn keep(&self, entries: Value<'_>, mut shows: impl FnMut(&str) -> bool) -> (String, u32) {
        let mut shown = |entry: &Value<'_>| match entry.lookup(self.name) {
            Lookup::Found(name) => name.as_str().is_some_and(&mut shows),
            Lookup::Missing | Lookup::Ambiguous => false,
        };
        let mut kept = String::from("[");
        let mut hidden = 0_u32;
        for entry in entries.items() {
            if !shown(&entry) {
                hidden += 1;
                continue;
            }
            if kept.len() > 1 {
                kept.push(',');
            }
            kept.push_str(entry.raw());
        }
        kept.push(']');
        (kept, hidden)
    }
}
