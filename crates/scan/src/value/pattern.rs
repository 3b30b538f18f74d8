//! Texts that match the simple regular expressions of documents.

use super::Mint;

/// A part of an expression: the signs that it takes, and how often.
struct Part {
    signs: Vec<char>,
    least: usize,
    most: usize,
}

/// Makes a text that matches; `None` if the expression is not a simple one.
pub(super) fn text(pattern: &str, mint: &Mint) -> Option<String> {
    let mut text = String::new();
    for part in parts(pattern)? {
        let count = part.least.max(usize::from(
            part.most > 0 && part.least == 0 && part.most > 8,
        ));
        for _ in 0..count {
            let at = usize::try_from(mint.number()).unwrap_or(0) % part.signs.len().max(1);
            text.push(*part.signs.get(at)?);
        }
    }
    Some(text)
}

/// Returns true if a simple expression matches a text as a whole.
pub(crate) fn takes(pattern: &str, text: &str) -> bool {
    let Some(parts) = parts(pattern) else {
        return false;
    };
    let signs: Vec<char> = text.chars().collect();
    matches(&parts, &signs)
}

fn matches(parts: &[Part], signs: &[char]) -> bool {
    let Some((first, rest)) = parts.split_first() else {
        return signs.is_empty();
    };
    let run = signs.iter().take(first.most);
    let run = run.take_while(|sign| first.signs.contains(sign)).count();
    (first.least..=run)
        .rev()
        .any(|count| signs.get(count..).is_some_and(|signs| matches(rest, signs)))
}

/// The signs of an expression that are not read yet.
type Signs<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Reads a sequence of characters and classes with counts.
fn parts(pattern: &str) -> Option<Vec<Part>> {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    let pattern = pattern.strip_suffix('$').unwrap_or(pattern);
    let mut rest = pattern.chars().peekable();
    let mut parts = Vec::new();
    while let Some(sign) = rest.next() {
        let signs = taken(sign, &mut rest)?;
        let (least, most) = counts(&mut rest)?;
        // the sign of the count, or its brace
        if rest
            .peek()
            .is_some_and(|sign| matches!(sign, '*' | '+' | '?' | '}'))
        {
            rest.next();
        }
        if least > MAX_RUN {
            return None;
        }
        parts.push(Part { signs, least, most });
    }
    Some(parts)
}

/// Reads the signs that a part takes.
fn taken(first: char, rest: &mut Signs<'_>) -> Option<Vec<char>> {
    match first {
        '[' => class(&inside(rest)?),
        '\\' => escaped(rest.next()?),
        '.' => Some(('a'..='z').chain('0'..='9').collect()),
        '(' | ')' | '|' | '{' | '*' | '+' | '?' | '^' | '$' => None,
        other => Some(vec![other]),
    }
}

/// Reads a class up to its bracket.
fn inside(rest: &mut Signs<'_>) -> Option<String> {
    let mut inside = String::new();
    loop {
        match rest.next()? {
            ']' => return Some(inside),
            '\\' => inside.extend(['\\', rest.next()?]),
            other => inside.push(other),
        }
    }
}

/// Reads how often a part occurs; the brace behind `{2,3` is left.
fn counts(rest: &mut Signs<'_>) -> Option<(usize, usize)> {
    match rest.peek() {
        Some('*') => return Some((0, MAX_RUN)),
        Some('+') => return Some((1, MAX_RUN)),
        Some('?') => return Some((0, 1)),
        Some('{') => rest.next(),
        _ => return Some((1, 1)),
    };
    let mut counts = String::new();
    while rest.peek().is_some_and(|sign| *sign != '}') {
        counts.extend(rest.next());
    }
    let (least, most) = counts.split_once(',').unwrap_or((&counts, &counts));
    let most = match most.trim() {
        "" => MAX_RUN,
        most => most.parse().ok()?,
    };
    Some((least.trim().parse().ok()?, most))
}

fn escaped(sign: char) -> Option<Vec<char>> {
    Some(match sign {
        'd' => ('0'..='9').collect(),
        'w' => ('a'..='z')
            .chain('A'..='Z')
            .chain('0'..='9')
            .chain(['_'])
            .collect(),
        's' => vec![' '],
        sign if sign.is_alphanumeric() => return None,
        sign => vec![sign],
    })
}

fn class(inside: &str) -> Option<Vec<char>> {
    if inside.starts_with('^') {
        return None;
    }
    let signs: Vec<char> = inside.chars().collect();
    let mut class = Vec::new();
    let mut at = 0;
    while let Some(sign) = signs.get(at).copied() {
        if sign == '\\' {
            class.extend(escaped(*signs.get(at + 1)?)?);
            at += 2;
        } else if signs.get(at + 1) == Some(&'-') && signs.get(at + 2).is_some() {
            class.extend(sign..=*signs.get(at + 2)?);
            at += 3;
        } else {
            class.push(sign);
            at += 1;
        }
    }
    (!class.is_empty()).then_some(class)
}

const MAX_RUN: usize = 64;
