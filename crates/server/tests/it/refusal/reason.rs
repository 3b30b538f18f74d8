//! Every true reason is shown by a request that is refused for it.

use std::{fs, path::Path};

use airside_oauth::refusal::RefusalReason;

/// Reasons that no request over HTTP shows here, each with the test that does; may only shrink.
const SHOWN_ELSEWHERE: &[(RefusalReason, &str)] = &[
    // a token that only a leaked key or a store that was set back makes possible
    (
        RefusalReason::RefreshTokenUnissued,
        "crates/oauth/src/token/grant_type/refresh_token/tests.rs",
    ),
    // client credentials have no `openid`, which is checked first
    (
        RefusalReason::AccessTokenWithoutPerson,
        "crates/server/src/endpoint/userinfo.rs",
    ),
];

#[test]
fn every_reason_has_a_request_that_is_refused_for_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = fs::read_dir(root.join("tests/it/refusal")).unwrap();
    let tests: String = files
        .map(|file| file.unwrap().path())
        .filter(|path| !path.ends_with("reason.rs"))
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    // a reason that goes over two lines of the source is one text
    let tests = tests.replace("\\\n", "");
    for reason in RefusalReason::ALL {
        let elsewhere = SHOWN_ELSEWHERE.iter().find(|(own, _)| own == reason);
        let is_here =
            tests.contains(&format!("\"{reason}\"")) || tests.contains(&format!("\"{reason}:"));
        match elsewhere {
            None => assert!(is_here, "no request is refused because `{reason}`"),
            Some((_, path)) => {
                assert!(!is_here, "`{reason}` is no exemption any more");
                let text = fs::read_to_string(root.join("../..").join(path)).unwrap();
                assert!(
                    text.contains(&format!("{reason:?}")),
                    "{reason:?} in {path}"
                );
            }
        }
    }
}
