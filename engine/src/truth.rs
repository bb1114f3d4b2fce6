//! Three-valued logic over sets of possible outcomes.
//!
//! At call time a condition is true, false or unknown (it could not be evaluated). At list time the
//! arguments are still open, so a condition may come out in several ways; a set of outcomes says which.
//! Kleene's connectives, lifted to sets, serve both.

/// A non-empty set of outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Truth(u8);

impl Truth {
    /// Holds.
    pub const TRUE: Truth = Truth(1);
    /// Does not hold.
    pub const FALSE: Truth = Truth(2);
    /// Cannot be evaluated.
    pub const UNKNOWN: Truth = Truth(4);
    /// Depends on what is not known yet.
    pub const OPEN: Truth = Truth(7);

    /// True or false.
    #[must_use]
    pub const fn of(holds: bool) -> Truth {
        if holds { Truth::TRUE } else { Truth::FALSE }
    }

    /// Whether it could hold.
    #[must_use]
    pub const fn may_hold(self) -> bool {
        self.0 & Truth::TRUE.0 != 0
    }

    /// Whether it could fail to hold for certain.
    #[must_use]
    pub const fn may_fail(self) -> bool {
        self.0 & Truth::FALSE.0 != 0
    }

    /// Kleene's conjunction.
    #[must_use]
    pub const fn and(self, other: Truth) -> Truth {
        let (a, b) = (self.0, other.0);
        let holds = a & b & 1;
        let fails = (a | b) & 2;
        // Unknown on one side, and nothing false on the other.
        let unknown = (a & 4 != 0 && b & 5 != 0) || (b & 4 != 0 && a & 5 != 0);
        Truth(holds | fails | if unknown { 4 } else { 0 })
    }

    /// Kleene's disjunction.
    #[must_use]
    pub const fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }

    /// Kleene's negation.
    #[must_use]
    pub const fn not(self) -> Truth {
        Truth((self.0 & 4) | ((self.0 & 1) << 1) | ((self.0 & 2) >> 1))
    }
}

#[cfg(test)]
mod tests {
    use super::Truth;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    /// Kleene's table for single outcomes, spelled out.
    fn and_one(a: u8, b: u8) -> u8 {
        match (a, b) {
            (2, _) | (_, 2) => 2,
            (1, 1) => 1,
            _ => 4,
        }
    }

    #[test]
    fn sets_combine_member_by_member() {
        for a in 1..8 {
            for b in 1..8 {
                let mut expected = 0;
                for x in [1, 2, 4].into_iter().filter(|x| a & x != 0) {
                    for y in [1, 2, 4].into_iter().filter(|y| b & y != 0) {
                        expected |= and_one(x, y);
                    }
                }
                assert_eq!(Truth(a).and(Truth(b)), Truth(expected), "{a} and {b}");
                assert_eq!(Truth(a).or(Truth(b)), Truth(a).not().and(Truth(b).not()).not());
            }
        }
    }

    #[test]
    fn negation_keeps_unknown() {
        assert_eq!(Truth::TRUE.not(), Truth::FALSE);
        assert_eq!(Truth::UNKNOWN.not(), Truth::UNKNOWN);
        assert_eq!(Truth::OPEN.not(), Truth::OPEN);
    }
}
