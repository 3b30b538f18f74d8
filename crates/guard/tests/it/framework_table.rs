//! Raw requests, and how 46 set-ups of real frameworks read them: whatever the guard lets through,
//! all of them read as it was judged.
//!
//! Nothing here looks into the guard. Each operation has a scope of its own and each value that a rule
//! looks at belongs to a caller of its own: for whom a request passes says what the guard judged, and
//! what arrives says what the frameworks read.

use std::collections::BTreeSet;

use serde_json::json;

use self::report::{Report, Violation};
use self::{
    operations::{OPERATIONS, Operation, configuration},
    table::{Entry, Reading, Table},
};
use crate::{
    recorder::Recorder,
    wire::{Message, with_line},
    world::World,
};

mod exceptions;
mod guess;
mod model;
mod operations;
mod report;
pub mod table;

/// The values that rules use besides the path: a parameter of the query and a member of the body.
const LOOKS: [Option<Look>; 5] = [
    None,
    Some(Look { body: "from" }),
    Some(Look { body: "as" }),
    Some(Look { body: "key" }),
    Some(Look { body: "n" }),
];

/// The member of bodies that the rules use; in queries it is always `q`, in paths `id`.
#[derive(Clone, Copy)]
pub struct Look {
    body: &'static str,
}

/// G04, G05, G07, G15, G17
#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_read_by_every_framework_as_it_was_judged() {
    let table = Table::read();
    let misread = model::misread(&table);
    assert!(misread.is_empty(), "{}", misread.join("\n"));
    let mut report = Report::default();
    for look in LOOKS {
        let bench = Bench::start(look).await;
        for entry in table.entries.iter().filter(|entry| concerns(entry, look)) {
            bench.try_entry(entry, &table, &mut report).await;
        }
    }
    report.print();
    report.judge();
}

/// Tells whether rules with this value apply to a request.
fn concerns(entry: &Entry, look: Option<Look>) -> bool {
    match look {
        None | Some(Look { body: "from" }) => true,
        Some(Look { body }) => entry.readings().any(|(_, reading)| {
            let values = reading.values.iter();
            values.clone().any(|(_, name, _)| name == body)
        }),
    }
}

/// A guard before an upstream that keeps what it gets.
struct Bench {
    world: World,
    recorder: Recorder,
    look: Option<Look>,
}

/// The outcome of a request.
struct Sent {
    status: u16,
    arrived: Option<Message>,
}

impl Bench {
    async fn start(look: Option<Look>) -> Self {
        let operations = configuration(look);
        let world = World::with("", &operations).await;
        let recorder = Recorder::start().await;
        world.write_before(&recorder.url, "", &operations);
        let configuration = world.read().unwrap();
        world.running.replace(configuration).unwrap();
        Self {
            world,
            recorder,
            look,
        }
    }

    /// Sends a request as a caller with these scopes, to whom these values belong.
    async fn send(&self, entry: &Entry, scopes: &str, values: &BTreeSet<String>) -> Sent {
        let token =
            self.world
                .token_with("alice", scopes, &json!({ "jti": "1", "values": values }));
        let lines = format!("Connection: close\r\nAuthorization: Bearer {token}\r\n");
        let request = with_line(&entry.request, &lines);
        let (status, arrived) = self.recorder.send(self.world.guard, &request).await;
        Sent {
            status,
            arrived: arrived.map(|bytes| Message::parse(&bytes).unwrap()),
        }
    }

    async fn try_entry(&self, entry: &Entry, table: &Table, report: &mut Report) {
        let mut values = guess::values(&entry.request);
        let read = entry.readings().flat_map(|(_, reading)| reading.all());
        values.extend(read.map(str::to_owned));
        values.remove("");
        let all: Vec<_> = OPERATIONS.iter().map(Operation::scope).collect();
        let Sent { status, arrived } = self.send(entry, &all.join(" "), &values).await;
        let Some(arrived) = arrived else {
            *report.refused.entry(status).or_insert(0) += 1;
            return;
        };
        report.passed.push(entry.title());
        let mut found = Found::new(entry, self.look, &arrived);
        found.shape();
        let readings = found.readings(table, report);
        let mut judged = Vec::new();
        for operation in OPERATIONS {
            let sent = self.send(entry, &operation.scope(), &values).await;
            if sent.arrived.is_some() {
                judged.push(operation);
            }
        }
        let [operation] = judged[..] else {
            found.note("every framework", format!("is judged as {judged:?}"));
            return report.violations.append(&mut found.violations);
        };
        found.route(operation, &readings);
        if let Some(name) = self.look.and_then(|look| operation.looks_at(look)) {
            for value in &values {
                let one = BTreeSet::from([value.clone()]);
                let sent = self.send(entry, &operation.scope(), &one).await;
                if sent.arrived.is_some() {
                    found.value(name, value, &readings);
                }
            }
        }
        report.violations.append(&mut found.violations);
    }
}

/// The findings about one request that was forwarded.
struct Found<'a> {
    entry: &'a Entry,
    look: Option<Look>,
    arrived: &'a Message,
    violations: Vec<Violation>,
}

type Readings = Vec<(String, Reading)>;

impl<'a> Found<'a> {
    fn new(entry: &'a Entry, look: Option<Look>, arrived: &'a Message) -> Self {
        Self {
            entry,
            look,
            arrived,
            violations: Vec::new(),
        }
    }

    fn note(&mut self, framework: &str, what: String) {
        let look = self.look.map_or("no value", |look| look.body);
        self.violations.push(Violation {
            request: self.entry.title(),
            framework: framework.to_owned(),
            what: format!("{what}, where rules look at {look}"),
        });
    }

    /// Requests that no framework may receive, however it reads them.
    fn shape(&mut self) {
        for fault in self.arrived.faults(self.look.is_some()) {
            self.note("every framework", fault);
        }
    }

    /// Returns the frameworks' readings of a received request: from the table, else from the model.
    fn readings(&mut self, table: &Table, report: &mut Report) -> Readings {
        if let Some(readings) = table.of(self.arrived) {
            report.by_table += 1;
            return readings;
        }
        if let Some(readings) = model::of(self.arrived, table) {
            report.by_model += 1;
            return readings;
        }
        report
            .unexplained
            .insert(self.entry.title(), self.arrived.line());
        Vec::new()
    }

    fn route(&mut self, operation: Operation, readings: &Readings) {
        for (framework, reading) in readings {
            let same_method = reading.method.as_deref().is_none_or(|method| {
                method == operation.method || (method == "HEAD" && operation.method == "GET")
            });
            if reading.route != operation.route || !same_method {
                let method = reading.method.as_deref().unwrap_or_default();
                let what = format!(
                    "is judged as {operation:?} and read as {method} {}",
                    reading.route
                );
                self.note(framework, what);
            }
        }
    }

    fn value(&mut self, name: &str, judged: &str, readings: &Readings) {
        for (framework, reading) in readings {
            let others: BTreeSet<_> = reading
                .of(name)
                .filter(|(_, text)| *text != judged && !text.is_empty())
                .collect();
            if !others.is_empty() {
                let what = format!("has {name} = {judged:?}, read as {others:?}");
                self.note(framework, what);
            }
        }
    }
}
