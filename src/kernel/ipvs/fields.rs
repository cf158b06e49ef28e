use super::wire::Attribute;
use crate::kernel::Cause;
use neli::consts::genl::NlAttrType;
use neli::genl::{AttrTypeBuilder, GenlAttrHandle, Nlattr, NlattrBuilder};
use neli::types::{Buffer, GenlBuffer};
use neli::{Size, ToBytes};

/// An attribute of a message.
pub(super) type Encoded<T> = Nlattr<T, Buffer>;

/// Attributes to be written, values in the byte order of the wire.
pub(super) struct Fields<T>(Vec<(T, Vec<u8>)>);

impl<T: NlAttrType + Size> Fields<T> {
    /// No attributes.
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// One more attribute.
    pub(super) fn with(mut self, kind: T, value: impl Into<Vec<u8>>) -> Self {
        self.0.push((kind, value.into()));
        self
    }

    /// One more attribute of 16 bits in the machine's order.
    pub(super) fn u16(self, kind: T, value: u16) -> Self {
        self.with(kind, value.to_ne_bytes())
    }

    /// One more attribute of 32 bits in the machine's order.
    pub(super) fn u32(self, kind: T, value: u32) -> Self {
        self.with(kind, value.to_ne_bytes())
    }

    /// All of them inside one attribute.
    pub(super) fn nest(self, kind: Attribute) -> Result<Encoded<Attribute>, Cause> {
        let outer = encode(kind, Vec::<u8>::new())?;
        self.0.into_iter().try_fold(outer, |outer, (kind, value)| {
            outer.nest(&encode(kind, value)?).map_err(|e| Cause::Other(e.to_string()))
        })
    }

    /// All of them, side by side.
    pub(super) fn list(self) -> Result<Vec<Encoded<T>>, Cause> {
        self.0.into_iter().map(|(kind, value)| encode(kind, value)).collect()
    }
}

fn encode<T, P>(kind: T, value: P) -> Result<Encoded<T>, Cause>
where
    T: NlAttrType + Size,
    P: Size + ToBytes,
{
    let kind = AttrTypeBuilder::default().nla_type(kind).build();
    let kind = kind.map_err(|e| Cause::Other(e.to_string()))?;
    let built = NlattrBuilder::default().nla_type(kind).nla_payload(value).build();
    built.map_err(|e| Cause::Other(e.to_string()))
}

/// Attributes that were read.
pub(super) struct Record<'a, T>(GenlAttrHandle<'a, T>);

impl<'a, T: NlAttrType> Record<'a, T> {
    /// The attributes of a message.
    pub(super) fn of(attributes: &'a GenlBuffer<T, Buffer>) -> Self {
        Self(attributes.get_attr_handle())
    }

    /// The attributes inside one of them.
    pub(super) fn inside<S: NlAttrType>(&self, kind: T) -> Option<Record<'_, S>> {
        Some(Record(self.0.get_nested_attributes(kind).ok()?))
    }

    /// The value of one.
    pub(super) fn bytes(&self, kind: T) -> Option<&[u8]> {
        Some(self.0.get_attribute(kind)?.nla_payload().as_ref())
    }

    /// The first bytes of the value of one.
    pub(super) fn array<const N: usize>(&self, kind: T) -> Option<[u8; N]> {
        self.bytes(kind)?.first_chunk().copied()
    }

    /// A value of 16 bits in the machine's order.
    pub(super) fn u16(&self, kind: T) -> Option<u16> {
        self.array(kind).map(u16::from_ne_bytes)
    }

    /// A value of 32 bits in the machine's order.
    pub(super) fn u32(&self, kind: T) -> Option<u32> {
        self.array(kind).map(u32::from_ne_bytes)
    }

    /// A value of 64 bits in the machine's order.
    pub(super) fn u64(&self, kind: T) -> Option<u64> {
        self.array(kind).map(u64::from_ne_bytes)
    }

    /// A text that ends with a null byte.
    pub(super) fn text(&self, kind: T) -> Option<&str> {
        let bytes = self.bytes(kind)?;
        std::str::from_utf8(bytes.split(|b| *b == 0).next()?).ok()
    }
}
