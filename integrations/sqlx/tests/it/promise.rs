//! An API with two people, whose notes have comments: what the library promises holds on an adapter.

/// Makes an API whose records are kept in `$records`, and `promises`, which tries it.
macro_rules! api_in {
    ($module:ident, $records:ty, $(#[$attribute:meta])*) => {
        mod $module {
            use airside_resource::{
                Authorized, Create, Listed, Record, Rejection, ResourceServer, Router,
                ThroughParent as _, actions, rule, testing::Issuer,
            };
            use axum::{
                body::{Body, to_bytes},
                extract::FromRef,
                http::Request,
            };
            use tower::ServiceExt as _;

            use super::*;

            $(#[$attribute])*
            #[derive(Record)]
            #[record(table = "notes", records = $records, parameter = "note")]
            pub(crate) struct Note {
                pub(crate) id: i64,
                #[record(owner)]
                pub(crate) owner: String,
                #[record(writable)]
                pub(crate) text: String,
            }

            $(#[$attribute])*
            #[derive(Record)]
            #[record(table = "comments", records = $records, parameter = "comment")]
            pub(crate) struct Comment {
                pub(crate) id: i64,
                #[record(parent = Note)]
                pub(crate) note: i64,
                #[record(writable)]
                pub(crate) text: String,
            }

            /// A record whose owner has a column of another name.
            $(#[$attribute])*
            #[derive(Record)]
            #[record(table = "notes", records = $records, type_name = "Misspelt")]
            pub(crate) struct Misspelt {
                pub(crate) id: i64,
                #[record(owner)]
                pub(crate) ownr: String,
            }

            actions! {
                ReadNote reads Note = rule::scope("notes").owner();
                WriteNote writes Note = rule::scope("notes:write").owner();
                WriteComment writes Comment = rule::scope("notes:write").through::<Note, ReadNote>();
                ReadMisspelt reads Misspelt = rule::scope("notes").owner();
            }

            async fn read(note: Authorized<Note, ReadNote>) -> String {
                note.text.clone()
            }

            async fn list(notes: Listed<Note, ReadNote>) -> Result<String, Rejection> {
                let page = notes.page(None, 100).await?;
                assert_eq!(notes.count().await?, page.len() as u64);
                let texts: Vec<_> = page.iter().map(|note| note.text.as_str()).collect();
                Ok(texts.join(","))
            }

            async fn create(
                new: Create<Note, WriteNote>,
                text: String,
            ) -> Result<String, Rejection> {
                let values = vec![("id", (text.len() as i64).into()), ("text", text.into())];
                Ok(new.insert(values).await?.owner)
            }

            async fn write(
                note: Authorized<Note, WriteNote>,
                text: String,
            ) -> Result<String, Rejection> {
                Ok(note.update(vec![("text", text.into())]).await?.text)
            }

            async fn remove(note: Authorized<Note, WriteNote>) -> Result<String, Rejection> {
                Ok(note.delete().await?.text)
            }

            async fn comment(
                new: Create<Comment, WriteComment>,
                text: String,
            ) -> Result<String, Rejection> {
                let made = new.insert(vec![("id", 7.into()), ("text", text.into())]).await?;
                Ok(format!("{} {} {}", made.id, made.note, made.text))
            }

            async fn misspelt(one: Authorized<Misspelt, ReadMisspelt>) -> String {
                format!("{} {}", one.id, one.ownr)
            }

            #[derive(Clone)]
            struct App {
                airside: ResourceServer,
                records: $records,
            }

            impl FromRef<App> for ResourceServer {
                fn from_ref(app: &App) -> Self {
                    app.airside.clone()
                }
            }

            impl FromRef<App> for $records {
                fn from_ref(app: &App) -> Self {
                    app.records.clone()
                }
            }

            /// Tries an API whose tables are those of `TABLES`.
            pub(crate) async fn promises(records: $records) {
                let issuer = Issuer::for_audience("https://notes.example").unwrap();
                let airside = issuer.resource_server().build().unwrap();
                let app = App { airside, records };
                let routes = Router::new()
                    .get("/notes", list)
                    .post("/notes", create)
                    .get("/notes/{note}", read)
                    .put("/notes/{note}", write)
                    .delete("/notes/{note}", remove)
                    .post("/notes/{note}/comments", comment);
                let api = routes.build(app.clone()).unwrap();
                api.ready().await.unwrap();

                let token = |person: &str, scope: &str| {
                    let token = issuer.person(person).scope(scope);
                    token.sign().unwrap()
                };
                let [alice, bob] =
                    ["alice", "bob"].map(|person| token(person, "notes notes:write"));
                let reader = token("alice", "notes");
                let send = async |token: &str, method: &str, path: &str, body: &str| {
                    let request = Request::builder().method(method).uri(path);
                    let request = request.header("authorization", format!("Bearer {token}"));
                    let request = request.body(Body::from(body.to_owned())).unwrap();
                    let response = api.clone().oneshot(request).await.unwrap();
                    let status = response.status().as_u16();
                    let body = to_bytes(response.into_body(), 10_000).await.unwrap();
                    match status {
                        200 => String::from_utf8(body.to_vec()).unwrap(),
                        _ => status.to_string(),
                    }
                };

                // the keys are the lengths of the texts: 4 and 5
                for (token, method, path, body, expected) in [
                    (&alice, "POST", "/notes", "milk", "alice"),
                    (&bob, "POST", "/notes", "bread", "bob"),
                    (&bob, "POST", "/notes", "eggs", "409"),
                    (&alice, "GET", "/notes/4", "", "milk"),
                    (&bob, "GET", "/notes/4", "", "404"),
                    (&alice, "GET", "/notes/6", "", "404"),
                    (&alice, "GET", "/notes", "", "milk"),
                    (&bob, "GET", "/notes", "", "bread"),
                    (&bob, "PUT", "/notes/4", "stolen", "404"),
                    (&reader, "PUT", "/notes/4", "unscoped", "403"),
                    (&"nonsense".to_owned(), "GET", "/notes/4", "", "401"),
                    (&alice, "PUT", "/notes/4", "it's; --", "it's; --"),
                    (&alice, "GET", "/notes/4", "", "it's; --"),
                    // a parent that is somebody else's
                    (&bob, "POST", "/notes/4/comments", "mine", "404"),
                    (&alice, "POST", "/notes/4/comments", "fine", "7 4 fine"),
                    (&bob, "DELETE", "/notes/4", "", "404"),
                    (&alice, "DELETE", "/notes/4", "", "it's; --"),
                    (&alice, "GET", "/notes/4", "", "404"),
                    (&bob, "GET", "/notes/5", "", "bread"),
                ] {
                    let answered = send(token, method, path, body).await;
                    assert_eq!(answered, expected, "{method} {path} {body}");
                }

                // a column that is not there is found at the start, and is the API's own mistake later
                let routes = Router::new().get("/misspelt/{id}", misspelt);
                let api = routes.build(app).unwrap();
                api.ready().await.unwrap_err();
                let request = Request::get("/misspelt/5");
                let request = request.header("authorization", format!("Bearer {bob}"));
                let response = api.oneshot(request.body(Body::empty()).unwrap()).await;
                assert_eq!(response.unwrap().status(), 500);
            }
        }
    };
}

pub(crate) use api_in;

/// The tables of the API.
pub(crate) const TABLES: &str = "
    CREATE TABLE notes (id bigint PRIMARY KEY, owner text NOT NULL, text text NOT NULL);
    CREATE TABLE comments (id bigint PRIMARY KEY, note bigint NOT NULL, text text NOT NULL);";
