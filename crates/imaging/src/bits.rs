//! A picture of one bit per pixel, 64 pixels to the word: what is asked of every pixel of a page is asked of 64 at once.

use crate::ink::Part;

const WORD: usize = u64::BITS as usize;

#[derive(Clone)]
pub struct Bits {
    pub width: usize,
    pub height: usize,
    /// Words to a row.
    across: usize,
    words: Vec<u64>,
}

impl Bits {
    pub fn new(width: usize, height: usize) -> Self {
        let across = width.div_ceil(WORD);
        Self { width, height, across, words: vec![0; across * height] }
    }

    pub fn at(&self, x: usize, y: usize) -> bool {
        debug_assert!(x < self.width);
        self.words[y * self.across + x / WORD] >> (x % WORD) & 1 == 1
    }

    pub fn take(&mut self, x: usize, y: usize) {
        debug_assert!(x < self.width);
        self.words[y * self.across + x / WORD] &= !(1 << (x % WORD));
    }

    /// Sets those of a row, from left to right.
    pub fn set(&mut self, y: usize, row: &[bool]) {
        debug_assert_eq!(row.len(), self.width);
        for (word, pixels) in self.words[y * self.across..].iter_mut().zip(row.chunks(WORD)) {
            *word = 0;
            for (i, pixels) in pixels.chunks(8).enumerate() {
                let mut eight = [0; 8];
                eight.iter_mut().zip(pixels).for_each(|(to, pixel)| *to = u8::from(*pixel));
                // Brings the lowest bits of eight bytes together in the highest byte.
                let byte = u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
                *word |= byte << (8 * i);
            }
        }
    }

    /// Where in a row pixels are set, from the first to the last of each run.
    pub fn runs(&self, y: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let row = &self.words[y * self.across..][..self.across];
        // The first pixel from `x` on that is set, or is not.
        let next = move |x: usize, flip: u64| {
            let mut i = x / WORD;
            let mut word = (row.get(i)? ^ flip) & (u64::MAX << (x % WORD));
            while word == 0 {
                i += 1;
                word = row.get(i)? ^ flip;
            }
            Some(i * WORD + word.trailing_zeros() as usize)
        };
        let mut x = 0;
        std::iter::from_fn(move || {
            let left = next(x, 0)?;
            x = next(left, u64::MAX).unwrap_or(self.width).min(self.width);
            Some((left, x - 1))
        })
    }

    /// Those that stand in runs of at most `most` pixels along the rows.
    pub fn short_runs(&self, most: usize) -> Self {
        let mut out = Self::new(self.width, self.height);
        for y in 0..self.height {
            for (left, right) in self.runs(y).filter(|(left, right)| right - left < most) {
                (left..=right).for_each(|x| out.words[y * self.across + x / WORD] |= 1 << (x % WORD));
            }
        }
        out
    }

    /// Those that stand in runs of at most `most` pixels along the columns.
    pub fn short_columns(&self, most: usize) -> Self {
        let mut out = self.clone();
        // A run that goes on over one more row than `most` is long, and so is all that such runs cover.
        for y in 0..self.height.saturating_sub(most) {
            for i in 0..self.across {
                let column = |row: usize| row * self.across + i;
                let long = (y..=y + most).fold(u64::MAX, |all, row| all & self.words[column(row)]);
                if long != 0 {
                    (y..=y + most).for_each(|row| out.words[column(row)] &= !long);
                }
            }
        }
        out
    }

    /// All connected parts, found by joining the runs of neighbouring rows.
    pub fn parts(&self) -> Vec<Part> {
        let mut runs: Vec<Part> = Vec::new();
        let mut parent: Vec<u32> = Vec::new();
        let mut above = 0..0;
        for y in 0..self.height {
            let begin = runs.len();
            for (left, right) in self.runs(y) {
                parent.push(runs.len() as u32);
                runs.push(Part { left, right, top: y, bottom: y, area: right + 1 - left });
            }
            let mut i = above.start;
            for j in begin..runs.len() {
                while i < above.end && runs[i].right + 1 < runs[j].left {
                    i += 1;
                }
                let mut k = i;
                while k < above.end && runs[k].left <= runs[j].right + 1 {
                    let (a, b) = (root(&mut parent, k), root(&mut parent, j));
                    parent[a.max(b)] = a.min(b) as u32;
                    k += 1;
                }
            }
            above = begin..runs.len();
        }
        for i in 0..runs.len() {
            let to = root(&mut parent, i);
            if to != i {
                let run = runs[i];
                let part = &mut runs[to];
                part.left = part.left.min(run.left);
                part.right = part.right.max(run.right);
                part.bottom = part.bottom.max(run.bottom);
                part.area += run.area;
            }
        }
        let mut index = 0u32..;
        runs.retain(|_| index.next().is_some_and(|i| parent[i as usize] == i));
        runs
    }
}

fn root(parent: &mut [u32], mut i: usize) -> usize {
    while parent[i] as usize != i {
        parent[i] = parent[parent[i] as usize];
        i = parent[i] as usize;
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of a width that no word ends at, with runs over the ends of words and of the row.
    fn some() -> (Bits, Vec<Vec<bool>>) {
        let mut chance = 3u32;
        let mut rows = vec![vec![false; 150]; 40];
        for row in &mut rows {
            let mut ink = false;
            for pixel in row {
                chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                ink ^= chance >> 29 == 0;
                *pixel = ink;
            }
        }
        rows[7] = vec![true; 150];
        let mut bits = Bits::new(150, 40);
        rows.iter().enumerate().for_each(|(y, row)| bits.set(y, row));
        (bits, rows)
    }

    fn same(bits: &Bits, wanted: impl Fn(usize, usize) -> bool) {
        for (x, y) in (0..bits.width).flat_map(|x| (0..bits.height).map(move |y| (x, y))) {
            assert_eq!(bits.at(x, y), wanted(x, y), "{x}, {y}");
        }
    }

    #[test]
    fn what_is_set_is_found_and_what_is_taken_is_not() {
        let (mut bits, rows) = some();
        same(&bits, |x, y| rows[y][x]);
        for (y, row) in rows.iter().enumerate() {
            let runs: Vec<(usize, usize)> = bits.runs(y).collect();
            (0..150).for_each(|x| assert_eq!(runs.iter().any(|(a, b)| (*a..=*b).contains(&x)), row[x], "{x}, {y}"));
            assert!(runs.windows(2).all(|w| w[0].1 + 1 < w[1].0), "{runs:?}");
        }
        bits.take(64, 7);
        assert_eq!(bits.runs(7).collect::<Vec<_>>(), [(0, 63), (65, 149)]);
    }

    #[test]
    fn short_runs_stay_and_long_ones_go() {
        let (bits, rows) = some();
        let around = |line: &dyn Fn(usize) -> bool, at: usize, length: usize| {
            let before = (0..at).rev().take_while(|i| line(*i)).count();
            before + (at..length).take_while(|i| line(*i)).count()
        };
        same(&bits.short_runs(5), |x, y| rows[y][x] && around(&|x| rows[y][x], x, 150) <= 5);
        same(&bits.short_columns(3), |x, y| rows[y][x] && around(&|y| rows[y][x], y, 40) <= 3);
        same(&bits.short_columns(60), |x, y| rows[y][x]);
    }
}
