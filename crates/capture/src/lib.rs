//! Paper and files in: walks folders, tells what a file is, takes pages out of images and PDFs, reads the codes on them.
