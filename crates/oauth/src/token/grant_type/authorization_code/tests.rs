use std::time::Duration;

use super::*;
use crate::{
    client::Client,
    error::ErrorCode,
    fixture,
    state::{decide::Context, event::Origin, status::StatusIndex},
    time::Time,
};

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

const STATUS: StatusIndex = StatusIndex::new(42);

struct Case {
    redeem: Redeem,
    client: Client,
    facts: Facts,
    now: Time,
    seed: u8,
}

impl Case {
    fn new() -> Self {
        let client = fixture::client();
        let code = AuthorizationCode {
            id: crate::id::GrantId::new(fixture::START, &fixture::draw(9)),
            issued_at: fixture::START,
            client: client.client_id.clone(),
            user: fixture::user().id,
            session: fixture::session().id,
            terms: fixture::terms("openid accounts:read", &[fixture::BANK]),
            redirect_uri: "https://app.example/cb".to_owned(),
            code_challenge: Some(CHALLENGE.parse().unwrap()),
            nonce: Some("n".to_owned()),
            user_epoch: fixture::user().epoch,
            client_epoch: client.epoch,
            consent: Some(("app.example".to_owned(), 4)),
        };
        let redeem = Redeem {
            code,
            redirect_uri: None,
            code_verifier: Some(VERIFIER.to_owned()),
            scope: None,
            resources: Vec::new(),
        };
        let facts = Facts {
            user: Some(fixture::user()),
            session: Some(fixture::session()),
            ..Facts::default()
        };
        Self {
            redeem,
            client,
            facts,
            now: fixture::START,
            seed: 7,
        }
    }

    fn decide(&self) -> Decision {
        let context = Context {
            profile: &fixture::profile(),
            client: &self.client,
            vault: &fixture::vault(),
            now: self.now,
            draw: &fixture::draw(self.seed),
            origin: &Origin::default(),
            status: Some(STATUS),
        };
        self.redeem.decide(&context, &self.facts)
    }

    /// Redeems, and keeps the grant that must be committed.
    fn redeem(&mut self) -> Box<Grant> {
        let Pivot::InsertGrant { grant, .. } = self.decide().unwrap().commit.unwrap().pivot else {
            panic!("the first redemption inserts a grant");
        };
        self.facts.grant = Some((*grant).clone());
        grant
    }

    fn refused(&self) -> (ErrorCode, bool) {
        let refused = self.decide().expect_err("a refusal");
        (refused.error.code, refused.commit.is_some())
    }
}

const INVALID: (ErrorCode, bool) = (ErrorCode::InvalidGrant, false);

#[test]
fn redeeming_inserts_a_grant_that_is_bound_to_what_the_code_was() {
    let commit = Case::new().decide().unwrap().commit.unwrap();
    let Pivot::InsertGrant { grant, bound } = commit.pivot else {
        panic!("an insert")
    };
    assert_eq!((bound.user_epoch, bound.client_epoch), (5, 3));
    assert_eq!(bound.consent.unwrap().1, 4);
    assert_eq!(bound.session, Some(grant.session));
    assert_eq!(grant.status, Some(STATUS));
}

#[test]
fn a_second_redemption_revokes_the_grant_and_says_so() {
    // RFC6749-4.1.2
    let mut case = Case::new();
    case.redeem();
    case.seed = 8;
    let commit = *case.decide().unwrap_err().commit.unwrap();
    assert!(matches!(commit.pivot, Pivot::RevokeGrant { .. }));
    assert!(
        matches!(commit.effects.as_slice(), [Effect::Feed(_), Effect::Event(event)]
        if event.kind == EventKind::CodeReused)
    );
}

#[test]
fn a_replay_of_a_revoked_grant_changes_nothing_more() {
    let mut case = Case::new();
    case.redeem();
    case.seed = 8;
    let revoked = crate::state::grant::GrantRevocation {
        at: case.now,
        reason: RevokeReason::CodeReused,
    };
    case.facts.grant.as_mut().unwrap().revoked = Some(revoked);
    assert_eq!(case.refused(), INVALID);
}

#[test]
fn our_own_commit_is_recognised_when_its_answer_was_lost() {
    let mut case = Case::new();
    case.redeem();
    assert!(case.decide().unwrap().commit.is_none());
}

#[test]
fn whose_code_it_is_comes_before_what_became_of_it() {
    // OAuth2.1-7.5.2
    let mut case = Case::new();
    case.redeem();
    case.seed = 8;
    let mut stranger = Case {
        client: case.client.clone(),
        ..Case::new()
    };
    stranger.facts = case.facts.clone();
    stranger.client.client_id = "other".parse().unwrap();
    assert_eq!(stranger.refused(), INVALID);
    for verifier in [Some("x".repeat(43)), None] {
        case.redeem.code_verifier = verifier;
        assert!(
            !case.refused().1,
            "a wrong or missing verifier changes nothing"
        );
    }
}

#[test]
fn an_old_code_is_refused_and_its_replay_changes_nothing() {
    let mut case = Case::new();
    case.now = case.now.plus(Duration::from_secs(60));
    case.redeem();
    case.seed = 8;
    case.now = case.now.plus(Duration::from_millis(1));
    assert_eq!(case.refused(), INVALID);
}

#[test]
fn a_verifier_is_malformed_wrong_missing_or_right() {
    // RFC7636-4.6
    for (verifier, code) in [
        (Some("short".to_owned()), ErrorCode::InvalidRequest),
        (Some("x".repeat(43)), ErrorCode::InvalidGrant),
        (None, ErrorCode::InvalidRequest),
    ] {
        let mut case = Case::new();
        case.redeem.code_verifier = verifier;
        assert_eq!(case.refused(), (code, false));
    }
    assert!(Case::new().decide().is_ok());
}

#[test]
fn a_verifier_without_a_challenge_is_a_downgrade() {
    // RFC9700-4.8.2
    let mut case = Case::new();
    case.redeem.code.code_challenge = None;
    case.redeem.redirect_uri = Some("https://app.example/cb".to_owned());
    assert_eq!(case.refused(), INVALID);
    case.redeem.code_verifier = None;
    assert!(case.decide().is_ok());
    case.redeem.redirect_uri = None;
    assert_eq!(case.refused(), INVALID, "then redirect_uri must be sent");
}

#[test]
fn a_redirect_uri_that_is_sent_must_be_the_same() {
    let mut case = Case::new();
    case.redeem.redirect_uri = Some("https://app.example/other".to_owned());
    assert_eq!(case.refused(), INVALID);
}

#[test]
fn a_change_of_client_or_user_ends_the_code() {
    let mut case = Case::new();
    case.client.epoch += 1;
    assert_eq!(case.refused(), INVALID);
    let mut case = Case::new();
    case.facts.user.as_mut().unwrap().epoch += 1;
    assert_eq!(case.refused(), INVALID);
    let mut case = Case::new();
    case.facts.user.as_mut().unwrap().disabled = true;
    assert_eq!(case.refused(), INVALID);
}

#[test]
fn an_ended_session_ends_the_code_unless_the_grant_outlives_it() {
    let mut case = Case::new();
    case.facts.session.as_mut().unwrap().ended_at = Some(case.now);
    assert_eq!(case.refused(), INVALID);
    case.redeem.code.terms = fixture::terms("openid offline_access", &[]);
    assert!(case.decide().is_ok());
}

#[test]
fn a_resource_that_was_not_granted_is_no_target() {
    // RFC8707-2.2
    let mut case = Case::new();
    case.redeem.resources = vec![fixture::SHOP.to_owned()];
    assert_eq!(case.refused(), (ErrorCode::InvalidTarget, false));
}
