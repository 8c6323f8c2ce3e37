//! The portal's API as a client of any kind uses it: for clients who hand over and change items.

use postern_domain::{Command, CommandId, Item, Kind, Visibility};
use postern_protocol::{
    AuditLine, BootstrapPart, CommandOutcome, DirectCommand, NewItem, Outcome, SignIn, SignedIn, paths,
};
use reqwest::{Client, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub struct Api {
    http: Client,
    address: String,
    token: String,
    pub me: postern_domain::Person,
}

impl Api {
    pub async fn sign_in(address: &str, email: &str, password: &str) -> Self {
        // A portal that refuses an upload before it has read it closes the connection: nothing is to be sent over it.
        let http = Client::builder().pool_max_idle_per_host(0).build().expect("a client");
        let request =
            SignIn { email: email.to_owned(), password: password.to_owned(), device: "journey".to_owned() };
        let reply =
            http.post(format!("{address}{}", paths::SIGN_IN)).json(&request).send().await.expect("a reply");
        assert_eq!(reply.status(), StatusCode::OK, "signing in as {email}");
        let signed_in: SignedIn = reply.json().await.expect("tokens");
        Self { http, address: address.to_owned(), token: signed_in.tokens.access_token, me: signed_in.person }
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, body: Option<&impl Serialize>) -> T {
        let mut request =
            self.http.request(method, format!("{}{path}", self.address)).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let reply = request.send().await.expect("a reply");
        let status = reply.status();
        let text = reply.text().await.expect("a body");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error} in {text}"))
    }

    pub async fn item(&self, reference: &str) -> Item {
        self.ask(Method::GET, &format!("{}/{reference}", paths::ITEMS), None::<&()>).await
    }

    /// A full load, line by line.
    pub async fn load(&self) -> Vec<Vec<u8>> {
        let request = self.http.get(format!("{}{}", self.address, paths::BOOTSTRAP)).bearer_auth(&self.token);
        let body = request.send().await.expect("a reply").bytes().await.expect("a body");
        body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
    }

    /// Every item that this person may see, whole.
    pub async fn visible(&self) -> Vec<Item> {
        let lines = self.load().await;
        let parts = lines.iter().map(|line| serde_json::from_slice(line).expect("a part of the load"));
        parts
            .filter_map(|part| match part {
                BootstrapPart::Item { item } => Some(*item),
                _ => None,
            })
            .collect()
    }

    /// Uploads content under its hash. None when the portal did not answer to the end.
    pub async fn upload(&self, sha256: &str, content: Vec<u8>) -> Option<StatusCode> {
        let address = format!("{}{}/{sha256}", self.address, paths::FILES);
        let reply = self.http.put(address).bearer_auth(&self.token).body(content).send().await.ok()?;
        Some(reply.status())
    }

    pub async fn audit(&self, reference: &str) -> Vec<AuditLine> {
        self.ask(Method::GET, &format!("{}/{reference}/audit", paths::ITEMS), None::<&()>).await
    }

    /// Hands over a new item for the client that this person belongs to.
    pub async fn submit(&self, id: &str, title: &str) -> Item {
        let client =
            self.me.grants.iter().find_map(|grant| grant.scope.client.clone()).expect("a client's contact");
        let new = NewItem {
            command: CommandId::from(id),
            kind: Kind::Request,
            title: title.to_owned(),
            description: "Handed over on a journey.".to_owned(),
            client,
            project: None,
            journey: None,
            fields: postern_domain::Fields::new(),
            priority: postern_domain::Priority::Normal,
            owner: None,
        };
        self.ask(Method::POST, paths::ITEMS, Some(&new)).await
    }

    /// One command on an item, which must be applied.
    pub async fn apply(&self, id: &str, reference: &str, command: Command) {
        let direct = DirectCommand { id: CommandId::from(id), command };
        let outcome: CommandOutcome =
            self.ask(Method::POST, &format!("{}/{reference}/commands", paths::ITEMS), Some(&direct)).await;
        assert!(matches!(outcome.outcome, Outcome::Applied { .. }), "{:?}", outcome.outcome);
    }

    pub async fn set_title(&self, id: &str, reference: &str, title: &str) {
        let fields = postern_domain::Fields::new();
        let command = Command::SetFields { fields, title: Some(title.to_owned()), description: None };
        self.apply(id, reference, command).await;
    }

    pub async fn comment(&self, id: &str, reference: &str, body: &str) {
        let command = Command::Comment {
            id: id.into(),
            visibility: Visibility::Client,
            body: body.to_owned(),
            mentions: Vec::new(),
        };
        self.apply(id, reference, command).await;
    }
}
