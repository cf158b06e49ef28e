//! VRRP, versions 2 (RFC 3768) and 3 (RFC 5798, 9568).

mod machine;
mod packet;
mod speaker;

pub use speaker::speak;
