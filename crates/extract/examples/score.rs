//! Extracts from recorded readings and holds the outcome against the known fields:
//!
//!     sohoa read --format json PAGE > READING.json
//!     cargo run -p sohoa-extract --example score -- TRUTH.json READING.json [TRUTH.json READING.json …]
//!
//! Prints each field that is wrong, missing or beyond the truth, then how many are right.

use serde_json::Value;
use sohoa_extract::{Page, Params, run};
use sohoa_model::{Reading, page::Barcode};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (mut right, mut all) = (0, 0);
    for pair in args.chunks_exact(2) {
        let truth: Value = serde_json::from_str(&std::fs::read_to_string(&pair[0])?)?;
        let read: Value = serde_json::from_str(&std::fs::read_to_string(&pair[1])?)?;
        let mut pages: Vec<(Reading, Vec<Barcode>)> = Vec::new();
        for page in read["pages"].as_array().ok_or("no pages")? {
            let codes = page.get("codes").cloned().map_or(Ok(Vec::new()), serde_json::from_value)?;
            pages.push((serde_json::from_value(page.clone())?, codes));
        }
        let inputs: Vec<Page> = (1..)
            .zip(&pages)
            .map(|(number, (r, codes))| Page { number, width: r.width, height: r.height, words: &r.words, codes })
            .collect();
        let found = run(&inputs, &Params::default());
        let fields = truth["fields"].as_object().ok_or("no fields")?;
        println!("{}", pair[0]);
        for (name, value) in fields {
            all += 1;
            match found.iter().find(|f| f.name.key() == *name) {
                Some(f) if f.value == value.as_str().unwrap_or_default() => right += 1,
                Some(f) => println!("  wrong    {name}: «{}» for {value} ({:.0} %)", f.value, f.confidence),
                None => println!("  missing  {name}: {value}"),
            }
        }
        for f in found.iter().filter(|f| !fields.contains_key(&f.name.key())) {
            println!("  beyond   {}: «{}» ({:.0} %)", f.name.key(), f.value, f.confidence);
        }
    }
    println!("{right} of {all} right");
    Ok(())
}
