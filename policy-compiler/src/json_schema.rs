//! The JSON Schema of policy files. It helps editors to complete and underline; the compiler checks far more.

/// The schema, draft 2020-12.
pub const POLICY: &str = include_str!("../policy.schema.json");
