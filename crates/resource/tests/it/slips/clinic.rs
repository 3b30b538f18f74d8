//! An API of clinics, whose author made plausible slips.

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
pub struct Clinic {
    pub id: i64,
    #[record(tenant)]
    pub org: String,
}

/// Somebody who works at a clinic, until hidden.
#[derive(Record)]
#[record(table = "staff", records = Memory, parameter = "person")]
pub struct Staff {
    #[record(key, parent = Clinic)]
    pub clinic: i64,
    #[record(key)]
    pub person: String,
    #[record(writable, hidden_when_set)]
    pub left_at: Option<i64>,
}

#[derive(Record)]
#[record(table = "patients", records = Memory, parameter = "patient")]
pub struct Patient {
    pub id: i64,
    #[record(owner)]
    pub person: String,
    #[record(parent = Clinic, writable)]
    pub clinic: i64,
    #[record(writable)]
    pub name: String,
    #[record(writable, hidden_when_set)]
    pub deleted_at: Option<i64>,
}

/// A card that says its clinic, and that no rule through a clinic protects.
#[derive(Record)]
#[record(table = "cards", records = Memory, parameter = "card")]
pub struct Card {
    pub id: i64,
    #[record(owner)]
    pub person: String,
    #[record(parent = Clinic, writable)]
    pub clinic: i64,
}

/// A notice that has neither an owner nor a version.
#[derive(Record)]
#[record(table = "notices", records = Memory, parameter = "notice")]
pub struct Notice {
    pub id: i64,
    #[record(tenant)]
    pub org: String,
    #[record(parent = Clinic)]
    pub clinic: i64,
    #[record(writable)]
    pub text: String,
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

pub type Routes = Router<State<Memory>>;

pub async fn patient(one: Authorized<Patient, SeePatient>) -> String {
    one.name.clone()
}
pub async fn patients(list: Listed<Patient, SeePatient>) -> Result<String, Rejection> {
    let page = list.page(None, 100).await?;
    Ok(page
        .into_iter()
        .map(|one| one.name)
        .collect::<Vec<_>>()
        .join(","))
}
/// Sets each column that the body names, as often as it names it.
pub async fn patch(one: Authorized<Patient, TreatPatient>, body: String) -> Result<(), Rejection> {
    let fields = body.split('&').filter_map(|field| field.split_once('='));
    let values = fields.filter_map(|(name, value)| {
        let column = Patient::WRITABLE.iter().find(|column| **column == name)?;
        let value = value.parse::<i64>().map_or(Value::Null, Value::from);
        Some((*column, value))
    });
    one.update(values.collect()).await.map(drop)
}
pub async fn hide(one: Authorized<Patient, TreatPatient>, body: String) -> Result<(), Rejection> {
    one.hide(vec![("deleted_at", body.parse::<i64>().ok().into())])
        .await
        .map(drop)
}
pub async fn fire(one: Authorized<Staff, Fire>) -> Result<(), Rejection> {
    one.hide(vec![("left_at", 1.into())]).await.map(drop)
}
pub async fn card(one: Authorized<Card, ReadCard>) -> String {
    one.person.clone()
}
pub async fn write_card(_: Authorized<Card, WriteCard>) {}
pub async fn tuple(_: (Authorized<Clinic, WorkAt>, Authorized<Notice, ReadNotice>)) {}
pub async fn public_tuple(_: (Public<Open>, Listed<Patient, SeePatient>)) {}
pub async fn write_notice(one: Authorized<Notice, WriteNotice>) -> Result<(), Rejection> {
    one.require_if_match()
}
pub async fn own_notice(_: Authorized<Notice, OwnNotice>) {}
pub async fn post_notice(_: Create<Notice, PostNotice>) {}

pub fn records() -> Memory {
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

pub struct Clinics {
    pub world: World,
    pub api: Api,
}

impl Clinics {
    pub fn new() -> Self {
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

    pub async fn ask(&self, person: &str, method: Method, path: &str, body: &str) -> (u16, String) {
        let roles: &[&str] = if person == "ada" { &["admin"] } else { &[] };
        let scope = if person.starts_with('n') { "staff" } else { "" };
        let token = self.world.token(person, scope, roles);
        send(&self.api, &token, method, path, body).await
    }

    pub async fn get(&self, person: &str, path: &str) -> (u16, String) {
        self.ask(person, Method::GET, path, "").await
    }
}

pub fn found(text: &str) -> (u16, String) {
    (200, text.to_owned())
}
