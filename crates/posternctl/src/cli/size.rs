//! Sizes as people write them: `800KB`, `5MB`, `1.5 GB`. Powers of a thousand, as they are shown.

const UNITS: [(&str, f64); 4] = [("gb", 1e9), ("mb", 1e6), ("kb", 1e3), ("b", 1.0)];
/// More is a slip of the keyboard.
const MOST: f64 = 1e15;

/// Bytes.
pub fn parse(text: &str) -> Result<u64, String> {
    let lower = text.trim().to_lowercase();
    let (digits, unit) = UNITS
        .iter()
        .find_map(|(unit, bytes)| Some((lower.strip_suffix(unit)?, *bytes)))
        .ok_or_else(|| format!("“{text}” has no unit: write 5MB, for example"))?;
    match digits.trim().parse::<f64>() {
        Ok(number) if number >= 0.0 && number * unit <= MOST => Ok((number * unit).round() as u64),
        _ => Err(format!("“{text}” is not a size: write 800KB, 5MB or 1.5GB, for example")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_they_are_shown() {
        assert_eq!(parse("800KB"), Ok(800_000));
        assert_eq!(parse(" 1.5 gb"), Ok(1_500_000_000));
        assert_eq!(parse("0b"), Ok(0));
        assert_eq!(parse(&crate::output::size(5_000_000)), Ok(5_000_000));
        for wrong in ["5", "MB", "-1MB", "NaNkb", "1e30GB", "five MB"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
