//! Which letters may follow each other in words, in numbers and in the punctuation around them: graphs in which each edge
//! is a letter, packed into 64 bits (Tesseract's `SquishedDawg`).

use sohoa_model::Result;

use super::file::{Cursor, broken};

/// A letter, by its number in the model.
pub type Letter = u16;

/// Stands for any digit among numbers, and in punctuation for the word that it surrounds.
const PATTERN: Letter = 0;

struct Graph {
    edges: Vec<u64>,
    /// Edges from the first node, which are in order.
    first: usize,
    letter: u64,
    shift: u32,
}

/// Where in a graph a reading stands: after this edge.
type Edge = u32;

impl Graph {
    fn read(mut from: Cursor) -> Result<Self> {
        const MAGIC: i16 = 42;
        if from.i16()? != MAGIC {
            return Err(broken("từ điển"));
        }
        let letters = u64::from(from.u32()?);
        let count = from.u32()? as usize;
        let shift = u64::BITS - letters.leading_zeros();
        let edges: Vec<u64> = (0..count).map(|_| from.i64().map(|edge| edge as u64)).collect::<Result<_>>()?;
        let mut graph = Self { edges, first: 0, letter: (1 << shift) - 1, shift };
        let ends = (0..count).find(|at| graph.is_last(*at)).ok_or_else(|| broken("từ điển"))?;
        graph.first = ends + 1;
        let inside = |edge: &u64| (edge >> (shift + 3)) < count as u64;
        if count == 0 || !graph.edges.iter().all(inside) || !graph.is_last(count - 1) {
            return Err(broken("từ điển"));
        }
        Ok(graph)
    }

    fn is_last(&self, edge: usize) -> bool {
        self.edges[edge] >> self.shift & 1 != 0
    }

    fn ends_word(&self, edge: Edge) -> bool {
        self.edges[edge as usize] >> self.shift & 4 != 0
    }

    /// The edge of a letter from where an edge leads, or from the beginning.
    fn follow(&self, after: Option<Edge>, letter: Letter) -> Option<Edge> {
        let own = |edge: usize| (self.edges[edge] & self.letter) as Letter;
        let Some(after) = after else {
            let found = self.edges[..self.first].binary_search_by_key(&letter, |edge| (edge & self.letter) as Letter);
            return found.ok().map(|edge| edge as Edge);
        };
        // No edge leads back to the first node: nothing follows.
        let node = (self.edges[after as usize] >> (self.shift + 3)) as usize;
        let end = (node > 0).then(|| (node..self.edges.len()).find(|edge| self.is_last(*edge)))??;
        (node..=end).find(|edge| own(*edge) == letter).map(|edge| edge as Edge)
    }
}

/// What a reading is a part of, the more telling the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// Nothing, and what is before does not count either.
    Nothing,
    Punctuation,
    /// No word, but what looks most like it.
    Looks,
    Number,
    Word,
}

/// One way in which what was read so far may be the beginning of something known.
#[derive(Clone, Copy, PartialEq)]
pub struct Position {
    core: Option<(Core, Edge)>,
    around: Option<Edge>,
    /// The core has ended; what follows is punctuation again.
    after: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Core {
    Word,
    Number,
}

pub struct Dictionary {
    punctuation: Graph,
    words: Graph,
    numbers: Graph,
    digits: Vec<bool>,
}

/// Where every reading begins.
pub const BEGINNING: &[Position] = &[Position { core: None, around: None, after: false }];

impl Dictionary {
    pub fn read(punctuation: Cursor, words: Cursor, numbers: Cursor, digits: Vec<bool>) -> Result<Self> {
        let [punctuation, words, numbers] = [Graph::read(punctuation)?, Graph::read(words)?, Graph::read(numbers)?];
        // A word may stand with nothing around it.
        let bare = punctuation.follow(None, PATTERN).is_some_and(|edge| punctuation.ends_word(edge));
        if bare { Ok(Self { punctuation, words, numbers, digits }) } else { Err(broken("từ điển")) }
    }

    fn core(&self, core: Core) -> (&Graph, Known) {
        match core {
            Core::Word => (&self.words, Known::Word),
            Core::Number => (&self.numbers, Known::Number),
        }
    }

    fn within(&self, core: Core, after: Option<Edge>, letter: Letter) -> Option<Edge> {
        let digit = core == Core::Number && self.digits.get(usize::from(letter)).copied().unwrap_or(false);
        self.core(core).0.follow(after, if digit { PATTERN } else { letter })
    }

    /// The positions after one letter more, what it is a part of, and whether it may end there.
    pub fn next(&self, positions: &[Position], letter: Letter) -> (Vec<Position>, Known, bool) {
        let (mut next, mut known, mut ends) = (Vec::new(), Known::Nothing, false);
        let mut add = |position: Position, part: Known, end: bool| {
            if !next.contains(&position) {
                next.push(position);
            }
            known = known.max(part);
            ends |= end;
        };
        let outer = &self.punctuation;
        for at in positions {
            let Some((core, edge)) = at.core else {
                if let Some(around) = outer.follow(at.around, PATTERN) {
                    for core in [Core::Word, Core::Number] {
                        if let Some(edge) = self.within(core, None, letter) {
                            let (graph, part) = self.core(core);
                            let end = graph.ends_word(edge) && outer.ends_word(around);
                            add(Position { core: Some((core, edge)), around: Some(around), after: false }, part, end);
                        }
                    }
                }
                if let Some(around) = outer.follow(at.around, letter) {
                    let position = Position { core: None, around: Some(around), after: false };
                    add(position, Known::Punctuation, outer.ends_word(around));
                }
                continue;
            };
            let (graph, part) = self.core(core);
            if graph.ends_word(edge)
                && let Some(around) = outer.follow(at.around, letter)
            {
                let position = Position { core: Some((core, edge)), around: Some(around), after: true };
                add(position, part, outer.ends_word(around));
            }
            if !at.after
                && let Some(edge) = self.within(core, Some(edge), letter)
            {
                let end = graph.ends_word(edge) && at.around.is_none_or(|around| outer.ends_word(around));
                add(Position { core: Some((core, edge)), ..*at }, part, end);
            }
        }
        (next, known, ends)
    }
}
