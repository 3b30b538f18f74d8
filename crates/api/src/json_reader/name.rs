//! The names of an object's members, which must differ.

use super::scalar::QuotedText;

/// The names of the open objects, those of an inner object behind those of the outer one.
#[derive(Default)]
pub(super) struct MemberNames<'a>(Vec<MemberName<'a>>);

/// A name as it is written, behind some of its bytes as a number: most names are told apart by one
/// comparison.
#[derive(Clone, Copy)]
struct MemberName<'a> {
    digest: u64,
    name: QuotedText<'a>,
}

impl<'a> MemberNames<'a> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    pub(super) fn push(&mut self, name: QuotedText<'a>) {
        let digest = match name {
            QuotedText::Plain(bytes) => digest(bytes),
            QuotedText::Escaped(_) => digest_of_escaped(name),
        };
        self.0.push(MemberName { digest, name });
    }

    /// Removes the names of the innermost object, and returns true if they differ.
    pub(super) fn close(&mut self, outer: usize) -> bool {
        let own = self.0.get_mut(outer..).unwrap_or_default();
        let are_unique = match own.len() {
            0..=FEW => are_few_unique(own),
            _ => are_many_unique(own),
        };
        self.0.truncate(outer);
        are_unique
    }
}

#[inline]
fn are_few_unique(names: &[MemberName<'_>]) -> bool {
    let mut rest = names;
    while let Some((name, others)) = rest.split_first() {
        let is_same = |other: &MemberName<'_>| name.digest == other.digest && name.is(other);
        if others.iter().any(is_same) {
            return false;
        }
        rest = others;
    }
    true
}

fn are_many_unique(names: &mut [MemberName<'_>]) -> bool {
    names.sort_unstable_by(|one, other| {
        let by_digest = one.digest.cmp(&other.digest);
        by_digest.then_with(|| one.name.meaning().cmp(&other.name.meaning()))
    });
    names.is_sorted_by(|one, next| one.digest != next.digest || !one.is(next))
}

impl MemberName<'_> {
    #[cold]
    fn is(&self, other: &Self) -> bool {
        self.name.meaning() == other.name.meaning()
    }
}

/// Returns the first and last bytes of a name as a number.
#[inline]
fn digest(name: &[u8]) -> u64 {
    let length = name.len() as u64;
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        let last = u64::from_le_bytes(*last).rotate_left(29);
        return u64::from_le_bytes(*first) ^ last ^ length;
    }
    if let (Some(first), Some(last)) = (name.first_chunk(), name.last_chunk()) {
        let last = u64::from(u32::from_le_bytes(*last));
        return (u64::from(u32::from_le_bytes(*first)) << 32) | (last ^ length);
    }
    name.iter()
        .fold(length, |all, byte| all << 8 | u64::from(*byte))
}

#[cold]
fn digest_of_escaped(name: QuotedText<'_>) -> u64 {
    digest(name.meaning().unwrap_or_default().as_bytes())
}

/// So many names are compared in pairs faster than they are sorted.
const FEW: usize = 16;
