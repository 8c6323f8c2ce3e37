//! A sign-in handed over in a file: read once, deleted before it is used.

use serde::Deserialize;
use std::path::Path;

#[derive(Deserialize)]
pub struct Credentials {
    portal: String,
    email: String,
    password: String,
}

impl Credentials {
    /// Portal, e-mail, password.
    pub fn as_ref(&self) -> (&str, &str, &str) {
        (&self.portal, &self.email, &self.password)
    }
}

/// # Errors
/// When the file cannot be read, deleted or understood.
pub fn take(file: &Path) -> Result<Credentials, String> {
    let name = file.display();
    let text = std::fs::read_to_string(file)
        .map_err(|error| format!("the sign-in file {name} cannot be read: {error}"))?;
    std::fs::remove_file(file)
        .map_err(|error| format!("the sign-in file {name} cannot be deleted: {error}"))?;
    serde_json::from_str(&text)
        .map_err(|error| format!("the sign-in file {name} needs portal, email and password as JSON: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_gone_once_it_was_read_even_when_it_makes_no_sense() {
        let file = std::env::temp_dir().join(format!("postern-sign-in-{}.json", std::process::id()));
        std::fs::write(&file, "{}").unwrap();
        assert!(take(&file).is_err());
        assert!(!file.exists());
    }
}
