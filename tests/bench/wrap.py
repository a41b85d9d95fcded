"""Wraps unpacked page pictures in PDFs, bytes unaltered, each page at its own resolution: wrap.py PAGES OUT

PAGES/pages.json lists them. OUT/all.pdf has all pages, OUT/NNN.pdf those of one document."""
import io, json, pathlib, sys
import img2pdf, pikepdf

source, out = map(pathlib.Path, sys.argv[1:])
whole, documents = pikepdf.new(), {}
for page in json.loads((source / "pages.json").read_text()):
    layout = img2pdf.get_fixed_dpi_layout_fun((page["dpi"], page["dpi"]))
    # Which way up is for the reader to find out, so a turn that the file asks for is not followed.
    pdf = img2pdf.convert(str(source / page["file"]), layout_fun=layout, rotation=img2pdf.Rotation.none)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        key = page["dossier"], page["document"]
        for target in whole, documents.setdefault(key, pikepdf.new()):
            target.pages.extend(opened.pages)
whole.save(out / "all.pdf")
for number, pdf in enumerate(documents.values(), 1):
    pdf.save(out / f"{number:03}.pdf")
