//! `/Messages/{MessageSid}/Media.json` and `…/Media/{Sid}.json`.

use serde::Serialize;

use super::{Context, messages};
use crate::dates::{DateFilter, Literal, Upper, rfc2822};
use crate::errors::ApiError;
use crate::http::Answer;
use crate::paging::{self, ListKind};
use crate::world::table::Table;
use crate::world::{Media, World};

const LIST: ListKind =
    ListKind { array: "media_list", sid_prefix: "ME", token_prefix: "ME", ..ListKind::API };

#[derive(Serialize)]
struct View<'a> {
    account_sid: &'a str,
    content_type: &'a str,
    date_created: String,
    date_updated: String,
    parent_sid: &'a str,
    sid: &'a str,
    uri: String,
}

fn view<'a>(account: &'a str, media: &'a Media) -> View<'a> {
    View {
        account_sid: account,
        content_type: media.content_type,
        date_created: rfc2822(media.date_created),
        date_updated: rfc2822(media.date_updated),
        parent_sid: &media.message_sid,
        sid: &media.sid,
        uri: format!(
            "/2010-04-01/Accounts/{account}/Messages/{}/Media/{}.json",
            media.message_sid, media.sid
        ),
    }
}

/// An empty list below a message without media, 404 below none.
pub(crate) fn list(context: &Context<'_>, world: &World, message: &str) -> Result<Answer, ApiError> {
    let query = &context.request.query;
    let created = DateFilter::read(query, "DateCreated", Literal::DateTime, Upper::Included)?;
    messages::find(context, world, message)?;
    let none = Table::default();
    let table = files(context, world, message).unwrap_or(&none);
    let accepts = |media: &&Media| created.accepts(Some(media.date_created));
    let view = |media| view(context.account, media);
    paging::answer(LIST, context.path, query, table, accepts, |media| &media.sid, view)
}

pub(crate) fn fetch(
    context: &Context<'_>,
    world: &World,
    message: &str,
    sid: &str,
) -> Result<Answer, ApiError> {
    Ok(Answer::json(200, &view(context.account, find(context, world, message, sid)?)))
}

/// The message goes on counting it in `num_media`.
pub(crate) fn delete(
    context: &Context<'_>,
    world: &mut World,
    message: &str,
    sid: &str,
) -> Result<Answer, ApiError> {
    find(context, world, message, sid)?;
    world.forget_media(context.account, message, sid);
    Ok(Answer::no_content())
}

fn find<'w>(
    context: &Context<'_>,
    world: &'w World,
    message: &str,
    sid: &str,
) -> Result<&'w Media, ApiError> {
    files(context, world, message).and_then(|files| files.get(sid)).ok_or_else(|| context.not_found())
}

fn files<'w>(context: &Context<'_>, world: &'w World, message: &str) -> Option<&'w Table<Media>> {
    world.holdings(context.account)?.messages.media.get(message)
}
