//! The examples of the document are messages.
#![allow(clippy::unwrap_used)]

use postern_protocol::{
    BootstrapPart, ChangePage, Handshake, HandshakeReply, NamedItems, News, Problem, Push, PushReply,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const DOCUMENT: &str = include_str!("../../../docs/sync-protocol.md");

/// Whether the text is such a message, with everything that one has and nothing else.
fn is<T: Serialize + DeserializeOwned>(text: &str) {
    for example in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        let written = example.unwrap_or_else(|error| panic!("{error} in\n{text}"));
        let read: T =
            serde_json::from_value(written.clone()).unwrap_or_else(|error| panic!("{error} in\n{text}"));
        assert_eq!(serde_json::to_value(&read).unwrap(), written, "in\n{text}");
    }
}

#[test]
fn every_example_of_the_document_is_a_message_as_it_is_sent() {
    let mut seen = Vec::new();
    for block in DOCUMENT.split("```json ").skip(1) {
        let (name, rest) = block.split_once('\n').unwrap();
        let (text, _) = rest.split_once("```").unwrap();
        match name {
            "Handshake" => is::<Handshake>(text),
            "HandshakeReply" => is::<HandshakeReply>(text),
            "Push" => is::<Push>(text),
            "PushReply" => is::<PushReply>(text),
            "ChangePage" => is::<ChangePage>(text),
            "BootstrapPart" => is::<BootstrapPart>(text),
            "NamedItems" => is::<NamedItems>(text),
            "News" => is::<News>(text),
            "Problem" => is::<Problem>(text),
            other => panic!("no message is called {other}"),
        }
        seen.push(name);
    }
    assert_eq!(
        seen,
        [
            "Handshake",
            "HandshakeReply",
            "Push",
            "PushReply",
            "ChangePage",
            "NamedItems",
            "BootstrapPart",
            "News",
            "Problem"
        ]
    );
}
