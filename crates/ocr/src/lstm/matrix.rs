//! Weights of eight bits, and products with vectors of eight bits, which are exact: the sums fit into 32 bits.

use sohoa_model::Result;

use super::file::{Cursor, broken};

/// What a value of one is as an integer.
pub const ONE: i8 = 127;
/// Inputs that are multiplied and summed in one step of a processor that can.
pub const GROUP: usize = 4;
/// Outputs are filled up to a multiple of this, the widest vector of 32-bit numbers.
pub const LANES: usize = 16;

/// Outputs that are multiplied with an input before the next input.
const BLOCK: usize = 4 * LANES;

/// The weights of a layer: for each output one for each input, and one that is added whatever comes in.
pub struct Weights {
    pub outputs: usize,
    pub inputs: usize,
    /// By output, then by input, then the one that is added.
    values: Vec<i8>,
    /// What a sum of products is to be multiplied with, by output.
    scales: Vec<f32>,
}

impl Weights {
    pub fn read(from: &mut Cursor) -> Result<Self> {
        /// The flags of a matrix: of eight bits; and scales of 64, as against an older form.
        const EIGHT_BITS: u8 = 1;
        const DOUBLE: u8 = 128;
        let mode = from.u8()?;
        if mode & (EIGHT_BITS | DOUBLE) != EIGHT_BITS | DOUBLE {
            return Err(broken("trọng số"));
        }
        let (rows, columns) = (from.u32()? as usize, from.u32()? as usize);
        // What stands for a value that is not there.
        from.u8()?;
        let size = rows.checked_mul(columns).filter(|_| columns > 0).ok_or_else(|| broken("trọng số"))?;
        let values = from.bytes(size)?.iter().map(|byte| *byte as i8).collect();
        let count = from.u32()? as usize;
        let scales: Vec<f32> = (0..count).map(|_| Ok((from.f64()? / f64::from(ONE)) as f32)).collect::<Result<_>>()?;
        if scales.len() != rows {
            return Err(broken("trọng số"));
        }
        Ok(Self { outputs: rows, inputs: columns - 1, values, scales })
    }

    fn value(&self, output: usize, input: usize) -> i8 {
        self.values[output * (self.inputs + 1) + input]
    }
}

/// The weights of one or more layers beside each other, in the order in which they are multiplied: those of [`BLOCK`]
/// outputs for four inputs, then for the next four, then those of the next outputs; what is less than a block at the end is
/// in blocks of [`LANES`].
pub struct Matrix {
    /// Filled up with zeros to a multiple of [`LANES`].
    pub outputs: usize,
    groups: usize,
    weights: Vec<i8>,
    /// Of the weights of each output, for what an input counts from: see [`wide`].
    sums: Vec<i32>,
    /// What is added whatever comes in.
    pub base: Vec<i32>,
    pub scales: Vec<f32>,
}

impl Matrix {
    /// Of these layers, all of the same inputs, the outputs one after the other; each time those of the inputs that are
    /// asked for, in this order, `None` for one that is always without weight.
    pub fn new(layers: &[Weights], inputs: &[Option<usize>]) -> Self {
        let rows: Vec<(&Weights, usize)> = layers.iter().flat_map(|w| (0..w.outputs).map(move |o| (w, o))).collect();
        let outputs = rows.len().next_multiple_of(LANES);
        let groups = inputs.len().div_ceil(GROUP);
        let mut weights = vec![0; groups * outputs * GROUP];
        let (mut sums, mut base, mut scales) = (vec![0; outputs], vec![0; outputs], vec![0.0; outputs]);
        for (at, (layer, output)) in rows.into_iter().enumerate() {
            for (i, input) in inputs.iter().enumerate().filter_map(|(i, input)| Some((i, (*input)?))) {
                let weight = layer.value(output, input);
                let (first, next) = place(at, outputs, groups);
                weights[first + i / GROUP * next + i % GROUP] = weight;
                sums[at] += i32::from(weight);
            }
            base[at] = i32::from(layer.value(output, layer.inputs)) * i32::from(ONE);
            scales[at] = layer.scales[output];
        }
        Self { outputs, groups, weights, sums, base, scales }
    }

    /// Bytes of one input vector; what fills it up may be anything.
    pub fn stride(&self) -> usize {
        self.groups * GROUP
    }

    /// Adds the products with each of some input vectors to what stands in `sums`, vector by vector.
    pub fn add(&self, inputs: &[i8], sums: &mut [i32]) {
        let count = inputs.len() / self.stride();
        assert!(inputs.len() == count * self.stride() && sums.len() == count * self.outputs);
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni") {
                // SAFETY: the processor has what the function needs, and the lengths were just looked at.
                return unsafe { wide(self, inputs, sums) };
            }
            if is_x86_feature_detected!("avx2") {
                // SAFETY: as above.
                return unsafe { usual(self, inputs, sums) };
            }
        }
        self.plain(inputs, sums);
    }

    /// On any processor.
    fn plain(&self, inputs: &[i8], sums: &mut [i32]) {
        for (input, sums) in inputs.chunks_exact(self.stride()).zip(sums.chunks_exact_mut(self.outputs)) {
            for (output, sum) in sums.iter_mut().enumerate() {
                let (first, next) = place(output, self.outputs, self.groups);
                for (four, weights) in input.chunks_exact(GROUP).zip(self.weights[first..].chunks(next)) {
                    *sum += four.iter().zip(weights).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum::<i32>();
                }
            }
        }
    }
}

/// Where in a matrix the weights of an output for the first four inputs stand, and how much further those for the next.
fn place(output: usize, outputs: usize, groups: usize) -> (usize, usize) {
    let block = if output < outputs / BLOCK * BLOCK { BLOCK } else { LANES };
    ((output / block * block * groups + output % block) * GROUP, block * GROUP)
}

/// Input vectors that are multiplied at once: each weight is fetched from memory once for all of them.
pub const TOGETHER: usize = 3;

/// Goes through a matrix and inputs in tiles whose sums stay in registers: `$tile::<V, I>` sums up `V` vectors of `$lanes`
/// outputs for `I` inputs, `$block` of them where there are whole blocks, then `$rest`.
#[cfg(target_arch = "x86_64")]
macro_rules! tiles {
    ($tile:ident, $lanes:expr, $block:literal, $rest:literal, $matrix:ident, $inputs:ident, $sums:ident) => {{
        let (outputs, input) = ($matrix.outputs, $matrix.stride());
        let blocks = outputs / BLOCK * BLOCK;
        let mut from = 0;
        while from < outputs {
            for (inputs, sums) in $inputs.chunks(TOGETHER * input).zip($sums.chunks_mut(TOGETHER * outputs)) {
                match (from < blocks, inputs.len() / input) {
                    (true, TOGETHER) => $tile::<$block, TOGETHER>($matrix, from, inputs, sums),
                    (true, 2) => $tile::<$block, 2>($matrix, from, inputs, sums),
                    (true, _) => $tile::<$block, 1>($matrix, from, inputs, sums),
                    (false, TOGETHER) => $tile::<$rest, TOGETHER>($matrix, from, inputs, sums),
                    (false, 2) => $tile::<$rest, 2>($matrix, from, inputs, sums),
                    (false, _) => $tile::<$rest, 1>($matrix, from, inputs, sums),
                }
            }
            from += $lanes * if from < blocks { $block } else { $rest };
        }
    }};
}

/// With the dot products of AVX-512 VNNI. They take one side without sign, so inputs are counted from -128.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vnni")]
fn wide(matrix: &Matrix, inputs: &[i8], sums: &mut [i32]) {
    use std::arch::x86_64::*;

    #[target_feature(enable = "avx512f,avx512vnni")]
    fn tile<const V: usize, const I: usize>(matrix: &Matrix, from: usize, inputs: &[i8], sums: &mut [i32]) {
        let Matrix { outputs, groups, .. } = *matrix;
        let (first, next) = place(from, outputs, groups);
        let offset = _mm512_set1_epi8(-128);
        let mut acc = [[_mm512_setzero_si512(); I]; V];
        for group in 0..groups {
            // SAFETY: a group lies within each input, and its weights for these outputs within the matrix.
            unsafe {
                let four: [__m512i; I] = std::array::from_fn(|i| {
                    let four = inputs.as_ptr().add((i * groups + group) * GROUP).cast::<i32>().read_unaligned();
                    _mm512_xor_si512(_mm512_set1_epi32(four), offset)
                });
                let weights = matrix.weights.as_ptr().add(first + group * next);
                for (v, acc) in acc.iter_mut().enumerate() {
                    let weights = _mm512_loadu_si512(weights.add(v * LANES * GROUP).cast());
                    for (acc, four) in acc.iter_mut().zip(four) {
                        *acc = _mm512_dpbusd_epi32(*acc, four, weights);
                    }
                }
            }
        }
        for (v, acc) in acc.iter().enumerate() {
            let at = from + v * LANES;
            for (acc, sums) in acc.iter().zip(sums.chunks_exact_mut(outputs)) {
                // SAFETY: both have `outputs` numbers, and the vector ends before.
                unsafe {
                    let add = _mm512_slli_epi32::<7>(_mm512_loadu_si512(matrix.sums.as_ptr().add(at).cast()));
                    let sum = sums.as_mut_ptr().add(at).cast();
                    let old = _mm512_loadu_si512(sum);
                    _mm512_storeu_si512(sum, _mm512_add_epi32(old, _mm512_sub_epi32(*acc, add)));
                }
            }
        }
    }
    tiles!(tile, LANES, 4, 1, matrix, inputs, sums);
}

/// With AVX2. Its products take one side without sign, too: the sign of an input goes to its weight. Two products of at
/// most 127 × 127 fit into the 16 bits in which it sums them.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn usual(matrix: &Matrix, inputs: &[i8], sums: &mut [i32]) {
    use std::arch::x86_64::*;
    const HALF: usize = LANES / 2;

    #[target_feature(enable = "avx2")]
    fn tile<const V: usize, const I: usize>(matrix: &Matrix, from: usize, inputs: &[i8], sums: &mut [i32]) {
        let Matrix { outputs, groups, .. } = *matrix;
        let (first, next) = place(from, outputs, groups);
        let ones = _mm256_set1_epi16(1);
        let mut acc = [[_mm256_setzero_si256(); I]; V];
        for group in 0..groups {
            // SAFETY: a group lies within each input, and its weights for these outputs within the matrix.
            unsafe {
                let four: [__m256i; I] = std::array::from_fn(|i| {
                    let four = inputs.as_ptr().add((i * groups + group) * GROUP).cast::<i32>().read_unaligned();
                    _mm256_set1_epi32(four)
                });
                let weights = matrix.weights.as_ptr().add(first + group * next);
                for (v, acc) in acc.iter_mut().enumerate() {
                    let weights = _mm256_loadu_si256(weights.add(v * HALF * GROUP).cast());
                    for (acc, four) in acc.iter_mut().zip(four) {
                        let two = _mm256_maddubs_epi16(_mm256_abs_epi8(four), _mm256_sign_epi8(weights, four));
                        *acc = _mm256_add_epi32(*acc, _mm256_madd_epi16(two, ones));
                    }
                }
            }
        }
        for (v, acc) in acc.iter().enumerate() {
            for (acc, sums) in acc.iter().zip(sums.chunks_exact_mut(outputs)) {
                // SAFETY: `sums` has `outputs` numbers, and the vector ends before.
                unsafe {
                    let sum = sums.as_mut_ptr().add(from + v * HALF).cast();
                    _mm256_storeu_si256(sum, _mm256_add_epi32(_mm256_loadu_si256(sum), *acc));
                }
            }
        }
    }
    tiles!(tile, HALF, 4, 2, matrix, inputs, sums);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_processor_comes_to_the_same() {
        let mut state = 1u32;
        let mut any = || {
            state = state.wrapping_mul(1664525).wrapping_add(1013904223);
            ((state >> 16) % 255) as i32 as u8 as i8
        };
        let mut any = || Some(any()).filter(|v| *v > -128).unwrap_or(127);
        // Whole blocks and what is left of them; inputs by threes, and one or two left.
        for (outputs, inputs, count) in [(16, 9, 1), (100, 30, 2), (192, 64, 3), (269, 192, 4), (2048, 608, 5)] {
            let values = (0..outputs * (inputs + 1)).map(|_| any()).collect();
            let layer = Weights { outputs, inputs, values, scales: vec![1.0; outputs] };
            let matrix = Matrix::new(&[layer], &(0..inputs).map(Some).collect::<Vec<_>>());
            let input: Vec<i8> = (0..count * matrix.stride()).map(|_| any()).collect();
            let mut plain = vec![5; count * matrix.outputs];
            matrix.plain(&input, &mut plain);
            let mut quick = vec![5; count * matrix.outputs];
            matrix.add(&input, &mut quick);
            assert_eq!(plain, quick);
            #[cfg(target_arch = "x86_64")]
            if is_x86_feature_detected!("avx2") {
                let mut usual = vec![5; count * matrix.outputs];
                // SAFETY: just looked at.
                unsafe { super::usual(&matrix, &input, &mut usual) };
                assert_eq!(plain, usual);
            }
        }
    }
}
