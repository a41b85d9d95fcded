//! A Tesseract model file (`.traineddata`): a table of offsets, then the components, little-endian throughout.

use sohoa_model::{Code, Error, Result};

/// The components that reading by network needs, by their places in the table.
pub const NETWORK: usize = 17;
pub const PUNCTUATION: usize = 18;
pub const WORDS: usize = 19;
pub const NUMBERS: usize = 20;
pub const LETTERS: usize = 21;
pub const CODES: usize = 22;

/// What is wrong with a model that is the pinned one and yet not understood.
pub fn broken(what: &str) -> Error {
    Error::new(Code::Missing, format!("Mô hình nhận dạng có cấu trúc lạ ({what})"))
        .hint("Cài lại gói tesseract-ocr-vie, hoặc chạy cargo xtask setup.")
}

/// The bytes of one component of the file.
pub fn component(file: &[u8], which: usize) -> Result<Cursor<'_>> {
    let mut table = Cursor(file);
    let count = table.u32()? as usize;
    let offsets: Vec<i64> = (0..count).map(|_| table.i64()).collect::<Result<_>>()?;
    let from = offsets.get(which).copied().filter(|at| *at >= 0).ok_or_else(|| broken("thành phần"))?;
    let end = offsets[which + 1..].iter().copied().find(|at| *at >= 0).unwrap_or(file.len() as i64);
    file.get(from as usize..end as usize).map(Cursor).ok_or_else(|| broken("độ dài"))
}

/// Bytes, read from the front.
pub struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(count).ok_or_else(|| broken("độ dài"))?;
        self.0 = tail;
        Ok(head)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        Ok(self.bytes(N)?.try_into().expect("as many as were asked for"))
    }

    pub fn u8(&mut self) -> Result<u8> {
        Ok(self.array::<1>()?[0])
    }

    pub fn i16(&mut self) -> Result<i16> {
        self.array().map(i16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Result<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn i32(&mut self) -> Result<i32> {
        self.array().map(i32::from_le_bytes)
    }

    pub fn i64(&mut self) -> Result<i64> {
        self.array().map(i64::from_le_bytes)
    }

    pub fn f64(&mut self) -> Result<f64> {
        self.array().map(f64::from_le_bytes)
    }

    /// A length, then as many bytes of text.
    pub fn text(&mut self) -> Result<&'a str> {
        let count = self.u32()? as usize;
        std::str::from_utf8(self.bytes(count)?).map_err(|_| broken("chữ"))
    }
}
