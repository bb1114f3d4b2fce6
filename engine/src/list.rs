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

/// What becomes of an entry.
#[derive(Debug, PartialEq, Eq)]
pub enum Entry {
    /// It is shown as it is.
    Keep,
    /// It is shown as this JSON text.
    Change(String),
    /// It is not shown.
    Hide,
}

/// What is left of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Kept {
    /// A JSON array.
    pub text: String,
    /// How many entries are not shown.
    pub hidden: u32,
    /// Whether it differs from what it was.
    pub is_changed: bool,
}

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

    /// The member of a result that holds the list.
    #[must_use]
    pub const fn member(self) -> &'static str {
        self.member
    }

    /// The name of an entry; `None` where it is not readable in one way.
    #[must_use]
    pub fn name<'d>(&self, entry: Value<'d>) -> Option<&'d str> {
        match entry.lookup(self.name) {
            Lookup::Found(name) => name.as_str(),
            Lookup::Missing | Lookup::Ambiguous => None,
        }
    }

    /// The list as `judge` leaves its entries. What it keeps stays byte for byte. An entry without a readable name is
    /// dropped: nobody could have permitted it.
    pub fn keep<'d>(&self, entries: Value<'d>, mut judge: impl FnMut(&str, Value<'d>) -> Entry) -> Kept {
        let mut kept = Kept { text: String::from("["), hidden: 0, is_changed: false };
        for entry in entries.items() {
            let judged = self.name(entry).map_or(Entry::Hide, |name| judge(name, entry));
            if judged == Entry::Hide {
                kept.hidden += 1;
                continue;
            }
            if kept.text.len() > 1 {
                kept.text.push(',');
            }
            match &judged {
                Entry::Change(text) => {
                    kept.text.push_str(text);
                    kept.is_changed = true;
                }
                Entry::Keep | Entry::Hide => kept.text.push_str(entry.raw()),
            }
        }
        kept.text.push(']');
        kept.is_changed |= kept.hidden > 0;
        kept
    }
}
