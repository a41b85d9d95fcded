//! What can go wrong with a scanner, each told apart, with what to do.

use sohoa_model::{Code, Error};

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
