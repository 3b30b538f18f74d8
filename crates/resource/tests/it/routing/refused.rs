//! Routers that are not built, or not merged.

use airside_resource::{
    BelongsTo, BuildError, FromRow, Listed, Record, ThroughParent, actions, policy::Value, rule,
    sqlite::Sqlite,
};
use axum::{body::Body, middleware::map_response};

use super::{Routes, build, health, list};
use crate::bank::{Account, ReadAccount, State, World};

/// A record that says too much of what handlers may set.
#[test]
fn no_record_lets_handlers_set_what_comes_from_the_token() {
    struct Loose;
    impl Record for Loose {
        type Key = i64;
        type Records = Sqlite;
        const TYPE: &'static str = "Loose";
        const TABLE: &'static str = "accounts";
        const OWNER: Option<&'static str> = Some("owner");
        const WRITABLE: &'static [&'static str] = &["name", "OWNER"];

        fn column(&self, _: &str) -> Value {
            Value::Null
        }
    }
    impl FromRow<Sqlite> for Loose {
        fn from_row(_: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
            Ok(Self)
        }
    }
    actions! {
        ReadLoose reads Loose = rule::any_token().owner();
    }
    async fn loose(_: Listed<Loose, ReadLoose>) {}

    struct Moved;
    impl Record for Moved {
        type Key = i64;
        type Records = Sqlite;
        const TYPE: &'static str = "Moved";
        const TABLE: &'static str = "moved";
        const PARAMETER: &'static str = "moved";
        const WRITABLE: &'static [&'static str] = &["account", "ACCOUNT"];

        fn column(&self, _: &str) -> Value {
            Value::Null
        }
    }
    impl FromRow<Sqlite> for Moved {
        fn from_row(_: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
            Ok(Self)
        }
    }
    impl BelongsTo<Account> for Moved {
        const COLUMN: &'static str = "account";
    }
    actions! {
        ReadMoved reads Moved = rule::any_token().through::<Account, ReadAccount>();
    }
    async fn moved(_: Listed<Moved, ReadMoved>) {}

    let world = World::new();
    let refused = |routes: Routes| {
        let (_, records) = world.on_sqlite();
        let airside = world.airside.clone();
        let refused = routes.build(State { airside, records });
        refused.unwrap_err().to_string()
    };
    assert_eq!(
        refused(Routes::new().get("/", loose)),
        "`WRITABLE` of Loose has `OWNER`, which no handler may set"
    );
    assert_eq!(
        refused(Routes::new().get("/", moved)),
        "`WRITABLE` of Moved has `ACCOUNT`, which no handler may set"
    );
}

/// The checks of a layer of an inner router would be lost, and every caller would pass as an administrator.
#[test]
fn a_router_with_layers_or_a_fallback_is_not_merged() {
    let world = World::new();
    let inner = || Routes::new().get("/accounts", list);
    let layered = || {
        inner().layer(map_response(async |response: http::Response<Body>| {
            response
        }))
    };
    let with_fallback = || inner().fallback(health);
    for routes in [
        Routes::new().merge(layered()),
        Routes::new().nest("/admin", layered()),
        Routes::new().nest("/admin", with_fallback()),
        Routes::new().merge(Routes::new().nest("/admin", layered())),
    ] {
        let (_, records) = world.on_sqlite();
        let airside = world.airside.clone();
        let refused = routes.build(State { airside, records });
        assert_eq!(refused.unwrap_err(), BuildError::LostLayers);
    }
    build(&world, layered());
}
