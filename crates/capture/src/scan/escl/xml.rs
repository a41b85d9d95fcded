//! The documents of the protocol. Read by local names: namespaces, their prefixes and the order of elements differ from
//! maker to maker.

use roxmltree::{Document, Node};
use sohoa_model::{Code, Error, Result};

use super::discovery::same;
use super::quirks::Quirks;
use super::{Capabilities, Settings, Source, fault};
use crate::scan::Color;
use crate::scan::fault::no_such;

/// Resolutions to choose from where a device lists a range.
const COMMON: [u32; 9] = [75, 100, 150, 200, 240, 300, 400, 600, 1200];

/// What the device has.
#[derive(Debug, Default)]
pub struct Caps {
    pub maker: String,
    pub model: String,
    pub uuid: String,
    platen: Option<Input>,
    adf: Option<Input>,
    duplex: Option<Input>,
    /// Can tell whether there is paper in the feeder.
    pub detects_paper: bool,
    /// Where a narrow sheet lies in the feeder.
    lies: Lies,
    /// Least, normal, most.
    brightness: Option<(i32, i32, i32)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Lies {
    #[default]
    Left,
    Center,
    Right,
}

/// One way in for paper. Sizes in 1/300 inch, 0 where the device does not say.
#[derive(Clone, Debug, Default)]
struct Input {
    min: (u32, u32),
    max: (u32, u32),
    dpi: Vec<u32>,
    /// Any resolution between these.
    range: Option<(u32, u32)>,
    colors: Vec<Color>,
    formats: Vec<String>,
    /// Has `DocumentFormatExt`, which others do not understand.
    ext: bool,
}

fn all<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.descendants().filter(move |n| n.tag_name().name() == name)
}

fn texts<'a, 'i: 'a>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = &'a str> {
    all(node, name).filter_map(|n| n.text()).map(str::trim).filter(|t| !t.is_empty())
}

fn text(node: Node, name: &'static str) -> String {
    texts(node, name).next().unwrap_or_default().to_owned()
}

fn number(node: Node, name: &'static str) -> u32 {
    texts(node, name).next().and_then(|t| t.parse().ok()).unwrap_or(0)
}

fn read<'a>(xml: &'a str, root: &str) -> Result<Document<'a>, String> {
    let document = Document::parse(xml).map_err(|e| e.to_string())?;
    let name = document.root_element().tag_name().name();
    if name == root { Ok(document) } else { Err(format!("<{name}> in place of <{root}>")) }
}

impl Caps {
    pub fn parse(xml: &str) -> Result<Self, String> {
        let document = read(xml, "ScannerCapabilities")?;
        let root = document.root_element();
        let input = |name| all(root, name).next().map(Input::parse);
        let options: Vec<&str> = texts(root, "AdfOption").collect();
        let (mut adf, mut duplex) = (input("AdfSimplexInputCaps"), input("AdfDuplexInputCaps"));
        // Some describe only one of the two.
        if options.contains(&"Duplex") {
            duplex = duplex.or(adf.clone());
        }
        adf = adf.or(duplex.clone());
        let lies = match text(root, "XImagePosition").as_str() {
            "Center" => Lies::Center,
            "Right" => Lies::Right,
            _ => Lies::Left,
        };
        let brightness = all(root, "BrightnessSupport").next().and_then(|n| {
            let value = |name| text(n, name).parse::<i32>().ok();
            let (least, most) = (value("Min")?, value("Max")?);
            let normal = value("Normal").unwrap_or_else(|| least.midpoint(most));
            (least <= normal && normal <= most && least < most).then_some((least, normal, most))
        });
        let caps = Self {
            maker: text(root, "Manufacturer"),
            model: text(root, "MakeAndModel"),
            uuid: text(root, "UUID"),
            platen: input("PlatenInputCaps"),
            adf,
            duplex,
            detects_paper: options.contains(&"DetectPaperLoaded"),
            lies,
            brightness,
        };
        if caps.inputs().next().is_none() { Err("neither glass nor feeder".into()) } else { Ok(caps) }
    }

    /// What the device really has.
    pub fn corrected(mut self, quirks: &Quirks) -> Self {
        if quirks.finest > 0 {
            for input in [&mut self.platen, &mut self.adf, &mut self.duplex].into_iter().flatten() {
                input.dpi.retain(|d| *d <= quirks.finest);
                input.range = input.range.map(|(min, max)| (min, max.min(quirks.finest)));
            }
        }
        self
    }

    fn inputs(&self) -> impl Iterator<Item = &Input> {
        [&self.platen, &self.adf, &self.duplex].into_iter().flatten()
    }

    fn input(&self, source: Source) -> Option<&Input> {
        match source {
            Source::Flatbed => self.platen.as_ref(),
            Source::Adf => self.adf.as_ref(),
            Source::AdfDuplex => self.duplex.as_ref(),
        }
    }

    /// For the clerk's choice.
    pub fn told(&self) -> Capabilities {
        let sources = [Source::Flatbed, Source::Adf, Source::AdfDuplex];
        let mut dpi: Vec<u32> = self.inputs().flat_map(Input::choices).collect();
        dpi.sort_unstable();
        dpi.dedup();
        let colors = [Color::Color, Color::Gray].into_iter().filter(|c| self.inputs().any(|i| i.colors.contains(c)));
        Capabilities {
            sources: sources.into_iter().filter(|s| self.input(*s).is_some()).collect(),
            dpi,
            colors: colors.collect(),
            brightness: self.brightness.is_some(),
        }
    }

    /// Errors: `InvalidValue` where the device does not have what is wanted.
    pub fn source(&self, wanted: Option<Source>) -> Result<Source> {
        let usual = if self.adf.is_some() { Source::Adf } else { Source::Flatbed };
        let wanted = wanted.unwrap_or(usual);
        if self.input(wanted).is_some() { Ok(wanted) } else { Err(no_such(wanted)) }
    }
}

impl Input {
    fn parse(node: Node) -> Self {
        let size = |w, h| (number(node, w), number(node, h));
        let plausible = |d: &u32| (50..=9600).contains(d);
        // Discrete values, or a range, or a range's values with no list around them.
        let mut dpi: Vec<u32> = texts(node, "XResolution").filter_map(|t| t.parse().ok()).filter(plausible).collect();
        dpi.sort_unstable();
        dpi.dedup();
        let ranges =
            all(node, "XResolutionRange").chain(all(node, "ResolutionRange").flat_map(|r| all(r, "XResolution")));
        let range =
            ranges.map(|r| (number(r, "Min"), number(r, "Max"))).find(|(min, max)| min <= max && plausible(max));
        let colors = texts(node, "ColorMode").filter_map(|mode| match mode {
            "RGB24" => Some(Color::Color),
            "Grayscale8" => Some(Color::Gray),
            _ => None,
        });
        let formats = |name| texts(node, name).map(str::to_ascii_lowercase);
        Self {
            min: size("MinWidth", "MinHeight"),
            max: size("MaxWidth", "MaxHeight"),
            dpi,
            range,
            colors: colors.collect(),
            formats: formats("DocumentFormat").chain(formats("DocumentFormatExt")).collect(),
            ext: texts(node, "DocumentFormatExt").next().is_some(),
        }
    }

    fn choices(&self) -> Vec<u32> {
        let between = |d: &u32| self.range.is_some_and(|(min, max)| (min..=max).contains(d));
        self.dpi.iter().copied().chain(COMMON.into_iter().filter(between)).collect()
    }

    /// Rather finer than asked than coarser.
    fn nearest(&self, wanted: u32) -> u32 {
        match self.range {
            Some((min, max)) if (min..=max).contains(&wanted) => wanted,
            _ => {
                let choices = self.choices();
                let finer = choices.iter().copied().filter(|d| *d >= wanted).min();
                finer.or(choices.into_iter().max()).unwrap_or(wanted)
            }
        }
    }

    /// What to ask for a page in.
    ///
    /// Errors: `Missing` where the device sends only what is no picture of a page.
    fn format(&self) -> Result<&'static str> {
        let has = |format: &str| self.formats.iter().any(|f| f == format);
        match () {
            () if self.formats.is_empty() || has("image/jpeg") || has("image/jpg") => Ok("image/jpeg"),
            () if has("image/png") => Ok("image/png"),
            () => Err(no_pictures(&self.formats.join(", "))),
        }
    }
}

/// The device sends PDFs alone.
pub fn no_pictures(sends: &str) -> Error {
    Error::new(Code::Missing, "Máy quét này không gửi được ảnh từng trang qua mạng, chỉ gửi tệp PDF")
        .hint("Trên màn hình máy, quét PDF vào thư mục dùng chung rồi nạp thư mục đó vào Sohoa.")
        .source(sends.to_owned())
}

/// What a job is asked to be.
#[derive(Debug)]
pub struct Asked {
    feeder: bool,
    duplex: bool,
    color: Color,
    pub dpi: u32,
    format: &'static str,
    ext: bool,
    /// In 1/300 inch, as all of these.
    pub size: (u32, u32),
    offset: u32,
    /// As large as this way in is; 0 where it does not say.
    pub glass: (u32, u32),
    /// Resolutions that the device has.
    pub has: Vec<u32>,
    brightness: Option<i32>,
}

impl Asked {
    pub fn new(caps: &Caps, source: Source, settings: &Settings) -> Result<Self> {
        let input = caps.input(source).ok_or_else(|| fault(Code::ScannerFailed))?;
        let units = |mm: f32| (mm / 25.4 * 300.0).round() as u32;
        let (paper, a4) = (settings.paper.size(), (210.0, 297.0));
        let within = |wanted: Option<f32>, usual: f32, min: u32, max: u32| match (wanted, max) {
            (wanted, 0) => units(wanted.unwrap_or(usual)),
            (None, max) => max,
            (Some(mm), max) => units(mm).clamp(min.min(max), max),
        };
        let size = (
            within(paper.map(|p| p.0), a4.0, input.min.0, input.max.0),
            within(paper.map(|p| p.1), a4.1, input.min.1, input.max.1),
        );
        let spare = if source == Source::Flatbed { 0 } else { input.max.0.saturating_sub(size.0) };
        // A JPEG has no single bits; grey is the nearest to them.
        let wanted = if settings.color == Color::Color { Color::Color } else { Color::Gray };
        let color = match input.colors.first() {
            Some(first) if !input.colors.contains(&wanted) => *first,
            _ => wanted,
        };
        let brightness = caps.brightness.filter(|_| settings.brightness != 0).map(|(least, normal, most)| {
            let reach = if settings.brightness < 0 { normal - least } else { most - normal };
            normal + reach * settings.brightness / 100
        });
        Ok(Self {
            feeder: source != Source::Flatbed,
            duplex: source == Source::AdfDuplex,
            color,
            dpi: input.nearest(settings.dpi),
            format: input.format()?,
            ext: input.ext,
            size,
            offset: match caps.lies {
                Lies::Left => 0,
                Lies::Center => spare / 2,
                Lies::Right => spare,
            },
            glass: input.max,
            has: input.choices(),
            brightness,
        })
    }

    /// The order of the elements is the schema's; some devices insist on it.
    pub fn xml(&self) -> String {
        let Self { dpi, format, offset, size: (width, height), .. } = self;
        let source = if self.feeder { "Feeder" } else { "Platen" };
        let color = if self.color == Color::Color { "RGB24" } else { "Grayscale8" };
        let when = |there: bool, element: String| if there { element } else { String::new() };
        let ext = when(self.ext, format!("<scan:DocumentFormatExt>{format}</scan:DocumentFormatExt>"));
        let duplex = when(self.feeder, format!("<scan:Duplex>{}</scan:Duplex>", self.duplex));
        let brightness = self.brightness.unwrap_or_default();
        let brightness = when(self.brightness.is_some(), format!("<scan:Brightness>{brightness}</scan:Brightness>"));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
             <scan:ScanSettings xmlns:pwg=\"http://www.pwg.org/schemas/2010/12/sm\" \
             xmlns:scan=\"http://schemas.hp.com/imaging/escl/2011/05/03\">\
             <pwg:Version>2.0</pwg:Version>\
             <pwg:ScanRegions><pwg:ScanRegion>\
             <pwg:ContentRegionUnits>escl:ThreeHundredthsOfInches</pwg:ContentRegionUnits>\
             <pwg:XOffset>{offset}</pwg:XOffset><pwg:YOffset>0</pwg:YOffset>\
             <pwg:Width>{width}</pwg:Width><pwg:Height>{height}</pwg:Height>\
             </pwg:ScanRegion></pwg:ScanRegions>\
             <pwg:InputSource>{source}</pwg:InputSource>\
             <scan:ColorMode>{color}</scan:ColorMode>\
             <pwg:DocumentFormat>{format}</pwg:DocumentFormat>{ext}\
             <scan:XResolution>{dpi}</scan:XResolution><scan:YResolution>{dpi}</scan:YResolution>\
             {duplex}{brightness}\
             </scan:ScanSettings>"
        )
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adf {
    Loaded,
    Empty,
    Jam,
    Mispick,
    MultiFeed,
    Open,
    Processing,
    /// It does not say, or has no feeder.
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    AtWork,
    Completed,
    /// Somebody stopped it.
    Canceled,
    Unknown,
}

/// How the device is.
#[derive(Debug)]
pub struct Status {
    pub adf: Adf,
    /// Does something; for us or for another.
    pub busy: bool,
    /// URI and UUID, state.
    pub(super) jobs: Vec<(String, String, Job)>,
}

impl Status {
    pub fn parse(xml: &str, quirks: &Quirks) -> Option<Self> {
        let document = read(xml, "ScannerStatus").ok()?;
        let root = document.root_element();
        let adf = match text(root, "AdfState").as_str() {
            "ScannerAdfLoaded" => Adf::Loaded,
            "ScannerAdfEmpty" => Adf::Empty,
            "ScannerAdfJam" if quirks.jam_is_empty => Adf::Empty,
            "ScannerAdfJam" => Adf::Jam,
            "ScannerAdfMispick" | "ScannerAdfInputTrayFailed" => Adf::Mispick,
            "ScannerAdfMultipickDetected" => Adf::MultiFeed,
            "ScannerAdfHatchOpen" | "ScannerAdfDoorOpen" => Adf::Open,
            "ScannerAdfProcessing" if quirks.processing_is_empty => Adf::Empty,
            "ScannerAdfProcessing" => Adf::Processing,
            _ => Adf::Unknown,
        };
        let jobs = all(root, "JobInfo").map(|job| {
            let state = match text(job, "JobState").as_str() {
                "Pending" | "Processing" => Job::AtWork,
                "Completed" => Job::Completed,
                "Canceled" | "Cancelled" => Job::Canceled,
                _ if texts(job, "JobStateReason").any(|r| r.starts_with("JobCanceled")) => Job::Canceled,
                _ => Job::Unknown,
            };
            (text(job, "JobUri"), text(job, "JobUuid"), state)
        });
        // The state of the device stands at the top; deeper down there may be others'.
        let own = root.children().find(|n| n.tag_name().name() == "State").and_then(|n| n.text());
        let busy = own.is_some_and(|s| matches!(s.trim(), "Processing" | "Testing"));
        Some(Self { adf, busy, jobs: jobs.collect() })
    }

    /// The state of the job at that path; others' jobs stand in the list too.
    pub fn job(&self, path: &str) -> Job {
        let last = |uri: &str| uri.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        let own = last(path);
        let found = self.jobs.iter().find(|(uri, uuid, _)| last(uri) == own || !uuid.is_empty() && same(uuid, &own));
        found.map_or(Job::Unknown, |job| job.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::Paper;

    const MFP: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <scan:ScannerCapabilities xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03" xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
          <pwg:Version>2.63</pwg:Version><pwg:MakeAndModel>Acme OfficeScan 900</pwg:MakeAndModel>
          <scan:UUID>4509a320-00a0-008f-00b6-002507510eca</scan:UUID>
          <scan:Platen><scan:PlatenInputCaps>
            <scan:MinWidth>16</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth><scan:MinHeight>16</scan:MinHeight><scan:MaxHeight>3508</scan:MaxHeight>
            <scan:SettingProfiles><scan:SettingProfile>
              <scan:ColorModes><scan:ColorMode>BlackAndWhite1</scan:ColorMode><scan:ColorMode>Grayscale8</scan:ColorMode><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
              <scan:DocumentFormats><pwg:DocumentFormat>application/pdf</pwg:DocumentFormat><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat></scan:DocumentFormats>
              <scan:SupportedResolutions><scan:DiscreteResolutions>
                <scan:DiscreteResolution><scan:XResolution>600</scan:XResolution><scan:YResolution>600</scan:YResolution></scan:DiscreteResolution>
                <scan:DiscreteResolution><scan:XResolution>150</scan:XResolution><scan:YResolution>150</scan:YResolution></scan:DiscreteResolution>
                <scan:DiscreteResolution><scan:XResolution>400</scan:XResolution><scan:YResolution>400</scan:YResolution></scan:DiscreteResolution>
              </scan:DiscreteResolutions></scan:SupportedResolutions>
            </scan:SettingProfile></scan:SettingProfiles>
          </scan:PlatenInputCaps></scan:Platen>
          <scan:Adf>
            <scan:AdfSimplexInputCaps><scan:MaxWidth>2550</scan:MaxWidth><scan:MaxHeight>4200</scan:MaxHeight>
              <scan:SettingProfiles><scan:SettingProfile><scan:ColorModes><scan:ColorMode>RGB24</scan:ColorMode></scan:ColorModes>
              <scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat><scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>
              <scan:SupportedResolutions><scan:ResolutionRange><scan:XResolution><scan:Min>100</scan:Min><scan:Max>300</scan:Max></scan:XResolution></scan:ResolutionRange></scan:SupportedResolutions>
              </scan:SettingProfile></scan:SettingProfiles></scan:AdfSimplexInputCaps>
            <scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption><scan:AdfOption>Duplex</scan:AdfOption></scan:AdfOptions>
            <scan:Justification><pwg:XImagePosition>Center</pwg:XImagePosition><pwg:YImagePosition>Top</pwg:YImagePosition></scan:Justification>
          </scan:Adf>
          <scan:BrightnessSupport><scan:Min>0</scan:Min><scan:Max>1000</scan:Max><scan:Normal>400</scan:Normal></scan:BrightnessSupport>
        </scan:ScannerCapabilities>"#;

    /// A sheet-fed device of another maker: no glass, a default namespace, resolutions with nothing around them, no
    /// formats, sizes missing.
    const SHEETFED: &str = r#"<ScannerCapabilities xmlns="urn:x"><MakeAndModel>Blatt S1</MakeAndModel>
        <Adf><AdfDuplexInputCaps><SupportedResolutions><XResolution>200</XResolution><XResolution>x</XResolution>
        <XResolution>0</XResolution><XResolution>300</XResolution></SupportedResolutions></AdfDuplexInputCaps></Adf></ScannerCapabilities>"#;

    #[test]
    fn a_multi_function_device_tells_what_it_has() {
        let caps = Caps::parse(MFP).unwrap();
        assert_eq!((caps.model.as_str(), caps.detects_paper), ("Acme OfficeScan 900", true));
        let told = caps.told();
        assert_eq!(told.sources, [Source::Flatbed, Source::Adf, Source::AdfDuplex]);
        assert_eq!(told.dpi, [100, 150, 200, 240, 300, 400, 600]);
        assert_eq!(told.colors, [Color::Color, Color::Gray]);
        assert!(told.brightness);
        assert_eq!(caps.source(None).unwrap(), Source::Adf);
    }

    #[test]
    fn a_device_that_says_little_works_too() {
        let caps = Caps::parse(SHEETFED).unwrap();
        let told = caps.told();
        assert_eq!((told.sources, told.dpi), (vec![Source::Adf, Source::AdfDuplex], vec![200, 300]));
        assert_eq!(caps.source(Some(Source::Flatbed)).unwrap_err().code, Code::InvalidValue);
        for paper in [Paper::A4, Paper::Largest] {
            let asked = Asked::new(&caps, Source::Adf, &Settings { paper, ..Settings::default() }).unwrap();
            assert_eq!((asked.size, asked.offset, asked.dpi), ((2480, 3508), 0, 300));
            assert!(!asked.xml().contains("FormatExt") && asked.xml().contains(">image/jpeg<"));
        }
    }

    #[test]
    fn what_is_no_scanner_is_told() {
        for xml in ["", "<html/>", "<ScannerCapabilities/>", "<ScannerStatus/>", "<ScannerCapabilities><Adf>"] {
            assert!(Caps::parse(xml).is_err(), "{xml}");
        }
    }

    #[test]
    fn settings_fit_the_device_rather_finer_than_coarser() {
        let caps = Caps::parse(MFP).unwrap();
        let ask = |source, settings: Settings| Asked::new(&caps, source, &settings).unwrap();
        let dpi = |source, dpi| ask(source, Settings { dpi, ..Settings::default() }).dpi;
        assert_eq!((dpi(Source::Flatbed, 300), dpi(Source::Flatbed, 1200)), (400, 600));
        assert_eq!((dpi(Source::Adf, 220), dpi(Source::Adf, 600)), (220, 300));
        let small = ask(Source::AdfDuplex, Settings { paper: Paper::A5, color: Color::Lineart, ..Settings::default() });
        assert_eq!((small.size, small.offset), ((1748, 2480), 401));
        let xml = small.xml();
        // The feeder has colour alone.
        for part in
            ["<pwg:XOffset>401<", ">Feeder<", "<scan:Duplex>true<", ">RGB24<", "<scan:DocumentFormatExt>image/jpeg<"]
        {
            assert!(xml.contains(part), "{part} in {xml}");
        }
        assert!(!xml.contains("Brightness"));
        Document::parse(&xml).unwrap();
        let glass = ask(
            Source::Flatbed,
            Settings { paper: Paper::A3, color: Color::Lineart, brightness: -50, ..Settings::default() },
        );
        let xml = glass.xml();
        assert_eq!(glass.size, (2550, 3508));
        assert!(xml.contains(">Grayscale8<") && xml.contains("<scan:Brightness>200<"), "{xml}");
        assert!(!xml.contains("Duplex") && !xml.contains("FormatExt"), "{xml}");
    }

    #[test]
    fn a_device_of_pdfs_alone_is_told_apart() {
        let caps = Caps::parse(&MFP.replace("image/jpeg", "application/pdf")).unwrap();
        let error = Asked::new(&caps, Source::Flatbed, &Settings::default()).unwrap_err();
        assert_eq!(error.code, Code::Missing);
        assert!(error.hint.contains("thư mục"));
    }

    #[test]
    fn the_finest_resolution_of_some_is_not_true() {
        let caps = Caps::parse(MFP).unwrap().corrected(&Quirks { finest: 300, ..Quirks::default() });
        assert_eq!(caps.told().dpi, [100, 150, 200, 240, 300]);
    }

    fn status(adf: &str, quirks: &Quirks) -> Adf {
        let xml = format!(
            "<s:ScannerStatus xmlns:s='a'><s:State>Idle</s:State><s:AdfState>{adf}</s:AdfState></s:ScannerStatus>"
        );
        Status::parse(&xml, quirks).unwrap().adf
    }

    #[test]
    fn the_feeder_is_understood_in_every_spelling() {
        let plain = Quirks::default();
        for (word, adf) in [
            ("ScannerAdfLoaded", Adf::Loaded),
            (" ScannerAdfEmpty\n", Adf::Empty),
            ("ScannerAdfJam", Adf::Jam),
            ("ScannerAdfMispick", Adf::Mispick),
            ("ScannerAdfMultipickDetected", Adf::MultiFeed),
            ("ScannerAdfHatchOpen", Adf::Open),
            ("ScannerAdfDoorOpen", Adf::Open),
            ("ScannerAdfProcessing", Adf::Processing),
            ("", Adf::Unknown),
            ("Whatever", Adf::Unknown),
        ] {
            assert_eq!(status(word, &plain), adf, "{word}");
        }
        assert_eq!(status("ScannerAdfJam", &Quirks { jam_is_empty: true, ..plain }), Adf::Empty);
        assert_eq!(status("ScannerAdfProcessing", &Quirks { processing_is_empty: true, ..plain }), Adf::Empty);
    }

    #[test]
    fn our_job_is_found_among_others() {
        let job = |uri: &str, uuid: &str, state: &str| {
            format!(
                "<JobInfo><JobUri>{uri}</JobUri><JobUuid>{uuid}</JobUuid><JobState>{state}</JobState>\
                <JobStateReasons><JobStateReason>JobCanceledByUser</JobStateReason></JobStateReasons></JobInfo>"
            )
        };
        let xml = format!(
            "<ScannerStatus><State>Processing</State><Jobs>{}{}{}</Jobs></ScannerStatus>",
            job("http://other/eSCL/ScanJobs/6/", "", "Processing"),
            job("/eSCL/ScanJobs/7", "", "Aborted"),
            job("", "urn:uuid:AA-08", "Completed")
        );
        let status = Status::parse(&xml, &Quirks::default()).unwrap();
        assert!(status.busy);
        assert_eq!(status.job("/eSCL/ScanJobs/6"), Job::AtWork);
        assert_eq!(status.job("/eSCL/ScanJobs/7/"), Job::Canceled);
        assert_eq!(status.job("/eSCL/ScanJobs/aa-08"), Job::Completed);
        assert_eq!(status.job("/eSCL/ScanJobs/77"), Job::Unknown);
    }
}
