//! The operations: one file a resource.

mod account;
mod admin;
mod article;
mod bookmark;
mod comment;
mod directory;
mod export;
mod file;
mod invoice;
mod item;
mod job;
mod member;
mod message;
mod note;
mod operation;
mod order;
mod person;
mod post;
mod profile;
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
        bookmark::router(),
        comment::router(),
        directory::router(),
        export::router(),
        file::router(),
        invoice::router(),
        item::router(),
        job::router(),
        member::router(),
        message::router(),
        note::router(),
        operation::router(),
        order::router(),
        person::router(),
        post::router(),
        profile::router(),
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
