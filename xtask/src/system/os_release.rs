//! Which family of Linux this is, from /etc/os-release (see os-release(5)).

use super::Family;

/// Reads `ID`, then each word of `ID_LIKE`, until one names a known family.
pub fn family(os_release: &str) -> Family {
    let id = value(os_release, "ID");
    let like = value(os_release, "ID_LIKE");
    id.split_whitespace()
        .chain(like.split_whitespace())
        .find_map(|name| match name {
            "debian" | "ubuntu" => Some(Family::Debian),
            "fedora" | "rhel" | "centos" => Some(Family::Fedora),
            "arch" => Some(Family::Arch),
            _ => None,
        })
        .unwrap_or(Family::OtherLinux)
}

fn value<'a>(os_release: &'a str, key: &str) -> &'a str {
    os_release
        .lines()
        .find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))
        .map(|value| value.trim().trim_matches(['"', '\'']))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Family, family, value};

    #[test]
    fn debian_names_itself() {
        let text = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nVERSION_ID=\"12\"\nID=debian\n";
        assert_eq!(family(text), Family::Debian);
        assert_eq!(value(text, "VERSION_ID"), "12");
    }

    #[test]
    fn relatives_are_found_through_id_like() {
        assert_eq!(family("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Family::Debian);
        assert_eq!(family("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), Family::Fedora);
        assert_eq!(family("ID=manjaro\nID_LIKE=arch\n"), Family::Arch);
    }

    #[test]
    fn id_is_not_mistaken_for_version_id_or_id_like() {
        assert_eq!(value("VERSION_ID=1\nID_LIKE=debian\n", "ID"), "");
    }

    #[test]
    fn anything_else_is_another_linux() {
        assert_eq!(family("ID=nixos\n"), Family::OtherLinux);
        assert_eq!(family(""), Family::OtherLinux);
    }
}
