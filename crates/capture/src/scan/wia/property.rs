//! What a property may be, and which of that is meant by a setting.

use crate::scan::{Color, Source};

/// The values that a property may take.
#[derive(Clone, Debug, PartialEq)]
pub enum Allowed {
    /// The driver does not say.
    Anything,
    Range {
        min: i32,
        usual: i32,
        max: i32,
        step: i32,
    },
    List(Vec<i32>),
}

/// Resolutions to choose from where a device has a range.
const COMMON: [i32; 9] = [75, 100, 150, 200, 240, 300, 400, 600, 1200];

impl Allowed {
    /// From a property's attributes: a list begins with its length and the usual value, a range is least, usual, most
    /// and step.
    pub fn read(flags: u32, values: &[i32]) -> Self {
        const RANGE: u32 = 0x10;
        const LIST: u32 = 0x20;
        match *values {
            [min, usual, max, step, ..] if flags & RANGE != 0 && min <= max => {
                Allowed::Range { min, usual: usual.clamp(min, max), max, step: step.max(1) }
            }
            [_, _, ref values @ ..] if flags & LIST != 0 && !values.is_empty() => Allowed::List(values.to_vec()),
            _ => Allowed::Anything,
        }
    }

    pub fn has(&self, value: i32) -> bool {
        match self {
            Allowed::Anything => true,
            Allowed::Range { min, max, .. } => (*min..=*max).contains(&value),
            Allowed::List(list) => list.contains(&value),
        }
    }

    /// Rather finer than asked than coarser.
    pub fn nearest(&self, wanted: i32) -> i32 {
        match self {
            Allowed::Anything => wanted,
            Allowed::Range { min, max, step, .. } => {
                let steps = (wanted.clamp(*min, *max) - min + step - 1) / step;
                let finer = min + steps * step;
                if finer > *max { finer - step } else { finer }
            }
            Allowed::List(list) => {
                let finer = list.iter().filter(|v| **v >= wanted).min();
                finer.or_else(|| list.iter().max()).copied().unwrap_or(wanted)
            }
        }
    }

    /// Resolutions to offer.
    pub fn resolutions(&self) -> Vec<u32> {
        let list = match self {
            Allowed::Anything => return Vec::new(),
            Allowed::Range { .. } => {
                COMMON.iter().copied().filter(|d| self.has(*d) && self.nearest(*d) == *d).collect()
            }
            Allowed::List(list) => list.clone(),
        };
        list.into_iter().filter_map(|d| u32::try_from(d).ok()).collect()
    }

    /// So many percent from the usual value towards an end of the range.
    pub fn towards(&self, percent: i32) -> Option<i32> {
        let Allowed::Range { min, usual, max, .. } = *self else { return None };
        let room = if percent < 0 { usual - min } else { max - usual };
        let exact = i64::from(usual) + i64::from(room) * i64::from(percent) / 100;
        Some(self.nearest(exact as i32))
    }
}

/// How much of an axis to scan, in pixels: the paper's length, or all there is. `most` is what the device has, in
/// thousandths of an inch.
pub fn extent(paper: Option<f32>, dpi: i32, most: Option<i32>, allowed: &Allowed) -> Option<i32> {
    let room = most.filter(|m| *m > 0).map(|m| (i64::from(m) * i64::from(dpi) / 1000) as i32);
    let room = match (room, allowed) {
        (room, Allowed::Range { max, .. }) => Some(room.map_or(*max, |room| room.min(*max))),
        (room, _) => room,
    };
    let paper = paper.map(|mm| (mm / 25.4 * dpi as f32).round() as i32);
    let length = match (paper, room) {
        (Some(paper), Some(room)) => Some(paper.min(room)),
        (paper, room) => paper.or(room),
    };
    length.map(|length| allowed.nearest(length))
}

/// WIA's number for the colours.
pub fn data_type(color: Color) -> i32 {
    match color {
        Color::Lineart => 0,
        Color::Gray => 2,
        Color::Color => 3,
    }
}

/// The colours to offer.
pub fn colors(allowed: &Allowed) -> Vec<Color> {
    let known = [Color::Color, Color::Gray, Color::Lineart];
    known.into_iter().filter(|c| *allowed != Allowed::Anything && allowed.has(data_type(*c))).collect()
}

/// Which part of a device an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Flatbed,
    Feeder,
    Other,
}

impl Part {
    /// Drivers of old know no categories; Windows names their parts for them.
    pub fn of(category: u128, name: &str) -> Self {
        const FLATBED: u128 = 0xfb607b1f_43f3_488b_855b_fb703ec342a6;
        const FEEDER: u128 = 0xfe131934_f84c_42ad_8da4_6129cddd7288;
        let name = name.to_lowercase();
        match category {
            FLATBED => Part::Flatbed,
            FEEDER => Part::Feeder,
            _ if name.contains("feeder") => Part::Feeder,
            _ if name.contains("flatbed") => Part::Flatbed,
            _ => Part::Other,
        }
    }

    /// The item to scan from: that part, else the first, which is then told what it has to be.
    pub fn choose(self, parts: &[Part]) -> usize {
        parts.iter().position(|p| *p == self).unwrap_or(0)
    }
}

/// What the bits of the root's document handling mean.
pub mod handling {
    pub const FEEDER: i32 = 1;
    pub const FLATBED: i32 = 2;
    pub const DUPLEX: i32 = 4;
}

/// Where a device can scan from, by its parts and by what its root says.
pub fn sources(parts: &[Part], handles: i32) -> Vec<Source> {
    let has = |part, bit| parts.contains(&part) || handles & bit != 0;
    let (flatbed, feeder) = (has(Part::Flatbed, handling::FLATBED), has(Part::Feeder, handling::FEEDER));
    let mut sources = Vec::new();
    if flatbed || !feeder {
        sources.push(Source::Flatbed);
    }
    if feeder {
        sources.push(Source::Adf);
        if handles & handling::DUPLEX != 0 {
            sources.push(Source::AdfDuplex);
        }
    }
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    const RANGE: u32 = 0x13;
    const LIST: u32 = 0x23;

    #[test]
    fn attributes_are_read_and_doubtful_ones_are_none() {
        let list = Allowed::read(LIST, &[3, 300, 100, 300, 600]);
        assert_eq!(list, Allowed::List(vec![100, 300, 600]));
        let range = Allowed::read(RANGE, &[75, 0, 1200, 0]);
        assert_eq!(range, Allowed::Range { min: 75, usual: 75, max: 1200, step: 1 });
        for (flags, values) in [(LIST, &[0, 0][..]), (RANGE, &[75, 300]), (RANGE, &[9, 5, 1, 1]), (3, &[1, 2, 3, 4])] {
            assert_eq!(Allowed::read(flags, values), Allowed::Anything);
        }
    }

    #[test]
    fn resolution_is_rather_finer_than_coarser() {
        let list = Allowed::List(vec![600, 100, 200]);
        assert_eq!([150, 200, 300, 1200].map(|d| list.nearest(d)), [200, 200, 600, 600]);
        let range = Allowed::Range { min: 50, usual: 300, max: 620, step: 50 };
        assert_eq!([10, 300, 301, 615, 9999].map(|d| range.nearest(d)), [50, 300, 350, 600, 600]);
        assert_eq!(range.resolutions(), [100, 150, 200, 300, 400, 600]);
        assert_eq!(list.resolutions(), [600, 100, 200]);
        assert_eq!(Allowed::Anything.nearest(300), 300);
    }

    #[test]
    fn brightness_goes_from_the_usual_value_to_the_ends() {
        let range = Allowed::Range { min: -1000, usual: 0, max: 1000, step: 1 };
        assert_eq!([-100, -50, 0, 10, 100].map(|p| range.towards(p).unwrap()), [-1000, -500, 0, 100, 1000]);
        let odd = Allowed::Range { min: 0, usual: 128, max: 255, step: 1 };
        assert_eq!([-100, 0, 50, 100].map(|p| odd.towards(p).unwrap()), [0, 128, 191, 255]);
        assert_eq!(Allowed::Anything.towards(10), None);
    }

    #[test]
    fn no_more_is_scanned_than_there_is() {
        let range = Allowed::Range { min: 1, usual: 2550, max: 2550, step: 1 };
        assert_eq!(extent(Some(210.0), 300, Some(8500), &range), Some(2480));
        assert_eq!(extent(Some(297.0), 300, Some(8500), &range), Some(2550));
        assert_eq!(extent(None, 600, Some(8500), &Allowed::Anything), Some(5100));
        assert_eq!(extent(None, 300, None, &range), Some(2550));
        assert_eq!(extent(None, 300, None, &Allowed::Anything), None);
        let coarse = Allowed::Range { min: 8, usual: 2544, max: 2550, step: 8 };
        assert_eq!(extent(Some(150.0), 300, Some(8500), &coarse), Some(1776));
        assert_eq!(extent(Some(210.0), 300, Some(0), &Allowed::Anything), Some(2480));
    }

    #[test]
    fn colors_are_offered_where_the_device_names_them() {
        assert_eq!(colors(&Allowed::List(vec![0, 3, 100])), [Color::Color, Color::Lineart]);
        assert_eq!(colors(&Allowed::List(vec![2])), [Color::Gray]);
        assert_eq!(colors(&Allowed::Anything), []);
    }

    #[test]
    fn parts_are_known_by_category_or_name() {
        let feeder = Part::of(0xfe131934_f84c_42ad_8da4_6129cddd7288, "");
        let parts = [Part::of(7, "Film"), Part::of(0, "0001\\Root\\Flatbed"), feeder];
        assert_eq!(parts, [Part::Other, Part::Flatbed, Part::Feeder]);
        assert_eq!((Part::Feeder.choose(&parts), Part::Feeder.choose(&parts[..2])), (2, 0));
        use Source::{Adf, AdfDuplex, Flatbed};
        assert_eq!(sources(&parts, 0), [Flatbed, Adf]);
        assert_eq!(sources(&parts[2..], handling::FEEDER | handling::DUPLEX), [Adf, AdfDuplex]);
        assert_eq!(sources(&[Part::Other], handling::FEEDER | handling::FLATBED), [Flatbed, Adf]);
        assert_eq!(sources(&[Part::Other], 0), [Flatbed]);
    }
}
