//! People, their grants, and the accounts they sign in with.

use crate::dialect::{Connection, DbRow};
use crate::directory::already;
use crate::error::StoreError;
use crate::head::Writing;
use crate::sessions;
use crate::store::Store;
use postern_domain::{Actor, Arranged, Arrangement, Grant, Person, PersonId, Standing, Timestamp};
use sqlx::Row as _;

/// A person who can sign in, and the hash to check the password against.
#[derive(Clone, Debug)]
pub struct Account {
    pub person: Person,
    /// PHC string format.
    pub password_hash: String,
}

/// What may be changed of a person; absent parts stay.
#[derive(Clone, Debug, Default)]
pub struct PersonChange {
    pub name: Option<String>,
    pub grants: Option<Vec<Grant>>,
    pub groups: Option<Vec<String>>,
    /// Whom the person reports to; `Some(None)` for nobody.
    pub lead: Option<Option<PersonId>>,
    pub disabled: Option<bool>,
}

/// Everybody, each with their scope generation.
pub(crate) async fn all(db: &mut Connection) -> Result<Vec<(Person, i64)>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, name, email, time_zone, grants, teams, lead, disabled, scope_generation FROM people ORDER BY id",
    )
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| Ok((from_row(row)?, row.try_get("scope_generation")?))).collect()
}

fn from_row(row: &DbRow) -> Result<Person, StoreError> {
    let id: String = row.try_get("id")?;
    let unreadable = |error| StoreError::inconsistent(format!("the grants of {id} cannot be read: {error}"));
    Ok(Person {
        name: row.try_get("name")?,
        email: row.try_get("email")?,
        time_zone: row.try_get("time_zone")?,
        grants: serde_json::from_str(row.try_get("grants")?).map_err(unreadable)?,
        groups: serde_json::from_str(row.try_get("teams")?).map_err(unreadable)?,
        lead: row.try_get::<Option<String>, _>("lead")?.map(PersonId),
        disabled: row.try_get("disabled")?,
        id: PersonId(id),
    })
}

fn json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::inconsistent(error.to_string()))
}

/// E-mail addresses are compared without regard to case, and so kept in lower case.
fn canonical(email: &str) -> String {
    email.trim().to_lowercase()
}

/// With their line in the trail.
pub(crate) async fn add(
    writing: &mut Writing,
    person: &Person,
    password_hash: Option<&str>,
    by: &Actor,
    at: Timestamp,
) -> Result<(), StoreError> {
    insert(&mut writing.tx, person).await?;
    if let Some(hash) = password_hash {
        set_password(&mut writing.tx, &person.id, hash).await?;
    }
    let change = Arrangement::PersonChanged { person: person.id.clone(), before: None, after: person.into() };
    writing.record_arranged(&Arranged { change, by: by.clone(), at })?;
    writing.head.directory_version += 1;
    Ok(())
}

async fn insert(db: &mut Connection, person: &Person) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO people (id, name, email, time_zone, grants, teams, lead, disabled, scope_generation)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)",
    )
    .bind(person.id.as_str())
    .bind(&person.name)
    .bind(canonical(&person.email))
    .bind(&person.time_zone)
    .bind(json(&person.grants)?)
    .bind(json(&person.groups)?)
    .bind(person.lead.as_ref().map(PersonId::as_str))
    .bind(person.disabled)
    .execute(db)
    .await
    .map_err(|error| already(error, || format!("a person {} or an account {}", person.id, person.email)))?;
    Ok(())
}

async fn set_password(db: &mut Connection, id: &PersonId, hash: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO accounts (person, password_hash) VALUES ($1, $2)
         ON CONFLICT (person) DO UPDATE SET password_hash = $2",
    )
    .bind(id.as_str())
    .bind(hash)
    .execute(db)
    .await?;
    Ok(())
}

impl Store {
    pub async fn add_person(
        &self,
        person: &Person,
        password_hash: Option<&str>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        add(&mut writing, person, password_hash, by, at).await?;
        writing.commit(self).await?;
        Ok(())
    }

    /// Changes a person. Other grants, or being disabled, count the scope generation on; being disabled also ends
    /// all sessions. What changes of their standing is a line of the trail.
    pub async fn change_person(
        &self,
        id: &PersonId,
        change: &PersonChange,
        by: &Actor,
        now: Timestamp,
    ) -> Result<Person, StoreError> {
        let mut writing = self.write().await?;
        let row = sqlx::query(
            "SELECT id, name, email, time_zone, grants, teams, lead, disabled FROM people WHERE id = $1",
        )
        .bind(id.as_str())
        .fetch_optional(&mut *writing.tx)
        .await?
        .ok_or_else(|| StoreError::NotFound { what: format!("person {id}") })?;
        let before = from_row(&row)?;
        let mut after = before.clone();
        if let Some(name) = &change.name {
            after.name.clone_from(name);
        }
        if let Some(grants) = &change.grants {
            after.grants.clone_from(grants);
        }
        if let Some(groups) = &change.groups {
            after.groups.clone_from(groups);
        }
        if let Some(lead) = &change.lead {
            after.lead.clone_from(lead);
        }
        if let Some(disabled) = change.disabled {
            after.disabled = disabled;
        }
        let rescoped = before.grants != after.grants || before.disabled != after.disabled;
        sqlx::query(
            "UPDATE people SET name = $2, grants = $3, teams = $4, disabled = $5, lead = $7,
                    scope_generation = scope_generation + $6
             WHERE id = $1",
        )
        .bind(id.as_str())
        .bind(&after.name)
        .bind(json(&after.grants)?)
        .bind(json(&after.groups)?)
        .bind(after.disabled)
        .bind(i64::from(rescoped))
        .bind(after.lead.as_ref().map(PersonId::as_str))
        .execute(&mut *writing.tx)
        .await?;
        if after.disabled {
            sessions::end_all_of(&mut writing.tx, id, sessions::DISABLED, now).await?;
        }
        let (was, is) = (Standing::from(&before), Standing::from(&after));
        if was != is {
            let change = Arrangement::PersonChanged { person: id.clone(), before: Some(was), after: is };
            writing.record_arranged(&Arranged { change, by: by.clone(), at: now })?;
        }
        writing.head.directory_version += 1;
        writing.commit(self).await?;
        Ok(after)
    }

    /// Sets the password and ends all sessions that the old one began.
    pub async fn set_password(
        &self,
        id: &PersonId,
        hash: &str,
        by: &Actor,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        set_password(&mut writing.tx, id, hash).await?;
        sessions::end_all_of(&mut writing.tx, id, "password", now).await?;
        let change = Arrangement::PasswordSet { person: id.clone() };
        writing.record_arranged(&Arranged { change, by: by.clone(), at: now })?;
        writing.commit(self).await?;
        Ok(())
    }

    pub async fn person_by_email(&self, email: &str) -> Result<Option<Person>, StoreError> {
        let row = sqlx::query(
            "SELECT id, name, email, time_zone, grants, teams, lead, disabled FROM people WHERE email = $1",
        )
        .bind(canonical(email))
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        row.map(|row| from_row(&row)).transpose()
    }

    /// The account with this e-mail address, if its person has a password.
    pub async fn account(&self, email: &str) -> Result<Option<Account>, StoreError> {
        let row = sqlx::query(
            "SELECT p.id, p.name, p.email, p.time_zone, p.grants, p.teams, p.lead, p.disabled, a.password_hash
             FROM people p JOIN accounts a ON a.person = p.id WHERE p.email = $1",
        )
        .bind(canonical(email))
        .fetch_optional(&mut *self.reader().await?)
        .await?;
        row.map(|row| Ok(Account { person: from_row(&row)?, password_hash: row.try_get("password_hash")? }))
            .transpose()
    }
}
