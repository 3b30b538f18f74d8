//! Facts in, decision out.

use std::hint::black_box;

use airside_jose::Algorithm;
use criterion::Criterion;

use crate::world::World;

/// `parse` opens a code and proves a refresh token; `decide` is the decision alone.
pub fn decide(criterion: &mut Criterion) {
    let world = World::new(Algorithm::ES256);
    let requests = [
        ("client credentials", world.machine()),
        ("code", world.redemption()),
        ("refresh", world.refresh()),
    ];
    let mut group = criterion.benchmark_group("decide");
    for (name, (form, facts)) in &requests {
        group.bench_function(format!("{name}: parse"), |bencher| {
            bencher.iter(|| world.parse(black_box(form)));
        });
        let request = world.parse(form);
        let context = world.context();
        group.bench_function(format!("{name}: decide"), |bencher| {
            bencher.iter(|| {
                request
                    .decide(black_box(&context), black_box(facts))
                    .unwrap()
            });
        });
    }
    group.finish();
}
