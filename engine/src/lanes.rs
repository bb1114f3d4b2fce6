//! Searching bytes, many at a time.

/// Bytes that are looked at together: those of a vector.
const LANE: usize = 16;

/// The place of the first byte that is sought.
pub(crate) fn find(bytes: &[u8], is_sought: impl Fn(u8) -> bool) -> Option<usize> {
    let answers = |lane| answers(lane, &is_sought);
    let (lanes, rest) = bytes.as_chunks();
    let free = lanes.iter().take_while(|lane| answers(lane) == 0).count();
    let (start, at) = match lanes.get(free) {
        Some(lane) => (free * LANE, answers(lane).trailing_zeros() as usize / 8),
        None => (bytes.len() - rest.len(), rest.iter().position(|byte| is_sought(*byte))?),
    };
    Some(start + at)
}

/// The place of the last byte that is sought.
pub(crate) fn find_last(bytes: &[u8], is_sought: impl Fn(u8) -> bool) -> Option<usize> {
    let answers = |lane| answers(lane, &is_sought);
    let (rest, lanes) = bytes.as_rchunks();
    let free = lanes.iter().rev().take_while(|lane| answers(lane) == 0).count();
    let end = bytes.len() - free * LANE;
    match lanes.len().checked_sub(free + 1).and_then(|last| lanes.get(last)) {
        Some(lane) => Some(end - 1 - answers(lane).leading_zeros() as usize / 8),
        None => rest.iter().rposition(|byte| is_sought(*byte)),
    }
}

/// Which bytes of a lane are sought: a byte each, the first in the lowest bits.
///
/// No early exit inside a lane, and one number of its answers: that is what lets the compiler make vectors of it.
#[inline]
fn answers(lane: &[u8; LANE], is_sought: &impl Fn(u8) -> bool) -> u128 {
    let mut answers = [0; LANE];
    answers.iter_mut().zip(lane).for_each(|(answer, byte)| *answer = is_sought(*byte).into());
    u128::from_le_bytes(answers)
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

    #[test]
    fn the_last_byte_is_found_wherever_it_stands() {
        for len in 0..70 {
            for at in 0..len {
                let bytes: alloc::vec::Vec<u8> = (0..len).map(|place| u8::from(place <= at)).collect();
                assert_eq!(super::find_last(&bytes, |byte| byte == 1), Some(at), "{at} of {len}");
            }
            assert_eq!(super::find_last(&alloc::vec![0; len], |byte| byte == 1), None);
        }
    }
}
