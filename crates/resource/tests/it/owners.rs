//! Owners of new records, and records of an owner that belong to another record too.

use airside_resource::{
    Authorized, Create, Listed, Record, Rejection, Router, ThroughParent, actions, memory::Memory,
    rule,
};
use http::Method;

use crate::{
    bank::{State, World},
    declared::send,
};

#[derive(Record)]
#[record(table = "branches", records = Memory, parameter = "branch")]
struct Branch {
    id: i64,
    #[record(tenant)]
    city: String,
}

#[derive(Record)]
#[record(table = "loans", records = Memory, parameter = "loan")]
struct Loan {
    id: i64,
    #[record(owner)]
    reader: String,
    #[record(parent = Branch, writable)]
    branch: i64,
    #[record(writable)]
    title: String,
}

actions! {
    SeeBranch reads Branch = rule::any_token().tenant("org");
    /// Loans of one's own, from branches of one's own city.
    Borrow writes Loan = rule::any_token().owner().through::<Branch, SeeBranch>();
    /// Any loan of the city: its staff.
    Lend writes Loan = rule::role("staff").through::<Branch, SeeBranch>();
}

async fn loans(loans: Listed<Loan, Borrow>) -> Result<String, Rejection> {
    let loans = loans.page(None, 100).await?;
    let titles: Vec<_> = loans.into_iter().map(|loan| loan.title).collect();
    Ok(titles.join(","))
}
async fn borrow(new: Create<Loan, Borrow>, title: String) -> Result<String, Rejection> {
    Ok(new.insert(vec![("title", title.into())]).await?.reader)
}
/// Asks for a loan in another person's name, by an action that does not allow it.
async fn pretend(new: Create<Loan, Borrow>) -> Result<String, Rejection> {
    let new = new.owned_by("bob");
    Ok(new.insert(vec![("title", "Stolen".into())]).await?.reader)
}
async fn lend(new: Create<Loan, Lend>, reader: String) -> Result<String, Rejection> {
    let new = new.owned_by(reader);
    Ok(new.insert(vec![("title", "Lent".into())]).await?.reader)
}
async fn move_loan(loan: Authorized<Loan, Borrow>, to: String) -> Result<(), Rejection> {
    let to: i64 = to.parse().map_err(|_| Rejection::NotFound)?;
    loan.update(vec![("branch", to.into())]).await.map(drop)
}

#[tokio::test]
async fn a_loan_is_of_its_reader_and_of_a_branch_that_the_reader_sees() {
    let world = World::new();
    let records = Memory::default();
    for (id, city) in [(1, "acme"), (2, "acme"), (3, "other")] {
        let row = [("id", id.into()), ("city", city.into())];
        records.unprotected().insert("branches", row);
    }
    let routes = Router::new()
        .get("/branches/{branch}/loans", loans)
        .get("/loans", loans)
        .post("/branches/{branch}/loans", borrow)
        .post("/branches/{branch}/pretended", pretend)
        .post("/branches/{branch}/lent", lend)
        .put("/branches/{branch}/loans/{loan}", move_loan);
    assert!(
        routes
            .table()
            .contains("any token and owner = sub and SeeBranch of its Branch")
    );
    let airside = world.airside.clone();
    let api = routes.build(State { airside, records }).unwrap();
    let ask = async |person: &str, method: Method, path: &str, body: &str| {
        let roles: &[&str] = if person == "sam" { &["staff"] } else { &[] };
        let token = world.token(person, "", roles);
        send(&api, &token, method, path, body).await
    };
    let found = |text: &str| (200, text.to_owned());
    let get = async |person: &str, path: &str| ask(person, Method::GET, path, "").await;
    let post =
        async |person: &str, path: &str, body: &str| ask(person, Method::POST, path, body).await;

    assert_eq!(
        post("alice", "/branches/1/loans", "Emma").await,
        found("alice")
    );
    assert_eq!(
        post("alice", "/branches/3/loans", "Emma").await.0,
        404,
        "another city's"
    );
    assert_eq!(post("alice", "/branches/1/pretended", "").await.0, 403);
    assert_eq!(
        post("alice", "/branches/1/lent", "alice").await.0,
        403,
        "no staff"
    );
    assert_eq!(post("sam", "/branches/1/lent", "bob").await, found("bob"));
    assert_eq!(
        post("sam", "/branches/3/lent", "bob").await.0,
        404,
        "another city's"
    );
    assert_eq!(post("sam", "/branches/1/lent", "").await.0, 403, "nobody's");

    assert_eq!(get("alice", "/loans").await, found("Emma"));
    assert_eq!(get("bob", "/branches/1/loans").await, found("Lent"));
    assert_eq!(get("bob", "/branches/2/loans").await, found(""));
    let put =
        async |person: &str, to: &str| ask(person, Method::PUT, "/branches/1/loans/1", to).await.0;
    assert_eq!(put("bob", "2").await, 404, "alice's");
    assert_eq!(put("alice", "3").await, 404, "another city's");
    assert_eq!(put("alice", "2").await, 200);
    assert_eq!(get("alice", "/branches/2/loans").await, found("Emma"));
}
