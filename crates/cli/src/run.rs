//! Each command, by one call on the station.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sohoa_model::{Care, Code, Error, Result};
use sohoa_station::{Inbox, Station, Watch, centre, forms, intake, scan, stack, trial, view};
use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use crate::args::{Archive, Args, Command, Edit, Format, Ink, Paper, Place, Plan, Source, Split};
use crate::report;

pub fn run(args: Args) -> Result<ExitCode> {
    let json = args.json;
    let dir = args.station.map_or_else(sohoa_station::home, Ok)?;
    let open = || open(&dir);
    match args.command {
        Command::Import { paths, dossier, split, workers } => {
            let options = intake::Options {
                dossier: dossier.map(|c| c.parse()).transpose()?,
                split: match split {
                    Split::Folder => intake::Split::Folder,
                    Split::Cover => intake::Split::Cover,
                    Split::None => intake::Split::None,
                },
            };
            let station = open()?;
            let imported = watched(json, |watch| {
                let intake = station.import(&paths, &options)?;
                station.work(workers, watch)?;
                station.imported(intake)
            })?;
            report::imported(&imported, json)?;
            // What was asked for and refused whole is an error; one bad file among good ones is not, unless it is one that
            // nobody may overlook.
            let secret = imported.refused.iter().find(|r| r.code == Code::StateSecret.to_string());
            let nothing = imported.documents == 0 && imported.duplicates.is_empty() && !imported.refused.is_empty();
            return Ok(match secret.or(imported.refused.first().filter(|_| nothing)) {
                Some(refused) => ExitCode::from(report::status_of(&refused.code)),
                None => ExitCode::SUCCESS,
            });
        }
        Command::Devices => report::devices(&open()?.devices(), json)?,
        Command::Scan {
            device,
            source,
            dpi,
            color,
            paper,
            brightness,
            dossier,
            onto_last,
            replace,
            record,
            record_pages,
            workers,
        } => {
            let settings = scan::Settings {
                source: source.map(|s| match s {
                    Source::Flatbed => scan::Source::Flatbed,
                    Source::Adf => scan::Source::Adf,
                    Source::AdfDuplex => scan::Source::AdfDuplex,
                }),
                dpi,
                color: match color {
                    Ink::Color => scan::Color::Color,
                    Ink::Gray => scan::Color::Gray,
                    Ink::Lineart => scan::Color::Lineart,
                },
                paper: match paper {
                    Paper::A4 => scan::Paper::A4,
                    Paper::A5 => scan::Paper::A5,
                    Paper::A3 => scan::Paper::A3,
                    Paper::Largest => scan::Paper::Largest,
                },
                brightness,
            };
            let request = stack::Request {
                device,
                settings,
                dossier: dossier.map(|c| c.parse()).transpose()?,
                record: record.map(|folder| stack::Record { folder, pictures: record_pages }),
            };
            let station = open()?;
            if let (Some(place), Some(code)) = (replace, &request.dossier) {
                let page = page_at(&station.dossier(code.as_str())?, place)?;
                let shown = watched(json, |watch| {
                    station.rescan(page, &request, watch)?;
                    station.work(workers, watch)?;
                    station.dossier(code.as_str())
                })?;
                report::dossier(&shown, json)?;
                return Ok(ExitCode::SUCCESS);
            }
            let onto = if onto_last { station.last_stack(&request.device)? } else { None };
            let scanned = watched(json, |watch| {
                let scanned = station.scan(&request, onto, watch)?;
                station.work(workers, watch)?;
                station.scanned(scanned.stack.into())
            })?;
            report::scanned(&scanned, json)?;
        }
        Command::Watch { dir, once } => watch(&open()?, &dir, once, json)?,
        Command::Cover { codes, output, component, pages, copies } => {
            let cover = |code: String| view::CoverRequest { code, component: component.clone(), pages };
            let covers = codes.into_iter().map(cover).flat_map(|c| std::iter::repeat_n(c, copies.into()));
            let covers: Vec<view::CoverRequest> = covers.collect();
            open()?.save_covers(&covers, &output)?;
            report::json(&json!({ "file": output, "covers": covers.len() }))?;
        }
        Command::Work { workers } => {
            let station = open()?;
            station.finish_stacks_left_open()?;
            station.resume()?;
            let work = watched(json, |watch| station.work(workers, watch))?;
            report::work(&work, json)?;
        }
        Command::List => report::rows(&open()?.desk()?, json)?,
        Command::Show { code } => report::dossier(&open()?.dossier(&code)?, json)?,
        Command::Search { query, limit, offset } => report::found(&open()?.search(&query, limit, offset, true)?, json)?,
        Command::Set { code, document, field, value } => {
            report::dossier(&open()?.set_field(&code, document, &field, &value)?, json)?
        }
        Command::Edit { code, edit } => report::dossier(&edited(&open()?, &code, edit)?, json)?,
        Command::Undo { code } => report::dossier(&open()?.undo(&code)?, json)?,
        Command::Redo { code } => report::dossier(&open()?.redo(&code)?, json)?,
        Command::Rename { code, new, merge } => report::dossier(&open()?.set_code(&code, &new, merge)?, json)?,
        Command::Confirm { code } => report::dossier(&open()?.confirm(&code)?, json)?,
        Command::Seal { code } => report::dossier(&open()?.seal(&code)?, json)?,
        Command::Export { code, dir, originals } => {
            let station = open()?;
            let files = if originals { station.export_originals(&code, &dir)? } else { station.export(&code, &dir)? };
            report::json(&json!({ "files": files }))?;
        }
        Command::Sync { to } => {
            let station = open()?;
            let batches = watched(json, |watch| station.sync(&to, watch))?;
            report::batches(&batches, json)?;
        }
        Command::Archive { command } => {
            let told = match &command {
                Archive::Init { url } => centre::init(url)?,
                Archive::Ingest { url } => centre::ingest(url)?,
                Archive::Status { url } => centre::status(url)?,
                Archive::Verify { url } => centre::verify(url)?,
            };
            report::json(&told)?;
            if told["ok"] == false {
                return Ok(ExitCode::from(Code::Integrity.exit_status()));
            }
        }
        Command::Verify { deep } => {
            let verified = open()?.verify(deep)?;
            report::verified(&verified, json)?;
            if !verified.ok {
                return Ok(ExitCode::from(Code::Integrity.exit_status()));
            }
        }
        Command::Stats { from, to } => report::json(&open()?.stats(&from, &to)?)?,
        Command::Backup { dir } => report::json(&json!({ "backup": open()?.backup(&dir)? }))?,
        Command::Restore { dir: from } => report::json(&json!({ "restored": Station::restore(&from, &dir)? }))?,
        Command::Settings { set } => {
            let station = open()?;
            let mut settings = station.settings()?;
            if !set.is_empty() {
                settings = station.save_settings(changed(&settings, &set)?)?;
            }
            report::json(&settings)?;
        }
        Command::Read { file, format, plan } => {
            let care = match plan {
                Plan::Fast => Care::Fast,
                Plan::Balanced => Care::Balanced,
                Plan::Accurate => Care::Accurate,
            };
            let pages = trial::read(&file, &dir, care)?;
            match (json, format) {
                (true, _) | (_, Format::Json) => report::json(&json!({ "pages": pages }))?,
                (_, Format::Text) => report::print(&trial::text(&pages)),
                (_, Format::Tsv) => report::print(&trial::tsv(&pages)),
                (_, Format::Hocr) => report::print(&trial::hocr(&pages)),
                (_, Format::Alto) => report::print(&trial::alto(&pages)),
            }
        }
        Command::Extract { file } => report::proposed(&trial::extract(&file, &dir)?, json)?,
        Command::Forms { check: None } => {
            let listed = forms::list(&dir);
            report::forms(&listed, json)?;
            if let Some(error) = listed.forms.iter().find_map(|form| form.error.as_ref()) {
                return Ok(ExitCode::from(report::status_of(&error.code)));
            }
        }
        Command::Forms { check: Some(file) } => {
            let checked = file.map_or_else(|| forms::check_all(&dir), |file| vec![forms::check(&dir, &file)]);
            report::checked(&checked, json)?;
            if let Some(bad) = checked.iter().find(|form| !form.is_good()) {
                let error = bad.form.error.as_ref();
                let wrong = Code::InvalidValue.exit_status();
                return Ok(ExitCode::from(error.map_or(wrong, |e| report::status_of(&e.code))));
            }
        }
        Command::Doctor => {
            let checks = sohoa_station::doctor(&dir);
            report::checks(&checks, json)?;
            if checks.iter().any(|c| !c.ok) {
                return Ok(ExitCode::from(Code::Missing.exit_status()));
            }
        }
        Command::Worker | Command::ScanWorker => unreachable!("main handles the child processes"),
    }
    Ok(ExitCode::SUCCESS)
}

/// The identifier of a page.
fn page_at(dossier: &view::Dossier, place: Place) -> Result<u32> {
    let document = dossier.documents.iter().find(|d| d.id == place.document);
    document.and_then(|d| d.pages.iter().find(|p| p.number == place.page)).map(|p| p.id).ok_or_else(|| {
        Error::new(Code::NotFound, format!("Hồ sơ không có trang {}.{}", place.document, place.page))
            .hint("Xem các trang: sohoa show.")
    })
}

/// One edit; the station knows pages by identifier.
fn edited(station: &Station, code: &str, edit: Edit) -> Result<view::Dossier> {
    let dossier = station.dossier(code)?;
    let id = |place| page_at(&dossier, place);
    let ids = |places: Vec<Place>| places.into_iter().map(id).collect::<Result<Vec<u32>>>();
    let edit = match edit {
        Edit::Split { page } => view::Edit::Split { page: id(page)? },
        Edit::Merge { document } => view::Edit::MergeWithPrevious { document },
        Edit::MovePages { pages, to, before } => {
            view::Edit::MovePages { pages: ids(pages)?, document: to, before: before.map(id).transpose()? }
        }
        Edit::MoveDocument { document, before } => view::Edit::MoveDocument { document, before },
        Edit::MoveTo { document, to } => return station.move_document(code, document, &to),
        Edit::Delete { pages } => view::Edit::DeletePages { pages: ids(pages)? },
        Edit::Restore { page } => view::Edit::RestorePage { page },
        Edit::Turn { pages, degrees } => view::Edit::Turn { pages: ids(pages)?, degrees },
        Edit::Straighten { pages, leave } => view::Edit::Straighten { pages: ids(pages)?, straight: !leave },
    };
    station.edit(code, &edit)
}

/// Opens the station, making it on first use: by `SOHOA_PASSPHRASE`, else the keyring, else a prompt.
fn open(dir: &Path) -> Result<Station> {
    if let Ok(passphrase) = std::env::var("SOHOA_PASSPHRASE") {
        return Station::unlock(dir, Some(&passphrase), false);
    }
    let new = Station::door(dir) == view::Door::New;
    if !new && let Ok(station) = Station::unlock(dir, None, false) {
        return Ok(station);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::new(Code::Locked, "Trạm đang khóa")
            .hint("Đặt biến SOHOA_PASSPHRASE, hoặc chạy lệnh ở cửa sổ dòng lệnh để nhập mật khẩu."));
    }
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).map_err(|e| Error::new(Code::Locked, "Không đọc được mật khẩu").source(e))
    };
    let passphrase = ask(if new { "Chọn mật khẩu cho trạm mới: " } else { "Mật khẩu của trạm: " })?;
    if new && ask("Nhập lại mật khẩu: ")? != passphrase {
        return Err(Error::new(Code::Usage, "Hai lần nhập không giống nhau").hint("Chạy lại lệnh."));
    }
    Station::unlock(dir, Some(&passphrase), false)
}

/// Shows progress on standard error while `run` goes on. Ctrl+C ends the process; what was durable stays so.
/// Takes in what comes to rest in the folder, until it is stopped; with `once`, until nothing there is still moving.
fn watch(station: &Station, dir: &Path, once: bool, json: bool) -> Result<()> {
    const PAUSE: Duration = Duration::from_secs(1);
    /// Longer than a file has to rest before it counts as there.
    const LOOKS: u32 = 5;
    let mut inbox = Inbox::new(dir);
    let mut idle = 0;
    while !once || idle < LOOKS {
        match station.look_into(&mut inbox)? {
            Some(intake) => {
                idle = 0;
                let imported = watched(json, |watch| {
                    station.work(None, watch)?;
                    station.imported(intake)
                })?;
                report::imported(&imported, json)?;
            }
            None => idle += 1,
        }
        std::thread::sleep(PAUSE);
    }
    Ok(())
}

fn watched<T>(json: bool, run: impl FnOnce(&Watch) -> Result<T>) -> Result<T> {
    let bar = if json || !std::io::stderr().is_terminal() { ProgressBar::hidden() } else { ProgressBar::new(0) };
    bar.set_style(
        ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}")
            .expect("the template is a constant")
            .progress_chars("━━╌"),
    );
    let cancel = AtomicBool::new(false);
    let show = |progress: view::Progress| match progress {
        view::Progress::Taking { done, total, name } => {
            bar.set_length(total.into());
            bar.set_position(done.into());
            bar.set_message(name);
        }
        view::Progress::Working { work } => {
            bar.set_length(work.total.into());
            bar.set_position(work.done.into());
            bar.set_message(work.dossier.unwrap_or_default());
        }
        view::Progress::Sending { done, total } => {
            bar.set_length(total.into());
            bar.set_position(done.into());
        }
        view::Progress::Scanned { page, .. } => bar.set_message(format!("trang {}", page.number)),
    };
    let result = run(&Watch { progress: &show, cancel: &cancel });
    bar.finish_and_clear();
    result
}

/// The settings with `name=value` pairs applied.
fn changed(settings: &view::Settings, pairs: &[String]) -> Result<view::Settings> {
    let wrong = |message: String| {
        Error::new(Code::Usage, message).hint("Ví dụ: sohoa settings office=\"UBND phường Võ Cường\"")
    };
    let mut value = serde_json::to_value(settings).map_err(|e| Error::internal("Không đọc được thiết lập", e))?;
    for pair in pairs {
        let (name, text) = pair.split_once('=').ok_or_else(|| wrong(format!("«{pair}» không có dạng TÊN=GIÁ_TRỊ")))?;
        let slot = value.get_mut(name).ok_or_else(|| wrong(format!("Không có thiết lập «{name}»")))?;
        *slot = match slot {
            serde_json::Value::Number(_) => {
                json!(text.parse::<u32>().map_err(|_| wrong(format!("«{text}» không phải số")))?)
            }
            _ => json!(text),
        };
    }
    serde_json::from_value(value).map_err(|e| wrong(e.to_string()))
}
