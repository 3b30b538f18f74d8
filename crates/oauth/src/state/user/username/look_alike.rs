//! Names of another script that look like a name: whole-script confusables (UTS 39 §4).

use std::{collections::BTreeMap, sync::LazyLock};

use unicode_security::{
    GeneralSecurityProfile as _, confusable_detection::skeleton, mixed_script::AugmentedScriptSet,
};

/// Returns the names that have the skeleton of `name` and letters of one other script: at most
/// [`MAX_OF_SCRIPT`] of each script, those of its usual letters first.
pub(super) fn look_alikes(name: &str) -> Vec<String> {
    // digits and punctuation alone are of no script
    let Some(own) = name.chars().find_map(script) else {
        return Vec::new();
    };
    let target: String = skeleton(name).collect();
    let others = SCRIPTS.iter().filter(|(script, _)| own != **script);
    others
        .flat_map(|(_, letters)| Search::of(letters, &target))
        .collect()
}

/// The letters of one script and the characters of every script, by what each looks like.
type Letters = BTreeMap<String, Vec<Letter>>;

#[derive(Clone, Copy, Debug)]
struct Letter {
    character: char,
    /// True if no other script has it.
    is_of_script: bool,
}

/// Puts letters together until they look like a text.
struct Search<'a> {
    letters: &'a Letters,
    name: String,
    found: Vec<String>,
    steps: usize,
}

impl<'a> Search<'a> {
    fn of(letters: &'a Letters, target: &str) -> Vec<String> {
        let mut search = Search {
            letters,
            name: String::new(),
            found: Vec::new(),
            steps: 0,
        };
        search.go_on(target, false);
        search.found
    }

    /// Continues the name by what looks like the beginning of `rest`.
    fn go_on(&mut self, rest: &str, has_letter: bool) {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.found.len() >= MAX_OF_SCRIPT {
            return;
        }
        if rest.is_empty() {
            // without a letter it is of no other script
            self.found.extend(has_letter.then(|| self.name.clone()));
            return;
        }
        let ends = rest.char_indices().skip(1).map(|(end, _)| end);
        for end in ends.chain([rest.len()]).take(MAX_PROTOTYPE) {
            let Some((looks, rest)) = rest.split_at_checked(end) else {
                return;
            };
            let letters = self.letters;
            for letter in letters.get(looks).into_iter().flatten() {
                self.name.push(letter.character);
                self.go_on(rest, has_letter || letter.is_of_script);
                self.name.pop();
            }
        }
    }
}

/// Returns the name of the one script that a character has; none of what several have.
fn script(character: char) -> Option<&'static str> {
    let scripts = AugmentedScriptSet::from(character).base;
    if scripts.is_common() || scripts.is_inherited() {
        return None;
    }
    let mut names = scripts.iter().map(|script| script.full_name());
    names.next().filter(|_| names.next().is_none())
}

/// The letters of names by script. Made at the first use, which takes some milliseconds.
static SCRIPTS: LazyLock<BTreeMap<&'static str, Letters>> = LazyLock::new(|| {
    let is_stable = |c: &char| c.to_lowercase().eq([*c]);
    let is_used = |c: &char| c.is_ascii_graphic() || c.identifier_allowed();
    let characters = RANGES.into_iter().flatten();
    let characters: Vec<_> = characters.filter(is_stable).filter(is_used).collect();
    let mut scripts = BTreeMap::<_, Letters>::new();
    for character in &characters {
        if let Some(script) = script(*character) {
            add(scripts.entry(script).or_default(), *character, true);
        }
    }
    let common = characters.iter().filter(|c| script(**c).is_none());
    for character in common {
        for letters in scripts.values_mut() {
            add(letters, *character, false);
        }
    }
    scripts
});

fn add(letters: &mut Letters, character: char, is_of_script: bool) {
    let looks: String = skeleton(&character.to_string()).collect();
    letters.entry(looks).or_default().push(Letter {
        character,
        is_of_script,
    });
}

/// The ranges of the alphabets: those left out are Chinese, Japanese and Korean characters, which look like
/// no letters.
const RANGES: [std::ops::RangeInclusive<char>; 2] = ['!'..='\u{2dff}', '\u{a000}'..='\u{abff}'];

/// The most names of one script.
const MAX_OF_SCRIPT: usize = 16;
/// Bounds the work for a name that nothing looks like.
const MAX_STEPS: usize = 5_000;
/// In characters.
const MAX_PROTOTYPE: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_another_script_that_looks_the_same_is_found_from_either_side() {
        for (one, other) in [
            ("coco", "\u{441}\u{43e}\u{441}\u{43e}"),
            ("hope", "\u{4bb}\u{43e}\u{440}\u{435}"),
            ("x-1", "\u{445}-1"),
            ("o", "\u{3bf}"),
        ] {
            let found = |name: &str| look_alikes(name);
            assert!(
                found(one).contains(&other.to_owned()),
                "{one}: {:?}",
                found(one)
            );
            assert!(
                found(other).contains(&one.to_owned()),
                "{other}: {:?}",
                found(other)
            );
        }
    }

    #[test]
    fn a_name_that_nothing_looks_like_has_no_look_alikes() {
        for name in [
            "\u{436}\u{448}",
            "\u{592a}\u{90ce}",
            "12-34",
            "",
            "zq\u{df}",
        ] {
            assert_eq!(look_alikes(name), [""; 0], "{name}");
        }
        // the control: what looks alike in one script is left to its readers
        assert!(!look_alikes("modem").contains(&"modern".to_owned()));
        for long in ["l".repeat(128), "o".repeat(128), "ol".repeat(64)] {
            assert!(look_alikes(&long).len() <= MAX_OF_SCRIPT * SCRIPTS.len());
        }
    }
}
