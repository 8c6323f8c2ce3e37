//! The digest that an item keeps always names the content that it has.
#![allow(clippy::unwrap_used)]

use postern_domain::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

const KEYS: [&str; 4] = ["amount", "supplier", "note", "paid"];

fn fields() -> impl Strategy<Value = Fields> {
    let one = (prop::sample::select(KEYS.to_vec()), prop_oneof![Just("1"), Just("2"), Just("")]);
    prop::collection::btree_map(one.prop_map(|(key, text)| (key, text)), 0..1_u8, 0..4).prop_map(|chosen| {
        chosen.into_keys().map(|(key, text)| (key.to_owned(), FieldValue::Text(text.to_owned()))).collect()
    })
}

fn immaterial() -> impl Strategy<Value = Immaterial> {
    let parts = prop::collection::btree_set(prop_oneof![Just(Part::Title), Just(Part::Description)], 0..3);
    let keys = prop::collection::btree_set(prop::sample::select(KEYS.to_vec()), 0..3);
    (parts, keys).prop_map(|(parts, keys)| Immaterial {
        parts,
        fields: keys.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(),
    })
}

fn submission(fields: Fields) -> Box<Submission> {
    Box::new(Submission {
        reference: "ACME-1".into(),
        kind: Kind::Invoice,
        title: "Print run".into(),
        description: "Two thousand.".into(),
        client: "acme".into(),
        project: None,
        journey: JourneyRef { key: "papers".into(), version: 1 },
        fields,
        priority: Priority::Normal,
        owner: None,
    })
}

/// Everything that touches content, and what says that it does not, in no sensible order.
fn event() -> impl Strategy<Value = Event> {
    let text = || prop::option::of("[ab]{1,2}");
    prop_oneof![
        (fields(), text(), text(), any::<bool>()).prop_map(|(fields, title, description, cosmetic)| {
            Event::FieldsSet { fields, title, description, cosmetic }
        }),
        ("[xy]", "[ab]", "[0-3]{3}").prop_map(|(attachment, name, sha256)| Event::VersionAttached {
            attachment: attachment.as_str().into(),
            name,
            sha256,
            size: 3,
            media_type: "text/plain".into(),
        }),
        (1..4_u32, immaterial()).prop_map(|(to, immaterial)| Event::Migrated { from: 1, to, immaterial }),
        (fields(), immaterial())
            .prop_map(|(fields, immaterial)| Event::Submitted { submission: submission(fields), immaterial }),
        fields().prop_map(|outputs| Event::Decided {
            step: "look".into(),
            verdict: Verdict::Approve,
            reason: None,
            content: ContentDigest("0".repeat(64)),
            round: 1,
            journey_version: 1,
            on_behalf_of: Vec::new(),
            groups: Vec::new(),
            outputs,
            overriding: false,
        }),
        Just(Event::Resubmitted { comment: None }),
        Just(Event::Reopened { reason: "again".into() }),
        Just(Event::Noted { activity: "looked".into() }),
    ]
}

fn opened() -> Event {
    Event::ReviewOpened {
        stage: "look".into(),
        step: "look".into(),
        reviewers: vec!["anna".into()],
        quorum: Quorum::Any,
        needed: 1,
        veto: Veto::Anyone,
        due_at: None,
        clock: None,
        covers: Vec::new(),
        groups: Default::default(),
        fallback: false,
    }
}

proptest! {
    #[test]
    fn no_order_of_events_leaves_a_digest_that_names_other_content(
        first in (fields(), immaterial()),
        events in prop::collection::vec(event(), 0..12),
    ) {
        let (given, immaterial) = first;
        let drafted = Event::Drafted { submission: submission(given), immaterial };
        let mut item: Option<Item> = None;
        for event in [drafted, opened()].into_iter().chain(events) {
            let recorded = Recorded {
                event,
                by: Actor::Person("anna".into()),
                on_behalf_of: None,
                at: Timestamp(0),
                device_at: None,
                command: None,
            };
            let before = item.clone();
            // What cannot follow is refused, and changes nothing.
            item = apply(item, &"item-1".into(), &recorded).ok().or(before);
            let item = item.as_ref().unwrap();
            prop_assert_eq!(&item.content, &ContentDigest::of(item, &item.immaterial));
        }
    }
}

#[test]
fn what_is_not_decided_on_leaves_the_digest_as_it_is() {
    let immaterial =
        Immaterial { parts: [Part::Title].into(), fields: ["note".to_owned()].into_iter().collect() };
    let drafted = Event::Drafted { submission: submission(Fields::new()), immaterial };
    let record = |event| Recorded {
        event,
        by: Actor::Person("anna".into()),
        on_behalf_of: None,
        at: Timestamp(0),
        device_at: None,
        command: None,
    };
    let set = |key: &str, title: Option<&str>| Event::FieldsSet {
        fields: [(key.to_owned(), FieldValue::Text("new".into()))].into(),
        title: title.map(str::to_owned),
        description: None,
        cosmetic: false,
    };
    let before = apply(None, &"item-1".into(), &record(drafted)).unwrap();
    let noted = apply(Some(before.clone()), &"item-1".into(), &record(set("note", Some("Other")))).unwrap();
    assert_eq!(noted.content, before.content);
    let priced = apply(Some(noted), &"item-1".into(), &record(set("amount", None))).unwrap();
    assert_ne!(priced.content, before.content);
}
