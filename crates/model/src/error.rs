//! One error for the whole house: a code that programs switch on, words that a clerk understands.

use std::fmt;

/// What went wrong, as the UI and the exit status see it. A code is added when somebody switches on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// The call itself is wrong: arguments, a malformed value.
    Usage,
    // The input was refused (exit status 3).
    FileEmpty,
    FileTruncated,
    /// The content is not what the file's extension says.
    WrongExtension,
    PasswordProtected,
    /// Over the pixel, page or byte limit, or a decompression bomb.
    TooLarge,
    Unreadable,
    /// Not an image or PDF at all.
    NotADocument,
    /// Bears the mark of a state secret, which this computer may not keep.
    StateSecret,
    /// The state of things forbids it: sealing what is unconfirmed, editing what is sealed.
    NotAllowed,
    /// The dossier code that was to be given belongs to another dossier already.
    CodeTaken,
    /// A value that cannot be right for its field.
    InvalidValue,
    /// A package or manifest that breaks the rules.
    PackageRefused,
    // Exit status 4.
    NotFound,
    // Exit status 5.
    Integrity,
    // Exit status 6.
    Unreachable,
    // What a scanner says; what was scanned before it is kept.
    FeederEmpty,
    PaperJam,
    DoubleFeed,
    CoverOpen,
    ScannerBusy,
    /// Unplugged, switched off, or its network is gone.
    ScannerLost,
    /// Its driver crashed, hung, gave half a page, or says something that has no name here.
    ScannerFailed,
    // Exit status 1.
    /// Wrong passphrase, or no key to be had.
    Locked,
    Cancelled,
    /// A part of the installation is missing (a model, a library).
    Missing,
    DiskFull,
    Internal,
}

impl Code {
    /// The exit status of `sohoa` for this code.
    pub fn exit_status(self) -> u8 {
        match self {
            Code::Usage => 2,
            Code::FileEmpty
            | Code::FileTruncated
            | Code::WrongExtension
            | Code::PasswordProtected
            | Code::TooLarge
            | Code::Unreadable
            | Code::NotADocument
            | Code::StateSecret
            | Code::NotAllowed
            | Code::CodeTaken
            | Code::InvalidValue
            | Code::PackageRefused => 3,
            Code::NotFound => 4,
            Code::Integrity => 5,
            Code::Unreachable
            | Code::FeederEmpty
            | Code::PaperJam
            | Code::DoubleFeed
            | Code::CoverOpen
            | Code::ScannerBusy
            | Code::ScannerLost
            | Code::ScannerFailed => 6,
            Code::Locked | Code::Cancelled | Code::Missing | Code::DiskFull | Code::Internal => 1,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize_name(f)
    }
}

impl Code {
    fn serialize_name(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use serde::Serialize;
        self.serialize(f)
    }
}

/// An error for the person in front of the screen.
///
/// `message` says in Vietnamese what happened, `hint` what to do about it; `source` keeps the technical cause for
/// the log.
#[derive(Debug)]
pub struct Error {
    pub code: Code,
    pub message: String,
    pub hint: String,
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: String::new(), source: None }
    }

    /// What the clerk can do about it.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The technical cause.
    pub fn source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// An error nobody is expected to act on, with its cause.
    pub fn internal(message: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(Code::Internal, message)
            .hint("Thử lại; nếu vẫn lỗi, gửi nhật ký của trạm cho bộ phận hỗ trợ.")
            .source(source)
    }

    /// Carries out what failed on `path`, telling a full disk and a missing file apart.
    pub fn io(doing: &str, path: &std::path::Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind as K;
        let (code, hint) = match source.kind() {
            K::NotFound => (Code::NotFound, "Kiểm tra lại đường dẫn."),
            K::StorageFull | K::QuotaExceeded => {
                (Code::DiskFull, "Giải phóng dung lượng đĩa rồi thử lại; chưa có gì bị mất.")
            }
            K::PermissionDenied => (Code::Unreachable, "Kiểm tra quyền đọc, ghi của thư mục này."),
            _ => (Code::Unreachable, "Kiểm tra ổ đĩa hoặc đường mạng rồi thử lại."),
        };
        Self::new(code, format!("Không {doing} được {}", path.display())).hint(hint).source(source)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(source) = &self.source {
            write!(f, " ({source})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|s| &**s as _)
    }
}

/// `{code, message, hint}`, the shape in which an error leaves the house.
impl serde::Serialize for Error {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut out = s.serialize_struct("Error", 3)?;
        out.serialize_field("code", &self.code)?;
        out.serialize_field("message", &self.message)?;
        out.serialize_field("hint", &self.hint)?;
        out.end()
    }
}

/// From the shape in which it left; the cause stayed behind.
impl<'de> serde::Deserialize<'de> for Error {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(serde::Deserialize)]
        struct Shape {
            code: Code,
            message: String,
            hint: String,
        }
        Shape::deserialize(d).map(|Shape { code, message, hint }| Self { code, message, hint, source: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_the_house_as_code_message_hint() {
        let e = Error::new(Code::FileEmpty, "Tệp rỗng").hint("Quét lại").source("0 bytes");
        assert_eq!(
            serde_json::to_value(&e).unwrap(),
            serde_json::json!({"code": "file_empty", "message": "Tệp rỗng", "hint": "Quét lại"})
        );
        assert_eq!(e.code.to_string(), "file_empty");
        assert_eq!(e.code.exit_status(), 3);
    }
}
