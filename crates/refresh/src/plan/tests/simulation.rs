//! Random sequences of events on a simulated clock.

use proptest::prelude::*;

use super::*;

/// An event by which callers, fetches or time act on a plan.
#[derive(Clone, Debug)]
enum Event {
    Ask,
    AskNewer,
    Demand,
    Succeed { fresh: i64, stale: i64, waits: bool },
    Fail { jitter: u8 },
    Pass { seconds: i64 },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => Just(Event::Ask),
        2 => Just(Event::AskNewer),
        1 => Just(Event::Demand),
        2 => (0..600_i64, 0..3_600_i64, any::<bool>())
            .prop_map(|(fresh, stale, waits)| Event::Succeed { fresh, stale, waits }),
        2 => any::<u8>().prop_map(|jitter| Event::Fail { jitter }),
        4 => (0..90_i64).prop_map(|seconds| Event::Pass { seconds }),
        1 => (0..4_000_i64).prop_map(|seconds| Event::Pass { seconds }),
    ]
}

/// A plan with a simulated clock, and what is known of it from outside.
struct Simulation {
    plan: Plan<u64, i64>,
    now: i64,
    flight: Option<Flight>,
    newest: Option<(u64, Freshness)>,
    fetched: u64,
    last_failure: Option<i64>,
    failures: u32,
    newer_at: Option<i64>,
}

impl Simulation {
    fn new() -> Self {
        Self {
            plan: Plan::new(POLICY),
            now: START,
            flight: None,
            newest: None,
            fetched: 0,
            last_failure: None,
            failures: 0,
            newer_at: None,
        }
    }

    fn happen(&mut self, event: &Event) {
        match *event {
            Event::Ask => self.ask(),
            Event::AskNewer => self.ask_newer(),
            Event::Demand => {
                let flight = self.plan.demand();
                assert_eq!(flight.is_some(), self.flight.is_none());
                self.take_off(flight);
            }
            Event::Succeed {
                fresh,
                stale,
                waits,
            } => self.succeed(fresh, stale, waits),
            Event::Fail { jitter } => self.fail(jitter),
            Event::Pass { seconds } => self.now += seconds,
        }
    }

    fn take_off(&mut self, flight: Option<Flight>) {
        if let Some(flight) = flight {
            assert!(self.flight.is_none(), "two fetches at once");
            self.flight = Some(flight);
        }
    }

    fn ask(&mut self) {
        let Step { answer, fetch } = self.plan.ask(self.now);
        let began = fetch.is_some();
        if let (true, Some(at)) = (began, self.last_failure) {
            // the first pause is 2 s, and jitter takes less than a second of it
            let least = if self.failures > 1 { 3 } else { 2 };
            assert!(self.now - at >= least, "no pause after a failure");
        }
        self.take_off(fetch);
        let usable = self.newest.filter(|(_, it)| self.now < it.expires_at);
        match answer {
            Answer::Serve { value, until } => {
                let (newest, freshness) = usable.expect("served beyond the limit");
                assert_eq!(value, newest);
                assert!(until <= freshness.expires_at);
                if self.now < freshness.refresh_at {
                    assert!(!began, "fetched although it is fresh");
                } else if self.last_failure.is_none() {
                    assert!(self.flight.is_some(), "not refreshed ahead of expiry");
                    assert!(
                        self.now < freshness.wait_at,
                        "stale, and fetches do not fail"
                    );
                }
            }
            Answer::Wait => {
                assert!(self.flight.is_some(), "waits for nothing");
                let old = usable.is_none_or(|(_, it)| it.wait_at <= self.now);
                assert!(old, "waits although a value may be served");
            }
            Answer::Fail(cause) => {
                assert!(usable.is_none(), "fails although a value may be served");
                assert_eq!(Some(cause), self.last_failure);
            }
        }
    }

    fn ask_newer(&mut self) {
        match self.plan.ask_newer(self.now) {
            Newer::Fetch(flight) => {
                let cool = self.newer_at.is_none_or(|at| self.now - at >= 30);
                assert!(cool, "two fetches in one cooldown");
                self.newer_at = Some(self.now);
                self.take_off(Some(flight));
            }
            Newer::Wait => assert!(self.flight.is_some(), "waits for nothing"),
            Newer::CoolingDown => {
                assert!(self.newer_at.is_some_and(|at| self.now - at < 30));
            }
        }
    }

    fn succeed(&mut self, fresh: i64, stale: i64, waits: bool) {
        let Some(flight) = self.flight.take() else {
            return;
        };
        let freshness = Freshness::new(self.now, fresh).stale_for(stale);
        let freshness = match waits {
            true => freshness,
            false => freshness.without_waiting(),
        };
        self.fetched += 1;
        self.newest = Some((self.fetched, freshness));
        (self.last_failure, self.failures) = (None, 0);
        self.plan.fetched(flight, self.fetched, freshness);
    }

    fn fail(&mut self, jitter: u8) {
        let Some(flight) = self.flight.take() else {
            return;
        };
        self.plan.failed(flight, self.now, jitter, self.now);
        (self.last_failure, self.failures) = (Some(self.now), self.failures + 1);
        let usable = self.newest.filter(|(_, it)| self.now < it.expires_at);
        let expected = usable.map_or(Err(self.now), |(value, _)| Ok(value));
        assert_eq!(self.plan.outcome(self.now), Some(expected));
    }
}

proptest! {
    #[test]
    fn whatever_happens_one_fetch_is_under_way_and_nothing_is_served_beyond_its_limit(
        events in prop::collection::vec(event(), 1..200),
    ) {
        let mut simulation = Simulation::new();
        for event in &events {
            simulation.happen(event);
        }
        // the control: a fetch that succeeds brings its value to the next caller
        simulation.now += 4_200;
        simulation.ask();
        assert!(simulation.flight.is_some(), "nothing is fetched");
        simulation.succeed(60, 0, true);
        let answer = simulation.plan.ask(simulation.now).answer;
        let until = simulation.now + 45;
        assert_eq!(answer, Answer::Serve { value: simulation.fetched, until });
    }
}
