//! Where devices depart from the protocol. The facts were found in the field by the users of sane-airscan and NAPS2.

/// What has to be done otherwise with a device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quirks {
    /// Wants the port in `Host:` even where it goes without saying.
    pub port_in_host: bool,
    /// Takes jobs only from `Host: localhost`.
    pub localhost: bool,
    /// Asked for the next page at once it says that there is none: wait half as long as the last one took, at most a
    /// second.
    pub breather: bool,
    /// Knows before the job whether there is paper, and must be asked then: later it says something else.
    pub feeder_first: bool,
    /// 404 and 410 may mean "not yet".
    pub not_yet: bool,
    /// Gets into trouble when a job that has ended is deleted.
    pub keep_job: bool,
    /// Says "jam" of an empty feeder before the job.
    pub jam_is_empty: bool,
    /// Says "processing" of an empty feeder.
    pub processing_is_empty: bool,
    /// The finest resolution that it really has, whatever it lists; 0: what it lists.
    pub finest: u32,
}

const NONE: Quirks = Quirks {
    port_in_host: false,
    localhost: false,
    breather: false,
    feeder_first: false,
    not_yet: false,
    keep_job: false,
    jam_is_empty: false,
    processing_is_empty: false,
    finest: 0,
};

/// Words that must all stand in the device's maker and model, and what follows. The first row that fits counts.
const TABLE: &[(&[&str], Quirks)] = &[
    (&["epson"], Quirks { port_in_host: true, ..NONE }),
    (&["brother"], Quirks { breather: true, ..NONE }),
    (&["hp", "m630"], Quirks { localhost: true, ..NONE }),
    (&["hp", "m578"], Quirks { localhost: true, ..NONE }),
    (&["mf410"], Quirks { feeder_first: true, ..NONE }),
    (&["ir2625"], Quirks { finest: 300, ..NONE }),
    (&["ir2630"], Quirks { finest: 300, ..NONE }),
    (&["b205"], Quirks { not_yet: true, keep_job: true, ..NONE }),
    (&["b215"], Quirks { not_yet: true, keep_job: true, ..NONE }),
    (&["workcentre", "3345"], Quirks { feeder_first: true, jam_is_empty: true, ..NONE }),
    (&["kyocera", "m6526"], Quirks { processing_is_empty: true, ..NONE }),
    (&["ecosys", "m6526"], Quirks { processing_is_empty: true, ..NONE }),
];

/// `MakeAndModel` does not always hold the maker.
pub fn of(maker: &str, model: &str) -> Quirks {
    let name = format!("{maker} {model}").to_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    // "M630" is meant by "M630dn", "M6300" is not.
    let meant = |word: &str, given: &str| {
        given.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let fits = |row: &&(&[&str], Quirks)| row.0.iter().all(|word| words.iter().any(|given| meant(word, given)));
    TABLE.iter().find(fits).map_or(NONE, |row| row.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_known_by_their_names_and_others_are_not() {
        assert!(of("", "EPSON XP-7100 Series").port_in_host && of("Epson", "ET-4850").port_in_host);
        assert!(of("", "Brother MFC-L2710DW series").breather);
        assert!(of("HP", "HP LaserJet MFP M630").localhost && of("", "HP Color LaserJet FlowMFP M578").localhost);
        assert!(of("", "MF410 Series").feeder_first);
        assert!(of("Xerox", "B215").keep_job && of("", "Xerox B205").not_yet);
        assert!(of("", "WorkCentre 3345").jam_is_empty);
        assert!(of("", "Kyocera ECOSYS M6526cdn").processing_is_empty);
        assert_eq!(of("", "Canon iR2625/2630").finest, 300);
        for plain in
            ["HP LaserJet MFP M6300", "HP OfficeJet Pro 9010", "Xerox B2050", "Canon MF4100", "", "Replica M630"]
        {
            assert_eq!(of("", plain), NONE, "{plain}");
        }
    }
}
