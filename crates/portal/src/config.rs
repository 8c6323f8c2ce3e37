//! Configuration: what an admin may choose. Flags go before environment, environment before file, file before default.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The keys of `portal.toml`; all may be left out.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the portal listens. Port 0 takes any free one.
    pub listen: SocketAddr,
    /// The largest file that may be uploaded, in bytes.
    pub max_upload_bytes: u64,
    /// The largest other request body, in bytes.
    pub max_request_bytes: usize,
    /// Seconds until a request that is not answered is given up.
    pub request_timeout_seconds: u64,
    /// Seconds that an upload may take.
    pub upload_timeout_seconds: u64,
    /// The journey of items whose submitter names none; its newest version is taken.
    pub default_journey: String,
    /// Whether a reverse proxy in front sets `X-Forwarded-For`. Without one this must stay off: callers could pretend
    /// to be anybody.
    pub trust_forwarded_for: bool,
    /// Sign-ins that may be checked at the same time: each takes 19 MiB and a core.
    pub concurrent_sign_ins: usize,
    /// Full loads that run at the same time; other consoles are asked to come back.
    pub concurrent_loads: usize,
    /// Seconds after which a full load makes room for another one; its console goes on with the next request.
    pub load_seconds: u64,
    /// Comparisons of what consoles hold, after their grants changed, that run at the same time.
    pub concurrent_comparisons: usize,
    /// Pushes and pages of changes that are worked on at the same time.
    pub concurrent_exchanges: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{}: {source}", path.display())]
    Malformed { path: PathBuf, source: Box<toml::de::Error> },
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7420)),
            max_upload_bytes: 100 * 1024 * 1024,
            max_request_bytes: 4 * 1024 * 1024,
            request_timeout_seconds: 30,
            upload_timeout_seconds: 600,
            default_journey: "standard".to_owned(),
            trust_forwarded_for: false,
            concurrent_sign_ins: 2,
            concurrent_loads: 6,
            load_seconds: 120,
            concurrent_comparisons: 6,
            concurrent_exchanges: 32,
        }
    }
}

impl Config {
    /// Reads the named file, or `portal.toml` in the data directory if there is one.
    ///
    /// # Errors
    /// When a file that is there, or was named, cannot be read or understood.
    pub fn load(named: Option<&Path>, data: &Path) -> Result<Self, ConfigError> {
        let usual = data.join("portal.toml");
        let path = named.unwrap_or(&usual);
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
        };
        toml::from_str(&text)
            .map_err(|source| ConfigError::Malformed { path: path.to_owned(), source: Box::new(source) })
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout_seconds)
    }

    pub(crate) fn load_time(&self) -> Duration {
        Duration::from_secs(self.load_seconds)
    }

    pub(crate) fn upload_timeout(&self) -> Duration {
        Duration::from_secs(self.upload_timeout_seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_not_known_is_an_error_that_names_it() {
        let error = toml::from_str::<Config>("listn = \"127.0.0.1:1\"").unwrap_err();
        assert!(error.to_string().contains("listn"), "{error}");
    }

    #[test]
    fn what_is_left_out_keeps_its_default() {
        let config: Config = toml::from_str("max_upload_bytes = 5").unwrap();
        assert_eq!((config.max_upload_bytes, config.max_request_bytes), (5, 4 * 1024 * 1024));
    }
}
