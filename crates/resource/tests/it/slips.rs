//! Plausible slips of an API's author that must not open a way around a rule: a clinic, its staff, patients and
//! appointments, in memory.

mod clinic;

use http::Method;

use self::clinic::{
    Clinics, Routes, card, found, own_notice, post_notice, public_tuple, records, write_card,
};
use crate::{
    bank::{State, World},
    declared::send,
};

#[tokio::test]
async fn a_record_is_its_owners_or_is_reached_through_its_parent() {
    let clinics = Clinics::new();
    let get = async |person: &str, path: &str| clinics.get(person, path).await;
    let both = found("alice at 1,alice at 2");
    assert_eq!(get("alice", "/patients").await, both);
    assert_eq!(get("nora", "/patients").await, found("alice at 1"));
    assert_eq!(get("nick", "/patients").await, found("bob at 2,alice at 2"));
    assert_eq!(get("mallory", "/patients").await, found(""));
    assert_eq!(get("alice", "/patients/1").await, found("alice at 1"));
    assert_eq!(get("nora", "/patients/1").await, found("alice at 1"));
    assert_eq!(get("nora", "/patients/2").await.0, 404);
    // a path that names the clinic pins it, for patients too
    let pinned = get("alice", "/clinics/2/patients").await;
    assert_eq!(pinned, found("alice at 2"));
    assert_eq!(get("alice", "/clinics/2/patients/1").await.0, 404);
    // without the scope of the staff's action, only the other way is open
    let token = clinics.world.token("nora", "", &[]);
    let refused = send(&clinics.api, &token, Method::GET, "/patients/1", "").await;
    assert_eq!(refused.0, 404);
}

#[tokio::test]
async fn a_column_that_is_set_twice_is_refused() {
    let clinics = Clinics::new();
    let patch = async |body: &str| {
        clinics
            .ask("nora", Method::PATCH, "/patients/1", body)
            .await
            .0
    };
    assert_eq!(patch("clinic=2").await, 404, "she does not work there");
    for body in [
        "clinic=1&clinic=2",
        "clinic=1&clinic=3",
        "deleted_at=x&deleted_at=5",
    ] {
        assert_eq!(patch(body).await, 500, "{body}");
    }
    assert_eq!(clinics.get("nora", "/patients").await, found("alice at 1"));
    assert_eq!(patch("clinic=1").await, 200, "the control");
}

#[tokio::test]
async fn a_change_that_hides_nothing_is_refused() {
    let clinics = Clinics::new();
    let hide = async |body: &str| {
        clinics
            .ask("nora", Method::DELETE, "/patients/1", body)
            .await
            .0
    };
    assert_eq!(hide("no time").await, 500);
    assert_eq!(clinics.get("nora", "/patients/1").await.0, 200);
    assert_eq!(hide("5").await, 200);
    assert_eq!(clinics.get("nora", "/patients/1").await.0, 404);
}

#[tokio::test]
async fn a_member_who_is_hidden_is_none() {
    let clinics = Clinics::new();
    let fire = "/clinics/1/staff/nora";
    assert_eq!(clinics.ask("ada", Method::DELETE, fire, "").await.0, 200);
    assert_eq!(clinics.get("nora", "/patients").await, found(""));
    assert_eq!(
        clinics.get("nick", "/patients").await,
        found("bob at 2,alice at 2")
    );
}

#[tokio::test]
async fn a_path_pins_the_parent_whatever_the_rule_is() {
    let clinics = Clinics::new();
    assert_eq!(
        clinics.get("alice", "/clinics/1/cards/1").await,
        found("alice")
    );
    assert_eq!(clinics.get("alice", "/clinics/2/cards/1").await.0, 404);
    // two declarations: the notice is one of the clinic's
    assert_eq!(clinics.get("nora", "/clinics/1/notices/1").await.0, 200);
    assert_eq!(clinics.get("nora", "/clinics/1/notices/2").await.0, 404);
}

#[tokio::test]
async fn a_version_that_a_record_does_not_have_cannot_be_required() {
    let clinics = Clinics::new();
    assert_eq!(
        clinics.ask("alice", Method::PUT, "/notices/1", "").await.0,
        500
    );
}

#[test]
fn rules_that_could_never_or_always_hold_are_refused() {
    let world = World::new();
    let refused = |routes: Routes| {
        let airside = world.airside.clone();
        let built = routes.build(State {
            airside,
            records: records(),
        });
        built
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    for (said, routes) in [
        (
            "`WriteCard` can put a Card below any other parent: `clinic` is writable",
            Routes::new().put("/cards/{card}", write_card),
        ),
        (
            "the rule of `OwnNotice` compares the owner, and no column of Notice is the owner",
            Routes::new().get("/notices/{notice}", own_notice),
        ),
        (
            "`PostNotice` makes a Notice, which has a tenant, and its rule does not fix which",
            Routes::new().post("/notices", post_notice),
        ),
        (
            "no rule of `GET /wards/{ward}/patients` checks `{ward}`",
            Routes::new().get("/wards/{ward}/patients", public_tuple),
        ),
    ] {
        let why = refused(routes);
        assert!(why.starts_with(said), "{said}: {why}");
    }
    // the control: the rule of this one looks at nothing that handlers set
    assert_eq!(refused(Routes::new().get("/cards/{card}", card)), "");
}
