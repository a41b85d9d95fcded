//! A page as it was read.

use serde::{Deserialize, Serialize};

/// `[x, y, width, height]` in pixels of the upright frame, origin top left.
pub type Box4 = [u32; 4];

/// The quarter turn, clockwise, that makes a page upright.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Turn {
    #[default]
    None,
    Right,
    Half,
    Left,
}

impl Turn {
    pub const ALL: [Turn; 4] = [Turn::None, Turn::Right, Turn::Half, Turn::Left];

    /// 0, 90, 180 or 270 degrees clockwise.
    pub fn degrees(self) -> u32 {
        match self {
            Turn::None => 0,
            Turn::Right => 90,
            Turn::Half => 180,
            Turn::Left => 270,
        }
    }

    /// Any number of degrees clockwise, to the nearest quarter.
    pub fn from_degrees(degrees: i32) -> Self {
        Self::ALL[((degrees.rem_euclid(360) + 45) / 90 % 4) as usize]
    }

    /// This turn and then another.
    pub fn then(self, next: Turn) -> Self {
        Self::from_degrees((self.degrees() + next.degrees()) as i32)
    }

    /// The size of an image of `width` × `height` after the turn.
    pub fn size(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            Turn::None | Turn::Half => (width, height),
            Turn::Right | Turn::Left => (height, width),
        }
    }
}

impl Serialize for Turn {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u32(self.degrees())
    }
}

impl<'de> Deserialize<'de> for Turn {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Ok(Self::from_degrees(i32::deserialize(d)?))
    }
}

/// A word on a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Unicode NFC.
    pub text: String,
    /// Percent, 0 to 100.
    pub confidence: f32,
    #[serde(rename = "box")]
    pub bounds: Box4,
    /// Lines of a page are numbered from 0 in reading order.
    pub line: u32,
    /// Blocks (paragraphs, columns, cells) likewise.
    pub block: u32,
}

/// A ruled line on a page, from left to right or, `upright`, from top to bottom; in pixels like [`Box4`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub from: (u32, u32),
    pub to: (u32, u32),
    pub upright: bool,
}

/// How much care, and time, the reading of a page takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Care {
    /// For good print, when the queue is long.
    Fast,
    #[default]
    Balanced,
    /// Every word is read twice.
    Accurate,
}

/// What one reading of a page gave.
///
/// The *upright frame* is the page image turned by `orientation` and then straightened about its centre by `skew`;
/// its size is that of the turned image, `width` × `height`, at full resolution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    pub width: u32,
    pub height: u32,
    pub dpi: f32,
    pub orientation: Turn,
    /// Degrees by which the content leans counter-clockwise on the turned image; what straightening takes away.
    pub skew: f32,
    /// Nothing on it but paper. Such a page is flagged, never dropped.
    pub blank: bool,
    /// Which way it was read, for the archive's provenance.
    pub plan: String,
    pub words: Vec<Word>,
    /// Table borders and underlines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
    /// Where there is something that is no print: handwriting, pictures, foreign scripts. Nothing of it is among the
    /// words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<Box4>,
    /// Mean of the words' confidences, percent; 0 where there are none.
    pub confidence: f32,
}

impl Reading {
    /// The words as running text: spaces between words, a line break after each line, an empty line between blocks.
    pub fn text(&self) -> String {
        text(&self.words)
    }
}

/// See [`Reading::text`].
pub fn text(words: &[Word]) -> String {
    let mut out = String::new();
    let mut last: Option<&Word> = None;
    for word in words {
        if let Some(last) = last {
            out.push_str(match (last.block == word.block, last.line == word.line) {
                (false, _) => "\n\n",
                (true, false) => "\n",
                (true, true) => " ",
            });
        }
        out.push_str(&word.text);
        last = Some(word);
    }
    out
}

/// What the clerk should look at on a page. It warns; no page is ever dropped for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    TooDark,
    /// Washed out: there is ink, and all of it is pale.
    TooLight,
    Blurred,
    /// Text runs over an edge of the picture.
    CutOff,
    /// Below what TT 05/2025/TT-BNV asks for.
    LowResolution,
    /// Lies more askew than can be straightened.
    Skewed,
    Blank,
    /// The same sheet was scanned before.
    Duplicate,
    UpsideDown,
}

/// A machine-readable code on a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Barcode {
    /// `qr`, `code128`, …
    pub kind: String,
    pub text: String,
    #[serde(rename = "box")]
    pub bounds: Box4,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_add_up() {
        assert_eq!(Turn::Right.then(Turn::Left), Turn::None);
        assert_eq!(Turn::Half.then(Turn::Right), Turn::Left);
        assert_eq!(Turn::from_degrees(-90), Turn::Left);
        assert_eq!(Turn::Left.size(2480, 3508), (3508, 2480));
    }

    #[test]
    fn text_keeps_lines_and_blocks_apart() {
        let word = |text: &str, line, block| Word { text: text.into(), confidence: 90.0, bounds: [0; 4], line, block };
        let words = [word("Số:", 0, 0), word("15", 0, 0), word("Bắc", 1, 0), word("Ninh", 2, 1)];
        assert_eq!(text(&words), "Số: 15\nBắc\n\nNinh");
    }
}
