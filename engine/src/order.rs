//! Putting in order what is read once.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::mem;

/// Sorts what is not sorted often.
///
/// The sort of the standard library becomes code anew for every type that it sorts, up to 10 kB each in WebAssembly; a
/// heap is not as fast and has next to none. Collecting into an ordered map sorts, too; extending an empty one does not.
pub(crate) fn sorted<T: Ord>(items: Vec<T>) -> Vec<T> {
    BinaryHeap::from(items).into_sorted_vec()
}

/// Sorts by a number; what has the same number stays in its order.
///
/// Of numbers, so that one sort serves all types.
pub(crate) fn by_number<T>(items: &mut Vec<T>, number: impl Fn(&T) -> u128) {
    let order: Vec<(u128, usize)> =
        items.iter().enumerate().map(|(place, item)| (number(item), place)).collect();
    let order = sorted(order);
    let mut taken: Vec<Option<T>> = mem::take(items).into_iter().map(Some).collect();
    items.extend(order.iter().filter_map(|(_, place)| taken.get_mut(*place)?.take()));
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn items_of_one_number_stay_in_their_order() {
        let mut items = vec![(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e')];
        super::by_number(&mut items, |(number, _)| *number);
        assert_eq!(items, [(1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
    }
}
