use std::{future::pending, pin::pin};

use tokio::{sync::Notify, task::JoinHandle, time::sleep};

use super::*;

/// One permit at a time, so that an order shows.
struct Desk {
    admission: Arc<Admission>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Desk {
    fn new(most_waiting: usize) -> Self {
        Self {
            admission: Arc::new(Admission::new(1, most_waiting)),
            log: Arc::default(),
        }
    }

    /// Asks for a permit in which nothing is done but a note, and waits until it is asked for.
    async fn ask(&self, priority: Priority, name: &str) -> JoinHandle<Result<(), OverloadedError>> {
        let (admission, log, name) = (
            Arc::clone(&self.admission),
            Arc::clone(&self.log),
            name.to_owned(),
        );
        let asked = tokio::spawn(async move {
            let work = async { log.lock().push(name) };
            admission.run(priority, Duration::ZERO, pin!(work)).await
        });
        yield_now().await;
        asked
    }

    /// Takes the only permit, as work does that has been begun and computes.
    fn occupy(&self) -> Permit {
        match self.admission.request(Rank::Waits(0)) {
            Admitted::Now(permit) => permit,
            Admitted::Queued(_) => panic!("somebody has the permit"),
        }
    }

    fn log(&self) -> Vec<String> {
        self.log.lock().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn the_higher_priority_goes_first_and_within_one_the_oldest() {
    let desk = Desk::new(100);
    let permit = desk.occupy();
    let mut asked = Vec::new();
    for priority in Priority::ALL {
        asked.push(desk.ask(priority, priority.name()).await);
    }
    asked.push(desk.ask(Priority::Code, "newer code").await);
    asked.push(desk.ask(Priority::Refresh, "newest refresh").await);
    drop(permit);
    for asked in asked {
        asked.await.unwrap().unwrap();
    }
    let refreshes = ["refresh", "client_credentials", "newest refresh"];
    let others = ["code", "newer code", "sign_in", "administration"];
    assert_eq!(desk.log(), [&refreshes[..], &others].concat());
}

#[tokio::test(start_paused = true)]
async fn when_more_wait_than_can_be_served_in_time_the_newest_goes_first() {
    // decision 12
    let desk = Desk::new(100);
    let permit = desk.occupy();
    let oldest = desk.ask(Priority::Refresh, "oldest").await;
    sleep(Duration::from_millis(100)).await;
    let newest = desk.ask(Priority::Refresh, "newest").await;
    drop(permit);
    for asked in [oldest, newest] {
        asked.await.unwrap().unwrap();
    }
    assert_eq!(desk.log(), ["newest", "oldest"]);
}

#[tokio::test(start_paused = true)]
async fn no_request_waits_longer_than_a_client_would() {
    // decision 12
    let desk = Desk::new(100);
    let permit = desk.occupy();
    let begun = Instant::now();
    let refused = desk.ask(Priority::Refresh, "never").await.await.unwrap();
    assert_eq!(refused, Err(OverloadedError));
    assert!(begun.elapsed() >= MAX_WAIT && begun.elapsed() < MAX_WAIT * 2);
    assert_eq!(desk.admission.refused(Priority::Refresh), 1);
    drop(permit);
    desk.ask(Priority::Refresh, "later")
        .await
        .await
        .unwrap()
        .unwrap();
    assert_eq!(desk.log(), ["later"]);
}

#[tokio::test(start_paused = true)]
async fn when_too_many_wait_the_lowest_priority_makes_room() {
    let desk = Desk::new(3);
    let permit = desk.occupy();
    let page = desk.ask(Priority::SignIn, "page").await;
    let older = desk.ask(Priority::Code, "older").await;
    let newer = desk.ask(Priority::Code, "newer").await;
    let refresh = desk.ask(Priority::Refresh, "refresh").await;
    assert_eq!(page.await.unwrap(), Err(OverloadedError));
    let machine = desk.ask(Priority::Machine, "machine").await;
    assert_eq!(older.await.unwrap(), Err(OverloadedError));
    // a request of the lowest priority need not begin to wait
    let late = desk.ask(Priority::SignIn, "late").await;
    assert_eq!(late.await.unwrap(), Err(OverloadedError));
    drop(permit);
    for served in [newer, refresh, machine] {
        served.await.unwrap().unwrap();
    }
    assert_eq!(desk.log(), ["refresh", "machine", "newer"]);
}

#[tokio::test(start_paused = true)]
async fn work_that_waits_for_something_leaves_its_permit_to_others_and_then_goes_on_first() {
    // D07
    let desk = Desk::new(100);
    let (done, log) = (Arc::new(Notify::new()), Arc::clone(&desk.log));
    let (admission, waits_for) = (Arc::clone(&desk.admission), Arc::clone(&done));
    let slow = tokio::spawn(async move {
        let work = async {
            log.lock().push("asks the disk".to_owned());
            waits_for.notified().await;
            log.lock().push("has the disk's answer".to_owned());
        };
        admission
            .run(Priority::SignIn, Duration::ZERO, pin!(work))
            .await
    });
    yield_now().await;
    desk.ask(Priority::Machine, "meanwhile")
        .await
        .await
        .unwrap()
        .unwrap();

    let permit = desk.occupy();
    let waiting = desk.ask(Priority::Machine, "after it").await;
    done.notify_one();
    yield_now().await;
    drop(permit);
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
async fn a_caller_that_goes_away_keeps_no_permit() {
    let desk = Desk::new(100);
    let permit = desk.occupy();
    let gone = desk.ask(Priority::Machine, "gone").await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    drop(permit);

    let admission = Arc::clone(&desk.admission);
    let stuck = tokio::spawn(async move {
        admission
            .run(Priority::Machine, Duration::ZERO, pending::<()>())
            .await
    });
    yield_now().await;
    stuck.abort();
    assert!(stuck.await.unwrap_err().is_cancelled());

    let next = desk.ask(Priority::Administration, "next").await;
    next.await.unwrap().unwrap();
    assert_eq!(desk.log(), ["next"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_store_refuses_the_lower_priorities_first() {
    // D07
    let admission = Admission::new(1, 100);
    let mut served = Vec::new();
    for milliseconds in [0, 300, 600, 1100, 3000] {
        let delay = Duration::from_millis(milliseconds);
        for priority in Priority::ALL {
            if admission.run(priority, delay, pin!(async {})).await.is_ok() {
                served.push((milliseconds, priority.name()));
            }
        }
    }
    let names = |from: usize| Priority::ALL[from..].iter().map(|priority| priority.name());
    let expected = [0, 300, 600, 1100, 3000].into_iter().enumerate();
    let expected = expected.flat_map(|(from, delay)| names(from).map(move |name| (delay, name)));
    assert_eq!(served, expected.collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn work_that_has_begun_goes_on_in_the_order_in_which_it_could() {
    let desk = Desk::new(1);
    let done = [(); 3].map(|()| Arc::new(Notify::new()));
    let mut begun = Vec::new();
    for (number, done) in done.iter().enumerate() {
        let (admission, log, done) = (
            Arc::clone(&desk.admission),
            Arc::clone(&desk.log),
            Arc::clone(done),
        );
        begun.push(tokio::spawn(async move {
            let work = async {
                done.notified().await;
                log.lock().push(number.to_string());
            };
            admission
                .run(Priority::SignIn, Duration::ZERO, pin!(work))
                .await
        }));
        yield_now().await;
    }
    for _ in 0..10 {
        yield_now().await; // until all of them have begun
    }
    // more of them than may wait: they are not counted
    let permit = desk.occupy();
    for number in [1, 2, 0] {
        done[number].notify_one();
        yield_now().await;
    }
    let waiting = desk.ask(Priority::Machine, "machine").await;
    drop(permit);
    for begun in begun {
        begun.await.unwrap().unwrap();
    }
    waiting.await.unwrap().unwrap();
    assert_eq!(desk.log(), ["1", "2", "0", "machine"]);
}
