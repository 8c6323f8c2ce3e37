//! What to type where this program does not install packages by itself.

use super::Family;
use super::packages::{self, Purpose};

pub fn for_family(family: Family, purpose: Purpose, missing: &[String]) -> String {
    let what = missing.join(" ");
    let way_out = match family {
        Family::Debian => format!("sudo apt-get update && sudo apt-get install {what}"),
        Family::Fedora => format!("sudo dnf install {what}"),
        Family::Arch => format!("sudo pacman -S --needed {what}"),
        Family::OtherLinux => format!(
            "install your system's packages for WebKitGTK 4.1, GTK 3, librsvg, Ayatana AppIndicator and D-Bus, with their\n  \
             development files; on Debian they are called\n  {}",
            packages::wanted(Family::Debian, purpose).join(" ")
        ),
        Family::MacOs => "xcode-select --install\n  \
            (and, if Node is missing: brew install node)"
            .to_owned(),
        Family::Windows => "winget install Microsoft.EdgeWebView2Runtime\n  \
            (and, if the linker is missing: winget install Microsoft.VisualStudio.2022.BuildTools --override \
            \"--wait --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended\")"
            .to_owned(),
    };
    format!(
        "this system lacks: {what}\nTo install what is missing, type:\n  {way_out}\nand start this task again."
    )
}

#[cfg(test)]
mod tests {
    use super::{Family, Purpose, for_family};

    #[test]
    fn every_family_is_told_what_is_missing_and_what_to_type() {
        let missing = ["webkit-thing".to_owned()];
        for (family, tool) in [
            (Family::Fedora, "dnf install webkit-thing"),
            (Family::Arch, "pacman -S --needed webkit-thing"),
            (Family::OtherLinux, "libwebkit2gtk-4.1-dev"),
            (Family::MacOs, "xcode-select --install"),
            (Family::Windows, "EdgeWebView2Runtime"),
        ] {
            let text = for_family(family, Purpose::Console, &missing);
            assert!(text.contains("webkit-thing"), "{text}");
            assert!(text.contains(tool), "{text}");
        }
    }
}
