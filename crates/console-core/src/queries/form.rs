//! Fields of a form: what stands there, and what can be written.

use crate::views::{FieldView, FormField, FormView};
use postern_domain::{FieldValue, Item, Journey, Part};

/// What can be written under a journey, with what stands in `item`. Under one without a form, that is what stands there.
pub(crate) fn form_of(journey: Option<&Journey>, item: Option<&Item>) -> FormView {
    let value = |key: &str| Some(item?.fields.get(key)?.to_string());
    let known = journey.map_or(&[][..], |journey| &journey.fields);
    let fields = known.iter().filter(|field| !field.output).map(|field| FormField {
        key: field.key.clone(),
        name: field.name.clone(),
        help: field.help.clone(),
        of: Some(field.of.clone()),
        required: field.required,
        material: field.is_material(),
        internal: field.internal,
        value: value(&field.key),
    });
    let unknown = item.filter(|_| known.is_empty()).into_iter().flat_map(|item| item.fields.keys());
    let unknown = unknown.map(|key| FormField {
        key: key.clone(),
        name: label(key),
        help: None,
        of: None,
        required: false,
        material: true,
        internal: false,
        value: value(key),
    });
    let material = |part| journey.is_none_or(|journey| !journey.cosmetic.contains(&part));
    FormView {
        title_material: material(Part::Title),
        description_material: material(Part::Description),
        fields: fields.chain(unknown).collect(),
    }
}

pub(super) fn field(key: &str, value: &FieldValue, journey: Option<&Journey>) -> FieldView {
    let known = journey.and_then(|journey| journey.field(key));
    FieldView {
        key: key.to_owned(),
        label: known.map_or_else(|| label(key), |field| field.name.clone()),
        value: value.to_string(),
        of: known.map(|field| field.of.clone()),
    }
}

/// `purchase_order` reads `Purchase order`.
pub(super) fn label(key: &str) -> String {
    let words = key.replace(['_', '-'], " ");
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
