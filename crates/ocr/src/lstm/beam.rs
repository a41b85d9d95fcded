//! From the probabilities of letters, step by step, to words: the best path through them, with a bonus for what is known
//! to the dictionary. A letter may last for several steps, and between two there may be steps of no letter (connectionist
//! temporal classification, Graves et al. 2006). The rules and numbers are those of Tesseract's `RecodeBeamSearch`, so
//! that what is read and how sure it is are the same.

use std::ops::Range;

use super::dictionary::{BEGINNING, Dictionary, Known, Letter, Position};

/// Paths that are followed at once, of each kind.
const WIDTH: usize = 5;
/// Certainties are logarithms of probabilities; of less than this there is none.
const LEAST: f32 = -20.0;
/// What is not in the dictionary counts as so much less certain, …
const UNKNOWN: f32 = 2.25;
/// … what is in it must be at least so certain (Tesseract's bound is 25 on a scale of its own), …
const DICTIONARY: f32 = -25.0 / 7.0;
/// … and all of it is taken to be a little less certain than the network says.
const OFFSET: f32 = -0.085;

pub const SPACE: Letter = 0;

/// A word, and where it stands.
#[derive(Debug)]
pub struct Read {
    pub letters: Vec<Letter>,
    /// How probable it is that these letters, and no others, stand there: percent.
    pub confidence: f32,
    /// The step from which each letter counts, and that where the last one ends.
    pub steps: Vec<usize>,
    /// The steps in which each letter was seen.
    pub seen: Vec<Range<usize>>,
    /// What else a letter might be: which one, and what.
    pub others: Vec<(usize, Letter)>,
}

/// What may come after a step of a path.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Anything = 0,
    /// The same letter only, for this step was given the probability of nothing as well.
    Same = 1,
    /// Another letter only, for that reason.
    Other = 2,
}

const THENS: [Then; 3] = [Then::Anything, Then::Same, Then::Other];

type NodeId = u32;

/// A step of a path.
#[derive(Clone, Copy)]
struct Node {
    class: u16,
    /// None where nothing is read.
    letter: Option<Letter>,
    known: Known,
    /// The last letter goes on.
    again: bool,
    begins_word: bool,
    /// A word may begin after it.
    fresh: bool,
    ends_word: bool,
    certainty: f32,
    /// Certainties so far.
    score: f32,
    before: Option<NodeId>,
    positions: Option<u32>,
    /// The same for paths of the same letters.
    hash: u64,
}

/// The paths that end in one step, of all kinds, the best of each.
#[derive(Default)]
struct Step {
    /// Outside the dictionary, then within, each by what may come.
    paths: [[Vec<Node>; 3]; 2],
    /// The best that goes from outside the dictionary to the beginning of a word.
    fresh: [Option<Node>; 3],
}

/// Which probabilities are looked at: the two best and that of nothing; the next best; all others.
#[derive(Clone, Copy, PartialEq)]
enum Rank {
    Top,
    Next,
    Rest,
}

pub struct Classes<'a> {
    /// The letter of each class, none for that of nothing.
    pub letters: &'a [Option<Letter>],
    pub nothing: usize,
    pub dictionary: &'a Dictionary,
}

/// The words of a line.
pub fn read(probabilities: &[f32], classes: &Classes) -> Vec<Read> {
    let mut beam = Beam { classes, nodes: Vec::new(), positions: Vec::new(), ranks: Vec::new(), best: [None; 2] };
    let mut last: Option<Vec<(usize, Then, NodeId)>> = None;
    for step in probabilities.chunks_exact(classes.letters.len()) {
        last = Some(beam.step(step, last.as_deref()));
    }
    let best = beam.best(&last.unwrap_or_default());
    let path = beam.path(best);
    let others = |seen: &Seen| {
        /// What is less probable than this, wherever the letter was seen, is no other reading of it.
        const PROBABLE: f32 = 0.01;
        let steps = || (seen.first..seen.end).map(|step| &probabilities[step * classes.letters.len()..]);
        let other = |(class, letter): (usize, &Option<Letter>)| {
            let letter = letter.filter(|letter| *letter != seen.letter && *letter != SPACE)?;
            steps().any(|step| step[class] >= PROBABLE).then_some(letter)
        };
        classes.letters.iter().enumerate().filter_map(other).collect()
    };
    let sure = |seen: &[Seen], from: usize, to: usize| {
        let width = classes.letters.len();
        100.0 * probability(&probabilities[from * width..to * width], classes, seen)
    };
    words(&path, others, sure)
}

struct Beam<'a> {
    classes: &'a Classes<'a>,
    nodes: Vec<Node>,
    positions: Vec<Vec<Position>>,
    /// Of this step's classes.
    ranks: Vec<Rank>,
    /// The best class of this step and the next.
    best: [Option<usize>; 2],
}

fn certainty(probability: f32) -> f32 {
    /// The probability of [`LEAST`].
    const NONE: f32 = 2.061_153_6e-9;
    if probability > NONE { probability.ln() } else { LEAST }
}

impl Beam<'_> {
    /// All paths after one step more.
    fn step(&mut self, now: &[f32], before: Option<&[(usize, Then, NodeId)]>) -> Vec<(usize, Then, NodeId)> {
        self.rank(now);
        let mut step = Step::default();
        match before {
            None => {
                self.go_on(now, None, 0, Then::Anything, Rank::Top, &mut step);
                self.go_on(now, None, 1, Then::Anything, Rank::Top, &mut step);
            }
            Some(before) => {
                for rank in [Rank::Top, Rank::Next, Rank::Rest] {
                    for (within, then, node) in before {
                        self.go_on(now, Some(*node), *within, *then, rank, &mut step);
                    }
                    if step.paths.iter().any(|paths| !paths[Then::Anything as usize].is_empty()) {
                        break;
                    }
                }
                for then in THENS {
                    if let Some(node) = step.fresh[then as usize] {
                        push(&mut step.paths[1][then as usize], node);
                    }
                }
            }
        }
        let mut after = Vec::with_capacity(6 * WIDTH);
        for (within, paths) in step.paths.iter().enumerate() {
            for (then, paths) in THENS.iter().zip(paths) {
                // The best are looked at first.
                for node in paths {
                    after.push((within, *then, self.nodes.len() as NodeId));
                    self.nodes.push(*node);
                }
            }
        }
        after
    }

    fn rank(&mut self, now: &[f32]) {
        self.ranks.clear();
        self.ranks.resize(now.len(), Rank::Rest);
        let mut top: Vec<(f32, usize)> = Vec::with_capacity(WIDTH + 1);
        for (class, probability) in now.iter().enumerate() {
            if top.len() < WIDTH || *probability > top[WIDTH - 1].0 {
                let at = top.partition_point(|(other, _)| other >= probability);
                top.insert(at, (*probability, class));
                top.truncate(WIDTH);
            }
        }
        for (i, (_, class)) in top.iter().enumerate() {
            self.ranks[*class] = if i < 2 { Rank::Top } else { Rank::Next };
        }
        self.ranks[self.classes.nothing] = Rank::Top;
        self.best = [top.first(), top.get(1)].map(|at| at.map(|(_, class)| *class));
    }

    /// What this path may go on with.
    fn go_on(&mut self, now: &[f32], from: Option<NodeId>, within: usize, then: Then, rank: Rank, step: &mut Step) {
        let nothing = self.classes.nothing;
        let before = from.map(|from| self.nodes[from as usize]);
        if let Some(before) = before {
            let class = usize::from(before.class);
            if self.ranks[class] == rank {
                if then != Then::Other {
                    let certain = certainty(now[class]) + OFFSET;
                    self.same(&before, from, within, certain, Then::Anything, step);
                }
                if then == Then::Anything && rank == Rank::Top && class != nothing {
                    let certain = certainty(now[class] + now[nothing]) + OFFSET;
                    self.same(&before, from, within, certain, Then::Other, step);
                }
            }
            if then == Then::Same {
                return;
            }
        }
        for class in 0..now.len() {
            if self.ranks[class] != rank || before.is_some_and(|before| usize::from(before.class) == class) {
                continue;
            }
            let certain = certainty(now[class]) + OFFSET;
            if certain < LEAST && class != nothing {
                continue;
            }
            self.letter(class, certain, within, Then::Anything, from, step);
            if rank == Rank::Top && class != nothing {
                let mut probability = now[class] + now[nothing];
                // Two letters that share a step may each have part of it.
                if let Some(before) = before.map(|before| usize::from(before.class))
                    && then == Then::Anything
                    && before != nothing
                    && (self.best == [Some(before), Some(class)] || self.best == [Some(class), Some(before)])
                {
                    probability += now[before];
                }
                self.letter(class, certainty(probability) + OFFSET, within, Then::Same, from, step);
            }
        }
    }

    /// The last letter, or nothing, goes on.
    fn same(&self, before: &Node, from: Option<NodeId>, within: usize, certain: f32, then: Then, step: &mut Step) {
        let certain = if within == 1 { certain } else { certain * UNKNOWN };
        let possible = if within == 1 {
            certain > DICTIONARY
        } else {
            certain >= LEAST || usize::from(before.class) == self.classes.nothing
        };
        if possible {
            let node = Node { certainty: certain, again: true, positions: None, ..*before };
            let node = Node { fresh: false, begins_word: false, ends_word: false, ..node };
            push(&mut step.paths[within][then as usize], self.after(from, node));
        }
    }

    /// The node with its score and hash after the one before it.
    fn after(&self, from: Option<NodeId>, node: Node) -> Node {
        let (score, hash) = from.map_or((0.0, 0), |from| {
            let before = &self.nodes[from as usize];
            (before.score, before.hash)
        });
        let classes = self.classes.letters.len() as u64;
        let silent = node.again || usize::from(node.class) == self.classes.nothing;
        let hash = if silent {
            hash
        } else {
            let carry = ((hash >> 32) * classes) >> 32;
            hash.wrapping_mul(classes).wrapping_add(carry).wrapping_add(u64::from(node.class))
        };
        Node { score: score + node.certainty, before: from, hash, ..node }
    }

    fn node(&self, class: usize, known: Known, certainty: f32) -> Node {
        Node {
            class: class as u16,
            letter: self.classes.letters[class],
            known,
            again: false,
            begins_word: false,
            fresh: false,
            ends_word: false,
            certainty,
            score: 0.0,
            before: None,
            positions: None,
            hash: 0,
        }
    }

    /// A new letter, or nothing after one.
    fn letter(&mut self, class: usize, certain: f32, within: usize, then: Then, from: Option<NodeId>, step: &mut Step) {
        if within == 1 {
            if certain > DICTIONARY {
                self.known_letter(class, certain, then, from, step);
            }
            return;
        }
        let node = self.node(class, Known::Looks, certain * UNKNOWN);
        push(&mut step.paths[0][then as usize], self.after(from, node));
        // After a space a word may begin, whatever was before. The space itself is certain as it is, and what is known of
        // it says that the nothing before it does not count, for that was made less certain.
        if self.classes.letters[class] == Some(SPACE) && certain > DICTIONARY {
            self.begin(class, Known::Nothing, certain, then, from, step);
        }
    }

    /// A letter that goes on with, ends or begins what is in the dictionary.
    fn known_letter(&mut self, class: usize, certain: f32, then: Then, from: Option<NodeId>, step: &mut Step) {
        let Some(letter) = self.classes.letters[class] else {
            let node = self.node(class, Known::Nothing, certain);
            push(&mut step.paths[1][then as usize], self.after(from, node));
            return;
        };
        let score = certain + from.map_or(0.0, |from| self.nodes[from as usize].score);
        let full =
            |paths: &[Vec<Node>; 3]| paths[then as usize].get(WIDTH - 1).is_some_and(|least| score <= least.score);
        if step.paths.iter().all(full) {
            return;
        }
        let mut last = from;
        while let Some(node) = last.map(|last| self.nodes[last as usize])
            && (node.letter.is_none() || node.again)
        {
            last = node.before;
        }
        let last = last.map(|last| self.nodes[last as usize]);
        if letter == SPACE {
            if let Some(last) = last.filter(|last| last.ends_word) {
                self.begin(class, last.known, certain, then, from, step);
                let node = self.node(class, last.known, certain);
                push(&mut step.paths[0][then as usize], self.after(from, node));
            }
            return;
        }
        // No word begins right after a letter.
        if last.is_some_and(|last| last.fresh && last.letter != Some(SPACE)) {
            return;
        }
        let (positions, begins_word) = match &last {
            None => (BEGINNING, true),
            Some(Node { positions: Some(at), fresh, .. }) => (&*self.positions[*at as usize], *fresh),
            // After what is no word no word goes on.
            Some(_) => return,
        };
        let (positions, known, ends_word) = self.classes.dictionary.next(positions, letter);
        if known != Known::Nothing {
            let node = Node { begins_word, ends_word, ..self.node(class, known, certain) };
            let node = self.after(from, node);
            let paths = &mut step.paths[1][then as usize];
            if paths.len() < WIDTH || node.score > paths[WIDTH - 1].score {
                self.positions.push(positions);
                push(paths, Node { positions: Some(self.positions.len() as u32 - 1), ..node });
            }
        }
    }

    /// A space after which the dictionary is at its beginning.
    fn begin(&mut self, class: usize, known: Known, certain: f32, then: Then, from: Option<NodeId>, step: &mut Step) {
        let node = self.after(from, Node { fresh: true, ..self.node(class, known, certain) });
        let best = &mut step.fresh[then as usize];
        if best.is_none_or(|best| node.score > best.score) {
            self.positions.push(BEGINNING.to_vec());
            *best = Some(Node { positions: Some(self.positions.len() as u32 - 1), ..node });
        }
    }

    /// The best path of all that may end here.
    fn best(&self, last: &[(usize, Then, NodeId)]) -> Option<NodeId> {
        let whole = |within: usize, node: NodeId| {
            let mut node = Some(node);
            while let Some(at) = node.map(|node| &self.nodes[node as usize])
                && (at.letter.is_none() || at.again)
            {
                node = at.before;
            }
            let last = node.map(|node| &self.nodes[node as usize]);
            within == 0 || last.is_some_and(|last| last.ends_word || last.letter == Some(SPACE))
        };
        let ends = last.iter().filter(|(within, then, node)| *then != Then::Same && whole(*within, *node));
        let score = |node: NodeId| self.nodes[node as usize].score;
        ends.map(|(.., node)| *node).reduce(|best, node| if score(node) > score(best) { node } else { best })
    }

    fn path(&self, end: Option<NodeId>) -> Vec<&Node> {
        let node = |id: NodeId| &self.nodes[id as usize];
        let mut path: Vec<&Node> = std::iter::successors(end.map(node), |at| at.before.map(node)).collect();
        path.reverse();
        path
    }
}

/// Keeps a path if it is among the best, and of those that read the same only the best.
fn push(paths: &mut Vec<Node>, node: Node) {
    if paths.len() >= WIDTH && node.score <= paths[WIDTH - 1].score {
        return;
    }
    let same = |other: &Node| {
        (other.class, other.hash, other.known, other.fresh) == (node.class, node.hash, node.known, node.fresh)
    };
    if let Some(at) = paths.iter().position(same) {
        if node.score <= paths[at].score {
            return;
        }
        paths.remove(at);
    }
    paths.insert(paths.partition_point(|other| other.score >= node.score), node);
    paths.truncate(WIDTH);
}

/// A letter of the path, and the steps in which it was seen.
struct Seen {
    class: usize,
    letter: Letter,
    first: usize,
    end: usize,
}

/// How probable it is that these letters are what stands in these steps: all paths that make them, one after another,
/// with or without nothing between (the forward algorithm, Graves et al. 2006, 4.1).
fn probability(steps: &[f32], classes: &Classes, letters: &[Seen]) -> f32 {
    let states: Vec<usize> =
        letters.iter().flat_map(|seen| [classes.nothing, seen.class]).chain([classes.nothing]).collect();
    // Shares of what has come so far, by the state that it has come to; their sum goes into the logarithm.
    let mut shares: Vec<f64> = Vec::new();
    let mut log = 0.0;
    for step in steps.chunks_exact(classes.letters.len()) {
        let comes = |(at, class): (usize, &usize)| {
            if shares.is_empty() {
                return if at < 2 { f64::from(step[*class]) } else { 0.0 };
            }
            let skips = at > 1 && *class != classes.nothing && *class != states[at - 2];
            let from = at - at.min(if skips { 2 } else { 1 });
            shares[from..=at].iter().sum::<f64>() * f64::from(step[*class])
        };
        let mut next: Vec<f64> = states.iter().enumerate().map(comes).collect();
        let sum: f64 = next.iter().sum();
        if sum <= 0.0 {
            return 0.0;
        }
        next.iter_mut().for_each(|share| *share /= sum);
        log += sum.ln();
        shares = next;
    }
    let ends: f64 = shares.iter().rev().take(2).sum();
    (log.exp() * ends) as f32
}

fn words(
    path: &[&Node],
    others: impl Fn(&Seen) -> Vec<Letter>,
    sure: impl Fn(&[Seen], usize, usize) -> f32,
) -> Vec<Read> {
    let letters = seen(path);
    let end = path.len();
    // Letters part halfway between the last step of the one and the first of the next.
    let middle = |at: usize| {
        letters
            .get(at)
            .map_or(end, |next| if at == 0 { 0 } else { letters[at - 1].end + (next.first - letters[at - 1].end) / 2 })
    };
    let mut words = Vec::new();
    let mut from = 0;
    while from < letters.len() {
        let more = letters[from + 1..].iter().position(|l| l.letter == SPACE || path[l.first].begins_word);
        let to = more.map_or(letters.len(), |more| from + 1 + more);
        let own = &letters[from..to];
        words.push(Read {
            letters: own.iter().map(|l| l.letter).collect(),
            confidence: sure(own, middle(from), middle(to)),
            steps: (from..=to).map(middle).collect(),
            seen: own.iter().map(|l| l.first..l.end).collect(),
            others: own.iter().enumerate().flat_map(|(at, l)| others(l).into_iter().map(move |l| (at, l))).collect(),
        });
        from = to + usize::from(letters.get(to).is_some_and(|l| l.letter == SPACE));
    }
    words
}

/// The letters of a path.
fn seen(path: &[&Node]) -> Vec<Seen> {
    let mut letters: Vec<Seen> = Vec::new();
    for (at, node) in path.iter().enumerate() {
        match (node.letter, letters.last_mut()) {
            (Some(_), Some(last)) if node.again => last.end = at + 1,
            (Some(letter), _) => letters.push(Seen { class: node.class.into(), letter, first: at, end: at + 1 }),
            (None, _) => {}
        }
    }
    letters
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lstm::file::Cursor;

    /// Letters `a`, `b` and `c` have the numbers 1 to 3, the space 0; the last class is nothing.
    const CLASSES: [Option<Letter>; 5] = [Some(0), Some(1), Some(2), Some(3), None];

    /// A graph of these edges in one node: a letter, whether it ends a word, and the node that it leads to.
    fn graph(nodes: &[&[(u64, bool, u64)]]) -> Vec<u8> {
        // Numbers of letters up to 4 take three bits, then come three flags.
        let mut bytes = 42i16.to_le_bytes().to_vec();
        bytes.extend(4i32.to_le_bytes());
        bytes.extend((nodes.iter().map(|node| node.len()).sum::<usize>() as i32).to_le_bytes());
        for node in nodes {
            for (i, (letter, ends, next)) in node.iter().enumerate() {
                let last = u64::from(i + 1 == node.len());
                let edge = letter | last << 3 | u64::from(*ends) << 5 | next << 6;
                bytes.extend(edge.to_le_bytes());
            }
        }
        bytes
    }

    /// It knows the word `ab`, with nothing around it, and no number.
    fn dictionary() -> Dictionary {
        let words = graph(&[&[(1, false, 1)], &[(2, true, 0)]]);
        let (punctuation, numbers) = (graph(&[&[(0, true, 0)]]), graph(&[&[(0, true, 0)]]));
        Dictionary::read(Cursor(&punctuation), Cursor(&words), Cursor(&numbers), vec![false; 4]).unwrap()
    }

    fn reads(steps: &[[f32; 5]]) -> Vec<(String, f32, Vec<usize>)> {
        let dictionary = dictionary();
        let classes = Classes { letters: &CLASSES, nothing: 4, dictionary: &dictionary };
        let text = |read: &Read| read.letters.iter().map(|l| b" abc"[usize::from(*l)] as char).collect();
        read(&steps.concat(), &classes).iter().map(|r| (text(r), r.confidence, r.steps.clone())).collect()
    }

    /// All but sure of one class.
    fn sure(class: usize) -> [f32; 5] {
        std::array::from_fn(|other| if other == class { 0.96 } else { 0.01 })
    }

    #[test]
    fn a_letter_lasts_and_is_said_twice_only_after_nothing() {
        let read = reads(&[4, 3, 3, 4, 3, 4].map(sure));
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].0, "cc");
        assert_eq!(read[0].2.len(), 3);
        assert!(reads(&[]).is_empty());
        assert!(reads(&[4, 4, 4].map(sure)).is_empty());
    }

    #[test]
    fn a_space_parts_words_and_each_has_its_place() {
        let read = reads(&[3, 4, 0, 4, 1, 4, 2, 4].map(sure));
        assert_eq!(read.iter().map(|word| word.0.as_str()).collect::<Vec<_>>(), ["c", "ab"]);
        assert!(read[0].2.last() <= read[1].2.first());
    }

    #[test]
    fn what_is_in_the_dictionary_is_preferred_where_the_letters_leave_it_open() {
        // The second letter is a little likelier to be c, but there is no word ac.
        let open = [0.01, 0.01, 0.40, 0.57, 0.01];
        assert_eq!(reads(&[sure(1), sure(4), open, sure(4)])[0].0, "ab");
        let clear = [0.005, 0.005, 0.02, 0.96, 0.01];
        assert_eq!(reads(&[sure(1), sure(4), clear, sure(4)])[0].0, "ac");
    }

    #[test]
    fn a_word_is_as_sure_as_all_paths_that_make_it() {
        // `c` alone, or with nothing before it or after it; but not nothing twice, nor another letter.
        let open = [0.0, 0.1, 0.1, 0.5, 0.3];
        let read = reads(&[open, open]);
        assert_eq!(read[0].0, "c");
        assert!((read[0].1 - 100.0 * (0.5 * 0.5 + 0.5 * 0.3 + 0.3 * 0.5)).abs() < 0.01, "{read:?}");
        // The same letter twice needs nothing between.
        let twice = reads(&[3, 4, 3].map(sure));
        assert_eq!(twice[0].0, "cc");
        assert!((twice[0].1 - 100.0 * 0.96 * 0.96 * 0.96).abs() < 0.01, "{twice:?}");
    }

    #[test]
    fn what_else_a_letter_might_be_is_told() {
        let dictionary = dictionary();
        let classes = Classes { letters: &CLASSES, nothing: 4, dictionary: &dictionary };
        let open = [0.002, 0.002, 0.394, 0.6, 0.002];
        let steps = [[0.002, 0.99, 0.002, 0.002, 0.004], sure(4), open].concat();
        let read = read(&steps, &classes);
        assert_eq!(read[0].letters, [1, 2]);
        assert_eq!(read[0].others, [(1, 3)]);
    }
}
