//! The command line, as `sohoa help` shows it.

use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Sohoa: số hóa hồ sơ giấy tại bộ phận một cửa, không cần mạng.
#[derive(Parser)]
#[command(name = "sohoa", version, propagate_version = true)]
pub struct Args {
    /// Thư mục của trạm (mặc định: thư mục dữ liệu của người dùng)
    #[arg(long, global = true, env = "SOHOA_STATION", value_name = "DIR")]
    pub station: Option<PathBuf>,

    /// In đúng một văn bản JSON ra đầu ra chuẩn
    #[arg(long, global = true)]
    pub json: bool,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub enum Command {
    /// Nhận tệp và thư mục đã quét, đọc, tạo PDF/A, bóc tách trường thông tin
    Import {
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Cho tất cả vào hồ sơ này
        #[arg(long, value_name = "CODE")]
        dossier: Option<String>,
        /// Cách chia thành hồ sơ và giấy tờ
        #[arg(long, value_enum, default_value = "folder")]
        split: Split,
        /// Số luồng đọc (mặc định: bằng số lõi)
        #[arg(long, value_name = "N")]
        workers: Option<usize>,
    },
    /// Làm tiếp những gì còn dở cho đến hết
    Work {
        #[arg(long, value_name = "N")]
        workers: Option<usize>,
    },
    /// Danh sách hồ sơ
    List,
    /// Một hồ sơ: giấy tờ, trang, trường thông tin, mã băm, trạng thái
    Show { code: String },
    /// Tìm trong toàn văn
    Search {
        query: String,
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: usize,
        #[arg(long, default_value_t = 0, value_name = "N")]
        offset: usize,
    },
    /// Sửa một trường thông tin: hồ sơ, số thứ tự giấy tờ, tên trường, giá trị
    Set { code: String, document: u32, field: String, value: String },
    /// Xác nhận các trường thông tin của cả hồ sơ
    Confirm { code: String },
    /// Đóng hồ sơ và tạo gói tin
    Seal { code: String },
    /// Gửi các hồ sơ đã đóng và nhận biên nhận
    Sync {
        /// Nơi nhận: file:///…
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Phía lưu trữ trung tâm
    Archive {
        #[command(subcommand)]
        command: Archive,
    },
    /// Kiểm tra toàn vẹn: tệp, dòng dữ liệu, nhật ký
    Verify {
        /// Mở lại cả PDF và gói tin
        #[arg(long)]
        deep: bool,
    },
    /// Thống kê số hóa trong kỳ
    Stats {
        /// Từ ngày, YYYY-MM-DD
        #[arg(long)]
        from: String,
        /// Đến hết ngày, YYYY-MM-DD
        #[arg(long)]
        to: String,
    },
    /// Sao lưu trạm trong khi đang làm việc
    Backup { dir: PathBuf },
    /// Khôi phục trạm từ bản sao lưu
    Restore { dir: PathBuf },
    /// Chép các PDF/A của một hồ sơ ra thư mục
    Export {
        code: String,
        dir: PathBuf,
        /// Chép các tệp gốc đúng như khi nhận, thay vì PDF/A
        #[arg(long)]
        originals: bool,
    },
    /// Xem hoặc đặt thiết lập của trạm: đơn vị, mã cơ quan, cán bộ…
    Settings {
        /// TÊN=GIÁ_TRỊ, ví dụ office="UBND phường Võ Cường"
        set: Vec<String>,
    },
    /// Đọc thử một ảnh hoặc PDF, không lưu gì
    Read {
        file: PathBuf,
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
    },
    /// Đọc thử rồi bóc tách trường thông tin, không lưu gì
    Extract { file: PathBuf },
    /// Cái gì đã cài, cái gì còn thiếu, khắc phục ra sao
    Doctor,
    /// Tiến trình con mở tệp lạ
    #[command(hide = true, name = sohoa_station::WORKER)]
    Worker,
}

#[derive(Subcommand)]
pub enum Archive {
    /// Lập kho lưu trữ
    Init { url: String },
    /// Tiếp nhận các lô đã đến
    Ingest { url: String },
    /// Tình trạng kho
    Status { url: String },
    /// Kiểm tra toàn vẹn kho
    Verify { url: String },
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Split {
    /// Mỗi thư mục một hồ sơ, mỗi tệp (hoặc thư mục con chứa ảnh trang) một giấy tờ
    Folder,
    /// Tất cả vào một hồ sơ, mỗi tệp một giấy tờ
    None,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Alto,
    Hocr,
    Tsv,
}
