use super::super::View;
use super::*;

#[test]
fn the_style_hash_is_of_the_bytes_in_the_page() {
    let page = View::new().unwrap().signed_out();
    let style = page
        .split_once("<style>")
        .unwrap()
        .1
        .split_once("</style>")
        .unwrap()
        .0;
    let digest = digest(&SHA256, style.as_bytes());
    let hash = STANDARD.encode(digest);
    assert_eq!(style_hash(), format!("'sha256-{hash}'"));
    assert!(!style.contains('<') && style.is_ascii());
}

#[test]
fn the_colours_have_enough_contrast() {
    let (light, dark) = STYLE
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    for (scheme, css) in [("light", light), ("dark", dark)] {
        for (front, back, least) in CONTRASTS {
            let ratio = contrast(token(css, front), token(css, back));
            assert!(
                ratio >= least,
                "{scheme}: {front} on {back} is {ratio:.2}, not {least}"
            );
        }
    }
}

#[test]
fn the_style_sheet_has_no_physical_sides() {
    for side in ["left", "right", "-top", "-bottom", " width:", " height:"] {
        assert!(!STYLE.contains(side), "{side}");
    }
}

const CONTRASTS: [(&str, &str, f64); 22] = [
    ("text", "surface", 4.5),
    ("text", "bg", 4.5),
    ("text", "sunken", 4.5),
    ("text", "warn-bg", 4.5),
    ("text", "danger-bg", 4.5),
    ("muted", "surface", 4.5),
    ("muted", "sunken", 4.5),
    ("muted", "bg", 4.5),
    ("accent", "surface", 4.5),
    ("accent", "bg", 4.5),
    ("accent", "warn-bg", 4.5),
    ("on-accent", "accent", 4.5),
    ("on-accent", "accent-hover", 4.5),
    ("ok", "ok-bg", 4.5),
    ("warn", "warn-bg", 4.5),
    ("danger", "danger-bg", 4.5),
    ("control", "surface", 3.0),
    ("control", "sunken", 3.0),
    ("control", "bg", 3.0),
    ("accent", "sunken", 3.0),
    ("danger", "surface", 3.0),
    ("warn", "surface", 3.0),
];

/// WCAG 2.2, "contrast ratio".
fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance", of the first definition of a token.
fn token(css: &str, name: &str) -> f64 {
    let hex = css
        .split_once(&format!("--{name}: #"))
        .unwrap()
        .1
        .split_once(';')
        .unwrap()
        .0;
    let linear = |from: usize| {
        let part = f64::from(u8::from_str_radix(&hex[from..from + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(0) + 0.7152 * linear(2) + 0.0722 * linear(4)
}
