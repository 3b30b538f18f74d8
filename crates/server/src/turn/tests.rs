use std::{future::pending, pin::pin};

use tokio::{sync::Notify, task::JoinHandle, time::Instant};

use super::*;

/// One turn at a time, so that an order shows.
struct Desk {
    turns: Arc<Turns>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Desk {
    fn new(most_waiting: usize) -> Self {
        Self {
            turns: Arc::new(Turns::new(1, most_waiting)),
            log: Arc::default(),
        }
    }

    /// Asks for a turn in which nothing is done but a note, and waits until it is asked for.
    async fn ask(&self, class: Class, name: &str) -> JoinHandle<Result<(), Overloaded>> {
        let (turns, log, name) = (
            Arc::clone(&self.turns),
            Arc::clone(&self.log),
            name.to_owned(),
        );
        let asked = tokio::spawn(async move {
            let work = async { log.lock().push(name) };
            turns.take(class, Duration::ZERO, pin!(work)).await
        });
        yield_now().await;
        asked
    }

    /// Takes the only turn, as work does that has been begun and computes.
    fn occupy(&self) -> Turn {
        match self.turns.ask(Rank::Waits(0)) {
            Asked::Granted(turn) => turn,
            Asked::Waits(_) => panic!("somebody has the turn"),
        }
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn the_higher_class_goes_first_and_in_a_class_the_newest() {
    // DESIGN 9
    let desk = Desk::new(100);
    let turn = desk.occupy();
    let mut asked = Vec::new();
    for class in Class::ALL {
        asked.push(desk.ask(class, class.name()).await);
    }
    asked.push(desk.ask(Class::Code, "newer code").await);
    asked.push(desk.ask(Class::Refresh, "newest refresh").await);
    drop(turn);
    for asked in asked {
        asked.await.unwrap().unwrap();
    }
    assert_eq!(
        desk.log(),
        [
            "newest refresh",
            "client_credentials",
            "refresh",
            "newer code",
            "code",
            "sign_in",
            "administration"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_a_client_would() {
    // R13
    let desk = Desk::new(100);
    let turn = desk.occupy();
    let begun = Instant::now();
    let refused = desk.ask(Class::Refresh, "never").await.await.unwrap();
    assert_eq!(refused, Err(Overloaded));
    assert!(begun.elapsed() >= PATIENCE && begun.elapsed() < PATIENCE * 2);
    assert_eq!(desk.turns.refused(Class::Refresh), 1);
    drop(turn);
    desk.ask(Class::Refresh, "later")
        .await
        .await
        .unwrap()
        .unwrap();
    assert_eq!(desk.log(), ["later"]);
}

#[tokio::test(start_paused = true)]
async fn when_too_many_wait_the_lowest_class_makes_room() {
    // DESIGN 9
    let desk = Desk::new(3);
    let turn = desk.occupy();
    let page = desk.ask(Class::SignIn, "page").await;
    let older = desk.ask(Class::Code, "older").await;
    let newer = desk.ask(Class::Code, "newer").await;
    let refresh = desk.ask(Class::Refresh, "refresh").await;
    assert_eq!(page.await.unwrap(), Err(Overloaded));
    let machine = desk.ask(Class::Machine, "machine").await;
    assert_eq!(older.await.unwrap(), Err(Overloaded));
    // whoever is lowest need not begin to wait
    let late = desk.ask(Class::SignIn, "late").await;
    assert_eq!(late.await.unwrap(), Err(Overloaded));
    drop(turn);
    for served in [newer, refresh, machine] {
        served.await.unwrap().unwrap();
    }
    assert_eq!(desk.log(), ["machine", "refresh", "newer"]);
}

#[tokio::test(start_paused = true)]
async fn work_that_waits_for_something_leaves_its_turn_to_others_and_then_goes_on_first() {
    // D07
    let desk = Desk::new(100);
    let (done, log) = (Arc::new(Notify::new()), Arc::clone(&desk.log));
    let (turns, waits_for) = (Arc::clone(&desk.turns), Arc::clone(&done));
    let slow = tokio::spawn(async move {
        let work = async {
            log.lock().push("asks the disk".to_owned());
            waits_for.notified().await;
            log.lock().push("has the disk's answer".to_owned());
        };
        turns.take(Class::SignIn, Duration::ZERO, pin!(work)).await
    });
    yield_now().await;
    desk.ask(Class::Machine, "meanwhile")
        .await
        .await
        .unwrap()
        .unwrap();

    let turn = desk.occupy();
    let waiting = desk.ask(Class::Machine, "after it").await;
    done.notify_one();
    yield_now().await;
    drop(turn);
    slow.await.unwrap().unwrap();
    waiting.await.unwrap().unwrap();
    assert_eq!(
        desk.log(),
        [
            "asks the disk",
            "meanwhile",
            "has the disk's answer",
            "after it"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_away_takes_no_turn_along() {
    let desk = Desk::new(100);
    let turn = desk.occupy();
    let gone = desk.ask(Class::Machine, "gone").await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    drop(turn);

    let turns = Arc::clone(&desk.turns);
    let stuck = tokio::spawn(async move {
        turns
            .take(Class::Machine, Duration::ZERO, pending::<()>())
            .await
    });
    yield_now().await;
    stuck.abort();
    assert!(stuck.await.unwrap_err().is_cancelled());

    desk.ask(Class::Administration, "next")
        .await
        .await
        .unwrap()
        .unwrap();
    assert_eq!(desk.log(), ["next"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_is_spared_what_matters_less() {
    // DESIGN 9, D07
    let turns = Turns::new(1, 100);
    let mut served = Vec::new();
    for milliseconds in [0, 300, 600, 1100, 3000] {
        let delay = Duration::from_millis(milliseconds);
        for class in Class::ALL {
            if turns.take(class, delay, pin!(async {})).await.is_ok() {
                served.push((milliseconds, class.name()));
            }
        }
    }
    let names = |from: usize| Class::ALL[from..].iter().map(|class| class.name());
    let expected = [0, 300, 600, 1100, 3000].into_iter().enumerate();
    let expected = expected.flat_map(|(from, delay)| names(from).map(move |name| (delay, name)));
    assert_eq!(served, expected.collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn what_has_begun_goes_on_in_the_order_in_which_it_could() {
    let desk = Desk::new(1);
    let done = [(); 3].map(|()| Arc::new(Notify::new()));
    let mut begun = Vec::new();
    for (number, done) in done.iter().enumerate() {
        let (turns, log, done) = (
            Arc::clone(&desk.turns),
            Arc::clone(&desk.log),
            Arc::clone(done),
        );
        begun.push(tokio::spawn(async move {
            let work = async {
                done.notified().await;
                log.lock().push(number.to_string());
            };
            turns.take(Class::SignIn, Duration::ZERO, pin!(work)).await
        }));
        yield_now().await;
    }
    for _ in 0..10 {
        yield_now().await; // until all of them have begun
    }
    // more of them than may wait: they are not counted
    let turn = desk.occupy();
    for number in [1, 2, 0] {
        done[number].notify_one();
        yield_now().await;
    }
    let waiting = desk.ask(Class::Machine, "machine").await;
    drop(turn);
    for begun in begun {
        begun.await.unwrap().unwrap();
    }
    waiting.await.unwrap().unwrap();
    assert_eq!(desk.log(), ["1", "2", "0", "machine"]);
}
