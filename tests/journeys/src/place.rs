//! Where a journey takes place: a temporary folder, the built binaries, the folder for screenshots.

use std::path::{Path, PathBuf};
use std::sync::Once;

pub struct Place {
    folder: tempfile::TempDir,
}

impl Default for Place {
    fn default() -> Self {
        Self::new()
    }
}

impl Place {
    pub fn new() -> Self {
        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            rustls::crypto::ring::default_provider().install_default().expect("no provider yet");
        });
        let folder =
            tempfile::Builder::new().prefix("postern-journey-").tempdir().expect("a temporary folder");
        Self { folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Leaves everything where it is, for whoever wants to look at it.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
    }

    /// A folder of this name, made if it is not there.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.path(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        folder
    }
}

/// A built binary of the product.
pub fn binary(name: &str) -> PathBuf {
    let folder = std::env::var_os("POSTERN_BIN_DIR").map_or_else(beside_this_test, PathBuf::from);
    let binary = folder.join(name);
    assert!(
        binary.is_file(),
        "{} is not built; `cargo xtask test` builds it, or `cargo build --workspace --bins`",
        binary.display()
    );
    binary
}

/// Test programs lie in `<target>/<profile>/deps`, binaries one above.
fn beside_this_test() -> PathBuf {
    let test = std::env::current_exe().expect("a path");
    test.parent().and_then(Path::parent).expect("a target folder").to_owned()
}

/// Where a screenshot of this name goes; the name may begin with a folder.
pub fn artefact(name: &str) -> PathBuf {
    let folder = std::env::var_os("POSTERN_ARTEFACTS")
        .map_or_else(|| std::env::temp_dir().join("postern-artefacts"), PathBuf::from);
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap_or(&folder)).expect("the artefact folder");
    path
}
