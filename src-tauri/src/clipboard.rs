//! What was copied in another program.

use arboard::{Clipboard, Error as Refusal};
use sohoa_model::{Code, Error, Result};

pub enum Copied {
    Files(Vec<String>),
    /// RGBA, row by row.
    Picture {
        width: u32,
        height: u32,
        pixels: Vec<u8>,
    },
}

/// Errors: `NotFound` when there is neither a file nor a picture.
pub fn copied() -> Result<Copied> {
    let failed =
        |e: Refusal| Error::new(Code::NotFound, "Không đọc được bộ nhớ tạm").hint("Chép lại rồi dán.").source(e);
    let mut clipboard = Clipboard::new().map_err(failed)?;
    // A file manager may offer a picture of the file's symbol beside the file itself.
    // Programs answer a question for files with whatever they have; what is no list of files may still be a picture.
    if let Some(paths) = clipboard.get().file_list().ok().filter(|paths| !paths.is_empty()) {
        return Ok(Copied::Files(paths.into_iter().map(|p| p.to_string_lossy().into_owned()).collect()));
    }
    match clipboard.get_image() {
        Ok(picture) => Ok(Copied::Picture {
            width: picture.width as u32,
            height: picture.height as u32,
            pixels: picture.bytes.into_owned(),
        }),
        Err(Refusal::ContentNotAvailable) => Err(Error::new(Code::NotFound, "Chưa chép ảnh hay tệp nào")
            .hint("Chép ảnh hoặc tệp ở chương trình khác, rồi bấm Ctrl+V.")),
        Err(error) => Err(failed(error)),
    }
}
