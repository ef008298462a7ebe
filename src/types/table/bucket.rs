//! One bucket of a table: six slots in a cache line, and where it continues when they are full.

/// Items a bucket holds before it continues in another.
const SLOTS: usize = 6;

/// One cache line of items, and where they continue. Without gaps: only the last bucket of
/// a chain may have empty slots, and those are its last.
#[derive(Clone)]
#[repr(align(64))]
pub struct Bucket<T> {
    slots: [Option<T>; SLOTS],
    next: Option<Box<Bucket<T>>>,
    tags: [u8; SLOTS],
}

impl<T> Default for Bucket<T> {
    fn default() -> Self {
        Bucket { slots: std::array::from_fn(|_| None), next: None, tags: [0; SLOTS] }
    }
}

/// Positions count through the whole chain. Methods that recurse do so once a bucket of
/// the chain, which the random seed keeps short.
impl<T> Bucket<T> {
    /// Bytes of heap beside its own that a bucket of `len` items takes.
    pub fn continued_bytes(len: usize) -> usize {
        len.div_ceil(SLOTS).saturating_sub(1) * size_of::<Self>()
    }

    /// All items.
    pub fn items(&self) -> Items<'_, T> {
        Items { bucket: Some(self), slot: 0 }
    }

    /// The position of the item with this tag (not 0, which marks an empty slot) that `matches`.
    pub fn position(&self, tag: u8, matches: impl Fn(&T) -> bool) -> Option<usize> {
        let mut bucket = self;
        let mut before = 0;
        loop {
            for (slot, item) in bucket.slots.iter().enumerate() {
                if bucket.tags[slot] == tag && item.as_ref().is_some_and(&matches) {
                    return Some(before + slot);
                }
            }
            bucket = bucket.next.as_deref()?;
            before += SLOTS;
        }
    }

    /// The item at a position.
    pub fn item(&self, position: usize) -> Option<&T> {
        let mut bucket = self;
        for _ in 0..position / SLOTS {
            bucket = bucket.next.as_deref()?;
        }
        bucket.slots[position % SLOTS].as_ref()
    }

    /// The item at a position, to be changed.
    pub fn item_mut(&mut self, position: usize) -> Option<&mut T> {
        let (bucket, slot) = self.slot_mut(position)?;
        bucket.slots[slot].as_mut()
    }

    fn slot_mut(&mut self, position: usize) -> Option<(&mut Self, usize)> {
        let mut bucket = self;
        for _ in 0..position / SLOTS {
            bucket = bucket.next.as_deref_mut()?;
        }
        Some((bucket, position % SLOTS))
    }

    /// Adds an item behind the others, and returns how many there are now.
    pub fn push(&mut self, tag: u8, item: T) -> usize {
        let mut bucket = self;
        let mut before = 0;
        while bucket.used() == SLOTS {
            bucket = bucket.next.get_or_insert_default();
            before += SLOTS;
        }
        let slot = bucket.used();
        bucket.tags[slot] = tag;
        bucket.slots[slot] = Some(item);
        before + slot + 1
    }

    /// Takes out the last item.
    pub fn pop(&mut self) -> Option<(u8, T)> {
        if let Some(next) = &mut self.next {
            let last = next.pop();
            if next.used() == 0 {
                self.next = None;
            }
            return last;
        }
        let slot = self.used().checked_sub(1)?;
        let tag = std::mem::take(&mut self.tags[slot]);
        Some((tag, self.slots[slot].take()?))
    }

    /// Takes out the item at a position, where there must be one, and fills it with the last.
    pub fn remove(&mut self, position: usize) -> Option<T> {
        let (last_tag, last) = self.pop()?;
        let Some((bucket, slot)) = self.slot_mut(position) else { return Some(last) };
        match &mut bucket.slots[slot] {
            Some(item) => {
                bucket.tags[slot] = last_tag;
                Some(std::mem::replace(item, last))
            }
            // The last item was the one asked for.
            None => Some(last),
        }
    }

    /// How many slots are taken, those of the chain's other buckets not counted.
    fn used(&self) -> usize {
        self.tags.iter().position(|&tag| tag == 0).unwrap_or(SLOTS)
    }
}

/// The items of one bucket, through its chain.
pub struct Items<'a, T> {
    bucket: Option<&'a Bucket<T>>,
    slot: usize,
}

impl<T> Items<'_, T> {
    /// No items.
    pub fn empty() -> Self {
        Items { bucket: None, slot: 0 }
    }
}

impl<'a, T> Iterator for Items<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        let bucket = self.bucket?;
        if let Some(item) = bucket.slots.get(self.slot) {
            self.slot += 1;
            return item.as_ref();
        }
        *self = Items { bucket: bucket.next.as_deref(), slot: 0 };
        self.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::compact::Compact;

    #[test]
    fn is_a_cache_line() {
        assert_eq!(size_of::<Bucket<Compact>>(), 64);
    }

    #[test]
    fn continues_in_others_without_gaps() {
        let mut bucket = Bucket::default();
        for number in 0..20u32 {
            assert_eq!(bucket.push(number as u8 % 3 + 1, number), number as usize + 1);
        }
        assert!(bucket.items().copied().eq(0..20));
        assert_eq!(Bucket::<u32>::continued_bytes(20), 3 * size_of::<Bucket<u32>>());
        // The last item fills the place of the one removed, and takes its tag with it.
        assert_eq!(bucket.remove(7), Some(7));
        assert_eq!(bucket.item(7), Some(&19));
        assert_eq!(bucket.position(19 % 3 + 1, |&number| number == 19), Some(7));
        assert_eq!(bucket.remove(18), Some(18));
        assert_eq!(bucket.items().count(), 18);
        while bucket.pop().is_some() {}
        assert!(bucket.next.is_none() && bucket.items().next().is_none());
    }
}
