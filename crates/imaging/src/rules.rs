//! Table rules and underlines taken out of the reading copy, and told: text that stands on a rule or touches it is read
//! badly or not at all, and where the rules were is where a table's cells are.
//!
//! A rule is thin ink that goes on for long. Ink is thin, for a level rule, where no more than a few pixels of it lie
//! above one another; a letter's stem that runs into the rule is not thin there and stays. So does a dot that lies on an
//! underline: without it ạ is a.

use image::{GrayImage, Luma};
use sohoa_model::Rule;
use std::ops::Range;

use crate::bits::Bits;
use crate::ink::{Ink, Part};
use crate::params::params;

/// Where a rule is once a lean of `degrees` counter-clockwise is taken away from a page of that size.
pub fn straightened(rule: Rule, degrees: f32, width: u32, height: u32) -> Rule {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    let point = |(x, y): (u32, u32)| {
        let (dx, dy) = (x as f32 - cx, y as f32 - cy);
        let (x, y) = (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos);
        (x.round().clamp(0.0, width as f32) as u32, y.round().clamp(0.0, height as f32) as u32)
    };
    Rule { from: point(rule.from), to: point(rule.to), ..rule }
}

params! {
    /// The thickest border of a table, in inches.
    thick: f32 = 0.03,
    /// The shortest rule either way, in inches.
    level: f32 = 0.33,
    upright: f32 = 0.40,
    /// The widest gap in one, in inches: a letter's stem, or a border that crosses.
    gap: f32 = 0.06,
    /// How far a rule may lie askew, as a slope: pages fed askew by more are straightened first.
    slope: f32 = 0.12,
    /// How large a dot is that lies on an underline, in inches. Smaller ones are specks.
    dot: Range<f32> = 0.013..0.036,
    /// How far it sticks out at least, both sides together, in inches.
    out: f32 = 0.008,
    /// On an inch of a rule. A worn one has such all along.
    dots: f32 = 2.0,
}

/// Takes out what dirt on the scanner's glass draws along the way that the paper is fed: it comes from the sheet's edge,
/// where nothing is printed, and does not lean with a page that leans. A streak that comes and goes is one streak.
/// `lean` is that of the page, in degrees counter-clockwise.
pub fn without_streaks(rules: Vec<Rule>, lean: f32, (width, height): (u32, u32), dpi: f32) -> Vec<Rule> {
    /// In millimetres, from the edge.
    const EDGE: f32 = 2.5;
    /// In degrees: by so much a page leans more than a scanner is out of square.
    const LEAN: f32 = 0.6;
    /// In pixels.
    const BESIDE: u32 = 6;
    let edge = (EDGE * dpi / 25.4) as u32;
    // Along the rule, and across it.
    let span = |r: &Rule| if r.upright { (r.from.1, r.to.1) } else { (r.from.0, r.to.0) };
    let across = |r: &Rule| if r.upright { (r.from.0, r.to.0) } else { (r.from.1, r.to.1) };
    let own = |r: &Rule| {
        let ((from, to), (a, b)) = (span(r), across(r));
        ((b as f32 - a as f32) / (to as f32 - from as f32).max(1.0)).atan().to_degrees()
    };
    let from_edge = |r: &Rule| {
        let ((from, to), end) = (span(r), if r.upright { height } else { width });
        from < edge || to + edge > end
    };
    // Where rules come from the edges both ways it is a table that was cut out, or cut off.
    let cut = [true, false].iter().all(|way| rules.iter().any(|r| r.upright == *way && from_edge(r)));
    let streak = |r: &Rule| {
        let stands = own(r).abs() * 2.0 < lean.abs();
        if lean.abs() > LEAN { stands } else { !cut && from_edge(r) && own(r).abs() < LEAN / 2.0 }
    };
    let streaks: Vec<Rule> = rules.iter().copied().filter(streak).collect();
    let same = |r: &Rule, s: &Rule| r.upright == s.upright && across(r).0.abs_diff(across(s).0) <= BESIDE;
    rules.into_iter().filter(|r| !streaks.iter().any(|s| same(r, s))).collect()
}

/// Paints paper over the rules of a page, in the picture and in its ink; gives them.
pub fn erase(gray: &mut GrayImage, ink: &mut Ink, dpi: f32, params: &Params) -> Vec<Rule> {
    let thick = ((dpi * params.thick) as usize).max(2);
    // Upright ones first: where they cross, they take the crossing with them.
    let mut found = Vec::new();
    for (upright, least) in [(true, params.upright), (false, params.level)] {
        let mask = if upright { ink.mask().short_runs(thick) } else { ink.mask().short_columns(thick) };
        let thin = Thin { mask, upright };
        let mut parts = thin.mask.parts();
        let least = dpi * least;
        // Pieces of one rule are found from its longest piece.
        parts.retain(|p| thin.length(p) as f32 >= least / 2.0);
        parts.sort_unstable_by_key(|p| std::cmp::Reverse(thin.length(p)));
        let mut taken = vec![false; parts.len()];
        for i in 0..parts.len() {
            if taken[i] {
                continue;
            }
            let Some(path) = thin.follow(&parts[i], thick, (dpi * params.gap) as usize) else { continue };
            for (j, other) in parts.iter().enumerate().skip(i + 1) {
                taken[j] |= path.passes(&thin, other);
            }
            if path.length() as f32 >= least && path.is_straight(thick, params.slope) {
                let dots = if upright { vec![false; path.length()] } else { path.dotted(&found, dpi, params) };
                path.wipe(&thin, gray, ink, &dots);
                found.push(path.rule(upright));
            }
        }
    }
    found
}

/// Ink that is thin across the way that a rule runs, seen along that way: `along` it, and `across`.
struct Thin {
    mask: Bits,
    upright: bool,
}

impl Thin {
    fn length(&self, part: &Part) -> usize {
        if self.upright { part.height() } else { part.width() }
    }

    /// Begin and end along and across.
    fn extent(&self, p: &Part) -> ((usize, usize), (usize, usize)) {
        let (level, upright) = ((p.left, p.right), (p.top, p.bottom));
        if self.upright { (upright, level) } else { (level, upright) }
    }

    fn at(&self, along: usize, across: usize) -> bool {
        let (x, y) = if self.upright { (across, along) } else { (along, across) };
        x < self.mask.width && y < self.mask.height && self.mask.at(x, y)
    }

    /// From the middle of a part to both ends of the rule that it belongs to, over gaps.
    fn follow(&self, part: &Part, thick: usize, gap: usize) -> Option<Path> {
        /// How much of each step goes into where the rule is thought to be.
        const NEW: f32 = 0.1;
        let ((from, to), (low, high)) = self.extent(part);
        let centre = |(low, high): (usize, usize)| (low + high) as f32 / 2.0;
        let middle = (from + to) / 2;
        let start = (low..=high).find(|c| self.at(middle, *c))?;
        let mut steps = vec![self.run(middle, start, thick)];
        for forward in [true, false] {
            let mut at = middle;
            let mut last = (middle, steps[0].1);
            let mut about = centre(last.1);
            let mut path = Vec::new();
            loop {
                at = if forward { at + 1 } else { at.checked_sub(1).unwrap_or(usize::MAX) };
                let missed = at.abs_diff(last.0);
                if at == usize::MAX || missed > gap + 1 {
                    break;
                }
                // Across a gap it may have moved a little.
                let (low, high) = (last.1.0.saturating_sub(1 + missed / 8), last.1.1 + 1 + missed / 8);
                // Beside a level one may lie the edge of a dot that lies on it.
                let off = |c: &usize| if self.upright { *c as f32 } else { (*c as f32 - about).abs() };
                let near = (low..=high).filter(|c| self.at(at, *c)).min_by(|a, b| off(a).total_cmp(&off(b)));
                if let Some(c) = near {
                    let run = self.run(at, c, thick);
                    last = (at, run.1);
                    about += NEW * (centre(run.1) - about);
                    path.push(run);
                }
            }
            if forward {
                steps.extend(path);
            } else {
                path.reverse();
                path.append(&mut steps);
                steps = path;
            }
        }
        Some(Path(steps))
    }

    /// The thin ink across the rule through one pixel of it.
    fn run(&self, along: usize, across: usize, thick: usize) -> Step {
        let (mut low, mut high) = (across, across);
        while low > 0 && across - low < thick && self.at(along, low - 1) {
            low -= 1;
        }
        while high - across < thick && self.at(along, high + 1) {
            high += 1;
        }
        (along, (low, high))
    }
}

/// Where along, and from where to where across.
type Step = (usize, (usize, usize));

/// A line followed step by step.
struct Path(Vec<Step>);

impl Path {
    fn length(&self) -> usize {
        self.0.len()
    }

    fn ends(&self) -> (Step, Step) {
        (self.0[0], self.0[self.0.len() - 1])
    }

    /// No further from its chord than a scanner's drum shakes, and not too steep: the arc of a stamp is neither.
    fn is_straight(&self, thick: usize, steepest: f32) -> bool {
        let ((a, first), (b, last)) = self.ends();
        let middle = |(low, high): (usize, usize)| (low + high) as f32 / 2.0;
        let slope = (middle(last) - middle(first)) / (b - a).max(1) as f32;
        let most = thick as f32 * 0.7 + (b - a) as f32 * 0.004;
        let near = |(at, run): &Step| (middle(*run) - middle(first) - slope * (at - a) as f32).abs() <= most;
        // A page has hardly a gap in its rules; a row of letters does.
        let whole = self.0.len() * 10 >= (b - a + 1) * 8;
        slope.abs() <= steepest && whole && self.0.iter().filter(|s| near(s)).count() * 20 >= self.0.len() * 19
    }

    /// Whether a part of thin ink lies on it.
    fn passes(&self, thin: &Thin, part: &Part) -> bool {
        let ((from, to), (low, high)) = thin.extent(part);
        let middle = (from + to) / 2;
        let step = self.0.binary_search_by_key(&middle, |s| s.0);
        step.is_ok_and(|i| self.0[i].1.0 <= high && self.0[i].1.1 >= low)
    }

    /// Where a dot lies on a level rule that is no part of it, as that of ạ does on an underline. Of the `others` those
    /// that stand upright may cross it.
    fn dotted(&self, others: &[Rule], dpi: f32, params: &Params) -> Vec<bool> {
        /// In inches: how far to each side shows how thick the rule is itself, and how far a dot sticks out that hardly
        /// touches it.
        const AROUND: f32 = 0.12;
        const BESIDE: f32 = 0.018;
        let around = (dpi * AROUND) as usize;
        let usual = |at: usize, side: fn(&Step) -> usize| {
            let near = at.saturating_sub(around)..(at + around).min(self.0.len());
            let mut near: Vec<usize> = self.0[near].iter().map(side).collect();
            let middle = near.len() / 2;
            *near.select_nth_unstable(middle).1
        };
        let out = |at: usize| {
            let (low, high) = self.0[at].1;
            usual(at, |step| step.1.0).saturating_sub(low) + high.saturating_sub(usual(at, |step| step.1.1))
        };
        let out: Vec<usize> = (0..self.0.len()).map(out).collect();
        let least = (dpi * params.out).max(2.0) as usize;
        let beside = (dpi * params.gap) as u32;
        let crosses = |(x, (y, _)): Step, rule: &Rule| {
            let within = |at: usize, a: u32, b: u32| {
                (a.min(b).saturating_sub(beside)..=a.max(b) + beside).contains(&(at as u32))
            };
            within(x, rule.from.0, rule.to.0) && within(y, rule.from.1, rule.to.1)
        };
        let mut dotted = Vec::with_capacity(out.len());
        let mut count = 0.0;
        for out in out.chunk_by(|a, b| (*a > 1) == (*b > 1)) {
            let steps = &self.0[dotted.len()..][..out.len()];
            let tall = steps.iter().map(|(_, (low, high))| high - low + 1).max().unwrap_or(0);
            let most = out.iter().copied().max().unwrap_or(0);
            let is = most >= least
                && (out.len() as f32 >= dpi * params.dot.start || most as f32 >= dpi * BESIDE)
                && out.len() as f32 <= dpi * params.dot.end
                && tall * 3 >= out.len() * 2
                && !others.iter().any(|rule| rule.upright && crosses(steps[0], rule));
            count += f32::from(u8::from(is));
            dotted.extend(out.iter().map(|_| is));
        }
        if count > params.dots * (1.0 + self.length() as f32 / dpi) {
            dotted.fill(false);
        }
        dotted
    }

    fn wipe(&self, thin: &Thin, gray: &mut GrayImage, ink: &mut Ink, dots: &[bool]) {
        let breadth = if thin.upright { ink.width } else { ink.height };
        for ((along, (low, high)), _) in self.0.iter().zip(dots).filter(|(_, dot)| !**dot) {
            for across in low.saturating_sub(1)..=(high + 1).min(breadth - 1) {
                let (x, y) = if thin.upright { (across, *along) } else { (*along, across) };
                // Beside the rule is its blur, unless it is a letter.
                if (*low..=*high).contains(&across) || !ink.at(x, y) {
                    gray.put_pixel(x as u32, y as u32, Luma([ink.paper(x, y)]));
                    ink.take(x, y);
                }
            }
        }
        if thin.upright {
            self.wipe_crossings(gray, ink);
        }
    }

    /// What an upright rule has in common with level ones is not thin, but goes on to both sides.
    fn wipe_crossings(&self, gray: &mut GrayImage, ink: &mut Ink) {
        for pair in self.0.windows(2) {
            let ((above, (low, high)), (below, _)) = (pair[0], pair[1]);
            for y in above + 1..below {
                for x in low..=high {
                    gray.put_pixel(x as u32, y as u32, Luma([ink.paper(x, y)]));
                    ink.take(x, y);
                }
            }
        }
    }

    fn rule(&self, upright: bool) -> Rule {
        let point = |(along, (low, high)): Step| {
            let (along, across) = (along as u32, ((low + high) / 2) as u32);
            if upright { (across, along) } else { (along, across) }
        };
        let (first, last) = self.ends();
        Rule { from: point(first), to: point(last), upright }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rotate;
    use crate::samples::{PAPER, page};

    fn without_rules(page: &GrayImage) -> (GrayImage, Vec<Rule>) {
        let (mut out, mut ink) = (page.clone(), Ink::of(page));
        let rules = erase(&mut out, &mut ink, 300.0, &Default::default());
        (out, rules)
    }

    /// Draws a table of three columns and four rows on a page of 300 dpi, around 400 to 2000 across and 800 to 1400 down.
    fn table(page: &mut GrayImage) {
        let mut fill = |xs: std::ops::Range<u32>, ys: std::ops::Range<u32>| {
            ys.flat_map(|y| xs.clone().map(move |x| (x, y))).for_each(|(x, y)| page.put_pixel(x, y, Luma([50])));
        };
        [800, 950, 1100, 1250, 1400].into_iter().for_each(|y| fill(400..2004, y..y + 4));
        [400, 700, 1500, 2000].into_iter().for_each(|x| fill(x..x + 4, 800..1404));
    }

    #[test]
    fn rules_go_are_told_and_letters_that_touch_them_stay() {
        let letters = image::imageops::resize(&page(0.0), 2478, 3507, image::imageops::FilterType::Triangle);
        let (same, none) = without_rules(&letters);
        assert!(none.is_empty() && same == letters, "{none:?}");

        let mut ruled = GrayImage::from_pixel(2478, 3507, PAPER);
        table(&mut ruled);
        // A letter's stem and foot that stand on a rule, and one that goes through it.
        let stem = |page: &mut GrayImage, x: u32, ys: std::ops::Range<u32>| {
            ys.flat_map(|y| (x..x + 7).map(move |x| (x, y))).for_each(|(x, y)| page.put_pixel(x, y, Luma([50])));
        };
        stem(&mut ruled, 900, 910..950);
        stem(&mut ruled, 1000, 915..970);
        for degrees in [0.0, 1.5, -1.5] {
            let leaning = rotate::straighten_gray(&ruled, degrees);
            let (clean, rules) = without_rules(&leaning);
            assert_eq!(rules.iter().filter(|r| r.upright).count(), 4, "{rules:?}");
            assert_eq!(rules.iter().filter(|r| !r.upright).count(), 5, "{rules:?}");
            // What is left dark are the two stems: 7 pixels wide, 40 and 55 high.
            let dark = clean.pixels().filter(|p| p[0] < 120).count();
            assert!((560..760).contains(&dark), "{dark} dark pixels are left at {degrees}°");
        }
    }

    #[test]
    fn a_dot_on_an_underline_stays() {
        let mut page = GrayImage::from_pixel(1240, 800, PAPER);
        let mut disc = |cx: i32, cy: i32, radius: i32| {
            for (x, y) in (-radius..=radius).flat_map(|x| (-radius..=radius).map(move |y| (x, y))) {
                if x * x + y * y <= radius * radius {
                    page.put_pixel((cx + x) as u32, (cy + y) as u32, Luma([50]));
                }
            }
        };
        // That of ạ, above the line, on it and in the middle of it; a speck of dust.
        [(300, 396), (500, 398), (700, 401)].into_iter().for_each(|(x, y)| disc(x, y, 3));
        disc(900, 399, 1);
        (200..1100).flat_map(|x| (400..402).map(move |y| (x, y))).for_each(|(x, y)| page.put_pixel(x, y, Luma([50])));
        for degrees in [0.0, 1.0] {
            let (clean, rules) = without_rules(&rotate::straighten_gray(&page, degrees));
            assert_eq!(rules.len(), 1, "{rules:?}");
            let clean = rotate::straighten_gray(&clean, -degrees);
            let dark = |x: u32| {
                (x - 40..x + 40)
                    .flat_map(|x| (385..415).map(move |y| (x, y)))
                    .filter(|(x, y)| clean.get_pixel(*x, *y)[0] < 130)
            };
            for x in [300, 500, 700] {
                let across: Vec<u32> = dark(x).map(|(x, _)| x).collect();
                let (from, to) = (across.iter().min().unwrap(), across.iter().max().unwrap());
                assert!(
                    (4..10).contains(&(to - from)) && (20..70).contains(&across.len()),
                    "{degrees}°, {x}: {across:?}"
                );
            }
            assert_eq!(dark(900).count(), 0, "the speck is gone with the rule");
            assert_eq!(dark(1000).count(), 0);
        }
    }

    #[test]
    fn curves_and_rows_of_letters_are_no_rules() {
        let mut page = GrayImage::from_pixel(2478, 3507, PAPER);
        // A seal's ring, 36 mm across, and a dashed row.
        for step in 0..8000 {
            let (sin, cos) = (step as f32 / 8000.0 * std::f32::consts::TAU).sin_cos();
            for width in 0..5 {
                let r = 213.0 + width as f32;
                page.put_pixel((1200.0 + r * cos) as u32, (1000.0 + r * sin) as u32, Luma([60]));
            }
        }
        for i in 0..40u32 {
            (0..20)
                .flat_map(|x| (0..4).map(move |y| (x, y)))
                .for_each(|(x, y)| page.put_pixel(400 + i * 40 + x, 2000 + y, Luma([60])));
        }
        let (same, rules) = without_rules(&page);
        assert!(rules.is_empty() && same == page, "{rules:?}");
    }

    #[test]
    fn streaks_of_the_glass_are_no_rules() {
        let rule = |from, to, upright| Rule { from, to, upright };
        let size = (2480, 3508);
        let table = [rule((300, 600), (302, 1400), true), rule((1200, 600), (1201, 1400), true)];
        let level = rule((300, 600), (2100, 599), false);
        let all = |more: &[Rule]| [&table[..], &[level], more].concat();
        // From the upper edge, and the same streak further down.
        let streak = [rule((900, 2), (901, 580), true), rule((903, 1500), (902, 1900), true)];
        assert_eq!(without_streaks(all(&streak), 0.0, size, 300.0), all(&[]));
        assert_eq!(without_streaks(all(&streak[1..]), 0.0, size, 300.0), all(&streak[1..]), "it may be of the table");
        // On a page that leans by 2 degrees only the glass stands straight.
        let leaning = [rule((300, 600), (328, 1400), true), rule((300, 600), (2100, 537), false)];
        let with = [&leaning[..], &streak[1..]].concat();
        assert_eq!(without_streaks(with, 2.0, size, 300.0), leaning);
        // A table cut out of its page has rules from edge to edge both ways.
        let cut = vec![
            rule((900, 0), (901, 3508), true),
            rule((1500, 0), (1500, 3508), true),
            rule((0, 90), (2480, 91), false),
        ];
        assert_eq!(without_streaks(cut.clone(), 0.0, size, 300.0), cut);
    }
}
