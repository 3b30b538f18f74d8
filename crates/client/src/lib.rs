//! An OAuth client and a browser without a screen.
//!
//! It knows HTTP, HTML forms and the RFCs, and nothing of the server that it talks to. The
//! demonstration, the load generator, the attack suite and the tests are built on it.
//!
//! ```no_run
//! use airside_client::{Browser, Parameters, Person, Pool, Request, basic, pkce};
//!
//! # async fn sign_in(entropy: [u8; 32]) -> Result<(), airside_client::Error> {
//! let code_verifier = pkce::code_verifier(entropy);
//! let query = Parameters::from([
//!     ("response_type", "code"),
//!     ("client_id", "web"),
//!     ("redirect_uri", "https://app.example/cb"),
//!     ("code_challenge", &*pkce::code_challenge(&code_verifier)),
//!     ("code_challenge_method", "S256"),
//! ]);
//! let url = query.appended_to("http://127.0.0.1:8080/authorize");
//! let (mut browser, mut pool) = (Browser::new("https://app.example/cb"), Pool::new());
//! let alice = Person::new("alice", "correct horse battery");
//! let landing = browser.authorize(&mut pool, &url, &alice).await?;
//! let code = landing.returned("code").unwrap_or_default();
//! let fields = [("grant_type", "authorization_code"), ("code", &*code)];
//! let request = Request::form("http://127.0.0.1:8080/token", fields);
//! pool.send(&request.authorization(basic("web", "a secret"))).await?;
//! # Ok(())
//! # }
//! ```
//!
//! | module | holds |
//! |---|---|
//! | `browser` | redirects and pages, up to the client's redirect URI |
//! | `page` | a page and its forms |
//! | `cookie` | the cookies of one browser |
//! | `form` | the forms of a page: hidden fields, filling in, submitting |
//! | `person` | the username and password that are typed into a page |
//! | `parameters` | names and values of a query or a form |
//! | `request`, `answer` | one HTTP request and its whole response |
//! | `connection`, `pool` | two ways to send a request |
//! | `transport` | the trait that a way to send implements |
//! | `credential` | the `Authorization` header of a client (RFC 6749 §2.3.1) |
//! | [`pkce`] | `code_verifier` and `code_challenge` (RFC 7636) |
//! | `error` | the reasons for which a request has no answer |

mod answer;
mod browser;
mod connection;
mod cookie;
mod credential;
mod error;
mod form;
mod page;
mod parameters;
mod person;
pub mod pkce;
mod pool;
mod request;
mod transport;

pub use self::{
    answer::Answer,
    browser::{Browser, Landing},
    connection::Connection,
    cookie::CookieJar,
    credential::{basic, basic_verbatim},
    error::Error,
    form::Form,
    page::Page,
    parameters::Parameters,
    person::{FieldNames, Person},
    pool::Pool,
    request::{Body, Request},
    transport::Transport,
};
