//! Finding the operation of a request, by the number of operations.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark")]

use airside_api::{
    Operations, Target, Template,
    content::Bodies,
    operations::{Operation, Permission},
};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use http::Method;

#[derive(PartialEq)]
struct Role(&'static str);

impl Permission for Role {
    fn is_open(&self) -> bool {
        false
    }
}

/// Each resource has a list, an object, what is below it, and a function.
fn operations(count: usize) -> Operations<Role> {
    let path = |number: usize| match number % 4 {
        0 => format!("/api/v1/resources{number}"),
        1 => format!("/api/v1/resources{}/{{id}}", number - 1),
        2 => format!("/api/v1/resources{}/{{id}}/parts/{{part}}", number - 2),
        _ => format!("/api/v1/resources{}/all", number - 3),
    };
    let all = (0..count).map(|number| Operation {
        method: Method::GET,
        path: Template::parse(&path(number)).unwrap(),
        body: Bodies::default(),
        permission: Role(["list", "object", "object", "admin"][number % 4]),
        place: String::new(),
    });
    Operations::new(all.collect()).unwrap()
}

fn find(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("find");
    for count in [10, 1_000, 5_000] {
        let operations = operations(count);
        let last = (count - 8) / 4 * 4;
        for (name, path) in [
            ("object", format!("/api/v1/resources{last}/4711")),
            ("nested", format!("/api/v1/resources{last}/4711/parts/a")),
            ("literal", format!("/api/v1/resources{last}/all")),
        ] {
            let target = Target::parse(&path).unwrap();
            assert!(operations.find(&Method::GET, &target).is_ok());
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter(|| {
                    operations
                        .find(&Method::GET, std::hint::black_box(&target))
                        .is_ok()
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, find);
criterion_main!(benches);
