use std::{sync::Arc, time::Duration};

use super::*;
use crate::{
    authorize::{Destination, Prompt, ResponseMode},
    client::Client,
    fixture,
    state::consent::{Consent as Remembered, ConsentKey},
};

struct Case {
    request: AuthorizationRequest,
    facts: Facts,
    interacted: CompletedSteps,
    now: Time,
}

impl Case {
    /// Alice is signed in and has allowed the client everything it asks for.
    fn new() -> Self {
        Self::of(fixture::client())
    }

    fn of(client: Client) -> Self {
        let client = Arc::new(client);
        let registered = client.redirect_uris[0].clone();
        let destination = Destination {
            redirect_uri: registered.as_str().to_owned(),
            registered,
            state: None,
            response_mode: ResponseMode::Query,
            client: Arc::clone(&client),
        };
        let request = AuthorizationRequest {
            access: fixture::access("openid", &[]),
            code_challenge: None,
            nonce: None,
            prompt: Prompt::default(),
            max_age: None,
            login_hint: None,
            expected_users: None,
            essential_acr: None,
            destination,
        };
        let key = ConsentKey {
            user: fixture::user().id,
            client: client.client_id.clone(),
            redirect_host: request.destination.redirect_host(),
        };
        let allowed = fixture::access("openid", &[]);
        let consent = Remembered {
            key,
            allowed,
            granted_at: fixture::START,
            epoch: 2,
        };
        let facts = Facts {
            user: Some(fixture::user()),
            session: Some(fixture::session()),
            consent: Some(consent),
            ..Facts::default()
        };
        Self {
            request,
            facts,
            interacted: CompletedSteps::default(),
            now: fixture::START,
        }
    }

    fn next(&self) -> &'static str {
        let profile = fixture::profile();
        match next(
            &self.request,
            &self.facts,
            &profile,
            self.interacted,
            self.now,
        ) {
            Next::SignIn => "sign in",
            Next::SelectAccount(..) => "select account",
            Next::Consent(..) => "consent",
            Next::Issue(_, None) => "issue",
            Next::Issue(_, Some(2)) => "issue by consent",
            Next::Issue(..) => "issue by another consent",
            Next::Refuse(error) => error.code.as_str(),
        }
    }
}

#[test]
fn whoever_is_signed_in_and_has_allowed_it_gets_a_code() {
    assert_eq!(Case::new().next(), "issue by consent");
}

#[test]
fn without_a_live_session_the_person_signs_in_or_prompt_none_fails() {
    for end in [
        Duration::from_secs(13 * 3600),
        Duration::from_secs(15 * 86_400),
    ] {
        let mut case = Case::new();
        case.now = case.now.plus(end);
        assert_eq!(case.next(), "sign in");
        case.request.prompt.none = true;
        assert_eq!(case.next(), "login_required");
    }
    let mut case = Case::new();
    case.facts.user.as_mut().unwrap().disabled = true;
    assert_eq!(case.next(), "sign in");
}

#[test]
fn prompt_login_and_max_age_are_met_only_by_a_sign_in_for_this_request() {
    // OIDC-Core-3.1.2.1, A22
    for (login, max_age, later) in [(true, None, 1), (false, Some(0), 0), (false, Some(60), 61)] {
        let mut case = Case::new();
        case.request.prompt.login = login;
        case.request.max_age = max_age.map(Duration::from_secs);
        case.now = case.now.plus(Duration::from_secs(later));
        assert_eq!(case.next(), "sign in");
        let another = SessionId::new(fixture::START, &fixture::draw(98));
        case.interacted.signed_in = Some(another);
        assert_eq!(case.next(), "sign in", "that was another session");
        case.interacted.signed_in = Some(fixture::session().id);
        assert_eq!(case.next(), "issue by consent");
    }
}

#[test]
fn allowing_a_request_does_not_make_the_sign_in_younger() {
    let mut case = Case::new();
    case.request.max_age = Some(Duration::from_secs(60));
    case.interacted.allowed = true;
    assert_eq!(case.next(), "issue by consent");
    case.now = case.now.plus(Duration::from_secs(61));
    assert_eq!(case.next(), "sign in");
}

#[test]
fn a_young_sign_in_meets_max_age() {
    let mut case = Case::new();
    case.request.max_age = Some(Duration::from_secs(60));
    case.now = case.now.plus(Duration::from_secs(60));
    assert_eq!(case.next(), "issue by consent");
}

#[test]
fn another_person_than_the_hint_names_is_refused_or_signs_in() {
    // OIDC-Core-3.1.2.1
    let mut case = Case::new();
    let another = crate::id::UserId::new(fixture::START, &fixture::draw(99));
    case.request.expected_users = Some(vec![another]);
    assert_eq!(case.next(), "sign in");
    case.interacted.signed_in = Some(fixture::session().id);
    assert_eq!(case.next(), "login_required");
    case.request.expected_users = Some(vec![fixture::user().id]);
    assert_eq!(case.next(), "issue by consent");
}

#[test]
fn an_account_is_chosen_for_this_request_in_this_session() {
    // OIDC-Core-3.1.2.1
    let mut case = Case::new();
    case.request.prompt.select_account = true;
    assert_eq!(case.next(), "select account");
    let another = SessionId::new(fixture::START, &fixture::draw(98));
    case.interacted.selected = Some(another);
    assert_eq!(case.next(), "select account", "that was another session");
    case.interacted.selected = Some(fixture::session().id);
    assert_eq!(case.next(), "issue by consent");
    // to choose an account is not to sign in to it
    case.request.prompt.login = true;
    assert_eq!(case.next(), "sign in");
}

#[test]
fn an_essential_class_is_met_by_a_sign_in_that_has_it() {
    // A22, OIDC-Core-5.5.1.1
    let mut case = Case::new();
    case.request.essential_acr = Some(vec!["pwd".to_owned()]);
    assert_eq!(case.next(), "issue by consent");
    let session = case.facts.session.as_mut().unwrap();
    session.authentication.amr = vec!["fpt".to_owned()];
    assert_eq!(case.next(), "sign in");
    case.interacted.signed_in = Some(fixture::session().id);
    assert_eq!(case.next(), "unmet_authentication_requirements");
}

#[test]
fn consent_is_asked_when_something_grows_or_the_client_wants_it_asked() {
    let mut case = Case::new();
    case.request.access = fixture::access("openid offline_access", &[]);
    assert_eq!(case.next(), "consent");
    let mut case = Case::new();
    case.request.access = fixture::access("openid", &[fixture::BANK]);
    assert_eq!(case.next(), "consent");
    let mut case = Case::new();
    case.request.prompt.consent = true;
    assert_eq!(case.next(), "consent");
    case.interacted.allowed = true;
    assert_eq!(case.next(), "issue by consent");
    let mut case = Case::new();
    case.facts.consent = None;
    case.request.prompt.none = true;
    assert_eq!(case.next(), "consent_required");
}

#[test]
fn a_public_client_that_could_be_impersonated_is_always_asked_about() {
    // RFC8252-8.6
    for uri in ["http://127.0.0.1/cb", "com.example.app:/cb"] {
        let redirect_uris = vec![uri.parse().unwrap()];
        assert_eq!(
            Case::of(Client {
                redirect_uris,
                ..fixture::client()
            })
            .next(),
            "consent"
        );
    }
}

#[test]
fn first_party_skips_consent_for_confidential_clients_only() {
    for (mut client, expected) in [
        (fixture::confidential_client(), "issue"),
        (fixture::client(), "consent"),
    ] {
        client.settings.first_party = true;
        let mut case = Case::of(client);
        case.facts.consent = None;
        assert_eq!(case.next(), expected);
    }
}
