//! The built-in families.

use super::scanner::Family;

/// Every family.
pub(super) const ALL: [Family; 0] = [];
