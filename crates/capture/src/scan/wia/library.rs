//! The little of WIA 2.0 that scanning takes, made safe: devices, their items, the properties of these, a transfer.
//!
//! WIA itself and the maker's driver live in a service of Windows; what is called here are go-betweens. All of it stays
//! on one thread, in an apartment of COM of its own, so that what the service calls back comes on the thread that waits
//! in [`Item::transfer`], and on no other.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::mpsc::SyncSender;
use std::time::SystemTime;

use windows::Win32::Devices::ImageAcquisition::*;
use windows::Win32::Foundation::{E_OUTOFMEMORY, E_POINTER, S_FALSE};
use windows::Win32::System::Com::StructuredStorage::{
    InitPropVariantFromCLSID, PROPSPEC, PROPSPEC_0, PROPVARIANT, PRSPEC_PROPID,
};
use windows::Win32::System::Com::{
    CLSCTX_LOCAL_SERVER, COINIT_APARTMENTTHREADED, CoCreateInstance, CoInitializeEx, CoUninitialize, IStream,
    STATFLAG_NONAME, STATSTG, STREAM_SEEK_SET,
};
use windows::Win32::System::Variant::{VARENUM, VT_I4, VT_VECTOR};
use windows::Win32::UI::Shell::SHCreateMemStream;
use windows::core::{BSTR, GUID, Interface, Result as ComResult, implement};

use super::Event;
use super::property::{Allowed, Part};
use super::status::Status;
use crate::scan::Device;

impl From<windows::core::Error> for Status {
    fn from(error: windows::core::Error) -> Self {
        Status(error.code().0)
    }
}

/// COM on this thread.
struct Apartment(PhantomData<*const ()>);

impl Apartment {
    fn enter() -> Result<Self, Status> {
        // SAFETY: left again exactly once, on the same thread, since this cannot be sent to another.
        unsafe { CoInitializeEx(None, COINIT_APARTMENTTHREADED) }.ok()?;
        Ok(Self(PhantomData))
    }
}

impl Drop for Apartment {
    fn drop(&mut self) {
        // SAFETY: entered before.
        unsafe { CoUninitialize() }
    }
}

/// WIA's device manager. Everything that comes from it borrows it, and is gone before its apartment is left.
pub struct Library {
    manager: IWiaDevMgr2,
    _apartment: Apartment,
}

impl Library {
    pub fn load() -> Result<Self, Status> {
        let apartment = Apartment::enter()?;
        // SAFETY: COM is entered.
        let manager = unsafe { CoCreateInstance(&WiaDevMgr2, None, CLSCTX_LOCAL_SERVER) }?;
        Ok(Self { manager, _apartment: apartment })
    }

    /// The scanners; cameras are none.
    pub fn devices(&self) -> Result<Vec<Device>, Status> {
        const SCANNER: i32 = 1;
        let mut found = Vec::new();
        // SAFETY: plain calls; the two pointers are good for each.
        unsafe {
            let list = match self.manager.EnumDeviceInfo(WIA_DEVINFO_ENUM_LOCAL as i32) {
                Ok(list) => list,
                Err(e) if Status(e.code().0) == Status::NO_DEVICE => return Ok(found),
                Err(e) => return Err(e.into()),
            };
            loop {
                let (mut next, mut count) = (None, 0);
                list.Next(1, &mut next, &mut count)?;
                let Some(properties) = next.map(Properties) else { return Ok(found) };
                if properties.number(WIA_DIP_DEV_TYPE).map(|kind| kind >> 16) != Some(SCANNER) {
                    continue;
                }
                let (maker, model) = (properties.text(WIA_DIP_VEND_DESC), properties.text(WIA_DIP_DEV_NAME));
                let named = model.to_lowercase().contains(&maker.to_lowercase());
                found.push(Device {
                    id: format!("wia:{}", properties.text(WIA_DIP_DEV_ID)),
                    name: if named { model } else { format!("{maker} {model}") },
                    place: properties.text(WIA_DIP_PORT_NAME),
                });
            }
        }
    }

    /// The root item of a device.
    pub fn open(&self, device: &str) -> Result<Item<'_>, Status> {
        // SAFETY: a plain call.
        Item::new(unsafe { self.manager.CreateDevice(0, &BSTR::from(device)) }?)
    }
}

/// The properties of a device or an item.
pub struct Properties(IWiaPropertyStorage);

impl Properties {
    fn read(&self, id: u32) -> ComResult<PROPVARIANT> {
        let mut value = PROPVARIANT::default();
        // SAFETY: one specification, one value.
        unsafe { self.0.ReadMultiple(1, &by_number(id), &mut value) }?;
        Ok(value)
    }

    pub fn number(&self, id: u32) -> Option<i32> {
        let value = self.read(id).ok()?;
        if value.is_empty() { None } else { i32::try_from(&value).ok() }
    }

    /// Empty where there is none.
    pub fn text(&self, id: u32) -> String {
        let value = self.read(id).and_then(|value| BSTR::try_from(&value));
        value.map_or(String::new(), |text| text.to_string().trim().to_owned())
    }

    /// What it may be; nothing for a property that the device does not have, or that cannot be set.
    pub fn allowed(&self, id: u32) -> Option<Allowed> {
        let (mut flags, mut values) = (0, PROPVARIANT::default());
        // SAFETY: one specification, one place each for flags and values.
        unsafe { self.0.GetPropertyAttributes(1, &by_number(id), &mut flags, &mut values) }.ok()?;
        (flags & WIA_PROP_WRITE != 0).then(|| Allowed::read(flags, &numbers(&values)))
    }

    fn write(&self, id: u32, value: &PROPVARIANT) -> ComResult<()> {
        // SAFETY: one specification, one value.
        unsafe { self.0.WriteMultiple(1, &by_number(id), value, WIA_IPA_FIRST) }
    }

    /// Sets what would be nice to have, and gives what the device made of it; one that refuses goes on as it is.
    pub fn try_set(&self, id: u32, value: i32) -> Option<i32> {
        let _ = self.write(id, &PROPVARIANT::from(value));
        self.number(id)
    }

    /// As [`Properties::try_set`], for the format of the pictures.
    pub fn try_set_format(&self, format: &GUID) {
        // SAFETY: the pointer is good for the call, which takes a copy.
        if let Ok(value) = unsafe { InitPropVariantFromCLSID(format) } {
            let _ = self.write(WIA_IPA_FORMAT, &value);
        }
    }
}

fn by_number(id: u32) -> PROPSPEC {
    PROPSPEC { ulKind: PRSPEC_PROPID, Anonymous: PROPSPEC_0 { propid: id } }
}

/// A vector of numbers; of anything else, none.
fn numbers(value: &PROPVARIANT) -> Vec<i32> {
    // SAFETY: the type says which member of the union it is, and the vector is as long as it says.
    unsafe {
        let value = &value.Anonymous.Anonymous;
        let list = &value.Anonymous.cal;
        if value.vt != VARENUM(VT_VECTOR.0 | VT_I4.0) || list.pElems.is_null() {
            return Vec::new();
        }
        std::slice::from_raw_parts(list.pElems, list.cElems as usize).to_vec()
    }
}

/// A device, or a part of it.
pub struct Item<'a> {
    item: IWiaItem2,
    pub properties: Properties,
    _library: PhantomData<&'a Library>,
}

impl<'a> Item<'a> {
    fn new(item: IWiaItem2) -> Result<Self, Status> {
        let properties = Properties(item.cast()?);
        Ok(Self { item, properties, _library: PhantomData })
    }

    pub fn parts(&self) -> Result<Vec<Item<'a>>, Status> {
        let mut parts = Vec::new();
        // SAFETY: plain calls; the two pointers are good for each.
        unsafe {
            let list = self.item.EnumChildItems(None)?;
            loop {
                let (mut next, mut count) = (None, 0);
                list.Next(1, &mut next, &mut count)?;
                match next {
                    Some(item) => parts.push(Item::new(item)?),
                    None => return Ok(parts),
                }
            }
        }
    }

    pub fn part(&self) -> Part {
        // SAFETY: a plain call.
        let category = unsafe { self.item.GetItemCategory() }.map_or(0, |category| category.to_u128());
        Part::of(category, &self.properties.text(WIA_IPA_ITEM_NAME))
    }

    /// Scans, and tells how it goes and each page when it is whole; gives how it ended. When nobody listens any more
    /// it stops at the next word of the device.
    pub fn transfer(&self, dpi: f32, tell: SyncSender<Event>) -> Result<Status, Status> {
        download(&self.item.cast()?, dpi, tell)
    }
}

fn download(transfer: &IWiaTransfer, dpi: f32, tell: SyncSender<Event>) -> Result<Status, Status> {
    let streams = Streams::default();
    let callback: IWiaTransferCallback = Callback { streams: streams.clone(), dpi, tell: tell.clone() }.into();
    // Not through the method of that name, which takes every success for the same.
    // SAFETY: both are alive for the call, and no one but this thread calls back.
    let end = unsafe { (transfer.vtable().Download)(transfer.as_raw(), 0, callback.as_raw()) };
    // A driver says at each page's end that it is whole; one that did not says so of all by ending well.
    let left = if end.is_err() || end == S_FALSE { VecDeque::new() } else { streams.take() };
    for stream in left {
        if tell.send(page(&stream, dpi)?).is_err() {
            break;
        }
    }
    Ok(Status(end.0))
}

/// What the driver fills and has not finished, oldest first: some begin a page before the one before it is whole.
type Streams = Rc<RefCell<VecDeque<IStream>>>;

#[implement(IWiaTransferCallback, Agile = false)]
struct Callback {
    streams: Streams,
    dpi: f32,
    tell: SyncSender<Event>,
}

impl IWiaTransferCallback_Impl for Callback_Impl {
    fn TransferCallback(&self, _flags: i32, said: *const WiaTransferParams) -> ComResult<()> {
        // SAFETY: what the service says is there as long as it is being said.
        let said = unsafe { said.as_ref() }.ok_or(E_POINTER)?;
        let finished = match said.lMessage as u32 {
            WIA_TRANSFER_MSG_END_OF_STREAM => self.streams.borrow_mut().pop_front(),
            _ => None,
        };
        let event = match (finished, said.lMessage as u32) {
            (Some(stream), _) => page(&stream, self.dpi)?,
            (None, WIA_TRANSFER_MSG_DEVICE_STATUS) => Event::Trouble(Status(said.hrErrorStatus.0)),
            _ => Event::Progress,
        };
        // Whoever is told that all is well goes on, or waits in silence until it is.
        let over = matches!(&event, Event::Trouble(status) if status.trouble().is_some());
        match self.tell.send(event) {
            Ok(()) if !over => Ok(()),
            // That is how WIA is asked to stop.
            _ => Err(S_FALSE.into()),
        }
    }

    fn GetNextStream(&self, _flags: i32, _item: &BSTR, _path: &BSTR) -> ComResult<IStream> {
        self.tell.send(Event::Progress).map_err(|_| windows::core::Error::from(S_FALSE))?;
        // SAFETY: a plain call.
        let stream = unsafe { SHCreateMemStream(None) }.ok_or(E_OUTOFMEMORY)?;
        self.streams.borrow_mut().push_back(stream.clone());
        Ok(stream)
    }
}

/// What a driver has written. Nothing at all, as some do at the end of a stack, is no page.
fn page(stream: &IStream, dpi: f32) -> ComResult<Event> {
    let received = SystemTime::now();
    let mut about = STATSTG::default();
    // SAFETY: the pointer is good for the call; there is no name to be freed.
    unsafe {
        stream.Stat(&mut about, STATFLAG_NONAME)?;
        stream.Seek(0, STREAM_SEEK_SET, None)?;
    }
    let mut bytes = vec![0u8; about.cbSize as usize];
    let mut filled = 0;
    while filled < bytes.len() {
        let rest = &mut bytes[filled..];
        let (want, mut got) = (rest.len().min(1 << 30) as u32, 0);
        // SAFETY: there is room for as much as is asked for.
        unsafe { stream.Read(rest.as_mut_ptr().cast(), want, Some(&mut got)) }.ok()?;
        if got == 0 {
            break;
        }
        filled += got as usize;
    }
    bytes.truncate(filled);
    Ok(if bytes.is_empty() { Event::Progress } else { Event::Page { bytes, dpi, received } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use windows::Win32::Foundation::{E_NOTIMPL, S_OK};
    use windows::core::Ref;

    /// What a driver does to a transfer.
    enum Does {
        Begin,
        /// To the page of that number.
        Write(usize, &'static [u8]),
        Say(u32, Status),
        Fail(Status),
    }

    /// WIA and a driver, in this process.
    #[implement(IWiaTransfer)]
    struct Fake(Vec<Does>);

    impl IWiaTransfer_Impl for Fake_Impl {
        fn Download(&self, _: i32, callback: Ref<IWiaTransferCallback>) -> ComResult<()> {
            let callback = callback.ok()?;
            let (mut streams, nameless) = (Vec::new(), BSTR::new());
            for step in &self.0 {
                // SAFETY: all pointers are good for their calls. A stream that is not there is how S_FALSE is told.
                let said = unsafe {
                    match step {
                        Does::Begin => match callback.GetNextStream(0, &nameless, &nameless) {
                            Ok(stream) => {
                                streams.push(stream);
                                S_OK
                            }
                            Err(_) => S_FALSE,
                        },
                        Does::Write(at, bytes) => streams[*at].Write(bytes.as_ptr().cast(), bytes.len() as u32, None),
                        Does::Say(message, status) => {
                            let hr = windows::core::HRESULT(status.0);
                            let said = WiaTransferParams {
                                lMessage: *message as i32,
                                hrErrorStatus: hr,
                                ..Default::default()
                            };
                            (callback.vtable().TransferCallback)(callback.as_raw(), 0, &said)
                        }
                        Does::Fail(status) => windows::core::HRESULT(status.0),
                    }
                };
                if said != S_OK {
                    return Err(said.into());
                }
            }
            Ok(())
        }

        fn Upload(&self, _: i32, _: Ref<IStream>, _: Ref<IWiaTransferCallback>) -> ComResult<()> {
            Err(E_NOTIMPL.into())
        }

        fn Cancel(&self) -> ComResult<()> {
            Err(E_NOTIMPL.into())
        }

        fn EnumWIA_FORMAT_INFO(&self) -> ComResult<IEnumWIA_FORMAT_INFO> {
            Err(E_NOTIMPL.into())
        }
    }

    /// The pages and troubles of a transfer, listened to until so many of them came, and its end.
    fn told(does: Vec<Does>, listen: usize) -> (Vec<String>, Status) {
        let (tell, events) = mpsc::sync_channel(0);
        std::thread::scope(|scope| {
            let end = scope.spawn(move || {
                let _apartment = Apartment::enter().unwrap();
                download(&Fake(does).into(), 300.0, tell).unwrap()
            });
            let heard = events.into_iter().filter_map(|event| match event {
                Event::Page { bytes, dpi: 300.0, .. } => Some(String::from_utf8(bytes).unwrap()),
                Event::Trouble(status) => Some(status.to_string()),
                _ => None,
            });
            let heard = heard.take(listen).collect();
            (heard, end.join().unwrap())
        })
    }

    use Does::{Begin, Fail, Say, Write};
    const WHOLE: Does = Say(WIA_TRANSFER_MSG_END_OF_STREAM, Status(0));
    const MOVES: Does = Say(WIA_TRANSFER_MSG_STATUS, Status(0));

    #[test]
    fn a_page_is_told_when_the_driver_says_that_it_is_whole() {
        // The second page begins before the first is whole, and after the last an empty one.
        let does = vec![
            Begin,
            Write(0, b"one "),
            Begin,
            MOVES,
            Write(1, b"two"),
            Write(0, b"whole"),
            WHOLE,
            WHOLE,
            Begin,
            WHOLE,
            Fail(Status::PAPER_EMPTY),
        ];
        let (heard, end) = told(does, usize::MAX);
        assert_eq!((heard, end), (vec!["one whole".to_owned(), "two".to_owned()], Status::PAPER_EMPTY));
    }

    #[test]
    fn what_was_not_said_to_be_whole_is_so_only_if_all_ended_well() {
        let (heard, end) = told(vec![Begin, Write(0, b"page")], usize::MAX);
        assert_eq!((heard, end), (vec!["page".to_owned()], Status(0)));
        let jam = Say(WIA_TRANSFER_MSG_DEVICE_STATUS, Status::PAPER_JAM);
        // Either way the driver may tell, and once it has told it is asked to stop.
        let begun = || vec![Begin, Write(0, b"good"), WHOLE, Begin, Write(1, b"half")];
        let (heard, end) = told([begun(), vec![Fail(Status::PAPER_JAM)]].into_iter().flatten().collect(), usize::MAX);
        assert_eq!((heard, end), (vec!["good".to_owned()], Status::PAPER_JAM));
        let (heard, end) = told([begun(), vec![jam, WHOLE]].into_iter().flatten().collect(), usize::MAX);
        assert_eq!((heard, end), (vec!["good".to_owned(), Status::PAPER_JAM.to_string()], Status::CANCELLED));
    }

    #[test]
    fn when_nobody_listens_any_more_the_driver_is_asked_to_stop() {
        for next in [MOVES, Begin, WHOLE] {
            let (heard, end) = told(vec![Begin, Write(0, b"page"), WHOLE, next, Fail(Status::BUSY)], 1);
            assert_eq!((heard, end), (vec!["page".to_owned()], Status::CANCELLED));
        }
    }
}
