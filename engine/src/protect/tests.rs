//! Tests of the treatment of messages.
