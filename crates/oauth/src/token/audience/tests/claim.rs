//! The claims of people in the tokens of a grant.

use super::*;

/// An issuer that releases these claims to `BANK`.
fn releasing(names: &[&str]) -> IssuerProfile {
    let mut profile = fixture::profile();
    let mut resources = profile.resources.iter_mut();
    let bank = resources.find(|resource| resource.identifier == BANK);
    bank.unwrap().claims = ReleasedClaims::new(strings(names));
    profile
}

/// The claims in a token under `granted` at an issuer that releases `names`.
fn told(granted: &Access, names: &[&str]) -> Vec<String> {
    let token = audience(&releasing(names), &fixture::client(), granted, None, &[]);
    let claims = token.unwrap().claims;
    claims.names().map(str::to_owned).collect()
}

#[test]
fn a_token_has_the_claims_that_were_granted_and_are_released_still() {
    for (granted, released, expected) in [
        (["org"].as_slice(), ["org"].as_slice(), ["org"].as_slice()),
        (&["org"], &["salary", "org"], &["org"]),
        (&["org", "salary"], &["salary"], &["salary"]),
        (&["org", "salary"], &["salary", "org"], &["salary", "org"]),
        (&["org"], &[], &[]),
        (&[], &["salary"], &[]),
    ] {
        let (profile, client) = (releasing(granted), fixture::client());
        let access = asked_of((&profile, &client), Some("accounts:read"), &[]);
        let claims = told(&access.unwrap(), released);
        assert_eq!(claims, strings(expected), "{granted:?} {released:?}");
    }
}

#[test]
fn a_flat_grant_names_no_claims_and_releases_none() {
    let flat = FlatAccess::new("accounts:read".parse().unwrap(), strings(&[BANK]));
    assert!(told(&flat.into_grant(), &["org"]).is_empty());
}
