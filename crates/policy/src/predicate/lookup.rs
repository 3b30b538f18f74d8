//! The columns by which a database finds the rows of a condition.

use std::collections::BTreeSet;

use super::{Comparison, Predicate, Related};

/// Columns of a table by which rows are found. One of them must have an index, or each query reads all rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// The table.
    pub table: String,
    /// The columns.
    pub columns: BTreeSet<String>,
}

impl Predicate {
    /// Lists the lookups of a condition on the rows of a table: one of its own, unless nothing is compared with a
    /// value, and those of the other tables that it is about.
    #[must_use]
    pub fn lookups(&self, table: &str) -> Vec<Lookup> {
        let mut columns = BTreeSet::new();
        let mut all = Vec::new();
        self.collect(table, &mut columns, &mut all);
        if !columns.is_empty() {
            let table = table.to_owned();
            all.insert(0, Lookup { table, columns });
        }
        all
    }

    /// Adds the columns of `table` that all rows are found by, and other lookups.
    fn collect(&self, table: &str, columns: &mut BTreeSet<String>, all: &mut Vec<Lookup>) {
        match self {
            Self::Compare(name, Comparison::Equal, _) | Self::In(name, _) => {
                columns.insert(name.clone());
            }
            Self::And(parts) => {
                for part in parts {
                    part.collect(table, columns, all);
                }
            }
            Self::Or(parts) => all.extend(parts.iter().flat_map(|part| part.lookups(table))),
            Self::Related(related) => {
                // or from the other table, by the column that is joined with it
                columns.extend(related.joined.iter().map(|pair| pair.ours.clone()));
                related.collect(all);
            }
            _ => {}
        }
    }
}

impl Related {
    fn collect(&self, all: &mut Vec<Lookup>) {
        let theirs = self.joined.iter().map(|pair| pair.theirs.clone());
        let mut columns: BTreeSet<_> = theirs.collect();
        let mut others = Vec::new();
        self.condition
            .collect(&self.table, &mut columns, &mut others);
        // alternatives in the condition need no index of their own: the joined columns find the row
        others.retain(|lookup| self.joined.is_empty() || lookup.table != self.table);
        all.extend(others);
        let table = self.table.clone();
        all.push(Lookup { table, columns });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ColumnPair;

    fn names(predicate: &Predicate) -> Vec<String> {
        let lookups = predicate.lookups("notes").into_iter();
        lookups
            .map(|Lookup { table, columns }| {
                format!(
                    "{table} {}",
                    columns.into_iter().collect::<Vec<_>>().join("|")
                )
            })
            .collect()
    }

    #[test]
    fn each_alternative_is_looked_up_by_itself() {
        let shared = Predicate::Related(Box::new(Related {
            table: "members".to_owned(),
            joined: vec![ColumnPair::new("note", "id")],
            condition: Predicate::equal("person", "alice"),
        }));
        let owned = Predicate::equal("owner", "alice").and(Predicate::equal("org", "acme"));
        assert_eq!(names(&owned), ["notes org|owner"]);
        assert_eq!(names(&shared), ["notes id", "members note|person"]);
        let either = Predicate::Or(vec![owned, shared]);
        assert_eq!(
            names(&either),
            ["notes org|owner", "notes id", "members note|person"]
        );
        assert!(names(&Predicate::Has("owner".to_owned())).is_empty());
    }
}
