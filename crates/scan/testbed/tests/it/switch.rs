//! Each switch opens its hole; without switches no hole shows.

use std::collections::BTreeSet;

use airside_scan_testbed::{Hole, Holes};

use crate::{probe::shows, stage::Stage};

#[tokio::test]
async fn each_switch_opens_its_hole() {
    for hole in Hole::ALL {
        let mut stage = Stage::only(*hole).await;
        assert!(shows(&mut stage, *hole).await, "{hole} is not there");
    }
}

#[tokio::test]
async fn without_switches_no_hole_shows() {
    for hole in Hole::ALL {
        let mut stage = Stage::secure().await;
        assert!(!shows(&mut stage, *hole).await, "{hole} is there");
    }
}

#[tokio::test]
async fn all_holes_are_open_at_once() {
    for hole in Hole::ALL {
        let mut stage = Stage::with(Holes::all()).await;
        assert!(shows(&mut stage, *hole).await, "{hole} is not there");
    }
}

#[test]
fn names_are_unique_and_are_read_back() {
    let names: BTreeSet<_> = Hole::ALL.iter().map(|hole| hole.name()).collect();
    assert_eq!(names.len(), Hole::ALL.len());
    assert!(names.len() >= 30);
    for hole in Hole::ALL {
        assert_eq!(hole.name().parse(), Ok(*hole));
    }
    let two: Holes = "order-read,me-role".parse().unwrap();
    assert_eq!(
        two.iter().collect::<Vec<_>>(),
        [Hole::OrderRead, Hole::MeRole]
    );
    assert!("order-read,no-such-hole".parse::<Holes>().is_err());
    assert_eq!("all".parse(), Ok(Holes::all()));
}
