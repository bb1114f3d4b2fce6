//! Searching bytes, many at a time.

/// Bytes that are looked at together: those of a vector.
const LANE: usize = 16;

/// The place of the first byte that is sought.
pub(crate) fn find(bytes: &[u8], is_sought: impl Fn(u8) -> bool) -> Option<usize> {
    let first = |bytes: &[u8]| bytes.iter().position(|byte| is_sought(*byte));
    // Most of what is searched is shorter than a lane.
    let Some((head, rest)) = bytes.split_at_checked(LANE) else { return first(bytes) };
    if let Some(at) = first(head) {
        return Some(at);
    }
    let (lanes, _) = rest.as_chunks::<LANE>();
    // No early exit inside a lane: that is what lets the compiler compare it as one vector.
    let is_free = |lane: &&[u8; LANE]| !lane.iter().fold(false, |hit, byte| hit | is_sought(*byte));
    let free = LANE + LANE * lanes.iter().take_while(is_free).count();
    first(bytes.get(free..)?).map(|at| free + at)
}

#[cfg(test)]
mod tests {
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_first_byte_is_found_wherever_it_stands() {
        for len in 0..70 {
            for at in 0..len {
                let bytes: alloc::vec::Vec<u8> = (0..len).map(|place| u8::from(place >= at)).collect();
                assert_eq!(super::find(&bytes, |byte| byte == 1), Some(at), "{at} of {len}");
            }
            assert_eq!(super::find(&alloc::vec![0; len], |byte| byte == 1), None);
        }
    }
}
