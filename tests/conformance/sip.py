#!/usr/bin/env python3
"""Judges an unpacked SIP with tools and schemas that are not ours: sip.py FOLDER… → exit status 1, with reasons.

1. METS 1.12 and its E-ARK extensions by the schemas that eark-validator brings, and by those that travel in the
   package; the descriptions by ead.xsd and ead_doc.xsd beside this file, and by those of the package (lxml).
2. References within a METS (ID, DMDID, ADMID, FILEID), which libxml2 does not follow.
3. Size and SHA-256 of every file that a METS names; every file named once, none unnamed.
4. The rules of E-ARK CSIP and SIP 2.0.4, the version that TT 05/2025/TT-BNV builds on, by eark-validator.

Nothing here touches the network.
"""

import hashlib
import importlib.util
import sys
import urllib.parse
import urllib.request
from pathlib import Path

from lxml import etree

HERE = Path(__file__).resolve().parent
METS = "{http://www.loc.gov/METS/}"
XLINK = "{http://www.w3.org/1999/xlink}"

# Errors that eark-validator 1.1.3 reports of sound packages, each with the reason; commons-ip 2.12, the reference
# validator, reports none of them. An error that is not listed, or in more places than listed, fails the package.
KNOWN = {
    "CSIP12": (1, "taken to forbid any second CREATOR agent, which SIP15 demands (the submitting organisation)"),
    "CSIP13": (1, "as CSIP12"),
    "CSIP16": (1, "as CSIP12"),
    "CSIP60": (1, "demands documentation, which a package may have or not"),
    "CSIP95": (1, "as CSIP60"),
    "CSIP103": (1, "looks for a div «Representations»; the package has «Representations/rep1» (CSIP105)"),
    "CSIP114": (1, "looks for a fileGrp «Representations»; the package has «Representations/rep1» (2.1 and later)"),
    "SIP14": (2, "tests @NOTETYPE without its namespace and so can never hold"),
}
# The one that TT 05/2025 itself breaks: it prescribes the PROFILE of the CSIP for a SIP.
TT05 = {"SIP2": (1, "TT 05/2025/TT-BNV prescribes E-ARK-CSIP.xml as PROFILE")}
TT05_PROFILE = "https://earkcsip.dilcis.eu/profile/E-ARK-CSIP.xml"


def offline():
    """eark-validator fetches its vocabularies when it is imported: give it the copies that it brings."""
    home = Path(importlib.util.find_spec("eark_validator").origin).parent / "ipxml/resources/vocabs"

    def urlopen(url, *_, **__):
        return open(home / str(url).rsplit("/", 1)[-1], "rb")

    urllib.request.urlopen = urlopen


offline()
from eark_validator.ipxml.schema import IP_SCHEMA  # noqa: E402
from eark_validator.packages import PackageValidator  # noqa: E402
from eark_validator.specifications.specification import SpecificationVersion  # noqa: E402


def parsed(path):
    return etree.parse(str(path), etree.XMLParser(no_network=True, load_dtd=False, resolve_entities=False))


def schema(path):
    return etree.XMLSchema(parsed(path))


def by_schema(package):
    travelling = package / "schemas"
    judges = {
        "mets": [IP_SCHEMA["sip"], schema(travelling / "mets1_12.xsd")],
        "EAD.xml": [schema(HERE / "ead.xsd"), schema(travelling / "ead.xsd")],
        "EAD_doc": [schema(HERE / "ead_doc.xsd"), schema(travelling / "ead_doc.xsd")],
    }
    for path in sorted(package.rglob("*.xml")):
        kind = "mets" if path.name == "METS.xml" else "EAD.xml" if path.name == "EAD.xml" else "EAD_doc"
        tree = parsed(path)
        for judge in judges[kind]:
            if not judge.validate(tree):
                yield from (f"{path.relative_to(package)}:{e.line}: {e.message}" for e in judge.error_log)


def by_reference(package):
    named = [package / "METS.xml"]
    for mets in [package / "METS.xml", package / "representations/rep1/METS.xml"]:
        where = mets.relative_to(package)
        tree = parsed(mets)
        ids = [e.get("ID") for e in tree.iter() if e.get("ID")]
        yield from (f"{where}: ID {i} given twice" for i in set(ids) if ids.count(i) > 1)
        for element in tree.iter(etree.Element):
            for attribute in ("DMDID", "ADMID", "FILEID"):
                for target in element.get(attribute, "").split():
                    if target not in ids:
                        yield f"{where}: {attribute} {target} leads nowhere"
        for element in tree.iter(f"{METS}mdRef", f"{METS}file"):
            place = element if element.tag == f"{METS}mdRef" else element.find(f"{METS}FLocat")
            path = mets.parent / urllib.parse.unquote(place.get(f"{XLINK}href"))
            named.append(path)
            if not path.is_file():
                yield f"{where}: {path.relative_to(package)} is missing"
                continue
            content = path.read_bytes()
            if str(len(content)) != element.get("SIZE"):
                yield f"{path.relative_to(package)}: {len(content)} bytes, {where} says {element.get('SIZE')}"
            if element.get("CHECKSUMTYPE") != "SHA-256":
                yield f"{path.relative_to(package)}: CHECKSUMTYPE {element.get('CHECKSUMTYPE')}"
            elif hashlib.sha256(content).hexdigest() != element.get("CHECKSUM").lower():
                yield f"{path.relative_to(package)}: not the SHA-256 that {where} says"
        for element in tree.iter(f"{METS}mptr"):
            if mets.parent / urllib.parse.unquote(element.get(f"{XLINK}href")) not in named:
                yield f"{where}: mptr to a METS that no file element names"
    files = [path for path in package.rglob("*") if path.is_file()]
    yield from (f"{path.relative_to(package)}: no METS names it" for path in files if path not in named)
    yield from (f"{path.relative_to(package)}: named twice" for path in set(named) if named.count(path) > 1)
    if parsed(package / "METS.xml").getroot().get("OBJID") != package.name:
        yield f"OBJID is not the folder's name {package.name}"


def by_rules(package):
    known = KNOWN | (TT05 if parsed(package / "METS.xml").getroot().get("PROFILE") == TT05_PROFILE else {})
    report = PackageValidator(package, SpecificationVersion.V2_0_4).validation_report
    results = list(report.structure.messages)
    if report.metadata is None:
        yield "eark-validator could not read the package"
    else:
        results += report.metadata.schema_results.messages + report.metadata.schematron_results.messages
    seen = {}
    for result in results:
        if result.severity.value == "Error":
            seen[result.rule_id] = seen.get(result.rule_id, 0) + 1
            if seen[result.rule_id] > known.get(result.rule_id, (0, ""))[0]:
                yield f"{result.rule_id}: {result.message} ({result.location})"


def main(folders):
    failed = False
    for folder in folders:
        package = Path(folder).resolve()
        problems = []
        try:
            for judge in (by_schema, by_reference, by_rules):
                problems += judge(package)
        except (OSError, etree.Error, AttributeError, TypeError) as error:
            problems.append(f"cannot be read: {error}")
        print(f"{package.name}: {'sound' if not problems else 'REFUSED'}")
        for problem in problems:
            print(f"  {problem}")
        failed |= bool(problems)
    return 1 if failed or not folders else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
