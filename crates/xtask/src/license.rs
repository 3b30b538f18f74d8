//! Checks that the licence of a package, an SPDX expression, allows it in the binary.

/// Returns the licences that `deny.toml` allows, spelt as in that file.
pub fn allowed(deny_toml: &str) -> Vec<&str> {
    let lines = deny_toml.lines().skip_while(|line| *line != "allow = [");
    let lines = lines.skip(1).take_while(|line| *line != "]");
    lines.filter_map(|line| line.split('"').nth(1)).collect()
}

/// Returns true if an expression can be met by `allowed` licences: one side of each `OR`, both of each `AND`.
pub fn is_met(expression: &str, allowed: &[&str]) -> bool {
    // crates older than SPDX expressions write `MIT/Apache-2.0`
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any(&mut words, allowed);
    met == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any(words: &mut Words<'_>, allowed: &[&str]) -> Option<bool> {
    let mut met = all(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= all(words, allowed)?;
    }
    Some(met)
}

fn all(words: &mut Words<'_>, allowed: &[&str]) -> Option<bool> {
    let mut met = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed)?;
    }
    Some(met)
}

fn one(words: &mut Words<'_>, allowed: &[&str]) -> Option<bool> {
    let word = words.next()?;
    if word == "(" {
        let met = any(words, allowed)?;
        return (words.next()? == ")").then_some(met);
    }
    let name = match words.next_if_eq(&"WITH") {
        Some(_) => format!("{word} WITH {}", words.next()?),
        None => word.to_owned(),
    };
    Some(allowed.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOML: &str = "[licenses]\nversion = 2\nallow = [\n    \"MIT\",\n    \"Apache-2.0 WITH LLVM-exception\", # deep\n    \"ISC\",\n]\ndeny = [\"GPL\"]\n";

    #[test]
    fn the_list_is_the_one_of_the_file() {
        assert_eq!(
            allowed(TOML),
            ["MIT", "Apache-2.0 WITH LLVM-exception", "ISC"]
        );
    }

    #[test]
    fn an_expression_is_met_or_not() {
        let met = |expression| is_met(expression, &allowed(TOML));
        for fine in [
            "MIT",
            "GPL-3.0 OR MIT",
            "GPL-3.0/MIT",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0",
            "ISC AND (GPL-3.0 OR MIT)",
            "(MIT OR GPL-3.0) AND ISC",
        ] {
            assert!(met(fine), "{fine}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "Apache-2.0",
            "MIT WITH LLVM-exception",
            "ISC AND (GPL-3.0)",
            "(MIT",
            "MIT MIT",
            "OR MIT",
        ] {
            assert!(!met(bad), "{bad}");
        }
    }
}
