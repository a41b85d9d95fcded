//! What `sohoa read` makes of whole pages: all that is printed, in order, and nothing of what is not print.

use image::RgbImage;
use serde_json::Value;
use sohoa_tests::{Station, fixture, json, list, sohoa};
use std::path::{Path, PathBuf};

fn read(page: &Path) -> Value {
    json(0, sohoa().args(["--json", "read"]).arg(page))
}

/// The bundled file of this name in the dossier of this code.
fn bundled(dossier: &str, begins: &str) -> PathBuf {
    let files = sohoa_tests::files(&fixture("fixtures/dossiers").join(dossier));
    let found =
        files.into_iter().find(|f| f.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begins)));
    found.unwrap_or_else(|| panic!("{dossier} has no {begins}"))
}

fn words(page: &Value) -> Vec<&str> {
    list(&page["words"]).iter().map(|word| word["text"].as_str().unwrap()).collect()
}

/// The boxes of what was not read.
fn unread(page: &Value) -> Vec<[u64; 4]> {
    let edge = |area: &Value, i: usize| area[i].as_u64().unwrap();
    list(&page["unread"]).iter().map(|area| [0, 1, 2, 3].map(|i| edge(area, i))).collect()
}

#[test]
fn a_table_is_read_whole_and_in_order() {
    let told = read(&bundled("H05.16-260120-0002", "03"));
    let pages = list(&told["pages"]);
    let read: Vec<&str> = pages.iter().flat_map(words).collect();
    let numbers: Vec<u32> = read.iter().filter_map(|word| word.parse().ok()).filter(|n| *n < 100).collect();
    // The date in the head goes before.
    let rows = &numbers[numbers.len() - 38..];
    assert_eq!(rows, (1..=38).collect::<Vec<u32>>(), "one number for each row: {read:?}");
    let place = |text: &str| read.iter().position(|word| *word == text).unwrap_or_else(|| panic!("{text} in {read:?}"));
    assert!(place("DANH") < place("STT") && place("STT") < place("1"), "the title stands above its table: {read:?}");
}

#[test]
fn what_is_no_print_is_told_and_not_made_words_of() {
    // The upper half of a page, and below it a photograph and two lines written by a pen.
    let page = image::open(bundled("H05.16-260112-0001", "01")).unwrap().into_rgb8();
    let (width, height) = page.dimensions();
    let mut drawn = RgbImage::from_pixel(width, height, *page.get_pixel(width / 2, 60));
    image::imageops::replace(&mut drawn, &image::imageops::crop_imm(&page, 0, 0, width, height / 2).to_image(), 0, 0);
    let free = height * 7 / 10;
    let photo = [300, free, 420, 560];
    for (x, y) in (0..photo[2]).flat_map(|x| (0..photo[3]).map(move |y| (x, y))) {
        let (u, v) = (x as f32 / 60.0, y as f32 / 90.0);
        let grey = 95.0 + 30.0 * (u.sin() * v.cos()) + ((x * 31 + y * 17) % 13) as f32;
        drawn.put_pixel(photo[0] + x, photo[1] + y, image::Rgb([grey as u8; 3]));
    }
    let pens = [[1000, free + 40, 900, 110], [1000, free + 300, 700, 110]];
    for [left, top, wide, high] in pens {
        for step in 0..wide * 4 {
            let t = step as f32 / 4.0;
            let y = high as f32 / 2.0 * (1.0 + (t / 17.0).sin() * (0.5 + 0.5 * (t / 71.0).cos()));
            for (dx, dy) in (0..5).flat_map(|dx| (0..5).map(move |dy| (dx, dy))) {
                drawn.put_pixel(left + t as u32 + dx, top + y as u32 + dy, image::Rgb([35, 35, 40]));
            }
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trang.jpg");
    drawn.save(&file).unwrap();

    let told = read(&file)["pages"][0].clone();
    let (above, below): (Vec<&Value>, Vec<&Value>) =
        list(&told["words"]).iter().partition(|word| word["box"][1].as_u64().unwrap() < u64::from(height) * 6 / 10);
    assert!(above.len() > 50, "{told:#}");
    assert!(below.is_empty(), "{below:#?}");
    let found = unread(&told);
    assert_eq!(found.len(), 3, "and the code on it, which is read, is not among them: {found:?}");
    for area in [&photo, &pens[0], &pens[1]] {
        let [x, y, w, h] = area.map(u64::from);
        let middle = (x + w / 2, y + h / 2);
        let covers = |[left, top, wide, high]: &[u64; 4]| {
            let is_about = (*left..left + wide).contains(&middle.0) && (*top..top + high).contains(&middle.1);
            is_about && wide * 10 > w * 8
        };
        assert!(found.iter().any(covers), "{area:?} in {found:?}");
    }
}

#[test]
fn of_a_form_filled_in_by_hand_the_labels_are_read_and_the_writing_is_told() {
    let file = fixture("fixtures/hand/phieu-ly-lich.jpg");
    let truth: Value = serde_json::from_slice(&std::fs::read(file.with_extension("json")).unwrap()).unwrap();
    let told = read(&file)["pages"][0].clone();
    let area = |value: &Value| [0, 1, 2, 3].map(|i| value["box"][i].as_u64().unwrap());
    let middle = |[x, y, w, h]: [u64; 4]| (x + w / 2, y + h / 2);
    let within =
        |[x, y, w, h]: [u64; 4], (at_x, at_y): (u64, u64)| (x..=x + w).contains(&at_x) && (y..=y + h).contains(&at_y);
    let areas = |list: &Value| sohoa_tests::list(list).iter().map(area).collect::<Vec<_>>();
    let (print, written, found) = (areas(&truth["print"]), areas(&truth["regions"]), unread(&told));
    assert!(written.len() > 15, "{}", written.len());
    let untold = written.iter().filter(|area| !found.iter().any(|box_| within(*box_, middle(**area))));
    assert!(untold.clone().count() <= 1, "{:?}", untold.collect::<Vec<_>>());
    let is_made_up = |word: &&Value| {
        let at = middle(area(word));
        written.iter().any(|area| within(*area, at)) && !print.iter().any(|area| within(*area, at))
    };
    let made_up: Vec<&Value> = list(&told["words"]).iter().filter(is_made_up).collect();
    assert!(made_up.len() <= 1, "{made_up:#?}");
    let read = words(&told);
    let printed: Vec<&str> = list(&truth["print"]).iter().map(|word| word["text"].as_str().unwrap()).collect();
    let lost: Vec<&&str> = printed.iter().filter(|word| !read.contains(word)).collect();
    assert!(lost.len() * 14 < printed.len(), "{lost:?} of {} words", printed.len());
}

#[test]
fn a_page_is_left_as_it_lies_when_the_clerk_wants_it_so() {
    let station = Station::new();
    let page = bundled("H05.16-260120-0002", "01");
    let imported = station.ok(&["import", page.to_str().unwrap()]);
    let code = imported["dossiers"][0].as_str().unwrap();
    let first = |dossier: &Value| list(&list(&dossier["documents"])[0]["pages"])[0].clone();
    let lean = |dossier: &Value| first(dossier)["skew"].as_f64().unwrap();
    let level = station.ok(&["show", code]);
    assert!((lean(&level) - 2.4).abs() < 0.3 && first(&level)["leaning"] == false, "{level:#}");

    station.ok(&["edit", code, "straighten", "1.1", "--leave"]);
    station.ok(&["work"]);
    let left = station.ok(&["show", code]);
    assert!(lean(&left) == 0.0 && first(&left)["leaning"] == true, "{left:#}");
    assert!(first(&left)["words"].as_u64().unwrap() > 80, "it is read all the same: {left:#}");

    station.ok(&["undo", code]);
    station.ok(&["work"]);
    assert_eq!(lean(&station.ok(&["show", code])), lean(&level));
}

#[test]
fn each_plan_reads_and_an_office_chooses_its_own() {
    let page = bundled("H05.16-260112-0001", "04");
    for plan in ["fast", "balanced", "accurate"] {
        let told = json(0, sohoa().args(["--json", "read", "--plan", plan]).arg(&page));
        assert!(words(&told["pages"][0]).contains(&"CỘNG"), "{plan}: {told:#}");
        let by = told["pages"][0]["plan"].as_str().unwrap();
        let expected = match plan {
            "fast" => ",vie",
            "balanced" => ",vie+Vietnamese,again98",
            _ => ",vie+Vietnamese,again",
        };
        assert!(by.ends_with(expected), "{plan}: {by}");
    }
    json(2, sohoa().args(["--json", "read", "--plan", "hasty"]).arg(&page));

    let plan = |setting: &str| {
        let station = Station::new();
        station.ok(&["settings", setting]);
        let imported = station.ok(&["import", page.to_str().unwrap()]);
        let dossier = station.ok(&["show", imported["dossiers"][0].as_str().unwrap()]);
        let page = &list(&list(&dossier["documents"])[0]["pages"])[0];
        (page["words"].clone(), page["confidence"].clone())
    };
    assert_ne!(plan("reading=fast"), plan("reading=accurate"));
}
