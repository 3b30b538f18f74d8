use super::*;

#[tokio::test]
async fn only_the_right_password_of_a_known_person_verifies() {
    let hasher = Hasher::start(1).unwrap();
    let draw = Entropy::from_seed([1; 32]);
    let hash = hasher
        .hash(Secret::new("correct horse"), &draw)
        .await
        .unwrap();
    let verify = |text: &str, hash| hasher.verify(Secret::new(text), hash);
    assert!(verify("correct horse", Some(hash.clone())).await.unwrap());
    assert!(!verify("battery staple", Some(hash)).await.unwrap());
    assert!(!verify("nobody", None).await.unwrap());
}

#[test]
fn the_hash_of_nobody_costs_what_every_hash_costs() {
    // T31
    let made = hash(b"x", &[0; 16], &mut Vec::new()).unwrap();
    let cost = |phc: &str| phc.rsplitn(3, '$').nth(2).unwrap().to_owned();
    assert_eq!(cost(NOBODY), cost(made.as_str()));
    let nobody = PasswordHash::new(NOBODY);
    assert_eq!(verify(b"x", &nobody, &mut Vec::new()), Some(false));
}

/// The hash of these bytes, as an earlier version made it.
fn earlier(password: &str) -> PasswordHash {
    hash(password.as_bytes(), &[0; 16], &mut Vec::new()).unwrap()
}

#[tokio::test]
async fn how_many_hashes_are_computed_depends_on_the_text_alone() {
    // T31
    let hasher = Hasher::start(1).unwrap();
    let draw = Entropy::from_seed([1; 32]);
    for (typed, hashes) in [("caf\u{e9} noir", 1), ("cafe\u{301} noir", 2), ("tab\t", 1)] {
        let new = hasher.hash(Secret::new(typed), &draw).await.unwrap();
        for known in [
            None,
            Some(new),
            Some(earlier(typed)),
            Some(earlier("another")),
        ] {
            let before = hasher.calls();
            hasher.verify(Secret::new(typed), known).await.unwrap();
            assert_eq!(hasher.calls() - before, hashes, "{typed:?}");
        }
    }
}

#[tokio::test]
async fn a_password_verifies_in_the_form_of_rfc_8265_and_as_an_earlier_version_hashed_it() {
    // RFC8265-4.2
    let hasher = Hasher::start(1).unwrap();
    let draw = Entropy::from_seed([1; 32]);
    let (composed, typed) = ("caf\u{e9} noir", "cafe\u{301} noir");
    let new = hasher.hash(Secret::new(typed), &draw).await.unwrap();
    for (password, known, right) in [
        (composed, new.clone(), true),
        (typed, new, true),
        (typed, earlier(typed), true),
        // what was hashed is not known to be the same text
        (composed, earlier(typed), false),
        ("tab\t", earlier("tab\t"), true),
        ("tab", earlier("tab\t"), false),
    ] {
        let verified = hasher.verify(Secret::new(password), Some(known)).await;
        assert_eq!(verified.unwrap(), right, "{password:?}");
    }
}

#[test]
fn a_thread_without_work_gives_its_memory_back() {
    let (jobs, queue) = sync_channel::<Job>(2);
    let (queue, mut memory) = (Mutex::new(queue), Memory::new());
    let job = || Box::new(|memory: &mut Memory| drop(hash(b"x", &[0; 16], memory))) as Job;
    for _ in 0..2 {
        jobs.send(job()).unwrap();
        assert!(work_once(&queue, &mut memory, Duration::ZERO));
        // more than 32 MiB: the system has it back when it is freed
        assert!(memory.capacity() * size_of::<Block>() > 32 * 1024 * 1024);
    }
    assert!(work_once(&queue, &mut memory, Duration::ZERO));
    assert_eq!(memory.capacity(), 0);
    drop(jobs);
    assert!(!work_once(&queue, &mut memory, Duration::ZERO));
}
