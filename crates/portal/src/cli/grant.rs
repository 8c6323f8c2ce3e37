//! Grants as text: `role[@client:CODE][@project:ID][@kind:KIND]`, for example `internal_owner@client:ACME`.

use super::exit::Unclear;
use postern_domain::{Client, ClientId, Grant, Kind, ProjectId, Role, Scope};
use postern_portal_store::DirectorySnapshot;

pub fn parse(text: &str, directory: &DirectorySnapshot) -> anyhow::Result<Grant> {
    let mut parts = text.split('@');
    let role = role(parts.next().unwrap_or_default())?;
    let mut scope = Scope::EVERYTHING;
    for part in parts {
        match part.split_once(':') {
            Some(("client", code)) => scope.client = Some(client(code, directory)?.id.clone()),
            Some(("project", id)) => scope.project = Some(project(id, directory)?),
            Some(("kind", name)) => scope.kind = Some(kind(name)?),
            _ => {
                return Err(unclear(format!(
                    "\"@{part}\" in the grant \"{text}\" is not @client:CODE, @project:ID or @kind:KIND"
                )));
            }
        }
    }
    Ok(Grant { role, scope })
}

/// As [`parse`] reads it.
pub fn show(grant: &Grant, directory: &DirectorySnapshot) -> String {
    let mut text = name(grant.role);
    if let Some(id) = &grant.scope.client {
        let code = directory.clients.get(id).map_or(id.as_str(), |client| client.code.as_str());
        text.push_str(&format!("@client:{code}"));
    }
    if let Some(id) = &grant.scope.project {
        text.push_str(&format!("@project:{id}"));
    }
    if let Some(kind) = grant.scope.kind {
        text.push_str(&format!("@kind:{}", kind.as_str()));
    }
    text
}

fn name(role: Role) -> String {
    match serde_json::to_value(role) {
        Ok(serde_json::Value::String(name)) => name,
        _ => format!("{role:?}"),
    }
}

fn role(text: &str) -> anyhow::Result<Role> {
    let known = || Role::ALL.map(name).join(", ");
    Role::ALL
        .into_iter()
        .find(|role| name(*role) == text)
        .ok_or_else(|| unclear(format!("\"{text}\" is not a role; the roles are {}", known())))
}

fn kind(text: &str) -> anyhow::Result<Kind> {
    let known = || Kind::ALL.map(Kind::as_str).join(", ");
    Kind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| unclear(format!("\"{text}\" is not a kind; the kinds are {}", known())))
}

fn client<'a>(code: &str, directory: &'a DirectorySnapshot) -> anyhow::Result<&'a Client> {
    let by_id = || directory.clients.get(&ClientId::from(code));
    directory
        .clients
        .values()
        .find(|client| client.code == code)
        .or_else(by_id)
        .ok_or_else(|| unclear(format!("there is no client with the code \"{code}\"")))
}

fn project(id: &str, directory: &DirectorySnapshot) -> anyhow::Result<ProjectId> {
    let id = ProjectId::from(id);
    if directory.projects.contains_key(&id) {
        Ok(id)
    } else {
        Err(unclear(format!("there is no project \"{id}\"")))
    }
}

fn unclear(text: String) -> anyhow::Error {
    Unclear(text).into()
}
