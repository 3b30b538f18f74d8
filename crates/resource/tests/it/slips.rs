//! Plausible slips of an API's author that must not open a way around a rule: a clinic, its staff, patients and
//! appointments, in memory.

use airside_resource::{
    Api, Authorized, Create, Listed, OrThroughParent, Public, Record, Rejection, Router,
    ThroughParent, actions, members, memory::Memory, policy::Value, rule,
};
use http::Method;

use crate::{
    bank::{State, World},
    declared::send,
};

#[derive(Record)]
#[record(table = "clinics", records = Memory, parameter = "clinic")]
struct Clinic {
    id: i64,
    #[record(tenant)]
    org: String,
}

/// Somebody who works at a clinic, until hidden.
#[derive(Record)]
#[record(table = "staff", records = Memory, parameter = "person")]
struct Staff {
    #[record(key, parent = Clinic)]
    clinic: i64,
    #[record(key)]
    person: String,
    #[record(writable, hidden_when_set)]
    left_at: Option<i64>,
}

#[derive(Record)]
#[record(table = "patients", records = Memory, parameter = "patient")]
struct Patient {
    id: i64,
    #[record(owner)]
    person: String,
    #[record(parent = Clinic, writable)]
    clinic: i64,
    #[record(writable)]
    name: String,
    #[record(writable, hidden_when_set)]
    deleted_at: Option<i64>,
}

/// A card that says its clinic, and that no rule through a clinic protects.
#[derive(Record)]
#[record(table = "cards", records = Memory, parameter = "card")]
struct Card {
    id: i64,
    #[record(owner)]
    person: String,
    #[record(parent = Clinic, writable)]
    clinic: i64,
}

/// A notice that has neither an owner nor a version.
#[derive(Record)]
#[record(table = "notices", records = Memory, parameter = "notice")]
struct Notice {
    id: i64,
    #[record(tenant)]
    org: String,
    #[record(parent = Clinic)]
    clinic: i64,
    #[record(writable)]
    text: String,
}

actions! {
    WorkAt reads Clinic = rule::scope("staff").member(members::<Clinic, Staff>());
    InOrg reads Clinic = rule::any_token().tenant("org");
    /// The patient, and the staff of the clinic.
    SeePatient reads Patient = rule::any_token().owner().or_through::<Clinic, WorkAt>();
    TreatPatient writes Patient = rule::any_token().through::<Clinic, WorkAt>();
    ReadCard reads Card = rule::any_token().owner();
    WriteCard writes Card = rule::any_token().owner();
    ReadNotice reads Notice = rule::any_token().tenant("org");
    WriteNotice writes Notice = rule::any_token().tenant("org");
    OwnNotice reads Notice = rule::any_token().owner();
    PostNotice creates Notice = rule::role("admin").any_object();
    Fire writes Staff = rule::role("admin").through::<Clinic, InOrg>();
    Open public = "a test";
}

type Routes = Router<State<Memory>>;

async fn patient(one: Authorized<Patient, SeePatient>) -> String {
    one.name.clone()
}
async fn patients(list: Listed<Patient, SeePatient>) -> Result<String, Rejection> {
    let page = list.page(None, 100).await?;
    Ok(page
        .into_iter()
        .map(|one| one.name)
        .collect::<Vec<_>>()
        .join(","))
}
/// Sets each column that the body names, as often as it names it.
async fn patch(one: Authorized<Patient, TreatPatient>, body: String) -> Result<(), Rejection> {
    let fields = body.split('&').filter_map(|field| field.split_once('='));
    let values = fields.filter_map(|(name, value)| {
        let column = Patient::WRITABLE.iter().find(|column| **column == name)?;
        let value = value.parse::<i64>().map_or(Value::Null, Value::from);
        Some((*column, value))
    });
    one.update(values.collect()).await.map(drop)
}
async fn hide(one: Authorized<Patient, TreatPatient>, body: String) -> Result<(), Rejection> {
    one.hide(vec![("deleted_at", body.parse::<i64>().ok().into())])
        .await
        .map(drop)
}
async fn fire(one: Authorized<Staff, Fire>) -> Result<(), Rejection> {
    one.hide(vec![("left_at", 1.into())]).await.map(drop)
}
async fn card(one: Authorized<Card, ReadCard>) -> String {
    one.person.clone()
}
async fn write_card(_: Authorized<Card, WriteCard>) {}
async fn tuple(_: (Authorized<Clinic, WorkAt>, Authorized<Notice, ReadNotice>)) {}
async fn public_tuple(_: (Public<Open>, Listed<Patient, SeePatient>)) {}
async fn write_notice(one: Authorized<Notice, WriteNotice>) -> Result<(), Rejection> {
    one.require_if_match()
}
async fn own_notice(_: Authorized<Notice, OwnNotice>) {}
async fn post_notice(_: Create<Notice, PostNotice>) {}

fn records() -> Memory {
    let records = Memory::default();
    let mut tables = records.unprotected();
    for (id, org) in [(1, "acme"), (2, "acme"), (3, "other")] {
        tables.insert("clinics", [("id", id.into()), ("org", org.into())]);
        let notice = [
            ("id", id.into()),
            ("org", org.into()),
            ("clinic", id.into()),
            ("text", "x".into()),
        ];
        tables.insert("notices", notice);
    }
    for (clinic, person) in [(1, "nora"), (2, "nick")] {
        tables.insert(
            "staff",
            [("clinic", clinic.into()), ("person", person.into())],
        );
    }
    for (id, person, clinic) in [(1, "alice", 1), (2, "bob", 2), (3, "alice", 2)] {
        let name = format!("{person} at {clinic}");
        let row = [
            ("id", id.into()),
            ("person", person.into()),
            ("clinic", clinic.into()),
            ("name", name.into()),
        ];
        tables.insert("patients", row);
    }
    let card = [
        ("id", 1.into()),
        ("person", "alice".into()),
        ("clinic", 1.into()),
    ];
    tables.insert("cards", card);
    drop(tables);
    records
}

struct Clinics {
    world: World,
    api: Api,
}

impl Clinics {
    fn new() -> Self {
        let world = World::new();
        let routes = Routes::new()
            .get("/patients", patients)
            .get("/patients/{patient}", patient)
            .patch("/patients/{patient}", patch)
            .delete("/patients/{patient}", hide)
            .get("/clinics/{clinic}/patients", patients)
            .get("/clinics/{clinic}/patients/{patient}", patient)
            .delete("/clinics/{clinic}/staff/{person}", fire)
            .get("/clinics/{clinic}/cards/{card}", card)
            .get("/clinics/{clinic}/notices/{notice}", tuple)
            .put("/notices/{notice}", write_notice);
        let airside = world.airside.clone();
        let records = records();
        let api = routes.build(State { airside, records }).unwrap();
        Self { world, api }
    }

    async fn ask(&self, person: &str, method: Method, path: &str, body: &str) -> (u16, String) {
        let roles: &[&str] = if person == "ada" { &["admin"] } else { &[] };
        let scope = if person.starts_with('n') { "staff" } else { "" };
        let token = self.world.token(person, scope, roles);
        send(&self.api, &token, method, path, body).await
    }

    async fn get(&self, person: &str, path: &str) -> (u16, String) {
        self.ask(person, Method::GET, path, "").await
    }
}

fn found(text: &str) -> (u16, String) {
    (200, text.to_owned())
}

#[tokio::test]
async fn a_record_is_its_owners_or_is_reached_through_its_parent() {
    let clinics = Clinics::new();
    let get = async |person: &str, path: &str| clinics.get(person, path).await;
    assert_eq!(
        get("alice", "/patients").await,
        found("alice at 1,alice at 2")
    );
    assert_eq!(get("nora", "/patients").await, found("alice at 1"));
    assert_eq!(get("nick", "/patients").await, found("bob at 2,alice at 2"));
    assert_eq!(get("mallory", "/patients").await, found(""));
    assert_eq!(get("alice", "/patients/1").await, found("alice at 1"));
    assert_eq!(get("nora", "/patients/1").await, found("alice at 1"));
    assert_eq!(get("nora", "/patients/2").await.0, 404);
    // a path that names the clinic pins it, for patients too
    assert_eq!(
        get("alice", "/clinics/2/patients").await,
        found("alice at 2")
    );
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
