//! The rule of the queue under a simulated clock: callers that ask again when they are answered, and
//! callers that come whether or not others are answered.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::*;
use crate::admission::MAX_WAIT;

/// A server with a number of permits, in simulated time.
struct Simulation {
    queue: Queue<Caller, 1>,
    events: BinaryHeap<Reverse<(Duration, Happening)>>,
    free_permits: usize,
    /// Calls itself again when answered.
    is_closed_loop: bool,
    /// The machine does nothing in this time.
    pause: (Duration, Duration),
    outcome: Outcome,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Caller {
    name: usize,
    since: Duration,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Asks(usize),
    Answered(Caller),
    GivesUp(Caller, u64),
}

#[derive(Default)]
struct Outcome {
    refused: usize,
    /// The time from the question to the answer.
    served: Vec<Duration>,
}

impl Simulation {
    fn new() -> Self {
        Self {
            queue: Queue::new(usize::MAX),
            events: BinaryHeap::new(),
            free_permits: PERMITS,
            is_closed_loop: false,
            pause: (Duration::MAX, Duration::MAX),
            outcome: Outcome::default(),
        }
    }

    /// `callers` who ask at once, and again as soon as they are answered.
    fn closed_loop(callers: usize) -> Self {
        let mut simulation = Self::new();
        simulation.is_closed_loop = true;
        for name in 0..callers {
            simulation.at(Duration::ZERO, Happening::Asks(name));
        }
        simulation
    }

    /// Callers who come `per_second` a second.
    fn open_loop(per_second: u32) -> Self {
        let mut simulation = Self::new();
        for number in 0..per_second * TIME.as_secs() as u32 {
            let at = Duration::from_secs(1) * number / per_second;
            simulation.at(at, Happening::Asks(number as usize));
        }
        simulation
    }

    fn with_pause(mut self, from: Duration, length: Duration) -> Self {
        self.pause = (from, from + length);
        self
    }

    fn at(&mut self, time: Duration, happening: Happening) {
        let (from, until) = self.pause;
        let is_paused = time >= from && time < until;
        let time = if is_paused { until } else { time };
        self.events.push(Reverse((time, happening)));
    }

    fn run(mut self) -> Outcome {
        while let Some(Reverse((now, happening))) = self.events.pop() {
            if now > TIME {
                break;
            }
            match happening {
                Happening::Asks(name) => self.ask(name, now),
                Happening::Answered(caller) => self.answer(caller, now),
                Happening::GivesUp(caller, number) => {
                    if self.queue.remove(Rank::Waits(0), number).is_some() {
                        self.outcome.refused += 1;
                        self.ask_again(caller.name, now);
                    }
                }
            }
        }
        self.outcome
    }

    fn ask(&mut self, name: usize, now: Duration) {
        let caller = Caller { name, since: now };
        if self.free_permits > 0 {
            self.free_permits -= 1;
            self.at(now + WORK, Happening::Answered(caller));
            return;
        }
        let number = self.queue.add(Rank::Waits(0), caller, now).number;
        self.at(now + MAX_WAIT, Happening::GivesUp(caller, number));
    }

    fn answer(&mut self, caller: Caller, now: Duration) {
        self.outcome.served.push(now - caller.since);
        match self.queue.next(now) {
            Some(next) => self.at(now + WORK, Happening::Answered(next)),
            None => self.free_permits += 1,
        }
        self.ask_again(caller.name, now);
    }

    fn ask_again(&mut self, name: usize, now: Duration) {
        if self.is_closed_loop {
            self.at(now, Happening::Asks(name));
        }
    }
}

impl Outcome {
    /// The latency that `percent` of those who are served do not exceed.
    fn percentile(&mut self, percent: usize) -> Duration {
        self.served.sort_unstable();
        self.served[(self.served.len() - 1) * percent / 100]
    }

    /// The share of the throughput of the machine that is answered in time.
    fn goodput(&self) -> f64 {
        let is_in_time = |latency: &&Duration| **latency <= MAX_FAIR_WAIT + WORK;
        let in_time = self.served.iter().filter(is_in_time).count();
        in_time as f64 / TIME.as_secs_f64() / f64::from(THROUGHPUT)
    }
}

#[test]
fn a_closed_loop_that_the_machine_can_serve_in_a_tenth_of_a_second_is_never_refused() {
    for callers in [64, 300, 800, 1150] {
        let mut outcome = Simulation::closed_loop(callers).run();
        assert_eq!(outcome.refused, 0, "{callers} callers");
        // nobody is served much later than another
        assert!(outcome.percentile(100) <= outcome.percentile(50) + WORK * 2);
    }
    // the control: more than can be served in time
    assert!(Simulation::closed_loop(4000).run().refused > 0);
}

#[test]
fn a_closed_loop_forgets_a_pause_of_the_machine() {
    for milliseconds in [50, 100, 150] {
        let pause = Duration::from_millis(milliseconds);
        let simulation = Simulation::closed_loop(800);
        let mut outcome = simulation
            .with_pause(Duration::from_millis(1030), pause)
            .run();
        assert_eq!(outcome.refused, 0, "a pause of {pause:?}");
        assert!(outcome.percentile(90) <= outcome.percentile(50) + WORK * 2);
    }
}

#[test]
fn ten_times_the_load_leaves_nine_tenths_of_the_throughput() {
    for times in [2, 10] {
        let mut outcome = Simulation::open_loop(THROUGHPUT * times).run();
        assert!(outcome.goodput() >= 0.9, "{times} ×: {}", outcome.goodput());
        // the first tenth of a second is served in order
        assert!(outcome.percentile(90) <= WORK * 2, "{times} ×");
    }
    // the control: a load that the machine can serve
    let calm = Simulation::open_loop(THROUGHPUT * 9 / 10).run();
    assert_eq!(calm.refused, 0);
}

#[test]
fn a_rank_that_serves_little_is_overloaded_by_little() {
    let at = Duration::from_millis;
    let mut queue = Queue::<_, 2>::new(100);
    for name in ["first", "second", "third"] {
        queue.add(Rank::Waits(0), name, at(0));
    }
    // the higher rank serves many in a tenth of a second, the lower one none
    for _ in 0..50 {
        queue.add(Rank::Waits(1), "higher", at(50));
        assert_eq!(queue.next(at(50)), Some("higher"));
    }
    assert_eq!(queue.next(at(99)), Some("first"));
    assert_eq!(queue.next(at(120)), Some("third"));
}

/// The simulated time of a test.
const TIME: Duration = Duration::from_secs(2);

const PERMITS: usize = 16;

/// The time of a request with a permit; all permits are used at once.
const WORK: Duration = Duration::from_micros(1280);

/// Requests a second that the permits can serve: so 800 callers wait for 64 ms.
const THROUGHPUT: u32 = 12_500;
