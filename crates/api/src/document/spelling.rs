//! The spelling of fields that must not be overlooked.

use super::reference::Node;

/// Requires the right spelling of fields that must not be overlooked.
pub(super) fn require_spelt<'a>(
    members: impl Iterator<Item = (&'a str, Node<'a>)>,
) -> Result<(), String> {
    for (name, _) in members {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        let letters: String = letters.map(|sign| sign.to_ascii_lowercase()).collect();
        // `x-airline` is a name of others
        for (meant, slips) in [(EXTENSION, 1), (SECURITY, 2)] {
            let is_near = is_near(&letters, &meant.replace('-', ""), slips);
            if is_near && name != meant && name != "securitySchemes" {
                return Err(format!(
                    "`{meant}` is written in another way, and not read: write `{meant}`, or give the field another name"
                ));
            }
        }
    }
    Ok(())
}

/// Tells whether the edit distance of two words is at most `slips`.
fn is_near(one: &str, other: &str, slips: usize) -> bool {
    let (one, other): (Vec<_>, Vec<_>) = (one.bytes().collect(), other.bytes().collect());
    if one.len().abs_diff(other.len()) > slips {
        return false;
    }
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, byte) in one.iter().enumerate() {
        let mut left = at + 1;
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), left);
        for (cell, own) in row.iter_mut().skip(1).zip(&other) {
            let distance = (diagonal + usize::from(own != byte))
                .min(left + 1)
                .min(*cell + 1);
            diagonal = std::mem::replace(cell, distance);
            left = distance;
        }
    }
    row.last().is_some_and(|distance| *distance <= slips)
}

pub(super) const EXTENSION: &str = "x-airside";

pub(super) const SECURITY: &str = "security";
