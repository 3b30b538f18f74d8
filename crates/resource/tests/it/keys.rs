//! Keys that are unique only within an owner, a tenant or a parent.

use airside_resource::{
    Authorized, Create, Listed, Record, Router, ThroughParent, actions, memory::Memory,
    policy::Membership, rule,
};
use http::Method;

use crate::{
    bank::{State, World},
    declared::send,
};

#[derive(Record)]
#[record(table = "shelves", records = Memory, parameter = "shelf")]
struct Shelf {
    id: i64,
    #[record(owner)]
    owner: String,
}

#[derive(Record)]
#[record(table = "books", records = Memory, parameter = "book")]
struct Book {
    #[record(key, parent = Shelf)]
    shelf: i64,
    #[record(key)]
    number: i64,
}

#[derive(Record)]
#[record(table = "drafts", records = Memory, parameter = "draft")]
struct Draft {
    #[record(key, owner)]
    author: String,
    #[record(key)]
    name: String,
    #[record(tenant)]
    org: String,
}

#[derive(Record)]
#[record(table = "leaves", records = Memory, parameter = "leaf")]
struct Leaf {
    id: i64,
    #[record(parent = Book)]
    book: i64,
}

fn readers(kind: &str) -> Membership {
    Membership::of(kind).in_table("readers")
}

actions! {
    SeeShelf reads Shelf = rule::any_token().owner();
    SeeBook writes Book = rule::any_token().through::<Shelf, SeeShelf>();
    SeeDraft writes Draft = rule::any_token().owner().and_tenant("org");
    SeeAnyDraft reads Draft = rule::any_token().tenant("org");
    ShareDraft reads Draft = rule::any_token().owner().and_member(readers("Draft"));
    SeeLeaf reads Leaf = rule::any_token().through::<Book, SeeBook>();
}

async fn draft(draft: Authorized<Draft, SeeDraft>) -> String {
    draft.org.clone()
}
async fn write_draft(
    draft: Create<Draft, SeeDraft>,
    name: String,
) -> Result<(), airside_resource::Rejection> {
    draft.insert(vec![("name", name.into())]).await.map(drop)
}
async fn drop_draft(draft: Authorized<Draft, SeeDraft>) -> Result<(), airside_resource::Rejection> {
    draft.delete().await.map(drop)
}
async fn book(_: Authorized<Book, SeeBook>) {}
async fn books(_: Listed<Book, SeeBook>) {}
async fn any_draft(_: Authorized<Draft, SeeAnyDraft>) {}
async fn shared_draft(_: Authorized<Draft, ShareDraft>) {}
async fn leaf(_: Authorized<Leaf, SeeLeaf>) {}

type Routes = Router<State<Memory>>;

#[tokio::test]
async fn a_key_within_an_owner_is_the_owners() {
    let world = World::new();
    let records = Memory::default();
    let routes = Routes::new()
        .post("/drafts", write_draft)
        .get("/drafts/{draft}", draft)
        .delete("/drafts/{draft}", drop_draft);
    let airside = world.airside.clone();
    let state = State {
        airside,
        records: records.clone(),
    };
    let api = routes.build(state).unwrap();
    let ask = async |person: &str, method: Method, path: &str, body: &str| {
        let token = world.token(person, "", &[]);
        send(&api, &token, method, path, body).await.0
    };
    for person in ["alice", "bob"] {
        assert_eq!(ask(person, Method::POST, "/drafts", "plan").await, 200);
        assert_eq!(ask(person, Method::POST, "/drafts", "plan").await, 409);
        assert_eq!(ask(person, Method::GET, "/drafts/plan", "").await, 200);
    }
    // of the two, hers goes
    assert_eq!(ask("bob", Method::DELETE, "/drafts/plan", "").await, 200);
    assert_eq!(ask("bob", Method::DELETE, "/drafts/plan", "").await, 404);
    let tables = records.unprotected();
    let left = tables.rows("drafts");
    assert_eq!(left[0].get::<String>("author").unwrap(), "alice");
    assert_eq!(left.len(), 1);
}

#[test]
fn a_key_that_could_mean_several_records_is_refused() {
    let world = World::new();
    let refused = |routes: Routes| {
        let airside = world.airside.clone();
        let records = Memory::default();
        let built = routes.build(State { airside, records });
        built.err().map(|error| error.to_string())
    };
    // the control
    let named = Routes::new()
        .get("/shelves/{shelf}/books", books)
        .get("/shelves/{shelf}/books/{book}", book);
    assert_eq!(refused(named), None);
    let fixed = "name that parent in the path, or, if `shelf` is the owner or the tenant, let the rule of `SeeBook` be `.owner()` or `.tenant(…)`";
    for (path, routes) in [
        ("/books/{book}", Routes::new().get("/books/{book}", book)),
        // in an order of numbers alone, a page would leave books out
        ("/books", Routes::new().get("/books", books)),
    ] {
        let expected = format!(
            "the key of Book is unique only within its `shelf`, which nothing fixes at `GET {path}`: {fixed}"
        );
        assert_eq!(refused(routes), Some(expected));
    }
    let of_everybody = refused(Routes::new().get("/drafts/{draft}", any_draft));
    assert!(of_everybody.unwrap().contains("within its `author`"));
    // a member or a child of "number 1"
    for (record, routes) in [
        ("Draft", Routes::new().get("/drafts/{draft}", shared_draft)),
        ("Book", Routes::new().get("/leaves/{leaf}", leaf)),
    ] {
        let why = refused(routes).unwrap();
        assert!(
            why.contains(&format!("finds a {record} by its key alone")),
            "{why}"
        );
    }
}
