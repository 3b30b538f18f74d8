//! The operations: one file a resource.

mod account;
mod admin;
mod article;
mod berth;
mod bookmark;
mod budget;
mod bulk;
mod cargo;
mod comment;
mod directory;
mod export;
mod file;
mod invoice;
mod item;
mod job;
mod letter;
mod member;
mod message;
mod note;
mod operation;
mod order;
mod parcel;
mod person;
mod pickup;
mod post;
mod profile;
mod project;
mod search;
mod session;
mod setting;
mod statement;
mod support;
mod team;
mod tenant;
mod transfer;

use axum::Router;

use crate::app::App;

pub(crate) fn router() -> Router<App> {
    [
        account::router(),
        admin::router(),
        article::router(),
        berth::router(),
        bookmark::router(),
        budget::router(),
        bulk::router(),
        cargo::router(),
        comment::router(),
        directory::router(),
        export::router(),
        file::router(),
        invoice::router(),
        item::router(),
        job::router(),
        letter::router(),
        member::router(),
        message::router(),
        note::router(),
        operation::router(),
        order::router(),
        parcel::router(),
        person::router(),
        pickup::router(),
        post::router(),
        profile::router(),
        project::router(),
        search::router(),
        session::router(),
        setting::router(),
        statement::router(),
        support::router(),
        team::router(),
        tenant::router(),
        transfer::router(),
    ]
    .into_iter()
    .fold(Router::new(), Router::merge)
}
