//! A page made readable: decoded, turned, its stamps dropped for reading, told from a blank, straightened, scaled.
//!
//! Everything here works on copies. The archived picture is never altered: what is found out (turn, skew) is kept as
//! data and applied when the page is shown or placed in a PDF.
//!
//! Each operation has a file of its own, with what it goes by as data (`Params`).

mod bits;
mod blank;
pub mod check;
mod coloured;
mod decode;
mod fingerprint;
mod flatten;
mod gray;
mod ground;
mod ink;
mod kind;
mod leaders;
mod letters;
mod margins;
mod params;
mod pictures;
mod plain;
mod rotate;
mod rules;
#[cfg(test)]
mod samples;
mod scale;
mod seals;
mod skew;
mod specks;
mod stamps;
mod through;
mod thumbnail;

pub use check::{Checks, check};
pub use decode::decode;
pub use fingerprint::{Fingerprint, Sketch, same};
pub use plain::Plain;
pub use stamps::{Stamp, stamps};
pub use thumbnail::{display, thumbnail};

use fast_image_resize::{FilterType, pixels::U8};
use image::{DynamicImage, GrayImage};
use sohoa_model::{Box4, Code, Error, Result, Rule, Turn};

pub use gray::Colour;
use ink::Ink;
pub use kind::Kind;
use params::params;

/// Grows when the same page would be prepared another way.
pub const VERSION: u32 = 11;

params! {
    /// The resolution at which letters are read best for their cost; finer pages are reduced to it.
    reading_dpi: f32 = 160.0,
    /// Letters are read best when they are so many pixels high; a page with smaller print is reduced less.
    letter: f32 = 14.0,
    /// Leaning less than this is left alone, in degrees.
    least_skew: f32 = 0.2,
    /// How it is told by how much a page leans, whether it is blank, how tall its letters are.
    skew: skew::Params = Default::default(),
    blank: blank::Params = Default::default(),
    letters: letters::Params = Default::default(),
    /// What kind of page it is.
    kind: kind::Params = Default::default(),
    /// Ink of these colours is dropped from colour pages,
    drop_colours: Vec<Colour> = vec![Colour::Red, Colour::Blue],
    /// but for what is printed in it.
    coloured: coloured::Params = Default::default(),
    /// Each of what follows is done unless it is `None`. Dark ground beside the sheet becomes paper.
    ground: Option<ground::Params> = Some(Default::default()),
    /// Seals are taken out where their colour does not tell them.
    seals: Option<seals::Params> = Some(Default::default()),
    /// Punched holes and thin bands along the edges are taken out.
    margins: Option<margins::Params> = Some(Default::default()),
    /// The specks of a photocopier are taken out.
    specks: Option<specks::Params> = Some(Default::default()),
    /// Table rules and underlines are taken out.
    rules: Option<rules::Params> = Some(Default::default()),
    /// Dotted leaders are taken out.
    leaders: Option<leaders::Params> = Some(Default::default()),
    /// Photographs are looked for.
    pictures: Option<pictures::Params> = Some(Default::default()),
    /// Uneven paper is made even,
    flatten: bool = true,
    /// and then what shows through from the other side is made paper.
    through: Option<through::Params> = Some(Default::default()),
}

/// A page prepared for reading.
#[derive(Clone, Debug)]
pub struct Clean {
    /// The reading copy: upright, straight, reduced.
    pub gray: GrayImage,
    /// Its resolution.
    pub dpi: f32,
    /// Size of the upright frame.
    pub width: u32,
    pub height: u32,
    /// Degrees by which the content leaned counter-clockwise on the turned page; 0 where it was left alone.
    pub skew: f32,
    pub blank: bool,
    /// What kind of page it is, unless it is blank.
    pub kind: Option<Kind>,
    /// Rules that were taken out, in the upright frame.
    pub rules: Vec<Rule>,
    /// Strokes of what somebody wrote or stamped in a colour, in the upright frame; taken out, too.
    pub pens: Vec<Box4>,
    /// Where there are photographs, on the reading copy.
    pub pictures: Vec<Box4>,
    /// What was done, for the archive: `turn90,160dpi,form,red,skew+1.2`.
    pub plan: String,
    /// The page before it was reduced.
    full: GrayImage,
}

impl Clean {
    /// A box of the reading copy in the upright frame.
    pub fn to_frame(&self, [x, y, w, h]: Box4) -> Box4 {
        let across = |v: u32| (v as f32 * self.width as f32 / self.gray.width() as f32).round() as u32;
        let down = |v: u32| (v as f32 * self.height as f32 / self.gray.height() as f32).round() as u32;
        let (left, top) = (across(x).min(self.width), down(y).min(self.height));
        [left, top, across(x + w).min(self.width) - left, down(y + h).min(self.height) - top]
    }
}

/// Prepares a page for reading: `dpi` is that of the picture, `turn` what makes it upright.
///
/// Errors: `Unreadable` for a picture without pixels.
pub fn run(image: &DynamicImage, turn: Turn, dpi: f32, params: &Params) -> Result<Clean> {
    let mut plan = Vec::new();
    let (width, height) = turn.size(image.width(), image.height());
    if width == 0 || height == 0 {
        return Err(Error::new(Code::Unreadable, "Ảnh trang không có điểm ảnh nào").hint("Quét lại trang này."));
    }
    let colours = if image.color().has_color() { &params.drop_colours[..] } else { &[] };
    let mut full = rotate::quarter_gray(gray::of(image, colours), turn);
    let mut pens = Vec::new();
    for colour in colours {
        if !gray::has(image, *colour) {
            continue;
        }
        plan.push(colour.name().to_owned());
        let only = |k| rotate::quarter_gray(gray::only(image, *colour, k), turn);
        pens.extend(coloured::keep_print(&mut full, only, dpi, &params.coloured));
    }
    // A bitonal page has no greys to spare: it is read as it is.
    let bitonal = full.pixels().all(|p| p[0] == 0 || p[0] == 255);
    let mut scale = if bitonal || dpi <= params.reading_dpi * 1.1 { 1.0 } else { params.reading_dpi / dpi };
    let mut gray = reduce(&full, scale)?;
    let mut blank = blank::is_blank(&gray, dpi * scale, &params.blank);
    if blank && !plan.is_empty() {
        // Of ink that is not read a page is not blank.
        let whole = rotate::quarter_gray(gray::of(image, &[]), turn);
        blank = blank::is_blank(&reduce(&whole, scale)?, dpi * scale, &params.blank);
    }
    let leaning = if blank { None } else { skew::measure(&gray, dpi * scale, &params.skew) };
    let (mut rules, mut kind) = (Vec::new(), None);
    // Specks, rules and dots are told from letters at full resolution only, and leaders along the true baseline.
    if !blank {
        let mut ink = Ink::of(&full);
        let ground = params.ground.as_ref().is_some_and(|p| ground::erase(&mut full, &mut ink, dpi, p));
        let parts = ink.parts();
        let tall = letters::height(&parts, dpi, &params.letters);
        let seals = params.seals.as_ref().is_some_and(|p| seals::erase(&mut full, &mut ink, &parts, dpi, p));
        let margins = params.margins.as_ref().is_some_and(|p| margins::erase(&mut full, &mut ink, dpi, p));
        let specks = params.specks.as_ref().is_some_and(|p| specks::erase(&mut full, &mut ink, dpi, tall, p));
        if let Some(params) = &params.rules {
            rules = rules::erase(&mut full, &mut ink, dpi, params);
        }
        let lean = leaning.unwrap_or(0.0);
        let leaders = params.leaders.as_ref().map_or(0, |p| leaders::erase(&mut full, &ink, dpi, lean, p));
        let found = !rules.is_empty();
        rules = rules::without_streaks(rules, lean, (width, height), dpi);
        kind = Some(kind::tell(&rules, leaders, &parts, (width, height), dpi, &params.kind));
        let dropped = [
            ("ground", ground),
            ("seals", seals),
            ("margins", margins),
            ("specks", specks),
            ("rules", found),
            ("leaders", leaders > 0),
        ];
        plan.extend(dropped.iter().filter(|(_, found)| *found).map(|(name, _)| (*name).to_owned()));
        // Small print needs a finer copy. On a page of dirt nobody can say how small it is.
        let finer =
            tall.filter(|_| !specks && scale < 1.0).map_or(scale, |tall| (params.letter / tall).clamp(scale, 1.0));
        if finer != scale || dropped.iter().any(|(_, found)| *found) {
            scale = finer;
            gray = reduce(&full, scale)?;
        }
    }
    let reading_dpi = dpi * scale;
    plan.splice(..0, kind.map(|kind| kind.name().to_owned()));
    plan.insert(0, if bitonal { "bitonal".to_owned() } else { format!("{reading_dpi:.0}dpi") });
    if turn != Turn::None {
        plan.insert(0, format!("turn{}", turn.degrees()));
    }
    let skew = leaning.filter(|a| a.abs() >= params.least_skew).unwrap_or(0.0);
    if skew != 0.0 {
        plan.push(format!("skew{skew:+.1}"));
        gray = rotate::straighten_on_paper(&gray, skew);
        rules.iter_mut().for_each(|rule| *rule = rules::straightened(*rule, skew, width, height));
        pens.iter_mut().for_each(|area| *area = straightened(*area, skew, width, height));
    }
    let mut clean = Clean {
        gray,
        dpi: reading_dpi,
        width,
        height,
        skew,
        blank,
        kind,
        rules,
        pens,
        pictures: Vec::new(),
        plan: plan.join(","),
        full,
    };
    if !bitonal && !blank {
        clean.pictures = params.pictures.as_ref().map_or(Vec::new(), |p| pictures::find(&clean.gray, reading_dpi, p));
        if params.flatten {
            clean.gray = flatten::flatten(&clean.gray);
        }
        if let Some(params) = &params.through {
            through::fade(&mut clean.gray, params);
        }
    }
    Ok(clean)
}

/// A box on the page after its lean was taken away; a little lean does not change its size.
fn straightened([x, y, w, h]: Box4, skew: f32, width: u32, height: u32) -> Box4 {
    let Rule { from, .. } =
        rules::straightened(Rule { from: (x, y), to: (x + w, y + h), upright: false }, skew, width, height);
    [from.0.min(width - w), from.1.min(height - h), w, h]
}

fn reduce(image: &GrayImage, scale: f32) -> Result<GrayImage> {
    if scale >= 1.0 {
        return Ok(image.clone());
    }
    let (width, height) = (scale::side(image.width(), scale), scale::side(image.height(), scale));
    let out = scale::down::<U8>(image.as_raw(), image.dimensions(), (width, height), FilterType::Hamming)?;
    Ok(GrayImage::from_raw(width, height, out).expect("one byte per pixel"))
}

/// The page in its upright frame, as it is shown.
pub fn upright(image: &DynamicImage, turn: Turn, skew: f32) -> DynamicImage {
    let turned = rotate::quarter(image, turn);
    if skew == 0.0 { turned } else { rotate::straighten(&turned, skew) }
}

/// The same in grey, for looking at only.
pub fn upright_gray(image: &DynamicImage, turn: Turn) -> GrayImage {
    rotate::quarter_gray(gray::of(image, &[]), turn)
}

#[cfg(test)]
mod tests;
