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
    /// Các máy quét tìm thấy
    Devices,
    /// Quét một xấp giấy; tờ bìa và mã trên giấy chia thành hồ sơ và giấy tờ
    Scan {
        /// Máy quét, như sohoa devices nêu; escl:ĐỊA_CHỈ cho máy quét mạng
        #[arg(long, value_name = "D")]
        device: String,
        /// Mặc định: khay nạp nếu máy có, nếu không thì mặt kính
        #[arg(long, value_enum)]
        source: Option<Source>,
        #[arg(long, default_value_t = 300, value_name = "N")]
        dpi: u32,
        #[arg(long, value_enum, default_value = "color")]
        color: Ink,
        #[arg(long, value_enum, default_value = "a4")]
        paper: Paper,
        /// Phần trăm, -100 đến 100
        #[arg(long, default_value_t = 0, value_name = "N", allow_negative_numbers = true)]
        brightness: i32,
        /// Cho các trang trước tờ bìa đầu tiên vào hồ sơ này
        #[arg(long, value_name = "CODE")]
        dossier: Option<String>,
        /// Quét tiếp xấp giấy đang dở
        #[arg(long = "continue")]
        onto_last: bool,
        /// Quét một tờ thay cho trang này của hồ sơ (GIẤY_TỜ.TRANG)
        #[arg(long, value_name = "DOC.PAGE", requires = "dossier", conflicts_with = "onto_last")]
        replace: Option<Place>,
        /// Ghi lại phiên quét (không có hình trang) vào thư mục này, để báo lỗi hoặc tập dượt
        #[arg(long, value_name = "DIR")]
        record: Option<PathBuf>,
        /// Ghi cả hình trang
        #[arg(long, requires = "record")]
        record_pages: bool,
        #[arg(long, value_name = "N")]
        workers: Option<usize>,
    },
    /// Trông thư mục mà máy in đa năng quét vào: tệp nào xong thì nhận và đọc
    Watch {
        dir: PathBuf,
        /// Nhận những gì đang có rồi thôi
        #[arg(long)]
        once: bool,
    },
    /// In tờ bìa có mã QR để đặt lên từng tập giấy tờ trước khi quét
    Cover {
        #[arg(required = true, value_name = "CODE")]
        codes: Vec<String>,
        /// Tệp PDF sẽ ghi
        #[arg(short, long, value_name = "FILE.pdf")]
        output: PathBuf,
        /// Thành phần hồ sơ nằm dưới tờ bìa
        #[arg(long, value_name = "TEXT")]
        component: Option<String>,
        /// Số trang có nội dung sẽ theo sau, để đối chiếu khi quét
        #[arg(long, value_name = "N")]
        pages: Option<u32>,
        /// Số bản của mỗi tờ
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
        copies: u16,
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
    /// Sửa thứ tự trang và giấy tờ; trang viết là GIẤY_TỜ.TRANG, ví dụ 2.1
    Edit {
        code: String,
        #[command(subcommand)]
        edit: Edit,
    },
    /// Hoàn tác việc sửa gần nhất trong hồ sơ
    Undo { code: String },
    /// Làm lại việc vừa hoàn tác
    Redo { code: String },
    /// Đổi mã hồ sơ, ví dụ mã tạm X00-… thành mã thật
    Rename {
        code: String,
        new: String,
        /// Nếu mã mới đã có hồ sơ: gộp hai hồ sơ làm một
        #[arg(long)]
        merge: bool,
    },
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
        /// Đọc kỹ đến đâu
        #[arg(long, value_enum, default_value = "balanced")]
        plan: Plan,
    },
    /// Đọc thử rồi bóc tách trường thông tin, không lưu gì
    Extract { file: PathBuf },
    /// Các mẫu giấy tờ đã biết: mẫu riêng của đơn vị (thư mục forms của trạm) và mẫu có sẵn
    Forms {
        /// Đọc trang thử của từng mẫu riêng, hoặc của một tệp mẫu, và chấm điểm
        #[arg(long, value_name = "FILE.toml")]
        check: Option<Option<PathBuf>>,
    },
    /// Cái gì đã cài, cái gì còn thiếu, khắc phục ra sao
    Doctor,
    /// Tiến trình con mở tệp lạ
    #[command(hide = true, name = sohoa_station::WORKER)]
    Worker,
    /// Tiến trình con chạy trình điều khiển máy quét
    #[command(hide = true, name = sohoa_station::SCAN_WORKER)]
    ScanWorker,
}

#[derive(Subcommand)]
pub enum Edit {
    /// Tách: từ trang này trở đi là một giấy tờ riêng
    Split { page: Place },
    /// Gộp giấy tờ vào giấy tờ đứng trước
    Merge { document: u32 },
    /// Chuyển trang vào một giấy tờ, trước một trang của nó hoặc xuống cuối
    MovePages {
        #[arg(required = true)]
        pages: Vec<Place>,
        #[arg(long, value_name = "DOC")]
        to: u32,
        #[arg(long, value_name = "DOC.PAGE")]
        before: Option<Place>,
    },
    /// Chuyển giấy tờ lên trước một giấy tờ khác hoặc xuống cuối
    MoveDocument {
        document: u32,
        #[arg(long, value_name = "DOC")]
        before: Option<u32>,
    },
    /// Chuyển giấy tờ sang hồ sơ khác
    MoveTo { document: u32, to: String },
    /// Xóa trang (lấy lại được cho đến khi đóng hồ sơ)
    Delete {
        #[arg(required = true)]
        pages: Vec<Place>,
    },
    /// Lấy lại trang đã xóa, theo số trong danh sách trang đã xóa của sohoa show
    Restore { page: u32 },
    /// Xoay trang theo chiều kim đồng hồ
    Turn {
        #[arg(required = true)]
        pages: Vec<Place>,
        /// 90, 180 hoặc -90
        #[arg(long, value_name = "DEGREES", default_value_t = 90, allow_negative_numbers = true)]
        degrees: i32,
    },
    /// Chỉnh thẳng trang quét lệch, như mặc định
    Straighten {
        #[arg(required = true)]
        pages: Vec<Place>,
        /// Giữ nguyên độ lệch như khi quét
        #[arg(long)]
        leave: bool,
    },
}

/// A page, as `2.1`: the first of the second document.
#[derive(Clone, Copy)]
pub struct Place {
    pub document: u32,
    pub page: u32,
}

impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once('.').and_then(|(d, p)| Some((d.parse().ok()?, p.parse().ok()?)));
        let (document, page) = parts.ok_or_else(|| format!("«{text}» không có dạng GIẤY_TỜ.TRANG, ví dụ 2.1"))?;
        Ok(Self { document, page })
    }
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
    /// Tất cả là một xấp: tờ bìa và mã trên giấy chia thành hồ sơ và giấy tờ
    Cover,
    /// Tất cả vào một hồ sơ, mỗi tệp một giấy tờ
    None,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Source {
    /// Mặt kính
    Flatbed,
    /// Khay nạp, một mặt
    Adf,
    /// Khay nạp, hai mặt
    AdfDuplex,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Ink {
    Color,
    Gray,
    /// Đen trắng
    Lineart,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Paper {
    A4,
    A5,
    A3,
    /// Lớn nhất mà máy quét được
    Largest,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Plan {
    /// Nhanh nhất; cho bản in rõ
    Fast,
    Balanced,
    /// Đọc hai lần mọi chữ
    Accurate,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Alto,
    Hocr,
    Tsv,
}
