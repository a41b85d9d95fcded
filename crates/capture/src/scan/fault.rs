//! What can go wrong with a scanner, each told apart, with what to do.

use sohoa_model::{Code, Error};

use super::Source;

/// The error for one of the codes that a scan can end with.
pub fn fault(code: Code) -> Error {
    let (message, hint) = match code {
        Code::FeederEmpty => ("Khay nạp giấy trống", "Đặt giấy vào khay nạp rồi quét lại."),
        Code::PaperJam => ("Kẹt giấy", "Mở máy, gỡ tờ giấy kẹt, vuốt phẳng rồi đặt lại vào khay."),
        Code::DoubleFeed => ("Máy kéo hai tờ một lúc", "Tách rời các tờ dính nhau, bỏ ghim, rồi đặt lại vào khay."),
        Code::CoverOpen => ("Nắp máy quét đang mở", "Đóng nắp máy quét."),
        Code::ScannerBusy => {
            ("Máy quét đang bận", "Đợi máy làm xong việc trước, hoặc tắt chương trình khác đang quét.")
        }
        Code::ScannerLost => ("Mất kết nối với máy quét", "Kiểm tra nguồn, dây USB hoặc mạng của máy quét."),
        Code::Cancelled => ("Đã dừng quét theo yêu cầu", ""),
        _ => ("Máy quét báo lỗi", "Tắt máy quét, bật lại; nếu vẫn lỗi, thử quét từ mặt kính."),
    };
    Error::new(code, message).hint(hint)
}

/// Somebody has pressed the red button.
pub(super) fn cancelled_there() -> Error {
    Error::new(Code::Cancelled, "Việc quét đã bị hủy trên máy quét")
        .hint("Đặt lại các tờ chưa quét vào khay rồi quét tiếp; các trang đã quét vẫn còn.")
}

/// Asked to scan from where the device has nothing.
pub(super) fn no_such(source: Source) -> Error {
    let (message, hint) = match source {
        Source::Flatbed => ("Máy quét này không có mặt kính", "Đặt giấy vào khay nạp và chọn quét từ khay nạp."),
        Source::Adf => ("Máy quét này không có khay nạp", "Đặt giấy lên mặt kính và chọn quét từ mặt kính."),
        Source::AdfDuplex => ("Khay nạp của máy này chỉ quét một mặt", "Chọn quét một mặt; quét mặt sau lượt sau."),
    };
    Error::new(Code::InvalidValue, message).hint(hint)
}
