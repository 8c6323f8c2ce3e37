//! `cargo xtask icons`: every size for three systems, from two drawings. Tauri's own generator does the work.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::node::FrontEnd;
use crate::process;
use crate::repository::Repository;
use crate::steps::Steps;

/// What the three systems use of what the generator makes; the rest is for stores and phones.
const APPLICATION: [&str; 7] =
    ["32x32.png", "64x64.png", "128x128.png", "128x128@2x.png", "icon.png", "icon.icns", "icon.ico"];

pub fn icons(repository: &Repository, check: bool) -> anyhow::Result<()> {
    let steps = Steps::start();
    let folder = repository.root.join("icons");
    let scratch = repository.target().join("icons");
    if scratch.exists() {
        std::fs::remove_dir_all(&scratch)
            .with_context(|| format!("{} cannot be emptied", scratch.display()))?;
    }
    let front_end = FrontEnd::of(repository)?;
    front_end.install(&steps)?;
    let (application, tray) = (scratch.join("application"), scratch.join("tray"));
    generate(&front_end, &folder.join("postern.svg"), &application, &[])?;
    generate(&front_end, &folder.join("tray.svg"), &tray, &["--png", "32"])?;

    let made: Vec<(PathBuf, &str)> = APPLICATION
        .iter()
        .map(|name| (application.join(name), *name))
        .chain([(tray.join("32x32.png"), "tray.png")])
        .collect();
    let mut different = Vec::new();
    for (new, name) in &made {
        let content =
            std::fs::read(new).with_context(|| format!("the generator did not make {}", new.display()))?;
        if !std::fs::read(folder.join(name)).is_ok_and(|kept| same_icon(name, &kept, &content)) {
            different.push(*name);
            if !check {
                std::fs::write(folder.join(name), content)
                    .with_context(|| format!("icons/{name} cannot be written"))?;
            }
        }
    }
    match (different.is_empty(), check) {
        (true, _) => steps.begin(&format!("icons/ is up to date ({} files)", made.len())),
        (false, false) => steps.begin(&format!("Updated in icons/: {}", different.join(", "))),
        (false, true) => bail!(
            "icons/ differs from its drawings ({}); type `cargo xtask icons` and commit the result",
            different.join(", ")
        ),
    }
    Ok(())
}

fn generate(front_end: &FrontEnd, drawing: &Path, output: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let Some(mut tauri) = front_end.installed_program("tauri") else {
        bail!("the icon generator is missing: @tauri-apps/cli is no devDependency in ui/package.json");
    };
    tauri.arg("icon").arg(drawing).arg("--output").arg(output).args(arguments);
    process::quietly(&mut tauri)
        .map(drop)
        .with_context(|| format!("`{}` failed; type it to see why", process::spelled(&tauri)))
}

/// Whether two files hold the same pictures. The generator writes the parts of an .icns in any order.
fn same_icon(name: &str, one: &[u8], other: &[u8]) -> bool {
    if !name.ends_with(".icns") {
        return one == other;
    }
    match (icns_parts(one), icns_parts(other)) {
        (Some(mut one), Some(mut other)) => {
            one.sort_unstable();
            other.sort_unstable();
            one == other
        }
        _ => false,
    }
}

/// The parts of an .icns file, each with its header: a four-letter type and a big-endian length that counts itself.
fn icns_parts(file: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = file.strip_prefix(b"icns")?.get(4..)?;
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest.get(4..8)?.try_into().ok()?) as usize;
        let (part, after) = rest.split_at_checked(length.max(8))?;
        parts.push(part);
        rest = after;
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::{icns_parts, same_icon};

    const ONE: &[u8] = b"icns\0\0\0\x1aic07\0\0\0\x09aic08\0\0\0\x09b";
    const SWAPPED: &[u8] = b"icns\0\0\0\x1aic08\0\0\0\x09bic07\0\0\0\x09a";

    #[test]
    fn the_order_inside_an_icns_does_not_count() {
        assert!(same_icon("icon.icns", ONE, SWAPPED));
        assert!(!same_icon("icon.icns", ONE, b"icns\0\0\0\x11ic07\0\0\0\x09a"));
        assert!(!same_icon("icon.png", ONE, SWAPPED));
    }

    #[test]
    fn a_broken_icns_has_no_parts() {
        assert_eq!(icns_parts(b"icns\0\0\0\x10ic07\0\0\0\xff"), None);
        assert_eq!(icns_parts(b"PNG"), None);
    }
}
