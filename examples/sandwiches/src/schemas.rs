//! The schemas of a sandwich's fields in the OpenAPI document, by the same limits that [`sandwich`](crate::sandwich)
//! checks.

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, SchemaType};
use utoipa::openapi::{KnownFormat, RefOr, Schema, SchemaFormat, Type};

use crate::sandwich::{DESCRIPTION_MAX, INGREDIENT_MAX, INGREDIENTS_MAX, NAME_MAX, PRICE_MAX};

/// No control characters, C0, DEL and C1.
const NO_CONTROLS: &str = r"^[^\u0000-\u001F\u007F-\u009F]*$";
/// None but the tab and the end of a line.
const TEXT: &str = r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$";

pub(crate) fn name() -> RefOr<Schema> {
    text(Type::String.into(), NAME_MAX, NO_CONTROLS).into()
}

pub(crate) fn ingredients() -> RefOr<Schema> {
    ArrayBuilder::new()
        .items(text(Type::String.into(), INGREDIENT_MAX, NO_CONTROLS))
        .max_items(Some(INGREDIENTS_MAX))
        .into()
}

pub(crate) fn description() -> RefOr<Schema> {
    text(or_null(Type::String), DESCRIPTION_MAX, TEXT).into()
}

pub(crate) fn price_cents() -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(or_null(Type::Integer))
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int32)))
        .minimum(Some(0))
        .maximum(Some(PRICE_MAX))
        .into()
}

fn text(of: SchemaType, max: usize, pattern: &str) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(of)
        .min_length(Some(1))
        .max_length(Some(max))
        .pattern(Some(pattern))
}

fn or_null(other: Type) -> SchemaType {
    SchemaType::from_iter([other, Type::Null])
}
