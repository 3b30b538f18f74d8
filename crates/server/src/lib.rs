//! The authorization server: one route table, endpoints, pages, administration and jobs.
