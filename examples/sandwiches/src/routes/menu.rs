//! The menu: the list of sandwiches, page by page, and the cursor that leads from one page to the next.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Json;
use serde::{Deserialize, Serialize};
use tracing::info;
use utoipa::{IntoParams, ToSchema};
use uuid::{Uuid, uuid};

use crate::app::App;
use crate::problem::{Document, Problem};
use crate::request::Parameters;
use crate::sandwich::Sandwich;
use crate::store::{Listing, Place, Sort};

/// Sandwiches on one page, if the client does not say.
const PAGE: u32 = 20;
/// The most sandwiches on one page: a list must fit in memory, whatever is stored. [`Page`](crate::store::Page) limits their size.
const PAGE_MAX: u32 = 100;
/// The name space of the cursors' seals: any constant would do, as long as it stays.
const SEALS: Uuid = uuid!("019aa5d2-6a51-7c52-8f31-2f4a3d5be0c7");

/// The menu
///
/// The way to the next page is in `next`, and in `Link` with `rel="next"`.
#[utoipa::path(
    get, path = "/sandwiches", tag = "sandwiches",
    params(Question),
    responses(
        (status = 200, body = Menu, headers(("Link" = Option<String>))),
        (status = 400, body = Document, content_type = "application/problem+json",
            description = "A parameter cannot be read, or the cursor is not of this list"),
    )
)]
pub(super) async fn list(
    State(app): State<App>,
    Parameters(question): Parameters<Question>,
) -> Result<(HeaderMap, Json<Menu>), Problem> {
    let listing = question.listing()?;

    info!("reading the menu");
    let found = app.store.list(listing).await?;
    info!("lunch time, {} to choose from", found.sandwiches.len());

    let next = found.next.map(|place| question.next(&place));
    let menu = Menu {
        sandwiches: found.sandwiches,
        next,
    };
    Ok((menu.links(), Json(menu)))
}

/// The query part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Question {
    /// Only those with this ingredient; upper and lower case are alike.
    ingredient: Option<String>,
    /// Only those with this text in their name; upper and lower case are alike.
    name: Option<String>,
    /// The order.
    #[serde(default)]
    #[param(inline, required = false)]
    sort: Order,
    /// The cursor of the page before, from its `next`.
    #[param(pattern = "^-?[0-9]+[.][0-9a-f]{32}[.][0-9a-f]*~[0-9a-f]{16}$")]
    after: Option<String>,
    /// At most how many. A page of large sandwiches has fewer, and leads on all the same.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// By what the list is ordered; with `-`, the other way round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
enum Order {
    #[default]
    #[serde(rename = "created_at")]
    Oldest,
    #[serde(rename = "-created_at")]
    Newest,
    #[serde(rename = "name")]
    Name,
    #[serde(rename = "-name")]
    NameBackwards,
}

impl Order {
    fn word(self) -> &'static str {
        match self {
            Order::Oldest => "created_at",
            Order::Newest => "-created_at",
            Order::Name => "name",
            Order::NameBackwards => "-name",
        }
    }

    fn sort(self) -> Sort {
        match self {
            Order::Oldest | Order::Newest => Sort::CreatedAt,
            Order::Name | Order::NameBackwards => Sort::Name,
        }
    }
}

impl Question {
    fn listing(&self) -> Result<Listing, Problem> {
        Ok(Listing {
            ingredient: self.ingredient.clone(),
            name_contains: self.name.clone(),
            sort: self.sort.sort(),
            descending: matches!(self.sort, Order::Newest | Order::NameBackwards),
            after: self.place()?,
            limit: self.limit()?,
        })
    }

    fn limit(&self) -> Result<u32, Problem> {
        match self.limit.unwrap_or(PAGE) {
            limit @ 1..=PAGE_MAX => Ok(limit),
            _ => Err(Problem::malformed_query("limit", "must be from 1 to 100")),
        }
    }

    /// What the cursor says, if its seal is the one of this list.
    fn place(&self) -> Result<Option<Place>, Problem> {
        let Some(cursor) = &self.after else {
            return Ok(None);
        };
        let place = cursor.split_once('~').and_then(|(place, seal)| {
            let place = place.parse().ok()?;
            (self.seal(&place) == seal).then_some(place)
        });
        let told = "not a cursor of this list: take the link to the next page as it is";
        place
            .map(Some)
            .ok_or_else(|| Problem::malformed_query("after", told))
    }

    /// Ties a cursor to the list it comes from, and tells one that was changed. It keeps no secret: whoever forges one
    /// with the source at hand sees what anybody can list.
    fn seal(&self, place: &Place) -> String {
        let list = (
            &self.ingredient,
            &self.name,
            self.sort.word(),
            place.to_string(),
        );
        let bytes = serde_json::to_vec(&list).expect("text can be written");
        let seal = Uuid::new_v5(&SEALS, &bytes).simple().to_string();
        seal[..16].to_owned()
    }

    /// The same question, of the next page.
    fn next(&self, place: &Place) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(ingredient) = &self.ingredient {
            query.append_pair("ingredient", ingredient);
        }
        if let Some(name) = &self.name {
            query.append_pair("name", name);
        }
        query.append_pair("sort", self.sort.word());
        query.append_pair("limit", &self.limit.unwrap_or(PAGE).to_string());
        query.append_pair("after", &format!("{place}~{}", self.seal(place)));
        format!("/sandwiches?{}", query.finish())
    }
}

/// The answer of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Menu {
    /// In the order that was asked for.
    sandwiches: Vec<Sandwich>,
    /// Where to go on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Menu {
    fn links(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Some(next) = &self.next {
            let link = format!("<{next}>; rel=\"next\"");
            let link = HeaderValue::try_from(link).expect("a URL is ASCII");
            headers.insert(header::LINK, link);
        }
        headers
    }
}
