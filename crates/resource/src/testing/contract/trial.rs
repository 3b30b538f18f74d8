//! The steps of the test of one adapter.

use airside_policy::{Predicate, Related, Timestamp};

use super::{
    error::ContractError,
    note::{NOTES, Note, holds, note, shared_with, values},
};
use crate::{Count, Order, Query, Record, Records, RecordsError, record::Json};

/// A test of one adapter with some notes.
pub(super) struct Trial<'a, R> {
    pub(super) records: &'a R,
    pub(super) notes: Vec<Note>,
}

impl<R> Trial<'_, R> {
    pub(super) async fn run<T: Record>(&self, query: Query) -> Result<Vec<Note>, ContractError>
    where
        R: Records<T>,
    {
        let what = format!("{query:?}");
        let answered = self.records.run(query).await;
        let answered = answered.map_err(|error| ContractError(format!("{what}: {error}")))?;
        Ok(answered.iter().map(note).collect())
    }

    pub(super) async fn expect<T: Record>(
        &self,
        query: Query,
        expected: &[Note],
    ) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let what = format!("{query:?}");
        let answered = self.run(query).await?;
        match answered == expected {
            true => Ok(()),
            false => Err(ContractError(format!(
                "{what}: answers {answered:?} and not {expected:?}"
            ))),
        }
    }

    pub(super) async fn insert<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        self.expect(every(), &[]).await?;
        // the order of keys is not that of making
        for note in self.notes.iter().rev() {
            let query = Query::unprotected_insert(values(note));
            self.expect(query, std::slice::from_ref(note)).await?;
        }
        let Some(taken) = self.notes.first() else {
            return Ok(());
        };
        let query =
            Query::unprotected_insert(vec![("id", taken.id.into()), ("label", "new".into())]);
        match self.records.run(query).await {
            Err(RecordsError::Conflict(_)) => {}
            Err(error) => {
                return Err(ContractError(format!(
                    "a key that exists already is not a conflict: {error}"
                )));
            }
            Ok(_) => {
                return Err(ContractError(
                    "a key that exists already is inserted again".to_owned(),
                ));
            }
        }
        self.expect(every(), &self.notes).await
    }

    pub(super) async fn list<T: Record>(
        &self,
        filter: &Predicate,
    ) -> Result<Vec<Note>, ContractError>
    where
        R: Records<T>,
    {
        let notes = self.notes.iter().filter(|note| holds(filter, note));
        let expected: Vec<_> = notes.cloned().collect();
        let query = Query::unprotected_list(filter.clone(), None, 1000);
        self.expect(query, &expected).await?;
        let count = Count::unprotected(filter.clone());
        let what = format!("{count:?}");
        let counted = self.records.count(count).await;
        let counted = counted.map_err(|error| ContractError(format!("{what}: {error}")))?;
        match usize::try_from(counted) == Ok(expected.len()) {
            true => Ok(expected),
            false => {
                let not = expected.len();
                Err(ContractError(format!(
                    "{what}: counts {counted} and not {not}"
                )))
            }
        }
    }

    pub(super) async fn pages<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let filter = Predicate::Has("label".to_owned());
        let all = self.list(&filter).await?;
        let mut after = None;
        for page in all.chunks(7) {
            let query = Query::unprotected_list(filter.clone(), after, 7);
            self.expect(query, page).await?;
            after = page.last().map(|last| last.id.into());
        }
        self.expect(Query::unprotected_list(filter.clone(), after, 7), &[])
            .await?;
        self.expect(Query::unprotected_list(filter, None, 0), &[])
            .await
    }

    /// Sorts by numbers, some of which are missing: the order of texts differs between databases.
    pub(super) async fn sorted<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let filter = Predicate::Has("label".to_owned());
        let mut notes = self.list(&filter).await?;
        let by_closed = |note: &Note| (note.closed.is_none(), note.closed);
        let by_balance = |note: &Note| (note.balance.is_none(), note.balance);
        let orders = [
            vec![Order::Ascending("balance")],
            vec![Order::Descending("balance")],
            vec![Order::Ascending("closed"), Order::Descending("balance")],
        ];
        for (number, order) in orders.into_iter().enumerate() {
            notes.sort_by_key(|note| {
                let (is_missing, balance) = by_balance(note);
                let balance = balance.map(|balance| if number == 0 { balance } else { -balance });
                let closed = (number == 2).then(|| by_closed(note));
                (closed, is_missing, balance, note.id)
            });
            let list = |after: Option<i64>| Query::List {
                filter: filter.clone(),
                order: order.clone(),
                after: after.map(Into::into),
                limit: 5,
            };
            let mut after = None;
            for page in notes.chunks(5) {
                self.expect(list(after), page).await?;
                after = page.last().map(|last| last.id);
            }
            self.expect(list(after), &[]).await?;
            // the position of a record that the rule does not allow is not revealed
            for hidden in self.notes.iter().filter(|note| note.label.is_none()) {
                self.expect(list(Some(hidden.id)), &[]).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn load<T: Record>(
        &self,
        note: &Note,
        filter: &Predicate,
    ) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let load = |key: i64| Query::Load {
            key: key.into(),
            filter: filter.clone(),
        };
        let expected = holds(filter, note).then(|| note.clone());
        self.expect(load(note.id), expected.as_slice()).await?;
        self.expect(load(NOTES), &[]).await
    }

    /// Tests that a record is inserted only if its precondition is met.
    pub(super) async fn insert_below<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let made = Note {
            id: NOTES,
            owner: None,
            label: Some("below".to_owned()),
            balance: None,
            closed: None,
            weight: None,
            made_at: None,
            content: None,
            extra: None,
        };
        let insert = |person: &str| Query::Insert {
            values: values(&made),
            only_if: Predicate::Related(Box::new(Related {
                table: "contract_shares".to_owned(),
                joined: Vec::new(),
                condition: Predicate::equal("person", person).and(Predicate::equal("note", 7)),
            })),
        };
        self.expect(insert("alice"), &[]).await?;
        self.expect(every(), &self.notes).await?;
        self.expect(insert("bob"), std::slice::from_ref(&made))
            .await?;
        let delete = Query::Delete {
            key: made.id.into(),
            filter: Predicate::Always(true),
        };
        self.expect(delete, &[made]).await
    }

    pub(super) async fn update<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        for (note, rule) in self.with_rules() {
            let mut changed = note.clone();
            changed.label = Some("'; DROP TABLE contract_notes; --".to_owned());
            changed.balance = None;
            changed.closed = Some(true);
            changed.weight = Some(-0.25);
            changed.made_at = Timestamp::from_unix_micros(-1).ok();
            changed.content = Some(vec![0, 0xff, b'\'']);
            changed.extra = Some(Json(serde_json::json!({ "a": [null, "é'", 1.5] })));
            let to = |note: &Note, filter: Predicate| Query::Update {
                key: note.id.into(),
                filter,
                values: values(note).split_off(2),
            };
            let never = rule.clone().and(Predicate::Not(Box::new(rule.clone())));
            self.expect(to(&changed, never), &[]).await?;
            self.expect(every(), &self.notes).await?;
            self.expect(to(&changed, rule.clone()), std::slice::from_ref(&changed))
                .await?;
            let mut all = self.notes.clone();
            all.iter_mut()
                .filter(|one| one.id == note.id)
                .for_each(|one| *one = changed.clone());
            self.expect(every(), &all).await?;
            self.expect(
                to(note, Predicate::Always(true)),
                std::slice::from_ref(note),
            )
            .await?;
        }
        Ok(())
    }

    pub(super) async fn delete<T: Record>(&self) -> Result<(), ContractError>
    where
        R: Records<T>,
    {
        let delete = |note: &Note, filter: Predicate| Query::Delete {
            key: note.id.into(),
            filter,
        };
        for (note, rule) in self.with_rules() {
            let not = Predicate::Not(Box::new(rule.clone()));
            self.expect(delete(note, not), &[]).await?;
        }
        self.expect(every(), &self.notes).await?;
        let mut rest = self.notes.as_slice();
        while let Some((note, others)) = rest.split_first() {
            let own = Predicate::equal("id", note.id);
            let deleted = std::slice::from_ref(note);
            self.expect(delete(note, own.clone()), deleted).await?;
            self.expect(delete(note, own), &[]).await?;
            self.expect(every(), others).await?;
            rest = others;
        }
        Ok(())
    }

    /// Returns some notes, each with a rule that holds for it.
    fn with_rules(&self) -> Vec<(&Note, Predicate)> {
        let owned = self.notes.iter().filter_map(|note| {
            let owner = note.owner.as_deref()?;
            Some((note, Predicate::equal("owner", owner)))
        });
        let shared = shared_with("alice");
        let shared = self.notes.iter().filter(|note| holds(&shared, note));
        let shared = shared.map(|note| (note, shared_with("alice")));
        owned.take(5).chain(shared).collect()
    }
}

/// Makes the query for every note.
pub(super) fn every() -> Query {
    Query::unprotected_list(Predicate::Always(true), None, 1000)
}
