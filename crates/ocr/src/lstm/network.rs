//! The network that Tesseract's fast models are: `[1,36,0,1 Ct3,3,16 Mp3,3 Lfys.. Lfx96 Lrx96 Lfx.. O1c..]` in the words
//! of its VGSL (tesseract-ocr.github.io, "VGSLSpecs"). A line of 36 pixels goes in, column by column; a convolution looks
//! at 3 by 3 pixels, of 3 by 3 such looks the strongest stays; one LSTM sums each column up from top to bottom, three
//! more run along the line, forth, back and forth; at last there is a probability for each letter.
//!
//! Between layers values from -1 to 1 are integers from -127 to 127, as the models were made for it.

use multiversion::multiversion;
use sohoa_model::Result;

use super::file::{Cursor, broken};
use super::matrix::{GROUP, LANES, Matrix, ONE, Weights};

/// Height of a line in pixels.
pub const HEIGHT: usize = 36;
/// Pixels, both ways, of which the strongest answer stays; columns of a line for each step of the output.
pub const POOL: usize = 3;
const ROWS: usize = HEIGHT / POOL;
/// Bytes of a column: its pixels, one above, and what fills up the last look.
const COLUMN: usize = HEIGHT + 4;

pub struct Network {
    /// What was seen of training when this model was saved: what lies beyond the picture is noise that starts from it.
    seed: u64,
    look: Matrix,
    summary: Lstm,
    along: Vec<(Way, Lstm)>,
    letters: Matrix,
    /// Letters that the network tells apart.
    pub classes: usize,
    /// The class of no letter here.
    pub nothing: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Forth,
    Back,
}

/// Long short-term memory: four gates for each state, each fed by the input and by what came out last.
struct Lstm {
    states: usize,
    input: Matrix,
    recurrent: Matrix,
}

struct Layer<'a> {
    kind: &'a str,
    flags: u32,
    inputs: usize,
    outputs: usize,
}

impl<'a> Layer<'a> {
    /// How one begins that runs along the line from its end.
    const REVERSED: &'static [u8] = b"\0\x0b\0\0\0RTLReversed";

    fn read(from: &mut Cursor<'a>) -> Result<Self> {
        /// Stands before a type that is given by its name.
        const NAMED: u8 = 0;
        if from.u8()? != NAMED {
            return Err(broken("lớp"));
        }
        let kind = from.text()?;
        // Whether it was in training and wanted to be told of errors.
        from.bytes(2)?;
        let flags = from.u32()?;
        let (inputs, outputs) = (from.u32()? as usize, from.u32()? as usize);
        // How many weights it has, and its name.
        from.u32()?;
        from.text()?;
        Ok(Self { kind, flags, inputs, outputs })
    }

    fn expect(from: &mut Cursor<'a>, kind: &str) -> Result<Self> {
        Some(Self::read(from)?).filter(|layer| layer.kind == kind).ok_or_else(|| broken("lớp"))
    }

    /// What a layer of so many others is made of.
    fn parts<T>(&self, from: &mut Cursor, count: u32, read: impl FnOnce(&mut Cursor) -> Result<T>) -> Result<T> {
        if from.u32()? != count {
            return Err(broken("lớp"));
        }
        let parts = read(from)?;
        self.end(from)?;
        Ok(parts)
    }

    /// How quickly each of the parts was to learn.
    fn end(&self, from: &mut Cursor) -> Result<()> {
        const RATES: u32 = 64;
        if self.flags & RATES != 0 {
            let count = from.u32()? as usize;
            from.bytes(count * 4)?;
        }
        Ok(())
    }
}

impl Lstm {
    fn read(from: &mut Cursor, kind: &str) -> Result<Self> {
        let layer = Layer::expect(from, kind)?;
        let all = from.u32()? as usize;
        let gates: Vec<Weights> = (0..4).map(|_| Weights::read(from)).collect::<Result<_>>()?;
        let (inputs, states) = (layer.inputs, layer.outputs);
        if states % LANES != 0 || all != inputs + states || gates.iter().any(|g| g.inputs != all || g.outputs != states)
        {
            return Err(broken("LSTM"));
        }
        let of = |range: std::ops::Range<usize>| Matrix::new(&gates, &range.map(Some).collect::<Vec<_>>());
        Ok(Self { states, input: of(0..inputs), recurrent: of(inputs..all) })
    }

    /// What comes out for each of some sequences of inputs, the longest first. They go step by step together, so that the
    /// weights, which are many, come from memory once for all.
    fn run(&self, sequences: &[Vec<i8>], way: Way) -> Vec<Vec<i8>> {
        let (states, outputs) = (self.states, self.input.outputs);
        let steps: Vec<usize> = sequences.iter().map(|inputs| inputs.len() / self.input.stride()).collect();
        let of_inputs = |(inputs, steps): (&Vec<i8>, &usize)| {
            let mut sums = self.input.base.repeat(*steps);
            self.input.add(inputs, &mut sums);
            sums
        };
        let of_inputs: Vec<Vec<i32>> = sequences.iter().zip(&steps).map(of_inputs).collect();
        let mut out: Vec<Vec<i8>> = steps.iter().map(|steps| vec![0; steps * states]).collect();
        let mut sums = vec![0; sequences.len() * outputs];
        let (mut state, mut last) = (vec![0.0; sequences.len() * states], vec![0; sequences.len() * states]);
        for step in 0..steps.first().copied().unwrap_or(0) {
            let going = steps.partition_point(|steps| *steps > step);
            let place = |of: usize| if way == Way::Back { steps[of] - 1 - step } else { step };
            for (of, sums) in sums.chunks_exact_mut(outputs).enumerate().take(going) {
                sums.copy_from_slice(&of_inputs[of][place(of) * outputs..][..outputs]);
            }
            self.recurrent.add(&last[..going * states], &mut sums[..going * outputs]);
            let each =
                sums.chunks_exact(outputs).zip(state.chunks_exact_mut(states)).zip(last.chunks_exact_mut(states));
            for (of, ((sums, state), last)) in each.enumerate().take(going) {
                gate(sums, &self.input.scales, state, last);
                out[of][place(of) * states..][..states].copy_from_slice(last);
            }
        }
        out
    }
}

impl Network {
    pub fn read(mut from: Cursor) -> Result<Self> {
        let from = &mut from;
        let all = Layer::expect(from, "Series")?;
        let along = from.u32()?.checked_sub(5).ok_or_else(|| broken("lớp"))?;
        Layer::expect(from, "Input")?;
        let shape: Vec<u32> = (0..5).map(|_| from.u32()).collect::<Result<_>>()?;
        let look = Layer::expect(from, "Series")?.parts(from, 2, |from| {
            Layer::expect(from, "Convolve")?;
            let half = (from.u32()?, from.u32()?);
            Layer::expect(from, "Tanh")?;
            Some(Weights::read(from)?).filter(|look| half == (1, 1) && look.inputs == 9).ok_or_else(|| broken("lớp"))
        })?;
        Layer::expect(from, "Maxpool")?;
        let pool = (from.u32()? as usize, from.u32()? as usize);
        if shape[1] as usize != HEIGHT || shape[3] != 1 || pool != (POOL, POOL) {
            return Err(broken("đầu vào"));
        }
        // A look is three columns of three pixels, each filled up to four.
        let nine = (0..3 * GROUP).map(|i| (i % GROUP < 3).then_some(i / GROUP * 3 + i % GROUP));
        let look = Matrix::new(&[look], &nine.collect::<Vec<_>>());
        let summary = Layer::expect(from, "XYTranspose")?.parts(from, 1, |from| Lstm::read(from, "SummLSTM"))?;
        let along = (0..along)
            .map(|_| {
                if !from.0.starts_with(Layer::REVERSED) {
                    return Ok((Way::Forth, Lstm::read(from, "LSTM")?));
                }
                let layer = Layer::expect(from, "RTLReversed")?;
                Ok((Way::Back, layer.parts(from, 1, |from| Lstm::read(from, "LSTM"))?))
            })
            .collect::<Result<Vec<_>>>()?;
        Layer::expect(from, "Softmax")?;
        let letters = Weights::read(from)?;
        all.end(from)?;
        let (classes, letters_from) = (letters.outputs, letters.inputs);
        let letters = Matrix::new(&[letters], &(0..letters_from).map(Some).collect::<Vec<_>>());
        // The network in words, flags of training and how often it was trained; what comes after is of no use here.
        from.text()?;
        from.bytes(4 + 4)?;
        let seed = i64::from(from.i32()?) as u64;
        let nothing = from.u32()? as usize;
        // What one layer gives the next takes.
        let gives = [look.outputs, summary.states].into_iter().chain(along.iter().map(|(_, layer)| layer.states));
        let takes = along.iter().map(|(_, layer)| layer.input.stride()).chain([letters.stride()]);
        if nothing >= classes || !gives.eq([summary.input.stride()].into_iter().chain(takes)) {
            return Err(broken("lớp"));
        }
        Ok(Self { seed, look, summary, along, letters, classes, nothing })
    }

    /// The probability of each class, step by step, [`POOL`] columns each, of lines of columns of [`HEIGHT`] values from
    /// -127, black, to 127, white, column by column; the longest first.
    pub fn run(&self, lines: &[Vec<i8>]) -> Vec<Vec<f32>> {
        assert!(lines.iter().all(|line| line.len() >= POOL * HEIGHT && line.len().is_multiple_of(HEIGHT)));
        let summed = |line: &Vec<i8>| {
            let width = line.len() / HEIGHT;
            self.sum_up(&self.see(line, width), width / POOL)
        };
        let mut values: Vec<Vec<i8>> = lines.iter().map(summed).collect();
        for (way, layer) in &self.along {
            values = layer.run(&values, *way);
        }
        values.iter().map(|values| self.tell(values)).collect()
    }

    /// The probability of each class, step by step.
    fn tell(&self, values: &[i8]) -> Vec<f32> {
        let steps = values.len() / self.letters.stride();
        let mut sums = self.letters.base.repeat(steps);
        self.letters.add(values, &mut sums);
        let mut out = vec![0.0; steps * self.classes];
        for (sums, out) in sums.chunks_exact(self.letters.outputs).zip(out.chunks_exact_mut(self.classes)) {
            softmax(sums, &self.letters.scales, out);
        }
        out
    }

    /// The strongest looks, by row and then by column of what is left.
    fn see(&self, line: &[i8], width: usize) -> Vec<i8> {
        let (steps, outputs) = (width / POOL, self.look.outputs);
        let mut columns = vec![0; (width + 2) * COLUMN];
        for (column, pixels) in columns.chunks_exact_mut(COLUMN).skip(1).zip(line.chunks_exact(HEIGHT)) {
            column[1..=HEIGHT].copy_from_slice(pixels);
        }
        let border = Border::new(self.seed, width);
        let stride = self.look.stride();
        let mut looks = vec![0; POOL * POOL * steps * stride];
        let mut sums = vec![0; POOL * POOL * steps * outputs];
        let mut out = vec![0; ROWS * steps * outputs];
        for (row, out) in out.chunks_exact_mut(steps * outputs).enumerate() {
            for (i, look) in looks.chunks_exact_mut(stride).enumerate() {
                let (x, y) = (i / POOL, row * POOL + i % POOL);
                for (group, column) in look.chunks_exact_mut(GROUP).zip(columns[x * COLUMN..].chunks_exact(COLUMN)) {
                    group.copy_from_slice(&column[y..y + GROUP]);
                }
                border.put(x, y, look);
            }
            sums.fill(0);
            self.look.add(&looks, &mut sums);
            for (sums, out) in sums.chunks_exact_mut(POOL * POOL * outputs).zip(out.chunks_exact_mut(outputs)) {
                strongest(sums, &self.look.base, &self.look.scales, out);
            }
        }
        out
    }

    /// Each column of looks in one, from top to bottom, all columns at once.
    fn sum_up(&self, seen: &[i8], steps: usize) -> Vec<i8> {
        let Lstm { states, input, recurrent } = &self.summary;
        let (mut state, mut last) = (vec![0.0; steps * states], vec![0; steps * states]);
        for row in seen.chunks_exact(steps * input.stride()) {
            let mut sums = input.base.repeat(steps);
            input.add(row, &mut sums);
            recurrent.add(&last, &mut sums);
            let step = sums.chunks_exact(input.outputs).zip(state.chunks_exact_mut(*states));
            for ((sums, state), last) in step.zip(last.chunks_exact_mut(*states)) {
                gate(sums, &input.scales, state, last);
            }
        }
        last
    }
}

/// What looks see beyond the picture: noise, the same each time.
struct Border {
    width: usize,
    /// For the first row, the first and last of the rows between, and the last row.
    looks: Vec<[[Option<i8>; 3]; 3]>,
}

impl Border {
    fn new(seed: u64, width: usize) -> Self {
        let mut noise = Noise::new(seed);
        let inside = |at: usize, by: usize, length: usize| (1..=length).contains(&(at + by));
        let mut looks = Vec::new();
        for (y, x) in (0..HEIGHT).flat_map(|y| (0..width).map(move |x| (y, x))) {
            if y == 0 || y == HEIGHT - 1 || x == 0 || x == width - 1 {
                let mut look = [[None; 3]; 3];
                for (i, j) in (0..3).flat_map(|i| (0..3).map(move |j| (i, j))) {
                    look[i][j] = (!inside(x, i, width) || !inside(y, j, HEIGHT)).then(|| noise.next());
                }
                looks.push(look);
            }
        }
        Self { width, looks }
    }

    fn put(&self, x: usize, y: usize, look: &mut [i8]) {
        let at = match y {
            0 => x,
            _ if y == HEIGHT - 1 => self.width + (HEIGHT - 2) * 2 + x,
            _ if x == 0 => self.width + (y - 1) * 2,
            _ if x == self.width - 1 => self.width + (y - 1) * 2 + 1,
            _ => return,
        };
        for (group, noise) in look.chunks_exact_mut(GROUP).zip(&self.looks[at]) {
            for (value, noise) in group.iter_mut().zip(noise) {
                *value = noise.unwrap_or(*value);
            }
        }
    }
}

/// The "minimal standard" generator (C++11, 26.5.5: `minstd_rand`), made values.
struct Noise(u64);

impl Noise {
    fn new(seed: u64) -> Self {
        const SPREAD: u64 = 0x1000_0001;
        let mut noise = Self(seed.wrapping_mul(SPREAD) % Self::MODULUS);
        noise.0 = noise.0.max(1);
        noise.next();
        noise
    }

    const MODULUS: u64 = 0x7FFF_FFFF;

    fn next(&mut self) -> i8 {
        self.0 = self.0 * 48271 % Self::MODULUS;
        let range = f64::from(ONE);
        (range * 2.0 * self.0 as f64 / f64::from(i32::MAX) - range).round() as i8
    }
}

/// The strongest of some sums of looks, each output by itself. It is the same before as after the curve they go through,
/// for that only rises.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn strongest(sums: &mut [i32], base: &[i32], scales: &[f32], out: &mut [i8]) {
    let (most, others) = sums.split_at_mut(base.len());
    for other in others.chunks_exact(base.len()) {
        most.iter_mut().zip(other).for_each(|(most, other)| *most = (*most).max(*other));
    }
    for (((out, most), base), scale) in out.iter_mut().zip(most).zip(base).zip(scales) {
        let (above, below) = tanh((*most + base) as f32 * scale);
        *out = whole(above / below);
    }
}

/// One step of an LSTM: what its gates let in, keep and let out.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn gate(sums: &[i32], scales: &[f32], state: &mut [f32], out: &mut [i8]) {
    /// No state grows beyond this.
    const MOST: f32 = 100.0;
    let quarter = state.len() / LANES;
    let (sums, scales) = (sums.as_chunks::<LANES>().0, scales.as_chunks::<LANES>().0);
    let (state, out) = (state.as_chunks_mut::<LANES>().0, out.as_chunks_mut::<LANES>().0);
    for (at, (state, out)) in state.iter_mut().zip(out).enumerate() {
        let gates: [(&[i32; LANES], &[f32; LANES]); 4] =
            std::array::from_fn(|of| (&sums[of * quarter + at], &scales[of * quarter + at]));
        for i in 0..LANES {
            let [input, opened, kept, shown] = gates.map(|(sums, scales)| sums[i] as f32 * scales[i]);
            // Each curve is a fraction; put together they take two divisions instead of five.
            let (input, opened, kept) = (tanh(input), logistic(opened), logistic(kept));
            let let_in = (input.0 * opened.0, input.1 * opened.1);
            let grown = (state[i] * kept.0 * let_in.1 + let_in.0 * kept.1) / (kept.1 * let_in.1);
            state[i] = least(grown.abs(), MOST).copysign(grown);
            let (grown, shown) = (tanh(state[i]), logistic(shown));
            out[i] = whole(grown.0 * shown.0 / (grown.1 * shown.1));
        }
    }
}

/// Probabilities from what the last layer says.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512dq+avx512vl+fma", "x86_64+avx2+fma"))]
fn softmax(sums: &[i32], scales: &[f32], out: &mut [f32]) {
    /// So that nothing is quite impossible.
    const LEAST: f32 = 86.0;
    let mut most = [f32::MIN; LANES];
    for ((out, sums), scales) in out.chunks_mut(LANES).zip(sums.chunks(LANES)).zip(scales.chunks(LANES)) {
        for (((out, most), sum), scale) in out.iter_mut().zip(&mut most).zip(sums).zip(scales) {
            *out = *sum as f32 * scale;
            *most = -least(-*out, -*most);
        }
    }
    let most = most.into_iter().fold(f32::MIN, f32::max);
    let mut total = [0.0; LANES];
    for out in out.chunks_mut(LANES) {
        for (out, total) in out.iter_mut().zip(&mut total) {
            *out = exp(-least(most - *out, LEAST));
            *total += *out;
        }
    }
    let total: f32 = total.iter().sum();
    out.iter_mut().for_each(|out| *out /= total);
}

/// Added to a number it leaves no room for a fraction, and the whole number in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// A value from -1 to 1 as an integer.
#[inline(always)]
fn whole(value: f32) -> i8 {
    (value * f32::from(ONE) + ROUND).to_bits() as i8
}

/// e to the power of `x` from -87 to 0, to a relative 5·10⁻⁵, far finer than the integers between layers: a power of two,
/// and what is left by the series of e.
#[inline(always)]
fn exp(x: f32) -> f32 {
    const SERIES: [f32; 4] = [1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0];
    let power = x * std::f32::consts::LOG2_E + ROUND;
    let rest = x - (power - ROUND) * std::f32::consts::LN_2;
    let series = SERIES.iter().fold(0.0, |sum, factor| sum * rest + factor) * rest + 1.0;
    f32::from_bits((power.to_bits() << 23).wrapping_add(series.to_bits()))
}

/// The lesser of two numbers; there are no others here.
#[inline(always)]
fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The hyperbolic tangent, as a fraction.
#[inline(always)]
fn tanh(x: f32) -> (f32, f32) {
    let e = exp(-2.0 * least(x.abs(), 40.0));
    ((1.0 - e).copysign(x), 1.0 + e)
}

/// The logistic function, as a fraction.
#[inline(always)]
fn logistic(x: f32) -> (f32, f32) {
    let e = exp(-least(x.abs(), 80.0));
    (if x < 0.0 { e } else { 1.0 }, 1.0 + e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curves_are_what_they_are_called() {
        let value = |(above, below): (f32, f32)| f64::from(above / below);
        for i in -4000..=4000 {
            let x = i as f32 / 200.0;
            assert!((value(tanh(x)) - f64::from(x).tanh()).abs() < 1e-4, "{x}");
            assert!((value(logistic(x)) - 1.0 / (1.0 + (-f64::from(x)).exp())).abs() < 1e-4, "{x}");
            let x = -x.abs() * 4.0;
            let real = f64::from(x).exp();
            assert!((f64::from(exp(x)) - real).abs() <= 1e-4 * real, "{x}");
        }
        assert_eq!([0.0, 1.0, -1.0, 0.5, -0.5].map(whole), [0, 127, -127, 64, -64]);
    }
}
