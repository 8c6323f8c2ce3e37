//! The companies that the organisation works for, and their projects.

use crate::dialect::Connection;
use crate::directory::already;
use crate::error::StoreError;
use crate::head::Writing;
use crate::store::Store;
use postern_domain::{
    Actor, Arranged, Arrangement, Client, ClientId, PersonId, Project, ProjectId, Timestamp,
};
use sqlx::Row as _;
use std::collections::BTreeMap;

pub(crate) async fn all(db: &mut Connection) -> Result<BTreeMap<ClientId, Client>, StoreError> {
    let rows = sqlx::query("SELECT id, name, code, cohort, owner FROM clients").fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let id = ClientId(row.try_get("id")?);
            let client = Client {
                id: id.clone(),
                name: row.try_get("name")?,
                code: row.try_get("code")?,
                cohort: row.try_get("cohort")?,
                owner: row.try_get::<Option<String>, _>("owner")?.map(PersonId),
            };
            Ok((id, client))
        })
        .collect()
}

pub(crate) async fn projects(db: &mut Connection) -> Result<BTreeMap<ProjectId, Project>, StoreError> {
    let rows = sqlx::query("SELECT id, client, name FROM projects").fetch_all(db).await?;
    rows.iter()
        .map(|row| {
            let id = ProjectId(row.try_get("id")?);
            let client = ClientId(row.try_get("client")?);
            Ok((id.clone(), Project { id, client, name: row.try_get("name")? }))
        })
        .collect()
}

/// A client's code is the prefix of its references: letters and digits, so that a reference reads back.
fn is_code(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= 32
        && code.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// With its line in the trail.
pub(crate) async fn add(
    writing: &mut Writing,
    client: &Client,
    by: &Actor,
    at: Timestamp,
) -> Result<(), StoreError> {
    if !is_code(&client.code) {
        let what = format!("\"{}\" cannot be a client's code: up to 32 letters and digits", client.code);
        return Err(StoreError::Unacceptable { what });
    }
    sqlx::query("INSERT INTO clients (id, name, code, cohort, owner) VALUES ($1, $2, $3, $4, $5)")
        .bind(client.id.as_str())
        .bind(&client.name)
        .bind(&client.code)
        .bind(&client.cohort)
        .bind(client.owner.as_ref().map(PersonId::as_str))
        .execute(&mut *writing.tx)
        .await
        .map_err(|error| already(error, || format!("a client {} or a code {}", client.id, client.code)))?;
    let change = Arrangement::ClientAdded { client: client.clone() };
    writing.record_arranged(&Arranged { change, by: by.clone(), at })?;
    writing.head.directory_version += 1;
    Ok(())
}

/// With its line in the trail.
pub(crate) async fn add_project(
    writing: &mut Writing,
    project: &Project,
    by: &Actor,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO projects (id, client, name) VALUES ($1, $2, $3)")
        .bind(project.id.as_str())
        .bind(project.client.as_str())
        .bind(&project.name)
        .execute(&mut *writing.tx)
        .await
        .map_err(|error| already(error, || format!("a project {}", project.id)))?;
    let change = Arrangement::ProjectAdded { project: project.clone() };
    writing.record_arranged(&Arranged { change, by: by.clone(), at })?;
    writing.head.directory_version += 1;
    Ok(())
}

impl Store {
    pub async fn add_client(&self, client: &Client, by: &Actor, at: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        add(&mut writing, client, by, at).await?;
        writing.commit(self).await?;
        Ok(())
    }

    pub async fn add_project(&self, project: &Project, by: &Actor, at: Timestamp) -> Result<(), StoreError> {
        let mut writing = self.write().await?;
        add_project(&mut writing, project, by, at).await?;
        writing.commit(self).await?;
        Ok(())
    }
}
