use super::*;

#[derive(Debug)]
struct Note {
    id: i64,
}

impl Record for Note {
    type Key = i64;
    type Records = Memory;
    const TYPE: &'static str = "Note";
    const TABLE: &'static str = "notes";

    fn column(&self, _: &str) -> Value {
        self.id.into()
    }
}

impl FromRow<Memory> for Note {
    fn from_row(row: &Row) -> Result<Self, ColumnTypeError> {
        Ok(Self { id: row.get("id")? })
    }
}

/// Otherwise a new record would have the members of a deleted one.
#[tokio::test]
async fn no_number_is_given_twice() {
    let records = Memory::default();
    let run = async |query: Query| -> Vec<Note> { records.run(query).await.unwrap() };
    let insert = || Query::unprotected_insert(Vec::new());
    assert_eq!(run(insert()).await[0].id, 1);
    let delete = Query::Delete {
        key: 1.into(),
        filter: Predicate::Always(true),
    };
    assert_eq!(run(delete).await[0].id, 1);
    assert_eq!(run(insert()).await[0].id, 2);
}
