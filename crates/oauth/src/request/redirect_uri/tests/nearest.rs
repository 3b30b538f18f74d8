//! The registered address that a refused one is nearest to.

use super::*;

const DIFFERENCES: [(&str, Difference); 12] = [
    (
        "http://localhost:3000/a/Callback/?x=1",
        Difference::TrailingSlash,
    ),
    ("http://localhost:3000/a/callback?x=1", Difference::PathCase),
    ("http://localhost:3000/a/Callback?x=2", Difference::Query),
    ("http://localhost:3001/a/Callback?x=1", Difference::Port),
    (
        "http://127.0.0.1:3000/a/Callback?x=1",
        Difference::Localhost,
    ),
    ("https://www.app.ex/cb", Difference::Www),
    ("http://app.ex/cb", Difference::Scheme),
    ("https://app.ex/cb#x", Difference::Fragment),
    ("https%3A%2F%2Fapp.ex%2Fcb", Difference::Encoding),
    ("https://app.ex/other", Difference::Path),
    ("https://evil.ex/cb", Difference::Host),
    ("https://evil.ex/other", Difference::Other),
];

#[test]
fn the_difference_to_the_nearest_one_is_named() {
    let all = [
        uri("https://app.ex/cb"),
        uri("http://localhost:3000/a/Callback?x=1"),
    ];
    for (received, difference) in DIFFERENCES {
        assert_eq!(
            nearest(&all, received).map(|(_, how)| how),
            Some(difference),
            "{received}"
        );
    }
    assert_eq!(nearest(&[], "https://app.ex/cb"), None);
}

#[test]
fn the_nearest_one_shares_the_longest_beginning() {
    let all = [
        uri("https://app.ex/sign-in/cb"),
        uri("https://app.ex/account/cb"),
    ];
    let (near, how) = nearest(&all, "https://app.ex/account/callback").unwrap();
    assert_eq!((near, how), (&all[1], Difference::Path));
}
