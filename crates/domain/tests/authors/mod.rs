//! Who contributed to an item in its round, found from its log alone: a second opinion beside what `apply` keeps.
#![allow(dead_code)]

use postern_domain::*;
use std::collections::BTreeSet;

/// What is decided on, as it stood once; compared part by part, without the digest.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Content {
    title: Option<String>,
    description: Option<String>,
    fields: Fields,
    files: Vec<(AttachmentId, String, Option<String>)>,
}

impl Content {
    fn of(item: &Item, journey: &Journey) -> Self {
        let material = |part, text: &String| (!journey.cosmetic.contains(&part)).then(|| text.clone());
        Self {
            title: material(Part::Title, &item.title),
            description: material(Part::Description, &item.description),
            fields: item
                .fields
                .iter()
                .filter(|(key, _)| journey.is_material(key))
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            files: item
                .attachments
                .iter()
                .map(|file| {
                    let newest = file.versions.last().map(|version| version.sha256.clone());
                    (file.id.clone(), file.name.clone(), newest)
                })
                .collect(),
        }
    }
}

/// Fed with every event and the item that it made, in order.
#[derive(Clone, Debug, Default)]
pub struct Authors {
    of_round: BTreeSet<PersonId>,
    sent_back: Option<Content>,
    since: BTreeSet<PersonId>,
}

impl Authors {
    pub fn learn(&mut self, recorded: &Recorded, after: &Item, journey: &Journey) {
        let by = || recorded.by.person().cloned();
        match &recorded.event {
            Event::Drafted { .. } | Event::Submitted { .. } => self.of_round.extend(by()),
            Event::FieldsSet { cosmetic: false, .. } | Event::VersionAttached { .. } => {
                self.of_round.extend(by());
                self.since.extend(by());
            }
            Event::ChangesRequested { .. } => {
                self.sent_back = Some(Content::of(after, journey));
                self.since.clear();
            }
            Event::Resubmitted { .. } => {
                if self.sent_back.take().is_some_and(|before| before != Content::of(after, journey)) {
                    self.of_round = std::mem::take(&mut self.since);
                }
                self.of_round.extend(by());
            }
            _ => {}
        }
    }

    /// Nobody of them decides, nor anybody in their place.
    pub fn are(&self, person: &PersonId) -> bool {
        self.of_round.contains(person)
    }
}
