//! The key that signs the head of the audit chain. It stands beside the database, not in it.

use crate::error::StoreError;
use crate::files;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

pub(crate) fn key_file(data: &Path) -> PathBuf {
    data.join("audit.key")
}

/// Makes the key from 32 random bytes, readable by its owner alone. One that is there already is kept. It gets its name
/// when it is whole, and has it for good when this returns: a trail that was signed with a lost key proves nothing.
pub(crate) fn make(data: &Path, seed: &[u8; 32]) -> Result<SigningKey, StoreError> {
    let path = key_file(data);
    if path.exists() {
        return load(data);
    }
    let partial = data.join("audit.key.partial");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&partial).map_err(StoreError::io(&partial))?;
    writeln!(file, "{}", hex::encode(seed)).map_err(StoreError::io(&partial))?;
    file.sync_all().map_err(StoreError::io(&partial))?;
    std::fs::rename(&partial, &path).map_err(StoreError::io(&path))?;
    files::sync_folder(data).map_err(StoreError::io(data))?;
    Ok(SigningKey::from_bytes(seed))
}

pub(crate) fn load(data: &Path) -> Result<SigningKey, StoreError> {
    let path = key_file(data);
    let text = std::fs::read_to_string(&path).map_err(StoreError::io(&path))?;
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed)
        .map_err(|_| StoreError::Unacceptable { what: format!("{} is not an audit key", path.display()) })?;
    Ok(SigningKey::from_bytes(&seed))
}

pub(crate) fn sign(key: &SigningKey, message: &[u8]) -> String {
    hex::encode(key.sign(message).to_bytes())
}

/// Whether `signature` is, digit for digit, one that this key's owner made for the message.
pub(crate) fn is_signed(key: &VerifyingKey, message: &[u8], signature: &str) -> bool {
    let mut bytes = [0; 64];
    hex::decode_to_slice(signature, &mut bytes).is_ok()
        && hex::encode(bytes) == signature
        && key.verify_strict(message, &Signature::from_bytes(&bytes)).is_ok()
}
