//! What is on a page and is not text: a signature, a picture, what somebody wrote by hand. It is told as not read instead of
//! being filled with noise or passed over.

use sohoa_model::{Box4, Word};

/// In inches: strokes nearer to one another, sideways and up or down, are of one thing, such as a line of writing,
const BESIDE: f32 = 0.3;
const BELOW: f32 = 0.08;
/// what is smaller is a speck,
const SPECK: f32 = 0.02;
/// of something one stroke at least is longer,
const STROKE: f32 = 0.12;
/// of something that is told anyway so high is a letter,
const LETTER: f32 = 0.05;
/// it is as wide or high as this, and not narrower than that,
const LONG: f32 = 0.3;
const NARROW: f32 = 0.1;
/// and what lies along an edge of the page and is narrower, or drawn out and narrower than two and a half times as much, is
/// a shadow of the lid or of another sheet.
const SHADOW: f32 = 0.4;

/// Surer than this, in percent, a word is print.
const PRINT: f32 = 95.0;

/// What only seems to be text in pictures, which are told as not read. Where several words within are sure it is no picture
/// but print on a tinted ground.
pub fn in_pictures(words: Vec<Word>, pictures: Vec<Box4>) -> (Vec<Word>, Vec<Box4>) {
    const SEVERAL: usize = 3;
    let is_in = |word: &Word, [x, y, w, h]: &Box4| {
        let [left, top, wide, high] = word.bounds;
        (*x..=x + w).contains(&(left + wide / 2)) && (*y..=y + h).contains(&(top + high / 2))
    };
    let sure = |picture: &Box4| words.iter().filter(|w| w.confidence >= PRINT && is_in(w, picture)).count();
    let pictures: Vec<Box4> = pictures.into_iter().filter(|picture| sure(picture) < SEVERAL).collect();
    let words = words.into_iter().filter(|w| w.confidence >= PRINT || !pictures.iter().any(|p| is_in(w, p))).collect();
    (words, pictures)
}

/// The boxes of what is not read: those that are `known`, what `pens` left, and of the ink for which neither they nor
/// those that are `read` account. All are in one frame, of this size and resolution.
pub fn unread(ink: &[Box4], pens: &[Box4], read: &[Box4], known: &[Box4], size: (u32, u32), dpi: f32) -> Vec<Box4> {
    let inches = |v: f32| (v * dpi) as u32;
    // Marks stand a little off their letters.
    let slack = inches(SPECK);
    let covers = |[x, y, w, h]: &Box4, (at_x, at_y): (u32, u32)| {
        (x.saturating_sub(slack)..=x + w + slack).contains(&at_x)
            && (y.saturating_sub(slack)..=y + h + slack).contains(&at_y)
    };
    let (width, height) = size;
    // A frame has the text of the page in it.
    let is_frame = |[_, _, w, h]: &Box4| w * 5 > width * 3 && h * 5 > height * 3 && !read.is_empty();
    let known: Vec<Box4> = known.iter().copied().filter(|area| !is_frame(area)).collect();
    let is_known = |[x, y, w, h]: &Box4| {
        let middle = (x + w / 2, y + h / 2);
        read.iter().chain(&known).any(|area| covers(area, middle))
    };
    let near = (inches(BESIDE), inches(BELOW));
    // What was read stays apart: no two become one around a word that is in neither.
    let middles: Vec<(u32, u32)> = read.iter().map(|[x, y, w, h]| (x + w / 2, y + h / 2)).collect();
    let may = |a: &Box4, b: &Box4| {
        let is_in = |[x, y, w, h]: &Box4, at: &(u32, u32)| (*x..x + w).contains(&at.0) && (*y..y + h).contains(&at.1);
        let both = union(*a, *b);
        middles.iter().all(|at| !is_in(&both, at) || is_in(a, at) || is_in(b, at))
    };
    let long = |area: &Box4| area[2].max(area[3]);
    let strokes = ink.iter().filter(|part| long(part) >= inches(SPECK) && !is_known(part) && !is_frame(part));
    let strokes = strokes.map(|part| Thing { area: *part, longest: long(part), stands: false });
    let mut found = together(strokes, near, &|_, _| true);
    found.retain_mut(|Thing { area: [x, y, w, h], longest, stands }| {
        let edge = inches(BELOW);
        let at_edge = *x <= edge || *y <= edge || *x + *w + edge >= width || *y + *h + edge >= height;
        let (short, long) = (*w.min(h), *w.max(h));
        let is_shadow = at_edge && (short < inches(SHADOW) || short < inches(2.5 * SHADOW) && long > 4 * short);
        *stands = long >= inches(LONG) && short >= inches(NARROW) && *longest >= inches(STROKE);
        !is_shadow && (*stands || *h >= inches(LETTER))
    });
    let pens = pens.iter().filter(|area| !is_frame(area)).copied();
    let told = known.into_iter().chain(pens).map(|area| Thing { area, longest: long(&area), stands: true });
    let mut all = together(told.chain(found), near, &may);
    all.retain(|thing| thing.stands);
    let mut all: Vec<Box4> = all.into_iter().map(|thing| thing.area).collect();
    all.sort_unstable_by_key(|[x, y, ..]| (*y, *x));
    all
}

/// Strokes near one another.
struct Thing {
    area: Box4,
    longest: u32,
    /// Whether it is told by itself, and not only as a part of another.
    stands: bool,
}

/// What is near one another and `may` be one.
fn together(parts: impl Iterator<Item = Thing>, near: (u32, u32), may: &dyn Fn(&Box4, &Box4) -> bool) -> Vec<Thing> {
    let mut found: Vec<Thing> = Vec::new();
    for mut thing in parts {
        // What it touches becomes one with it, and may then touch more.
        while let Some(i) =
            found.iter().position(|other| touch(&thing.area, &other.area, near) && may(&thing.area, &other.area))
        {
            let other = found.swap_remove(i);
            let (longest, stands) = (thing.longest.max(other.longest), thing.stands || other.stands);
            thing = Thing { area: union(thing.area, other.area), longest, stands };
        }
        found.push(thing);
    }
    found
}

fn touch([x, y, w, h]: &Box4, [ox, oy, ow, oh]: &Box4, (beside, below): (u32, u32)) -> bool {
    *ox <= x + w + beside && *x <= ox + ow + beside && *oy <= y + h + below && *y <= oy + oh + below
}

fn union([x, y, w, h]: Box4, [ox, oy, ow, oh]: Box4) -> Box4 {
    let (left, top) = (x.min(ox), y.min(oy));
    [left, top, (x + w).max(ox + ow) - left, (y + h).max(oy + oh) - top]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a page of A4 at 300 dpi.
    fn found(ink: &[Box4], words: &[Box4], known: &[Box4]) -> Vec<Box4> {
        unread(ink, &[], words, known, (2480, 3508), 300.0)
    }

    #[test]
    fn a_signature_is_told_and_print_is_not() {
        let letters: Vec<Box4> = (0..9).map(|i| [400 + 30 * i, 500, 24, 40]).collect();
        let strokes = [[1500, 2400, 200, 90], [1730, 2420, 60, 80]];
        let ink = [&letters[..], &strokes].concat();
        assert_eq!(found(&ink, &[[400, 495, 264, 50]], &[]), [[1500, 2400, 290, 100]]);
        assert_eq!(found(&ink, &[], &[]).len(), 2, "letters that nobody read");
    }

    #[test]
    fn what_is_written_on_one_line_is_one() {
        let words = [[600, 800, 90, 60], [760, 805, 120, 50], [950, 798, 80, 66], [600, 960, 200, 60]];
        assert_eq!(found(&words, &[], &[]), [[600, 798, 430, 66], [600, 960, 200, 60]]);
        assert_eq!(found(&words[1..], &[], &words[..1]).len(), 2, "and with what is known already");
        let (above, below, label) = ([600, 700, 400, 60], [300, 790, 600, 60], [310, 720, 200, 40]);
        assert_eq!(found(&[], &[label], &[above, below]), [above, below], "a label that was read is in neither");
    }

    #[test]
    fn what_a_pen_left_is_told_however_little_and_letters_beside_it_with_it() {
        let figure = [900, 800, 24, 60];
        let told = |ink: &[Box4], pens: &[Box4]| unread(ink, pens, &[], &[], (2480, 3508), 300.0);
        assert_eq!(told(&[], &[figure]), [figure]);
        assert!(told(&[figure], &[]).is_empty(), "ink without a colour may be anything");
        let (beside, far) = ([960, 805, 30, 50], [1300, 800, 30, 60]);
        assert_eq!(told(&[beside, far], &[figure]), [[900, 800, 90, 60]]);
        let line = [600, 790, 290, 70];
        assert_eq!(found(&[figure], &[], &[line]), [[600, 790, 324, 70]], "the last letter of what is known");
    }

    #[test]
    fn a_word_that_was_read_is_not_drawn_into_what_was_not() {
        let (above, below, beside) = ([600, 700, 500, 60], [300, 765, 400, 60], [900, 765, 300, 60]);
        let label = [450, 710, 100, 40];
        let told = |read: &[Box4]| unread(&[], &[above, below, beside], read, &[], (2480, 3508), 300.0);
        assert_eq!(told(&[]).len(), 1);
        assert_eq!(told(&[label]), [[600, 700, 600, 125], below]);
        // One that a stroke goes through stands in the way of none.
        assert_eq!(told(&[[650, 710, 100, 40]]).len(), 1);
    }

    #[test]
    fn specks_shadows_and_a_frame_are_nothing() {
        let specks: Vec<Box4> = (0..40).map(|i| [300 + 20 * i, 900, 4, 4]).collect();
        assert!(found(&specks, &[], &[]).is_empty());
        assert!(found(&[[0, 0, 90, 3508], [2330, 1200, 150, 2000], [1700, 10, 780, 100]], &[], &[]).is_empty());
        let frame = [[150, 150, 2180, 3200]];
        assert!(found(&frame, &[[400, 500, 200, 50]], &[]).is_empty());
        assert_eq!(found(&frame, &[], &[]), frame, "a page that is nothing but a picture");
    }

    #[test]
    fn what_is_read_in_a_picture_is_no_text() {
        let word =
            |(x, confidence)| Word { text: "chữ".into(), confidence, bounds: [x, 500, 70, 40], line: 0, block: 0 };
        let words: Vec<Word> = [(100, 86.0), (600, 99.0), (700, 98.0), (800, 99.0)].map(word).to_vec();
        let (print, pictures) = in_pictures(words.clone(), vec![[90, 480, 300, 80]]);
        assert_eq!((print.len(), pictures.len()), (3, 1));
        assert_eq!(in_pictures(words, vec![[90, 480, 900, 80]]).1.len(), 0, "print on a tinted ground is no picture");
    }
}
