//! The sRGB output intent: an ICC profile (ISO 15076-1, version 2) made from the numbers of IEC 61966-2-1, with the
//! primaries adapted to D50 as the profile connection space wants them.

/// A matrix profile with one tone curve for all three channels.
pub fn srgb() -> Vec<u8> {
    let curve = curve();
    let tags: [(&[u8; 4], Vec<u8>); 9] = [
        (b"desc", description("sRGB IEC61966-2.1")),
        (b"cprt", text("No copyright, use freely")),
        (b"wtpt", xyz(0.9642, 1.0, 0.8249)),
        (b"rXYZ", xyz(0.43607, 0.22249, 0.01392)),
        (b"gXYZ", xyz(0.38515, 0.71687, 0.09708)),
        (b"bXYZ", xyz(0.14307, 0.06061, 0.7141)),
        (b"rTRC", curve.clone()),
        (b"gTRC", curve.clone()),
        (b"bTRC", curve),
    ];
    let start = 128 + 4 + 12 * tags.len();
    let mut table = (tags.len() as u32).to_be_bytes().to_vec();
    let mut body: Vec<u8> = Vec::new();
    let mut curve_at = None;
    for (name, data) in &tags {
        // The three curves are one and stand once.
        let shared = name.ends_with(b"TRC").then_some(curve_at).flatten();
        let at = shared.unwrap_or(start + body.len());
        if name.ends_with(b"TRC") {
            curve_at = Some(at);
        }
        table.extend_from_slice(*name);
        table.extend([at as u32, data.len() as u32].map(u32::to_be_bytes).concat());
        if shared.is_none() {
            body.extend(data);
            body.resize(body.len().next_multiple_of(4), 0);
        }
    }
    let mut profile = header((start + body.len()) as u32);
    profile.extend(table);
    profile.extend(body);
    profile
}

fn header(size: u32) -> Vec<u8> {
    let mut header = vec![0; 128];
    header[0..4].copy_from_slice(&size.to_be_bytes());
    header[8..12].copy_from_slice(&[2, 0x10, 0, 0]);
    header[12..16].copy_from_slice(b"mntr");
    header[16..20].copy_from_slice(b"RGB ");
    header[20..24].copy_from_slice(b"XYZ ");
    // 9 March 1998, when the profile format's version 2.1 data was settled; any fixed date will do.
    for (i, part) in [1998u16, 3, 9, 0, 0, 0].into_iter().enumerate() {
        header[24 + 2 * i..26 + 2 * i].copy_from_slice(&part.to_be_bytes());
    }
    header[36..40].copy_from_slice(b"acsp");
    for (i, value) in [0.9642, 1.0, 0.8249].into_iter().enumerate() {
        header[68 + 4 * i..72 + 4 * i].copy_from_slice(&fixed(value));
    }
    header
}

fn fixed(value: f64) -> [u8; 4] {
    ((value * 65536.0).round() as i32).to_be_bytes()
}

fn xyz(x: f64, y: f64, z: f64) -> Vec<u8> {
    [&b"XYZ \0\0\0\0"[..], &fixed(x), &fixed(y), &fixed(z)].concat()
}

fn text(text: &str) -> Vec<u8> {
    [b"text\0\0\0\0", text.as_bytes(), b"\0"].concat()
}

fn description(name: &str) -> Vec<u8> {
    let mut out = b"desc\0\0\0\0".to_vec();
    out.extend((name.len() as u32 + 1).to_be_bytes());
    out.extend(name.as_bytes());
    out.push(0);
    out.extend([0; 4 + 4 + 2 + 1 + 67]); // no Unicode, no Macintosh name
    out
}

/// The sRGB transfer function, sampled.
fn curve() -> Vec<u8> {
    const SAMPLES: u32 = 256;
    let mut out = b"curv\0\0\0\0".to_vec();
    out.extend(SAMPLES.to_be_bytes());
    for i in 0..SAMPLES {
        let v = f64::from(i) / f64::from(SAMPLES - 1);
        let linear = if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) };
        out.extend(((linear * 65535.0).round() as u16).to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_well_formed_and_white_is_white() {
        let profile = srgb();
        let be = |at: usize| u32::from_be_bytes(profile[at..at + 4].try_into().unwrap()) as usize;
        assert_eq!((be(0), &profile[36..40]), (profile.len(), &b"acsp"[..]));
        let tag = |name: &[u8; 4]| {
            let entry = (0..be(128)).map(|i| 132 + 12 * i).find(|at| &profile[*at..*at + 4] == name).unwrap();
            let (at, length) = (be(entry + 4), be(entry + 8));
            assert!(at % 4 == 0 && at + length <= profile.len());
            &profile[at..at + length]
        };
        let xyz =
            |name| [8, 12, 16].map(|at| i32::from_be_bytes(tag(name)[at..at + 4].try_into().unwrap()) as f64 / 65536.0);
        let (r, g, b, white) = (xyz(b"rXYZ"), xyz(b"gXYZ"), xyz(b"bXYZ"), xyz(b"wtpt"));
        for i in 0..3 {
            assert!((r[i] + g[i] + b[i] - white[i]).abs() < 0.0005, "red, green and blue at full make white");
        }
        let curve = tag(b"gTRC");
        let sample = |i: usize| u16::from_be_bytes([curve[12 + 2 * i], curve[13 + 2 * i]]);
        // IEC 61966-2-1: the middle grey 128 is 21.59 % of the light.
        assert_eq!((sample(0), sample(255)), (0, u16::MAX));
        assert!((f64::from(sample(128)) / 65535.0 - 0.2159).abs() < 0.0002);
        assert_eq!((tag(b"rTRC").as_ptr(), profile.len()), (curve.as_ptr(), 988), "one curve for three");
    }
}
