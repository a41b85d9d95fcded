//! A page made words, with boxes and confidence, by Tesseract through leptess.
