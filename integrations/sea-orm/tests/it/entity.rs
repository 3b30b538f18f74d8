//! An entity whose `Model` is a record.

use airside_resource::{Query, Record, Records as _, policy::Value};
use airside_sea_orm::SeaOrm;
use sea_orm::entity::prelude::*;

pub(crate) mod note {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Record)]
    #[sea_orm(table_name = "notes")]
    #[record(table = "notes", records = SeaOrm, type_name = "Note")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub id: i64,
        #[record(owner)]
        pub owner: String,
        #[record(writable)]
        pub text: String,
    }

    #[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

#[tokio::test]
async fn the_model_of_an_entity_is_a_record() {
    let records = super::connected("sqlite::memory:", super::TABLES).await;
    let values = vec![
        ("id", 1.into()),
        ("owner", "alice".into()),
        ("text", Value::from("milk")),
    ];
    let query = Query::unprotected_insert(values);
    let made: Vec<note::Model> = records.run(query).await.unwrap();
    let found = note::Entity::find().all(records.unprotected()).await;
    assert_eq!(found.unwrap(), made);
}
