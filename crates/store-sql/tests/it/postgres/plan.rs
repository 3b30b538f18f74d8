//! The indexes that reads need.

use super::*;

/// A list of many is read by its own index: what is alive, and what is in other lists, costs nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_status_list_is_read_from_its_index() {
    let url = schema();
    let store = Postgres::open(&url, &Options::default()).await.unwrap();
    let admin = connect(&url).await;
    add_grants(&admin).await;
    let next = "UPDATE meta SET next_status_index = 1 << 18";
    admin.batch_execute(next).await.unwrap();
    let list = airside_oauth::state::status::StatusIndex::new(0).list();
    let found = store.revoked_in(list, Time::from_millis(5)).await.unwrap();
    assert_eq!(found.unwrap().len(), 400);
    let plan = plan(
        &admin,
        "SELECT next_status_index, status_index FROM meta LEFT JOIN \"grant\" \
         ON status_index >= 0 AND status_index < 131072 AND revoked_at >= 5 WHERE one = 1",
    );
    let plan = plan.await;
    assert!(plan.contains("grant_of_status"), "{plan}");
}

/// Reading what one person has costs the same however much it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_grants_and_sessions_is_read_in_the_order_of_its_index() {
    let url = schema();
    drop(Postgres::open(&url, &Options::default()).await.unwrap());
    let admin = connect(&url).await;
    add_grants(&admin).await;
    let sessions = "INSERT INTO session SELECT id, id, user_id, 1, '[]', 1, NULL FROM \"grant\"; \
                    ANALYZE session";
    admin.batch_execute(sessions).await.unwrap();
    // as the store's connections plan
    let generic = "SET plan_cache_mode = force_generic_plan";
    admin.batch_execute(generic).await.unwrap();
    for (table, index) in [("session", "session_page"), ("\"grant\"", "grant_page")] {
        let page = format!(
            "PREPARE {index} (bytea, bytea, bigint) AS SELECT id FROM {table} \
             WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3"
        );
        admin.batch_execute(&page).await.unwrap();
        let page = format!("EXECUTE {index} ('\\x00', '\\xff', 100)");
        let plan = plan(&admin, &page).await;
        assert!(plan.contains(index) && !plan.contains("Sort"), "{plan}");
    }
}

/// Many grants, every tenth of one person, one in fifty revoked.
async fn add_grants(admin: &tokio_postgres::Client) {
    let rows = "INSERT INTO \"grant\" SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 'spa', \
                CASE WHEN n % 10 = 0 THEN '\\x00' ELSE int8send(n) END, '\\x00', 0, '{}', 1, \
                '\\x00', NULL, 0, 1, 0, 0, 0, \
                CASE WHEN n % 50 = 0 THEN 5 END, CASE WHEN n % 50 = 0 THEN 'revoked' END, n \
                FROM generate_series(0, 19999) n; ANALYZE \"grant\"";
    admin.batch_execute(rows).await.unwrap();
}

async fn plan(admin: &tokio_postgres::Client, sql: &str) -> String {
    let explain = format!("EXPLAIN {sql}");
    let plan = admin.query(&explain, &[]).await.unwrap();
    plan.iter().map(|row| row.get::<_, String>(0)).collect()
}
