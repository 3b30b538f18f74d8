//! Parameters with texts beside them, found by their first and last text.

use std::collections::BTreeMap;

use crate::segment::Segment;

/// Segments of parameters with texts beside them, and what is behind each: by the text at their beginning,
/// then by the one at their end, then by their shape.
#[derive(Clone, Debug, Default)]
pub(super) struct Patterns<T>(ByText<ByText<BTreeMap<String, (Segment, T)>>>);

/// Values by a text with which other texts begin or end, grouped by its length in bytes: there are few
/// lengths, and each is looked up once.
#[derive(Clone, Debug, Default)]
struct ByText<T>(BTreeMap<usize, BTreeMap<String, T>>);

impl<T: Default> Patterns<T> {
    /// Returns what is behind a segment.
    pub(super) fn entry(&mut self, segment: &Segment) -> &mut T {
        let pattern = segment.lowered();
        let mut texts = pattern.texts();
        let before = texts.next().unwrap_or_default();
        let behind = texts.last().unwrap_or_default();
        let shapes = self.0.entry(before).entry(behind);
        let entry = shapes.entry(pattern.shape());
        &mut entry.or_insert_with(|| (pattern, T::default())).1
    }

    /// Returns what is behind each segment that one of these readings could be, in a fixed order.
    pub(super) fn like<'t, 'r>(&'t self, readings: impl Iterator<Item = &'r str>) -> Vec<&'t T> {
        let mut found = Vec::new();
        for reading in readings {
            let candidates = self.candidates(reading);
            found.extend(candidates.filter(|(_, (pattern, _))| pattern.is_like(reading)));
        }
        found.sort_unstable_by_key(|(shape, _)| *shape);
        found.dedup_by_key(|(shape, _)| *shape);
        found.into_iter().map(|(_, (_, tree))| tree).collect()
    }

    /// Returns the segments whose first and last text a text has.
    fn candidates<'t>(
        &'t self,
        text: &str,
    ) -> impl Iterator<Item = (&'t String, &'t (Segment, T))> {
        let begun = self.0.beginnings_of(text);
        begun.flat_map(move |ends| ends.ends_of(text)).flatten()
    }
}

impl<T: Default> ByText<T> {
    fn entry(&mut self, text: &str) -> &mut T {
        let of_its_length = self.0.entry(text.len()).or_default();
        of_its_length.entry(text.to_owned()).or_default()
    }

    /// Returns the values of all texts with which a text begins.
    fn beginnings_of<'t>(&'t self, text: &str) -> impl Iterator<Item = &'t T> {
        let texts = self.0.iter();
        texts.filter_map(move |(length, texts)| texts.get(text.get(..*length)?))
    }

    /// Returns the values of all texts with which a text ends.
    fn ends_of<'t>(&'t self, text: &str) -> impl Iterator<Item = &'t T> {
        let texts = self.0.iter();
        texts.filter_map(move |(length, texts)| {
            let begin = text.len().checked_sub(*length)?;
            texts.get(text.get(begin..)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(texts: impl IntoIterator<Item = String>) -> Patterns<Vec<usize>> {
        let mut patterns = Patterns::<Vec<usize>>::default();
        for (number, text) in texts.into_iter().enumerate() {
            let numbers = patterns.entry(&Segment::parse(&text).unwrap());
            numbers.push(number);
        }
        patterns
    }

    fn found(patterns: &Patterns<Vec<usize>>, readings: &[&str]) -> Vec<usize> {
        let found = patterns.like(readings.iter().copied());
        found.into_iter().flatten().copied().collect()
    }

    #[test]
    fn of_5000_patterns_as_few_are_compared_as_of_10() {
        for count in [10, 5_000] {
            for (pattern, text) in [
                ("kind#-{thing}", "kind7-x"),
                ("{thing}.kind#", "x.kind7"),
                ("{thing}:kind#", "x:kind7"),
            ] {
                let all = (0..count).map(|number| pattern.replace('#', &number.to_string()));
                let patterns = patterns(all);
                assert_eq!(patterns.candidates(text).count(), 1, "{count} of {pattern}");
                assert_eq!(patterns.candidates("other").count(), 0);
                assert_eq!(found(&patterns, &[text]), [7]);
            }
        }
    }

    #[test]
    fn every_pattern_that_a_reading_could_be_is_found_once() {
        let texts = [
            "a{x}",
            "ab{x}",
            "{x}b",
            "a{x}b",
            "a{x}-{y}b",
            "{x}.{y}",
            "é{x}é",
        ];
        let patterns = patterns(texts.map(str::to_owned));
        for (readings, expected) in [
            (&["ab"][..], &[0, 2][..]),
            (&["abb"], &[0, 1, 3, 2]),
            (&["acb", "ACB", "acb"], &[0, 3, 2]),
            (&["a1-2b"], &[0, 3, 4, 2]),
            (&["x.y", "ab"], &[0, 5, 2]),
            (&["é", "éé", "éaé"], &[6]),
            (&["a", "b", ""], &[]),
        ] {
            let mut found = found(&patterns, readings);
            let mut expected = expected.to_vec();
            found.sort_unstable();
            expected.sort_unstable();
            assert_eq!(found, expected, "{readings:?}");
        }
    }
}
