//! What kind of page it is, by a look at its rules, its dots and where its ink is.

use serde::{Deserialize, Serialize};
use sohoa_model::Rule;
use std::ops::Range;

use crate::ink::{self, Part};
use crate::params::params;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Lines of print from margin to margin, and whatever is none of the others.
    Text,
    /// What is filled in stands on dotted or ruled lines.
    Form,
    /// Rules cross one another over a good part of the page.
    Table,
    /// One or more identity cards, by themselves or on a sheet that is empty otherwise.
    Card,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Form => "form",
            Self::Table => "table",
            Self::Card => "card",
        }
    }
}

params! {
    /// So many level rules, and upright ones, make a table where they cross two of the others,
    grid: usize = 3,
    /// and so much of the page lies between the outermost.
    part: f32 = 0.15,
    /// So many lines to write on make a form: a letterhead has up to three rules, and a stamp may lie on the page.
    lines: usize = 5,
    /// A card is wide by high as ISO/IEC 7810 has it for ID-1, which is 85.6 × 54 mm, cut out and copied as people do it,
    shape: Range<f32> = 1.43..1.74,
    /// and so wide on a sheet, in inches: copies of both sides are often enlarged.
    wide: Range<f32> = 3.0..5.3,
    /// Nearer to one another, in inches, are the things on a card than card and card.
    apart: f32 = 0.25,
}

/// `leaders` are the rows of dots, `parts` all ink; all are of a page of this size.
pub fn tell(rules: &[Rule], leaders: usize, parts: &[Part], size: (u32, u32), dpi: f32, params: &Params) -> Kind {
    if is_card(parts, size, dpi, params) {
        return Kind::Card;
    }
    let grid = grid(rules, dpi);
    let ways = [true, false].map(|upright| grid.iter().filter(|rule| rule.upright == upright).count());
    if ways.iter().all(|count| *count >= params.grid) && between(&grid) >= params.part * size.0 as f32 * size.1 as f32 {
        return Kind::Table;
    }
    let lines = rules.iter().filter(|rule| !rule.upright && !grid.contains(rule)).count();
    if leaders + lines >= params.lines { Kind::Form } else { Kind::Text }
}

/// The rules that cross two of the other way.
fn grid(rules: &[Rule], dpi: f32) -> Vec<Rule> {
    /// In inches: a rule may end before that which it meets.
    const SLACK: f32 = 0.06;
    let slack = (SLACK * dpi) as u32;
    let within = |at: u32, a: u32, b: u32| (a.min(b).saturating_sub(slack)..=a.max(b) + slack).contains(&at);
    let crosses = |a: &Rule, b: &Rule| {
        let (level, upright) = if a.upright { (b, a) } else { (a, b) };
        a.upright != b.upright
            && within(upright.from.0.midpoint(upright.to.0), level.from.0, level.to.0)
            && within(level.from.1.midpoint(level.to.1), upright.from.1, upright.to.1)
    };
    rules.iter().filter(|a| rules.iter().filter(|b| crosses(a, b)).count() >= 2).copied().collect()
}

/// What lies between the outermost rules, in pixels.
fn between(rules: &[Rule]) -> f32 {
    let extent = |along: fn(&(u32, u32)) -> u32| {
        let ends = || rules.iter().flat_map(|rule| [rule.from, rule.to]).map(|end| along(&end));
        ends().max().unwrap_or(0) - ends().min().unwrap_or(0)
    };
    extent(|end| end.0) as f32 * extent(|end| end.1) as f32
}

/// Whether a page is a picture of a card, or cards are all that is on it.
fn is_card(parts: &[Part], (width, height): (u32, u32), dpi: f32, params: &Params) -> bool {
    /// In inches: lower is no letter, and nobody prints so near to an edge.
    const SPECK: f32 = 0.028;
    const EDGE: f32 = 0.12;
    if params.shape.contains(&(width as f32 / height as f32)) {
        return true;
    }
    let [speck, edge, apart] = [SPECK, EDGE, params.apart].map(|v| (v * dpi) as usize);
    let (right, bottom) = (width as usize - edge.min(width as usize), height as usize - edge.min(height as usize));
    let within = |p: &&Part| p.left > edge && p.top > edge && p.right < right && p.bottom < bottom;
    let parts = parts.iter().filter(|p| p.width().max(p.height()) >= speck).filter(within).copied().collect();
    let things = ink::together(parts, apart);
    let is_card = |thing: &Part| {
        let (wide, high) = (thing.width() as f32, thing.height() as f32);
        params.shape.contains(&(wide / high)) && params.wide.contains(&(wide / dpi))
    };
    !things.is_empty() && things.iter().all(is_card)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run;
    use crate::samples::bundled;
    use sohoa_model::Box4;
    use sohoa_model::Turn;

    /// A4 at 300 dpi.
    const SIZE: (u32, u32) = (2480, 3508);

    fn told(rules: &[Rule], leaders: usize, parts: &[Part]) -> Kind {
        tell(rules, leaders, parts, SIZE, 300.0, &Params::default())
    }

    /// Letters all over a box.
    fn print([left, top, wide, high]: Box4) -> Vec<Part> {
        let rows = (top..top + high - 40).step_by(70);
        let all = rows.flat_map(|y| (left..left + wide - 25).step_by(40).map(move |x| (x as usize, y as usize)));
        all.map(|(x, y)| Part { left: x, right: x + 25, top: y, bottom: y + 36, area: 400 }).collect()
    }

    fn level(y: u32, from: u32, to: u32) -> Rule {
        Rule { from: (from, y), to: (to, y + 6), upright: false }
    }

    fn upright(x: u32, from: u32, to: u32) -> Rule {
        Rule { from: (x, from), to: (x + 5, to), upright: true }
    }

    #[test]
    fn rules_that_cross_make_a_table_where_they_take_a_good_part_of_the_page() {
        let table = |high: u32| {
            let levels = (0..=4).map(|i| level(900 + i * high / 4, 300, 2200));
            levels.chain([300, 900, 2200].map(|x| upright(x, 900, 900 + high))).collect::<Vec<_>>()
        };
        assert_eq!(told(&table(1400), 0, &[]), Kind::Table);
        assert_eq!(told(&table(400), 0, &[]), Kind::Text, "a small one in a text");
        assert_eq!(told(&table(1400)[..6], 0, &[]), Kind::Form, "lines to write on beside one that is upright");
        let frame = [level(300, 300, 2200), level(3200, 300, 2200), upright(300, 300, 3200), upright(2200, 300, 3200)];
        assert_eq!(told(&frame, 0, &[]), Kind::Text);
    }

    #[test]
    fn dots_and_blanks_in_number_make_a_form() {
        let blanks: Vec<Rule> = (0..5).map(|i| level(900 + 120 * i, 900, 2200)).collect();
        assert_eq!(told(&blanks, 0, &[]), Kind::Form);
        assert_eq!(told(&blanks[..2], 3, &[]), Kind::Form);
        assert_eq!(told(&blanks[..2], 1, &print([300, 300, 1900, 2900])), Kind::Text, "a letterhead");
    }

    #[test]
    fn cards_are_of_their_size_with_nothing_beside_them() {
        let (front, back) = (print([500, 400, 1011, 638]), print([500, 1600, 1380, 870]));
        assert_eq!(told(&[], 0, &front), Kind::Card);
        assert_eq!(told(&[], 0, &[&front[..], &back].concat()), Kind::Card, "and its other side, enlarged");
        let below = print([300, 2900, 1900, 200]);
        assert_eq!(told(&[], 0, &[&front[..], &below].concat()), Kind::Text);
        let shadow = Part { left: 2, right: 30, top: 0, bottom: 3400, area: 90_000 };
        assert_eq!(told(&[], 0, &[&front[..], &[shadow]].concat()), Kind::Card);
        assert_eq!(told(&[], 0, &[]), Kind::Text, "a page without letters");
        let alone = |size| tell(&[], 0, &[], size, 300.0, &Params::default());
        assert_eq!((alone((1011, 638)), alone((3508, 2480))), (Kind::Card, Kind::Text));
    }

    #[test]
    fn the_bundled_pages_are_of_their_kind() {
        for (name, page, dpi) in bundled() {
            let clean = run(&page, Turn::None, dpi, &Default::default()).unwrap();
            let kind = match &name {
                n if n.contains("căn cước") => Kind::Card,
                n if n.contains("danh sách") => Kind::Table,
                n if ["tờ khai", "đơn đề nghị", "giấy khai sinh"].iter().any(|form| n.contains(form)) => {
                    Kind::Form
                }
                _ => Kind::Text,
            };
            assert_eq!(clean.kind, Some(kind), "{name}: {}", clean.plan);
        }
    }
}
