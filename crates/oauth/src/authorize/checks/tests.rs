use super::*;
use crate::{client::Client, fixture, request::form::SentParams, token::grant_type::REPEATABLE};

const GOOD: &str = "response_type=code&client_id=spa&scope=openid\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";

fn run(query: &str, client: &Client) -> Result<(), ErrorCode> {
    outcome(query, client).map_err(|error| error.code)
}

fn outcome(query: &str, client: &Client) -> Result<(), OAuthError> {
    let sent = SentParams::parse(query.as_bytes()).unwrap();
    let params = sent.single(&REPEATABLE)?;
    let profile = fixture::profile();
    let input = Input {
        params: &params,
        client,
        redirect_uri: &client.redirect_uris[0],
        profile: &profile,
    };
    TABLE.iter().try_for_each(|check| (check.run)(&input))
}

/// The good request with `part` added, or put in the place of a parameter of that name.
fn with(part: &str) -> Result<(), ErrorCode> {
    let name = part.split('=').next().unwrap();
    let kept = GOOD
        .split('&')
        .filter(|own| own.split('=').next() != Some(name));
    run(
        &kept.chain([part]).collect::<Vec<_>>().join("&"),
        &fixture::client(),
    )
}

const GOOD_PARTS: [&str; 17] = [
    "prompt=login consent",
    "prompt=select_account",
    "prompt=select_account consent",
    "scope=openid profile email address phone offline_access",
    "scope=openid nothing",
    "request=",
    "request_uri=",
    "response_mode=",
    "prompt=",
    "max_age=",
    "nonce=",
    "resource=",
    "max_age=0",
    "response_mode=query",
    "response_mode=form_post",
    "state=x",
    "nonce=y",
];

#[test]
fn a_good_request_passes() {
    assert_eq!(run(GOOD, &fixture::client()), Ok(()));
    for part in GOOD_PARTS {
        assert_eq!(with(part), Ok(()), "{part}");
    }
}

const BAD_PARTS: [(&str, ErrorCode); 22] = [
    ("response_type=token", ErrorCode::UnsupportedResponseType),
    (
        "response_type=code token",
        ErrorCode::UnsupportedResponseType,
    ),
    ("response_type=", ErrorCode::InvalidRequest),
    ("response_mode=fragment", ErrorCode::InvalidRequest),
    ("response_mode=FORM_POST", ErrorCode::InvalidRequest),
    ("request=x", ErrorCode::RequestNotSupported),
    ("request_uri=x", ErrorCode::RequestUriNotSupported),
    ("code_challenge=", ErrorCode::InvalidRequest),
    ("code_challenge=short", ErrorCode::InvalidRequest),
    ("code_challenge_method=plain", ErrorCode::InvalidRequest),
    ("code_challenge_method=", ErrorCode::InvalidRequest),
    ("scope=nothing", ErrorCode::InvalidScope),
    ("scope=a  b", ErrorCode::InvalidScope),
    ("resource=https://other.example", ErrorCode::InvalidTarget),
    ("prompt=none login", ErrorCode::InvalidRequest),
    ("prompt=none select_account", ErrorCode::InvalidRequest),
    ("prompt=login  consent", ErrorCode::InvalidRequest),
    ("prompt=dance", ErrorCode::InvalidRequest),
    ("prompt=create", ErrorCode::InvalidRequest),
    ("prompt=login create", ErrorCode::InvalidRequest),
    ("max_age=-1", ErrorCode::InvalidRequest),
    ("max_age=99999999999", ErrorCode::InvalidRequest),
];

#[test]
fn every_bad_parameter_has_its_error() {
    for (part, code) in BAD_PARTS {
        assert_eq!(with(part), Err(code), "{part}");
    }
    let long = format!("nonce={}", "x".repeat(257));
    assert_eq!(with(&long), Err(ErrorCode::InvalidRequest));
}

#[test]
fn a_parameter_sent_twice_is_refused_except_resource() {
    // RFC6749-3.1
    assert_eq!(
        run(&format!("{GOOD}&scope=openid"), &fixture::client()),
        Err(ErrorCode::InvalidRequest)
    );
    let twice = format!("{GOOD}&resource={0}&resource={0}", fixture::BANK);
    assert_eq!(run(&twice, &fixture::client()), Ok(()));
}

#[test]
fn only_a_confidential_client_can_be_exempt_from_pkce() {
    // RFC9700-2.1.1
    let without = "response_type=code&client_id=spa&scope=openid";
    let mut exempt = fixture::confidential_client();
    assert_eq!(run(without, &exempt), Err(ErrorCode::InvalidRequest));
    exempt.settings.require_pkce = false;
    assert_eq!(run(without, &exempt), Err(ErrorCode::InvalidRequest));
    for tie in ["state=x", "nonce=x"] {
        assert_eq!(run(&format!("{without}&{tie}"), &exempt), Ok(()), "{tie}");
    }
    let empty = format!("{without}&state=&nonce=");
    assert_eq!(run(&empty, &exempt), Err(ErrorCode::InvalidRequest));
    let half = format!("{without}&state=x&code_challenge_method=S256");
    assert_eq!(run(&half, &exempt), Err(ErrorCode::InvalidRequest));
    let mut public = fixture::client();
    public.settings.require_pkce = false;
    assert_eq!(run(without, &public), Err(ErrorCode::InvalidRequest));
}

#[test]
fn a_client_without_the_code_flow_is_refused() {
    let mut client = fixture::client();
    client.grant_types = vec![GrantType::ClientCredentials];
    assert_eq!(run(GOOD, &client), Err(ErrorCode::UnauthorizedClient));
}

#[test]
fn a_form_is_not_posted_to_a_private_scheme() {
    // OIDC-FormPost-2
    let mut client = fixture::client();
    client.redirect_uris = vec!["com.example.app:/cb".parse().unwrap()];
    let posted = format!("{GOOD}&response_mode=form_post");
    assert_eq!(run(&posted, &client), Err(ErrorCode::InvalidRequest));
    let query = format!("{GOOD}&response_mode=query");
    assert_eq!(run(&query, &client), Ok(()));
}

#[test]
fn a_malformed_list_is_told_its_separator() {
    // RFC6749-3.3, OIDC-Core-3.1.2.1
    for part in [
        "scope=openid  email",
        "scope=+openid",
        "scope=openid&prompt=login++consent",
    ] {
        let query = format!("response_type=code&client_id=spa&{CHALLENGE}&{part}");
        let why = outcome(&query, &fixture::client()).unwrap_err().description;
        assert!(why.contains("separated by single spaces"), "{why}");
    }
}

#[test]
fn to_create_an_account_is_refused_by_its_name() {
    // OIDC-Create-4.1
    let query = format!("response_type=code&client_id=spa&scope=openid&{CHALLENGE}&prompt=create");
    let why = outcome(&query, &fixture::client()).unwrap_err().description;
    assert!(why.contains("prompt=create"), "{why}");
}

#[test]
fn every_prompt_that_metadata_names_is_understood() {
    // OIDC-Core-3.1.2.1
    for value in PROMPT_VALUES {
        assert_eq!(with(&format!("prompt={value}")), Ok(()), "{value}");
    }
    let refused = "prompt=dance";
    let query = format!("response_type=code&client_id=spa&scope=openid&{CHALLENGE}&{refused}");
    let why = outcome(&query, &fixture::client()).unwrap_err().description;
    assert!(
        PROMPT_VALUES.iter().all(|value| why.contains(value)),
        "{why}"
    );
}

const CHALLENGE: &str =
    "code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256";
