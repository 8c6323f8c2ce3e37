//! The one place that reads the real clock and draws real randomness.
#![allow(clippy::disallowed_methods)]

use crate::deps::{Chance, Clock, Deps};
use crate::secrets::Keychain;
use crate::transport::HttpTransport;
use crate::views::Failure;
use futures_util::future::BoxFuture;
use postern_domain::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_ms(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn sleep(&self, ms: i64) -> BoxFuture<'static, ()> {
        let length = Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        Box::pin(tokio::time::sleep(length))
    }
}

struct SystemChance;

impl Chance for SystemChance {
    fn id(&self) -> String {
        uuid::Uuid::now_v7().simple().to_string()
    }

    fn unit(&self) -> f64 {
        rand::random::<f64>()
    }
}

impl Deps {
    /// The real clock, randomness, keychain and network.
    ///
    /// # Errors
    /// When no network client can be made at all.
    pub fn system() -> Result<Self, Failure> {
        Ok(Self {
            clock: Arc::new(SystemClock),
            chance: Arc::new(SystemChance),
            secrets: Arc::new(Keychain::new("postern")),
            transport: Arc::new(HttpTransport::new()?),
            device: device_name(),
            readers: 4,
        })
    }
}

fn device_name() -> String {
    let from_file = || std::fs::read_to_string("/etc/hostname").ok();
    std::env::var("COMPUTERNAME")
        .or_else(|_| std::env::var("HOSTNAME"))
        .ok()
        .or_else(from_file)
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "unnamed device".to_owned())
}

/// Where a profile lives unless told otherwise: the operating system's folder for an application's data. None where
/// the environment names none.
pub fn default_profile() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = if cfg!(target_os = "windows") {
        folder("APPDATA")
    } else if cfg!(target_os = "macos") {
        folder("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        folder("XDG_DATA_HOME").or_else(|| folder("HOME").map(|home| home.join(".local/share")))
    };
    data.map(|data| data.join("postern"))
}
