use std::time::Duration;

use airside_jose::Algorithm;

use super::*;
use crate::{
    client::{Client, ClientSettings},
    error::ErrorCode,
    fixture,
    id::GrantId,
    key::entropy::Entropy,
    profile::IssuerProfile,
    state::{decide::Context, event::Origin, grant::AuthorizedAccess},
    time::Time,
};

mod case;
mod model;
mod simulation;

use self::case::Case;

fn refused(decision: Decision) -> (ErrorCode, bool) {
    let refused = decision.expect_err("a refusal");
    (refused.error.code, refused.commit.is_some())
}

const INVALID: (ErrorCode, bool) = (ErrorCode::InvalidGrant, false);

#[test]
fn the_current_token_rotates_in_one_commit() {
    let mut case = Case::new();
    let granted = case.after(600).present(0).unwrap();
    assert!(matches!(
        granted.commit.unwrap().pivot,
        Pivot::Rotate { .. }
    ));
    assert_eq!(case.grant().rotation.current, 1);
}

#[test]
fn a_reused_token_revokes_the_grant_tells_the_feed_and_writes_an_event() {
    // RFC9700-4.14.2
    let mut case = Case::new();
    case.after(600).present(0).unwrap();
    case.after(600).present(1).unwrap();
    let commit = *case.present(0).unwrap_err().commit.unwrap();
    let Pivot::RevokeGrant { revoked, .. } = commit.pivot else {
        panic!("{:?}", commit.pivot);
    };
    assert_eq!(revoked.reason, RevokeReason::RefreshTokenReused);
    let has = |is: fn(&Effect) -> bool| assert!(commit.effects.iter().any(is));
    has(|effect| matches!(effect, Effect::Feed(_)));
    has(
        |effect| matches!(effect, Effect::Event(event) if event.kind == EventKind::RefreshTokenReused),
    );
    assert_eq!(refused(case.present(2)), INVALID);
}

#[test]
fn a_retry_within_the_window_gets_the_same_successor_and_is_written_once() {
    let mut case = Case::new();
    case.after(600).present(0).unwrap();
    assert!(case.after(30).present(0).unwrap().commit.is_some());
    assert!(case.present(0).unwrap().commit.is_none());
    assert_eq!(case.grant().rotation.current, 1);
}

#[test]
fn a_token_that_was_never_issued_changes_nothing_but_is_noted() {
    let refusal = Case::new().present(7).unwrap_err();
    assert!(refusal.commit.is_none());
    assert_eq!(refusal.note.unwrap().kind, EventKind::RefreshTokenUnissued);
}

#[test]
fn another_clients_token_changes_nothing_whatever_its_state() {
    // RFC6749-6
    let mut case = Case::new();
    case.after(600).present(0).unwrap();
    case.after(600).present(1).unwrap();
    case.client.client_id = "other".parse().unwrap();
    for generation in 0..5 {
        assert_eq!(refused(case.present(generation)), INVALID);
    }
}

#[test]
fn a_disabled_or_missing_user_gets_nothing() {
    let mut case = Case::new();
    case.facts.user.as_mut().unwrap().disabled = true;
    assert_eq!(refused(case.present(0)), INVALID);
    case.facts.user = None;
    assert_eq!(refused(case.present(0)), INVALID);
}

#[test]
fn only_offline_access_outlives_the_session() {
    // OIDC-Core-11
    let mut offline = Case::new();
    offline.facts.session = None;
    assert!(offline.present(0).is_ok());
    let mut online = Case::with(fixture::client(), fixture::terms("openid", &[]));
    assert!(online.present(0).is_ok());
    online.facts.session.as_mut().unwrap().ended_at = Some(online.now);
    assert_eq!(refused(online.present(1)), INVALID);
}

#[test]
fn a_family_dies_of_age_and_of_idleness() {
    const DAY: u64 = 24 * 60 * 60;
    let mut idle = Case::new();
    assert_eq!(refused(idle.after(30 * DAY + 1).present(0)), INVALID);
    let mut old = Case::new();
    for generation in 0..3 {
        assert!(old.after(9 * DAY).present(generation).is_ok());
    }
    assert_eq!(refused(old.after(4 * DAY).present(3)), INVALID);
}

#[test]
fn a_confidential_client_keeps_its_token_and_its_use_is_noted_sparingly() {
    let terms = fixture::terms("openid offline_access", &[]);
    let mut case = Case::with(fixture::confidential_client(), terms);
    assert!(case.after(60).present(0).unwrap().commit.is_none());
    assert!(case.after(3_600).present(0).unwrap().commit.is_some());
    assert_eq!(case.grant().rotation.current, 0);
}

#[test]
fn scope_narrows_and_comes_back_but_never_grows() {
    // RFC6749-6
    let terms = fixture::terms("openid accounts:read accounts:write", &[fixture::BANK]);
    let mut case = Case::with(fixture::client(), terms);
    case.scope = Some("accounts:read".parse().unwrap());
    assert!(case.after(60).present(0).is_ok());
    case.scope = Some("accounts:read accounts:write".parse().unwrap());
    assert!(case.after(60).present(1).is_ok());
    case.scope = Some("email".parse().unwrap());
    assert_eq!(refused(case.present(2)), (ErrorCode::InvalidScope, false));
}

#[test]
fn a_scope_taken_from_the_client_is_left_out_unless_it_is_named() {
    let mut case = Case::new();
    case.client.scope = "openid offline_access accounts:write".parse().unwrap();
    assert!(case.after(60).present(0).is_ok());
    case.scope = Some("accounts:read".parse().unwrap());
    assert_eq!(refused(case.present(1)), (ErrorCode::InvalidScope, false));
}

#[test]
fn an_api_that_the_client_may_not_name_any_more_is_no_target() {
    // RFC8707-2
    let mut case = Case::new();
    case.client.scope = "openid offline_access".parse().unwrap();
    assert_eq!(refused(case.present(0)), (ErrorCode::InvalidTarget, false));
    case.client.settings.resources = vec![fixture::BANK.to_owned()];
    assert!(case.after(60).present(0).is_ok());
}

#[test]
fn an_api_that_is_gone_is_no_target() {
    // RFC8707-2.2
    let mut case = Case::new();
    case.profile.resources.clear();
    assert_eq!(refused(case.present(0)), (ErrorCode::InvalidTarget, false));
}

#[test]
fn the_retry_alarm_reports_by_default_and_revokes_when_told_to() {
    for (alarm, survives) in [(RetryAlarm::Report, true), (RetryAlarm::Revoke, false)] {
        let settings = ClientSettings {
            refresh_token_retry_alarm: alarm,
            ..ClientSettings::default()
        };
        let client = Client {
            settings,
            ..fixture::client()
        };
        let mut case = Case::with(client, fixture::terms("offline_access", &[]));
        for generation in 0..5 {
            case.after(600).present(generation).unwrap();
            case.after(1).present(generation).unwrap();
        }
        case.after(600).present(5).unwrap();
        assert_eq!(case.after(1).present(5).is_ok(), survives);
        assert_eq!(case.grant().revoked.is_none(), survives);
    }
}

#[test]
fn an_id_token_after_a_refresh_has_no_nonce() {
    // OIDC-Core-12.2
    let mut case = Case::new();
    case.client.id_token_signed_response_alg = Algorithm::ES256;
    let granted = case.after(60).present(0).unwrap();
    let tokens = granted
        .issue
        .sign(
            &case.profile,
            &fixture::keyring(),
            &fixture::vault(),
            fixture::in_force(),
        )
        .unwrap();
    let id_token = tokens.id_token.unwrap();
    let payload = id_token.split('.').nth(1).unwrap();
    let claims = String::from_utf8(airside_jose::base64url::decode(payload).unwrap()).unwrap();
    assert!(
        claims.contains("\"at_hash\"") && !claims.contains("nonce"),
        "{claims}"
    );
}
