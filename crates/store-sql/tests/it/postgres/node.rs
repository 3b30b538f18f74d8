//! Several nodes with one database.

use super::*;

/// Every node sweeps; each row is deleted by one of them, and none waits for another or fails.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_sweep_at_once_share_the_rows() {
    let url = schema();
    let admin = connect(&url).await;
    let mut sweeps = tokio::task::JoinSet::new();
    let mut nodes = Vec::new();
    for _ in 0..3 {
        nodes.push(Postgres::open(&url, &Options::default()).await.unwrap());
    }
    let rows = "INSERT INTO used SELECT sha256(n::text::bytea), 1 FROM generate_series(1, 3000) n";
    admin.batch_execute(rows).await.unwrap();
    for node in nodes {
        sweeps.spawn(async move {
            let mut deleted = 0;
            for _ in 0..10 {
                let longest = LongestLifetimes::at(&[], &Lifetimes::default(), NOW);
                deleted += node.sweep(longest, 300).await.unwrap();
            }
            deleted
        });
    }
    let deleted: u64 = sweeps.join_all().await.into_iter().sum();
    assert_eq!(deleted, 3000);
}

/// As in SQLite: no sweep looks at more rows than some, and the next one goes on behind them.
#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_looks_at_some_rows_and_the_next_ones_at_the_others() {
    let url = schema();
    let node = Postgres::open(&url, &Options::default()).await.unwrap();
    let young = NOW.as_millis() - 1;
    let rows = format!(
        "INSERT INTO \"grant\" (id, client_id, user_id, session_id, offline, terms, created_at, \
         attempt, current, rotated_at, reissues, retried, retry_run) \
         SELECT decode(lpad(to_hex(n), 32, '0'), 'hex'), 'spa', '', '', 1, '{{}}', at, '', 0, at, 0, 0, 0 \
         FROM (SELECT n, CASE WHEN n % 10 = 0 THEN 0 ELSE {young} END AS at \
         FROM generate_series(1, 5000) n) AS rows"
    );
    connect(&url).await.batch_execute(&rows).await.unwrap();
    let mut swept = Vec::new();
    for _ in 0..4 {
        let longest = LongestLifetimes::at(&[], &Lifetimes::default(), NOW);
        swept.push(node.sweep(longest, 1_000).await.unwrap());
    }
    assert_eq!(swept, [200, 200, 100, 0]);
}

/// A hint is not lost, with or without a waiting reader.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_hears_what_another_changed() {
    let url = schema();
    let here = Postgres::open(&url, &Options::default()).await.unwrap();
    let there = Postgres::open(&url, &Options::default()).await.unwrap();
    let before = here.versions().await.unwrap();
    let drop = Pivot::DropKey {
        kid: "none".to_owned(),
        at: NOW,
    };
    assert!(matches!(
        there.commit(Commit::new(drop)).await,
        Err(CommitError::Conflict)
    ));
    let admin = connect(&url).await;
    admin.batch_execute("DELETE FROM client").await.unwrap();
    let heard = tokio::time::timeout(Duration::from_secs(10), async {
        while here.versions().await.unwrap().clients == before.clients {
            here.changed().await;
        }
    });
    heard.await.unwrap();
}

/// By name, also of those that a statement changes at once; and all of them if they are many.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_hears_which_clients_another_changed() {
    let url = schema();
    let here = Postgres::open(&url, &Options::default()).await.unwrap();
    let admin = connect(&url).await;
    let insert = "INSERT INTO client (client_id, epoch, origin, secrets, metadata) \
                  SELECT 'c' || n, 0, 'administration', '', '{}' FROM generate_series(1, 3) n";
    for (change, names) in [
        (insert, &["c1", "c2", "c3"][..]),
        (
            "UPDATE client SET epoch = 1 WHERE client_id = 'c2'",
            &["c2"],
        ),
        ("UPDATE client SET epoch = 1 WHERE client_id = 'none'", &[]),
        ("DELETE FROM client WHERE client_id <> 'c2'", &["c1", "c3"]),
    ] {
        let before = here.versions().await.unwrap().clients;
        admin.batch_execute(change).await.unwrap();
        assert!(here.versions().await.unwrap().clients > before, "{change}");
        let changed = here.changed_clients(before).await.unwrap();
        let ChangedClients::These(mut changed) = changed else {
            panic!("{change}: {changed:?}");
        };
        changed.sort();
        let names: Vec<_> = names.iter().map(|name| name.parse().unwrap()).collect();
        assert_eq!(changed, names, "{change}");
        let now = here.versions().await.unwrap().clients;
        let nothing = here.changed_clients(now).await.unwrap();
        assert_eq!(nothing, ChangedClients::These(Vec::new()), "{change}");
    }
    let before = here.versions().await.unwrap().clients;
    let many = insert.replace("1, 3", "10, 520");
    admin.batch_execute(&many).await.unwrap();
    let changed = here.changed_clients(before).await.unwrap();
    assert_eq!(changed, ChangedClients::Any);
}

/// A number is seen only when every smaller one is: a change that is committed later has a larger one.
#[tokio::test(flavor = "multi_thread")]
async fn changes_of_clients_are_numbered_in_the_order_of_commits() {
    let url = schema();
    let here = Postgres::open(&url, &Options::default()).await.unwrap();
    let (slow, fast) = (connect(&url).await, connect(&url).await);
    let insert = |id: &str| {
        format!(
            "INSERT INTO client (client_id, epoch, origin, secrets, metadata) \
             VALUES ('{id}', 0, 'administration', '', '{{}}')"
        )
    };
    let before = here.versions().await.unwrap().clients;
    let begun = format!("BEGIN; {}", insert("slow"));
    slow.batch_execute(&begun).await.unwrap();
    let waiting = tokio::spawn(async move { fast.batch_execute(&insert("fast")).await });
    let unseen = here.changed_clients(before).await.unwrap();
    assert_eq!(unseen, ChangedClients::These(Vec::new()));
    slow.batch_execute("COMMIT").await.unwrap();
    waiting.await.unwrap().unwrap();
    let rows = slow.query("SELECT client_id FROM client_change ORDER BY number", &[]);
    let rows = rows.await.unwrap();
    let ids: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(ids, ["slow", "fast"]);
}

/// Each node answers for all of them, the newest word of each subscriber; who is silent is forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_tell_each_other_who_follows() {
    let url = schema();
    let here = Postgres::open(&url, &Options::default()).await.unwrap();
    let there = Postgres::open(&url, &Options::default()).await.unwrap();
    let subscriber = |instance: &str, kids: &[&str], seconds: u64| FeedSubscriber {
        client: "bank-api".parse().unwrap(),
        instance: instance.to_owned(),
        kids: kids.iter().map(|kid| (*kid).to_owned()).collect(),
        seen_at: NOW.plus(Duration::from_secs(seconds)),
    };
    let (a, b) = (subscriber("a", &["1", "2"], 1), subscriber("b", &[], 1));
    here.note_feed_subscribers(vec![a, b.clone()], NOW)
        .await
        .unwrap();
    let newer = subscriber("a", &["2", "3"], 9);
    let told = there.note_feed_subscribers(vec![newer.clone()], NOW);
    told.await.unwrap();
    // what came later stays, though it is told first
    let late = subscriber("a", &["1"], 5);
    here.note_feed_subscribers(vec![late], NOW).await.unwrap();
    let mut seen = here.feed_subscribers(NOW).await.unwrap();
    seen.sort_by(|one, other| one.instance.cmp(&other.instance));
    assert_eq!(seen, [newer.clone(), b]);
    let live = there.feed_subscribers(newer.seen_at).await.unwrap();
    assert_eq!(live, std::slice::from_ref(&newer));
    there
        .note_feed_subscribers(Vec::new(), newer.seen_at)
        .await
        .unwrap();
    assert_eq!(here.feed_subscribers(NOW).await.unwrap(), [newer]);
}

/// A place belongs to one grant, whichever node made it.
#[tokio::test(flavor = "multi_thread")]
async fn nodes_that_lease_at_once_never_get_the_same_place() {
    let url = schema();
    let mut leases = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let node = Arc::new(Postgres::open(&url, &Options::default()).await.unwrap());
        for _ in 0..4 {
            let node = Arc::clone(&node);
            leases.spawn(async move {
                let mut places = Vec::new();
                for _ in 0..10 {
                    let first = node.lease_status_indexes(16).await.unwrap().number();
                    places.extend(first..first + 16);
                }
                places
            });
        }
    }
    let places = leases.join_all().await.concat();
    let distinct: std::collections::HashSet<_> = places.iter().collect();
    assert_eq!((places.len(), distinct.len()), (1_920, 1_920));
}
