//! The JSON Schema of journey documents, for editors and other programs.

use super::Journey;
use schemars::generate::SchemaSettings;

/// JSON Schema (draft 2020-12) of a journey document. TOML and JSON have the same keys.
pub fn schema() -> serde_json::Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Journey>();
    schema.insert("title".to_owned(), "Postern journey".into());
    schema.insert("description".to_owned(), DESCRIPTION.into());
    schema.into()
}

const DESCRIPTION: &str = "The workflow of an item as a versioned document: its form, its stages of parallel approval \
    steps, their targets and escalation ladders. docs/journeys.md explains every key.";
