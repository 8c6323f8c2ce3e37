//! Small real documents to attach: text, CSV, PDF and PNG, made from what they are about.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use postern_domain::PersonId;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::io::Write as _;

/// Content that an item names, and whoever brought it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub sha256: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    pub by: PersonId,
}

/// The forms that sample documents take.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    Text,
    Csv,
    Pdf,
    Png,
}

impl Form {
    pub const ALL: [Form; 4] = [Form::Pdf, Form::Png, Form::Csv, Form::Text];

    pub fn extension(self) -> &'static str {
        match self {
            Form::Text => "txt",
            Form::Csv => "csv",
            Form::Pdf => "pdf",
            Form::Png => "png",
        }
    }

    fn media_type(self) -> &'static str {
        match self {
            Form::Text => "text/plain",
            Form::Csv => "text/csv",
            Form::Pdf => "application/pdf",
            Form::Png => "image/png",
        }
    }
}

/// Version `version` of a document about `title`.
pub fn write(form: Form, title: &str, body: &str, version: u32, by: PersonId) -> Document {
    let bytes = match form {
        Form::Text => format!("{title}\nVersion {version}\n\n{body}\n").into_bytes(),
        Form::Csv => csv(title, version).into_bytes(),
        Form::Pdf => pdf(title, body, version),
        Form::Png => png(title, version),
    };
    Document { sha256: hex::encode(Sha256::digest(&bytes)), media_type: form.media_type(), bytes, by }
}

fn csv(title: &str, version: u32) -> String {
    let mut text = String::from("line,description,quantity,unit price in cents\r\n");
    let seed = title.bytes().map(u32::from).sum::<u32>() + version;
    for line in 1..=(8 + seed % 30) {
        let (quantity, price) = (1 + (seed * line) % 12, 950 + (seed * line * 37) % 90_000);
        let _ = write!(text, "{line},\"{} {line}\",{quantity},{price}\r\n", title.replace('"', "\"\""));
    }
    text
}

/// One page of Helvetica. Characters that its encoding does not have become question marks.
fn pdf(title: &str, body: &str, version: u32) -> Vec<u8> {
    let plain = |text: &str| -> String {
        let known = |letter: char| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '?' };
        text.chars()
            .map(known)
            .flat_map(|letter| match letter {
                '(' | ')' | '\\' => vec!['\\', letter],
                other => vec![other],
            })
            .collect()
    };
    let mut page =
        format!("BT /F1 16 Tf 56 780 Td ({}) Tj /F1 10 Tf 0 -20 Td (Version {version}) Tj", plain(title));
    let words: Vec<&str> = body.split_whitespace().collect();
    for line in words.chunks(13).take(45) {
        let _ = write!(page, " 0 -15 Td ({}) Tj", plain(&line.join(" ")));
    }
    page.push_str(" ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut text = String::from("%PDF-1.4\n");
    let mut starts = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        starts.push(text.len());
        let _ = write!(text, "{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let table = text.len();
    let _ = write!(text, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for start in starts {
        let _ = writeln!(text, "{start:010} 00000 n ");
    }
    let size = objects.len() + 1;
    let _ = write!(text, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    text.into_bytes()
}

/// A picture of 240 by 160 pixels: bands of colour that follow from the title.
fn png(title: &str, version: u32) -> Vec<u8> {
    const WIDTH: u32 = 240;
    const HEIGHT: u32 = 160;
    let hue = title.bytes().fold(version, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    let mut pixels = Vec::with_capacity((HEIGHT * (WIDTH * 3 + 1)) as usize);
    for y in 0..HEIGHT {
        pixels.push(0);
        for x in 0..WIDTH {
            let band = hue.rotate_left((x / 40 + y / 40) * 5);
            pixels.extend([band as u8 | 0x40, (band >> 8) as u8 | 0x40, ((x + y) / 2) as u8]);
        }
    }
    // Writing into memory does not fail.
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
    let _ = packed.write_all(&pixels);
    let data = packed.finish().unwrap_or_default();
    let mut header = Vec::new();
    header.extend(WIDTH.to_be_bytes());
    header.extend(HEIGHT.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, body) in [(b"IHDR", header), (b"IDAT", data), (b"IEND", Vec::new())] {
        let mut sum = Crc::new();
        sum.update(name);
        sum.update(&body);
        file.extend((body.len() as u32).to_be_bytes());
        file.extend(name);
        file.extend(&body);
        file.extend(sum.sum().to_be_bytes());
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_is_another_content() {
        for form in Form::ALL {
            let version =
                |number| write(form, "Annual report", "A page about it.", number, "somebody".into());
            assert_ne!(version(1).sha256, version(2).sha256, "{form:?}");
            assert_eq!(version(1), version(1), "{form:?}");
        }
    }

    #[test]
    fn documents_begin_as_their_kind_does() {
        let bytes = |form| write(form, "A (b) ☃", "Text.", 1, "somebody".into()).bytes;
        assert!(bytes(Form::Pdf).starts_with(b"%PDF-1.4\n"));
        assert!(bytes(Form::Png).starts_with(b"\x89PNG\r\n\x1a\n"));
    }
}
