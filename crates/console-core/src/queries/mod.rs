//! Questions that the cache answers, with names in the place of ids.

mod audit;
mod differences;
mod form;
mod item;
mod list;
mod outbox;
mod report;
mod steps;
mod visit;

pub(crate) use form::form_of;
pub(crate) use visit::{NOT_KEPT, Visited};

pub use outbox::Settlement;

use crate::engine::Engine;
use crate::failure::{CallError, failure};
use crate::portal::Call;
use crate::views::{Failure, FailureCode, NewerItem, PersonRef};
use postern_console_store::Lookup;
use postern_domain::{ItemId, PersonId};
use postern_protocol::paths;

pub(crate) fn person_ref(id: &PersonId, lookup: &Lookup) -> PersonRef {
    let name = lookup.people().name(id).to_owned();
    PersonRef { id: id.clone(), initials: initials(&name), is_me: lookup.me.as_ref() == Some(id), name }
}

/// At most two letters: of the first and the last part of the name.
pub(crate) fn initials(name: &str) -> String {
    let letter = |part: &str| part.chars().find(|character| character.is_alphanumeric());
    let mut parts =
        name.split(|character: char| character.is_whitespace() || character == ':').filter_map(letter);
    let first = parts.next();
    first.into_iter().chain(parts.next_back()).flat_map(char::to_uppercase).collect()
}

impl Engine {
    /// The items that only a newer Postern can read, in the order of their references.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn newer_items(&self) -> Result<Vec<NewerItem>, Failure> {
        let named = self.inner.cache.newer_items().await?;
        Ok(named.into_iter().map(|(reference, title)| NewerItem { reference, title }).collect())
    }

    /// The id of the item that people call `reference`. Where items are at the portal only, it is asked for one that is
    /// not here.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or [`FailureCode::Upgrade`] for one that only a newer version can read.
    pub async fn find(&self, reference: &str) -> Result<ItemId, Failure> {
        let reference = reference.trim();
        if let Some(id) = self.inner.cache.find_reference(reference).await? {
            return Ok(id);
        }
        let newer = self.newer_items().await?;
        if let Some(NewerItem { reference, title }) =
            newer.iter().find(|item| item.reference.eq_ignore_ascii_case(reference))
        {
            let message = format!(
                "{reference} “{title}” uses something that this version of Postern does not know. It is kept, and \
                 shown after an update."
            );
            return Err(failure(FailureCode::Upgrade, message));
        }
        let mut message =
            format!("There is no item {reference} among those that you may see (as of the last sync).");
        let elsewhere = self.inner.cache.kept().await?.elsewhere;
        if elsewhere > 0 {
            match self.look_up(reference).await {
                Ok(Some(id)) => return Ok(id),
                Ok(None) => {}
                Err(error) => message.push_str(&format!(
                    " {elsewhere} that were closed longer ago are at the portal only, and it was not asked: {}",
                    error.sentence()
                )),
            }
        }
        Err(failure(FailureCode::NotFound, message))
    }

    /// The client that a code, a name or an id means.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`].
    pub async fn find_client(&self, text: &str) -> Result<postern_domain::ClientId, Failure> {
        let lookup = self.lookup().await?;
        let wanted = text.trim().to_lowercase();
        let means = |client: &&postern_domain::Client| {
            [client.id.as_str(), &client.code, &client.name].iter().any(|name| name.to_lowercase() == wanted)
        };
        let found = lookup.clients.values().find(means).map(|client| client.id.clone());
        found.ok_or_else(|| failure(FailureCode::NotFound, format!("There is no client “{text}” in sight.")))
    }

    /// Whom a text means: an id, an e-mail address, a whole name, or the beginning of one. One person only.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], or [`FailureCode::Invalid`] naming the people that it could mean.
    pub async fn find_person(&self, text: &str) -> Result<PersonRef, Failure> {
        let lookup = self.lookup().await?;
        let wanted = text.trim().to_lowercase();
        let staff = || lookup.people().iter().filter(|person| person.is_staff());
        let exact = staff().find(|person| {
            person.id.as_str() == text
                || person.email.to_lowercase() == wanted
                || person.name.to_lowercase() == wanted
        });
        if let Some(person) = exact {
            return Ok(person_ref(&person.id, &lookup));
        }
        let begins = |name: &str| {
            name.to_lowercase().split_whitespace().any(|part| part.starts_with(&wanted))
                || name.to_lowercase().starts_with(&wanted)
        };
        let found: Vec<_> = staff().filter(|person| !wanted.is_empty() && begins(&person.name)).collect();
        match found.as_slice() {
            [one] => Ok(person_ref(&one.id, &lookup)),
            [] => Err(failure(FailureCode::NotFound, format!("Nobody on the staff is called “{text}”."))),
            many => {
                let names: Vec<String> =
                    many.iter().take(8).map(|person| format!("{} <{}>", person.name, person.email)).collect();
                Err(failure(
                    FailureCode::Invalid,
                    format!("“{text}” could be {}.", postern_domain::explain::list(&names, "or")),
                ))
            }
        }
    }

    /// A front end's own value, kept with the profile.
    ///
    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn preferences(&self) -> Result<serde_json::Value, Failure> {
        Ok(self.inner.cache.preference("front_end").await?.unwrap_or_else(|| serde_json::json!({})))
    }

    /// # Errors
    /// [`FailureCode::Cache`].
    pub async fn set_preferences(&self, value: &serde_json::Value) -> Result<(), Failure> {
        Ok(self.inner.cache.set_preference("front_end", value).await?)
    }

    /// Whether the portal answers at all, without a token.
    ///
    /// # Errors
    /// [`FailureCode::Offline`].
    pub async fn ping(&self) -> Result<(), Failure> {
        let session = self.current()?;
        let call = Call::get(paths::HEALTH);
        let reply =
            crate::portal::send(self.inner.deps.transport.as_ref(), &session.portal, None, &call).await;
        match reply {
            Err(error @ (CallError::Offline { .. } | CallError::NotSent { .. })) => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// A reference as a part of a path.
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut path, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            path.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(path, "%{byte:02X}");
        }
        path
    })
}

#[cfg(test)]
mod tests {
    use super::{encoded, initials};

    #[test]
    fn initials_are_of_the_first_and_the_last_name() {
        assert_eq!(initials("Mara Lindqvist"), "ML");
        assert_eq!(initials("Ana Sofia de Souza"), "AS");
        assert_eq!(initials("Cher"), "C");
        assert_eq!(initials("system:import"), "SI");
        assert_eq!(initials(""), "");
    }

    #[test]
    fn a_reference_stays_one_part_of_a_path() {
        assert_eq!(encoded("ACME-142"), "ACME-142");
        assert_eq!(encoded("a/../b?c"), "a%2F..%2Fb%3Fc");
    }
}
