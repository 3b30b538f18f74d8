//! Test helpers: mock clock, seeded entropy, HTTP client and browser. Development only.
