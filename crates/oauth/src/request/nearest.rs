//! Did you mean …?

/// Returns the known name that was probably meant by `name`, if one is near enough.
///
/// It tells what is registered, so it is for operators and for developers on their own machine.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > MAX_BYTES {
        return None;
    }
    let name = name.to_lowercase();
    let scored = known
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&name, &known.to_lowercase()), known));
    let best = scored.max_by(|(a, _), (b, _)| a.total_cmp(b));
    best.filter(|(score, _)| *score >= NEAR_ENOUGH)
        .map(|(_, known)| known)
}

/// Bounds the work of one comparison; no name of a client is longer.
const MAX_BYTES: usize = 255;
const NEAR_ENOUGH: f64 = 0.8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["billing", "spa", "web-app"];
        for (name, meant) in [
            ("biling", Some("billing")),
            ("SPA", Some("spa")),
            ("webapp", Some("web-app")),
            ("reports", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
        assert_eq!(nearest("spa", []), None);
        assert_eq!(nearest(&"spa".repeat(100), known), None);
    }
}
