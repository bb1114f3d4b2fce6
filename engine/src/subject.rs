//! Who calls: the verified parts of a caller's identity, and their numbers in a table.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::table::format::Dimension;
use crate::table::{StringId, View};

/// A caller's identity as the proxy verified it. `None` is "not known", which is not the same as "empty":
/// a condition on an unknown part cannot be evaluated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The user.
    pub user: Option<String>,
    /// The user's groups.
    pub groups: Option<Vec<String>>,
    /// The agent acting, for itself or for the user.
    pub agent: Option<String>,
    /// The tenant.
    pub tenant: Option<String>,
    /// Workload identity of the peer: the first URI of its certificate, a SPIFFE id.
    pub workload: Option<String>,
    /// OAuth scopes.
    pub scopes: Option<Vec<String>>,
    /// The token's id, for records only.
    pub token: Option<String>,
    /// Further verified claims by their dotted paths: those the table asks for
    /// ([`View::claim_paths`]), as far as the token has them. A single value is a list of one.
    pub claims: BTreeMap<String, Vec<String>>,
}

/// A subject made ready for one table: looked up once, so that deciding need not.
#[derive(Debug, Clone)]
pub struct Caller {
    subject: Subject,
    user: Part,
    groups: Part,
    agent: Part,
    tenant: Part,
    workload: Part,
    scopes: Part,
    /// In the order of the table's claims.
    claims: Vec<Part>,
}

/// The numbers of one part's values. Values the table does not mention have none.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) known: bool,
    pub(crate) ids: Vec<StringId>,
}

impl Caller {
    /// Looks the subject up in a table.
    #[must_use]
    pub fn new(view: &View<'_>, subject: Subject) -> Caller {
        let one = |value: &Option<String>| Part {
            known: value.is_some(),
            ids: value.iter().filter_map(|value| view.strings.find(value)).collect(),
        };
        let many = |values: &Option<Vec<String>>| Part {
            known: values.is_some(),
            ids: values.iter().flatten().filter_map(|value| view.strings.find(value)).collect(),
        };
        Caller {
            user: one(&subject.user),
            groups: many(&subject.groups),
            agent: one(&subject.agent),
            tenant: one(&subject.tenant),
            workload: one(&subject.workload),
            scopes: many(&subject.scopes),
            claims: view.claim_paths().map(|path| many(&subject.claims.get(path).cloned())).collect(),
            subject,
        }
    }

    /// A subject where there is no table to look it up in.
    #[must_use]
    pub fn unresolved(subject: Subject) -> Caller {
        let part = |known: bool| Part { known, ids: Vec::new() };
        Caller {
            user: part(subject.user.is_some()),
            groups: part(subject.groups.is_some()),
            agent: part(subject.agent.is_some()),
            tenant: part(subject.tenant.is_some()),
            workload: part(subject.workload.is_some()),
            scopes: part(subject.scopes.is_some()),
            claims: Vec::new(),
            subject,
        }
    }

    /// The identity it was made from.
    #[must_use]
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    pub(crate) fn part(&self, dimension: Dimension) -> &Part {
        match dimension {
            Dimension::User => &self.user,
            Dimension::Group => &self.groups,
            Dimension::Agent => &self.agent,
            Dimension::Tenant => &self.tenant,
            Dimension::Workload => &self.workload,
            Dimension::Scope => &self.scopes,
        }
    }

    /// A claim by its number in the table.
    pub(crate) fn claim(&self, number: u32) -> Option<&Part> {
        self.claims.get(number as usize)
    }

    /// The texts of a claim by its number in the table.
    pub(crate) fn claim_texts(&self, view: &View<'_>, number: Option<u32>) -> impl Iterator<Item = &str> {
        let path = number.and_then(|number| view.claims.get(number as usize)).map(|path| view.text(*path));
        let values = path.and_then(|path| self.subject.claims.get(path));
        values.into_iter().flatten().map(String::as_str)
    }

    /// The texts of one part.
    pub(crate) fn texts(&self, dimension: Dimension) -> impl Iterator<Item = &str> {
        let (one, many) = match dimension {
            Dimension::User => (&self.subject.user, &None),
            Dimension::Group => (&None, &self.subject.groups),
            Dimension::Agent => (&self.subject.agent, &None),
            Dimension::Tenant => (&self.subject.tenant, &None),
            Dimension::Workload => (&self.subject.workload, &None),
            Dimension::Scope => (&None, &self.subject.scopes),
        };
        one.iter().map(String::as_str).chain(many.iter().flatten().map(String::as_str))
    }
}
