//! The ZIP opened without unpacking it: each file is a slice of the package.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, copy, sink};
use zip::{CompressionMethod, ZipArchive};

use super::{PACKAGE, Problem};

/// No dossier comes near it.
const MAX_FILES: usize = 20_000;

/// The files of a package by name. Only stored files are taken, and no byte may belong to two of them, so that nothing
/// can unfold to more than the package's own size.
pub fn open(zip: &[u8]) -> Result<BTreeMap<String, &[u8]>, Problem> {
    let broken = |e: &dyn std::fmt::Display| Problem::new("ZIP-001", "", "ZIP", format!("Tệp ZIP hỏng ({e})"));
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|e| broken(&e))?;
    if archive.len() > MAX_FILES {
        return Err(Problem::new("ZIP-003", "", "ZIP", format!("Gói có hơn {MAX_FILES} tệp")));
    }
    if archive.has_duplicate_names() {
        return Err(Problem::new("ZIP-004", "", "ZIP", "Hai tệp trong gói trùng tên"));
    }
    if archive.has_overlapping_entries().map_err(|e| broken(&e))? {
        return Err(Problem::new("ZIP-003", "", "ZIP", "Các tệp trong gói chồng lên nhau"));
    }
    let mut files = BTreeMap::new();
    let mut folded = BTreeSet::new();
    for i in 0..archive.len() {
        let file = archive.by_index_raw(i).map_err(|e| broken(&e))?;
        let name = file.name().map_err(|e| broken(&e))?.into_owned();
        if !is_safe(&name) || file.is_symlink() {
            return Err(Problem::new("ZIP-002", &name, "ZIP", format!("Tên tệp «{name}» trong gói không an toàn")));
        }
        if file.compression() != CompressionMethod::Stored || file.encrypted() || file.size() != file.compressed_size()
        {
            let message = format!("Tệp {name} bị nén hoặc mã hóa; gói tin chỉ chứa tệp nguyên dạng");
            return Err(Problem::new("ZIP-005", &name, "ZIP", message));
        }
        if name.ends_with('/') {
            if file.size() != 0 {
                return Err(Problem::new("ZIP-002", &name, "ZIP", format!("Thư mục {name} trong gói có nội dung")));
            }
            continue;
        }
        // Windows and USB disks take the two for one.
        if !folded.insert(name.to_ascii_lowercase()) {
            let message = format!("Tệp {name} trùng tên với tệp khác nếu không kể chữ hoa");
            return Err(Problem::new("ZIP-004", &name, "ZIP", message));
        }
        let start = file.data_start().and_then(|start| usize::try_from(start).ok());
        let end = start.zip(usize::try_from(file.size()).ok()).and_then(|(start, size)| start.checked_add(size));
        let bytes = start.zip(end).and_then(|(start, end)| zip.get(start..end));
        let bytes = bytes.ok_or_else(|| broken(&format!("{name} bị cắt")))?;
        drop(file);
        // Every other file has its digest in a METS; this one has only the ZIP's own checksum.
        if name.split_once('/').is_some_and(|(_, path)| path == PACKAGE) {
            let read = archive.by_index(i).map_err(|e| broken(&e)).map(|mut file| copy(&mut file, &mut sink()))?;
            read.map_err(|_| Problem::new("FIX-001", PACKAGE, "ZIP", "METS.xml đã bị thay đổi: sai mã kiểm tra CRC"))?;
        }
        files.insert(name, bytes);
    }
    Ok(files)
}

/// A relative path of plain ASCII names that leads nowhere else, on any system.
fn is_safe(name: &str) -> bool {
    let parts: Vec<&str> = name.strip_suffix('/').unwrap_or(name).split('/').collect();
    name.len() <= 200
        && parts.iter().all(|p| !p.is_empty() && *p != "." && *p != "..")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'/' | b'+'))
}
